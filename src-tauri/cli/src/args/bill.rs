//! The grammar of `purser bill`.

use clap::Subcommand;

use super::Import;

/// Verbs of upstream bills.
#[derive(Debug, Subcommand)]
pub enum Bill {
    /// List bills.
    List,
    /// Keep a CSV or JSON Lines file as a bill of a gateway's usage. It is compared with usage and never becomes usage.
    Import(Import),
    /// Remove a bill.
    Remove {
        /// Its identifier or name.
        bill: String,
    },
}
