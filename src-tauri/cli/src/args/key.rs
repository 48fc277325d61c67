//! The grammar of `purser key`.

use clap::{Args, Subcommand};

use super::budget::BudgetArgs;

/// Verbs of keys.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// List keys.
    List {
        /// Of this client.
        #[arg(long)]
        client: Option<String>,
        /// Name, label or fingerprint holds this.
        #[arg(long, default_value = "")]
        search: String,
        /// Revoked ones too.
        #[arg(long)]
        revoked: bool,
    },
    /// Make a key. The secret is printed once, alone on standard output.
    Create(NewKey),
    /// Stop a key; the secret stays the same.
    Pause {
        /// Its identifier, name or label.
        key: String,
    },
    /// Let a key work again.
    Resume {
        /// Its identifier, name or label.
        key: String,
    },
    /// End a key for good.
    Revoke {
        /// Its identifier, name or label.
        key: String,
    },
    /// Show the secret again, on a gateway that keeps it.
    Reveal {
        /// Its identifier, name or label.
        key: String,
    },
    /// Make a successor with the same settings. Pause or revoke the old key when the new one is in place.
    Rotate {
        /// Its identifier, name or label.
        key: String,
    },
}

/// A key as typed.
#[derive(Debug, Args)]
pub struct NewKey {
    /// The client's identifier or name.
    pub client: String,
    /// The account, when the client has several.
    #[arg(long)]
    pub account: Option<String>,
    /// Name; client and environment when left out.
    #[arg(long)]
    pub name: Option<String>,
    /// prod, staging, dev or other.
    #[arg(long, default_value = "prod")]
    pub env: String,
    /// inference, `read_only` or full.
    #[arg(long, default_value = "inference")]
    pub scope: String,
    /// Models it may call; may be repeated; all of its account when left out.
    #[arg(long = "model")]
    pub models: Vec<String>,
    /// Requests per minute.
    #[arg(long)]
    pub rpm: Option<u32>,
    /// Tokens per minute.
    #[arg(long)]
    pub tpm: Option<u64>,
    /// Requests at the same time.
    #[arg(long)]
    pub parallel: Option<u32>,
    /// Its own budget.
    #[command(flatten)]
    pub budget: BudgetArgs,
    /// Days until it expires.
    #[arg(long)]
    pub expires: Option<u32>,
}
