//! The grammar of `purser invoice`.

use clap::Subcommand;

/// Verbs of invoices.
#[derive(Debug, Subcommand)]
pub enum Invoice {
    /// List invoices.
    List {
        /// Of this month, for example 2026-10.
        #[arg(long)]
        month: Option<String>,
        /// Of this client.
        #[arg(long)]
        client: Option<String>,
    },
    /// Show one.
    Show {
        /// Its identifier or number.
        invoice: String,
    },
    /// Draft a month's invoices.
    Draft {
        /// The month, for example 2026-10.
        month: String,
        /// Only this client.
        #[arg(long)]
        client: Option<String>,
    },
    /// Give drafts their numbers and freeze them.
    #[command(alias = "finalize")]
    Finalise {
        /// A draft's identifier, or a month for all of its drafts.
        what: String,
        /// Even though the month is not over: what is used until its end will be on no invoice.
        #[arg(long)]
        early: bool,
    },
    /// Throw a draft away.
    Discard {
        /// Its identifier.
        invoice: String,
    },
    /// Write an invoice's PDF and CSV to a folder.
    #[command(visible_alias = "export")]
    Save {
        /// Its identifier or number.
        invoice: String,
        /// The folder; the documents folder when left out.
        #[arg(long)]
        to: Option<String>,
    },
    /// Note that an invoice was paid in full.
    Paid {
        /// Its identifier or number.
        invoice: String,
        /// When the money came, for example 2026-11-20.
        #[arg(long)]
        on: String,
    },
}
