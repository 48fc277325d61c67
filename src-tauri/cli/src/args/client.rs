//! The grammar of `purser client`.

use clap::{Args, Subcommand};

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
