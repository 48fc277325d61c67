//! The grammar of `purser ledger`.

use clap::{Args, Subcommand, ValueEnum};

/// Verbs of ledgers.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Show a client's credit, what it owes, and its last entries.
    Show {
        /// Its identifier or name.
        client: String,
        /// Every entry.
        #[arg(long)]
        all: bool,
    },
    /// Show an entry with what it is for and every other entry about that.
    Entry {
        /// The client's identifier or name.
        client: String,
        /// The entry's number, as `ledger show` tells it.
        number: u32,
    },
    /// Let a client pay in advance from today on.
    Prepay {
        /// Its identifier or name.
        client: String,
        /// Invoice it again from today on.
        #[arg(long)]
        off: bool,
    },
    /// Note that a client paid in.
    Deposit(Deposit),
    /// Give a charge back to the credit it was taken from, or pay paid credit out.
    Refund(Refund),
    /// Correct a balance by hand.
    Adjust(Adjust),
    /// Charge every closed day that is not charged yet.
    Charge {
        /// The client's identifier or name; every client that pays in advance when left out.
        client: Option<String>,
    },
    /// Show the rules of credit, or change them: field=value; may be repeated. An empty value turns a rule off.
    Rules {
        /// For example `first-deposit-percent=100`.
        #[arg(value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
}

/// A deposit as typed.
#[derive(Debug, Args)]
pub struct Deposit {
    /// The client's identifier or name.
    pub client: String,
    /// For example 25.00, in the client's currency.
    pub amount: String,
    /// The payment's own number, so that it is noted once.
    #[arg(long, default_value = "")]
    pub reference: String,
    /// A remark.
    #[arg(long, default_value = "")]
    pub note: String,
    /// Only show what it would change.
    #[arg(long)]
    pub preview: bool,
}

/// A refund as typed.
#[derive(Debug, Args)]
pub struct Refund {
    /// The client's identifier or name.
    pub client: String,
    /// For example 2.50, in the client's currency.
    pub amount: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
    /// The charge that is given back, by its number; paid credit is paid out when left out.
    #[arg(long)]
    pub entry: Option<u32>,
    /// Only show what it would change.
    #[arg(long)]
    pub preview: bool,
}

/// An adjustment as typed.
#[derive(Debug, Args)]
pub struct Adjust {
    /// The client's identifier or name.
    pub client: String,
    /// For example 5.00, or -5.00 against the client, in its currency.
    #[arg(allow_hyphen_values = true)]
    pub amount: String,
    /// Why.
    #[arg(long)]
    pub reason: String,
    /// Which credit.
    #[arg(long, value_enum, default_value_t = CreditName::Free)]
    pub kind: CreditName,
    /// Only show what it would change.
    #[arg(long)]
    pub preview: bool,
}

/// Where credit comes from.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CreditName {
    /// The client paid it in.
    Paid,
    /// Given on top of a deposit.
    Bonus,
    /// Given without one.
    Free,
}
