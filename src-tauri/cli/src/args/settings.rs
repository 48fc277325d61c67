//! The grammar of `purser settings`.

use std::path::PathBuf;

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
    /// Show or change how documents look: colour, and texts per language.
    Branding {
        /// For example `accent=#1d4ed8` or `greeting-de="Guten Tag,"`; none shows everything.
        #[arg(value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Put a logo on documents: SVG or PNG, at most 256 KiB.
    Logo {
        /// The file.
        #[arg(required_unless_present = "remove")]
        file: Option<PathBuf>,
        /// Take the logo off instead.
        #[arg(long, conflicts_with = "file")]
        remove: bool,
    },
    /// Write the first page of a sample invoice as SVG.
    Sample {
        /// Language of the sample: en, de or zh-CN.
        #[arg(long, default_value = "en")]
        language: String,
        /// Where to write it.
        file: PathBuf,
    },
}
