//! The grammar of `purser margin`.

use clap::Subcommand;

use super::reconcile::Days;

/// Verbs of margin.
#[derive(Debug, Subcommand)]
pub enum Margin {
    /// Show what cost and is not charged, or below its cost, worst first; and what is charged and cost nothing.
    Leaks {
        /// Only this gateway, by identifier or name.
        #[arg(long)]
        gateway: Option<String>,
        /// Days of each client's own calendar.
        #[command(flatten)]
        days: Days,
    },
}
