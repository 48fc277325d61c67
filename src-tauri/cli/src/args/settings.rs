//! The grammar of `purser settings`.

use clap::Subcommand;

/// Verbs of settings.
#[derive(Debug, Subcommand)]
pub enum Settings {
    /// Show everything.
    Show,
    /// Change the agency's data: field=value; may be repeated. Fields as in `settings show`.
    Agency {
        /// For example `name="Lanternworks Ltd"`.
        #[arg(value_name = "FIELD=VALUE", required = true)]
        fields: Vec<String>,
    },
}
