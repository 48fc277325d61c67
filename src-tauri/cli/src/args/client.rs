//! The grammar of `purser client`.

use app::wire::{StatementFormat, TableFormat};
use clap::{Args, Subcommand, ValueEnum};

use super::budget::BudgetArgs;

/// Verbs of clients.
#[derive(Debug, Subcommand)]
pub enum Client {
    /// List clients with this month's figures.
    List,
    /// Show one client.
    Show {
        /// Its identifier or name.
        client: String,
    },
    /// Make a client.
    Create(NewClient),
    /// Change a client's data: field=value; may be repeated. Fields as in `client show`.
    Update {
        /// Its identifier or name.
        client: String,
        /// For example `legal-name="Acme Ltd"`.
        #[arg(value_name = "FIELD=VALUE", required = true)]
        fields: Vec<String>,
    },
    /// Stop a client on all its gateways.
    Pause {
        /// Its identifier or name.
        client: String,
    },
    /// Serve a client again.
    Resume {
        /// Its identifier or name.
        client: String,
    },
    /// End serving a client.
    Close {
        /// Its identifier or name.
        client: String,
    },
    /// Show what a client is shown of a period, or write it as files for the client: charges, never costs.
    Statement(StatementArgs),
    /// Tell what is kept of a client's single requests, or write all of it to a file.
    Metadata {
        /// Its identifier or name.
        client: String,
        /// Write the rows as they are kept, without what they cost.
        #[arg(long, value_enum, value_name = "FORMAT")]
        export: Option<RowFormatName>,
    },
    /// Erase what is kept of a client's single requests. Sums, ledger and final invoices stay.
    Erase {
        /// Its identifier or name.
        client: String,
        /// Do it: it cannot be undone.
        #[arg(long)]
        yes: bool,
    },
}

/// A client as typed.
#[derive(Debug, Args)]
pub struct NewClient {
    /// Name.
    pub name: String,
    /// Currency of its invoices; the agency's when left out.
    #[arg(long)]
    pub currency: Option<String>,
    /// Time zone of its days; the agency's when left out.
    #[arg(long)]
    pub zone: Option<String>,
    /// Make an account on this gateway; may be repeated.
    #[arg(long = "gateway")]
    pub gateways: Vec<String>,
    /// Models its accounts may call; may be repeated; all when left out.
    #[arg(long = "model")]
    pub models: Vec<String>,
    /// Budget of each new account.
    #[command(flatten)]
    pub budget: BudgetArgs,
    /// Days to pay.
    #[arg(long, default_value_t = 14)]
    pub terms: u16,
}

/// Which days, and as what.
#[derive(Debug, Args)]
pub struct StatementArgs {
    /// Its identifier or name.
    pub client: String,
    /// A whole month, for example 2026-10; last month when nothing else is said.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub month: Option<String>,
    /// First day.
    #[arg(long, requires = "to")]
    pub from: Option<String>,
    /// Last day.
    #[arg(long, requires = "from")]
    pub to: Option<String>,
    /// Write files instead; may be given more than once.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMAT")]
    pub format: Vec<StatementFormatName>,
    /// The folder they are written to; the documents folder when left out.
    #[arg(long, requires = "format")]
    pub folder: Option<String>,
}

/// A file for a client.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StatementFormatName {
    /// The statement, to read and to print.
    Pdf,
    /// The statement, section by section.
    Csv,
    /// The statement, for programs.
    Json,
    /// The statement as one page for a browser.
    Html,
    /// Usage by day and model, with its charge.
    UsageCsv,
    /// The same, an object per line.
    UsageJsonl,
}

impl From<StatementFormatName> for StatementFormat {
    fn from(format: StatementFormatName) -> Self {
        match format {
            StatementFormatName::Pdf => Self::Pdf,
            StatementFormatName::Csv => Self::Csv,
            StatementFormatName::Json => Self::Json,
            StatementFormatName::Html => Self::Html,
            StatementFormatName::UsageCsv => Self::UsageCsv,
            StatementFormatName::UsageJsonl => Self::UsageLines,
        }
    }
}

/// A format for rows.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RowFormatName {
    /// Comma-separated values.
    Csv,
    /// JSON Lines.
    Jsonl,
}

impl From<RowFormatName> for TableFormat {
    fn from(format: RowFormatName) -> Self {
        match format {
            RowFormatName::Csv => Self::Csv,
            RowFormatName::Jsonl => Self::JsonLines,
        }
    }
}
