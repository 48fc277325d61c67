//! The grammar of `purser invoice`.

use app::wire::DocumentKind;
use clap::{Subcommand, ValueEnum};

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
        /// Even though the month or its days of grace are not over: what is told later will be missing.
        #[arg(long)]
        early: bool,
    },
    /// Throw a draft away.
    Discard {
        /// Its identifier.
        invoice: String,
    },
    /// Write an invoice's documents to a folder: PDF and CSV unless told otherwise.
    #[command(visible_alias = "export")]
    Save {
        /// Its identifier or number.
        invoice: String,
        /// The folder; the documents folder when left out.
        #[arg(long)]
        to: Option<String>,
        /// What to write it as; may be given more than once.
        #[arg(long, value_delimiter = ',', default_values = ["pdf", "csv"])]
        format: Vec<FormatName>,
    },
    /// Note that an invoice was paid, in full unless an amount is given.
    Paid {
        /// Its identifier or number.
        invoice: String,
        /// When the money came, for example 2026-11-20.
        #[arg(long)]
        on: String,
        /// How much, for example 40.00; negative was given back.
        #[arg(long, allow_hyphen_values = true)]
        amount: Option<String>,
        /// Reference, for example of the transfer.
        #[arg(long)]
        note: Option<String>,
    },
    /// Take an invoice back whole with a credit note; its month can be invoiced anew.
    Credit {
        /// Its identifier or number.
        invoice: String,
        /// What was wrong, as the client reads it.
        #[arg(long)]
        reason: String,
    },
    /// List final invoices whose usage was told differently later, or put that on the client's next draft.
    Drift {
        /// The invoice to make up for; all that drifted are listed when left out.
        invoice: Option<String>,
    },
    /// Throw away a month's drafts that nobody typed on.
    Undraft {
        /// The month, for example 2026-10.
        month: String,
    },
    /// Go on with a series after numbers that are missing here, because the books were restored from an older copy.
    Continue {
        /// The series, for example 2026.
        series: String,
    },
}

/// A document of an invoice.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatName {
    /// PDF/A-3, with the e-invoice inside where there is one.
    Pdf,
    /// Lines as CSV.
    Csv,
    /// The whole invoice as JSON.
    Json,
    /// E-invoice in CII (Factur-X).
    Cii,
    /// E-invoice in UBL.
    Ubl,
    /// XRechnung.
    Xrechnung,
    /// Peppol BIS.
    Peppol,
}

impl From<FormatName> for DocumentKind {
    fn from(format: FormatName) -> Self {
        match format {
            FormatName::Pdf => Self::Pdf,
            FormatName::Csv => Self::Csv,
            FormatName::Json => Self::Json,
            FormatName::Cii => Self::Cii,
            FormatName::Ubl => Self::Ubl,
            FormatName::Xrechnung => Self::Xrechnung,
            FormatName::Peppol => Self::Peppol,
        }
    }
}
