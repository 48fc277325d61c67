//! The grammar of `purser notice`.

use clap::Subcommand;

/// Verbs of notices.
#[derive(Debug, Subcommand)]
pub enum Notice {
    /// List clients whose credit fell below a threshold. Which ones these are: `purser ledger rules`.
    List {
        /// Also what was seen, and what a top-up has made untrue.
        #[arg(long)]
        all: bool,
    },
    /// Mark a notice, and the earlier ones of its client, as seen.
    Seen {
        /// Its identifier, as `notice list` tells it.
        notice: String,
    },
    /// Print what the client could be sent.
    Text {
        /// Its identifier, as `notice list` tells it.
        notice: String,
    },
}
