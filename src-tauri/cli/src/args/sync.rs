//! The grammar of `purser sync`.

use clap::Args;

/// What to pull.
#[derive(Debug, Args)]
pub struct Sync {
    /// Only this gateway, by identifier or name.
    pub gateway: Option<String>,
    /// Pull this UTC day and those after it again, whatever is known of them.
    #[arg(long, requires = "gateway", conflicts_with = "plan")]
    pub from: Option<String>,
    /// The last day to pull again; the first one when left out.
    #[arg(long, requires = "from")]
    pub to: Option<String>,
    /// Only print what would be pulled.
    #[arg(long)]
    pub plan: bool,
}
