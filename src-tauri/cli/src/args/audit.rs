//! The grammar of `purser audit`.

use clap::Args;

/// Which activity.
#[derive(Debug, Args)]
pub struct Audit {
    /// About this client.
    #[arg(long)]
    pub client: Option<String>,
    /// How many to show.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}
