//! The grammar of `purser past-due`.

use clap::Subcommand;

/// Verbs of clients that are past due.
#[derive(Debug, Subcommand)]
pub enum PastDue {
    /// List clients with overdue invoices, and what would be taken from their keys.
    List,
    /// Take what is billable from a client's keys; what is not goes on working. Payment gives back exactly that.
    Hold {
        /// The client.
        client: String,
    },
    /// Give back what was taken, paid or not.
    Lift {
        /// The client.
        client: String,
    },
}
