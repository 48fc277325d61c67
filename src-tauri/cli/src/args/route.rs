//! The grammar of `purser route`.

use clap::Subcommand;

/// Verbs of routes.
#[derive(Debug, Subcommand)]
pub enum Route {
    /// List what answers each model: primary, backups and health, as the gateways last told.
    List {
        /// Of this gateway.
        #[arg(long)]
        gateway: Option<String>,
        /// Only what this key may call.
        #[arg(long, conflicts_with = "gateway")]
        key: Option<String>,
    },
}
