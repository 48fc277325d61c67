//! The grammar of `purser reconcile`, and of the period it shares with `purser margin leaks`.

use clap::Args;

use super::help;

/// Which days. The current month when nothing is said.
#[derive(Debug, Args)]
pub struct Days {
    /// A month, for example 2026-10.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub month: Option<String>,
    /// First day.
    #[arg(long, requires = "to")]
    pub from: Option<String>,
    /// Last day.
    #[arg(long, requires = "from")]
    pub to: Option<String>,
}

/// What to reconcile.
#[derive(Debug, Args)]
#[command(after_help = help::RECONCILE)]
pub struct Reconcile {
    /// Only this gateway, by identifier or name.
    #[arg(long)]
    pub gateway: Option<String>,
    /// UTC days, as gateways count. With a bill, its own when left out.
    #[command(flatten)]
    pub days: Days,
    /// A bill to compare with: its identifier, its name, or a file, which is imported first (see `purser bill`).
    #[arg(long)]
    pub bill: Option<String>,
    /// How many places of a difference to show.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}
