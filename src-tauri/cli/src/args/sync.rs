//! The grammar of `purser sync`.

use clap::Args;

/// What to pull.
#[derive(Debug, Args)]
pub struct Sync {
    /// Only this gateway, by identifier or name.
    pub gateway: Option<String>,
    /// Only print what would be pulled.
    #[arg(long)]
    pub plan: bool,
}
