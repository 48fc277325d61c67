//! The grammar of `purser price`.

use clap::{Args, Subcommand};

/// Verbs of prices.
#[derive(Debug, Subcommand)]
pub enum Price {
    /// Show the price book: the edition in force and those to come.
    Show {
        /// Editions that ended or were replaced, too.
        #[arg(long)]
        all: bool,
    },
    /// Set a rule in a new edition.
    Set(NewRule),
    /// Remove a rule in a new edition.
    Remove {
        /// `gpt-4o`, `gpt-*` or `*`.
        selector: String,
        /// The client's own rule.
        #[arg(long)]
        client: Option<String>,
        /// First day, for example 2026-12-01.
        #[arg(long)]
        from: String,
    },
}

/// A rule as typed.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("charge").required(true)))]
pub struct NewRule {
    /// `gpt-4o`, `gpt-*` or `*`.
    pub selector: String,
    /// Per cent on cost.
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true, group = "charge")]
    pub markup: Option<String>,
    /// Fixed price as meter=price, for example `input_tokens=1.50` per million; may be repeated.
    #[arg(long, value_name = "METER=PRICE", group = "charge")]
    pub price: Vec<String>,
    /// For this client only.
    #[arg(long)]
    pub client: Option<String>,
    /// First day, for example 2026-12-01.
    #[arg(long)]
    pub from: String,
    /// Why.
    #[arg(long, default_value = "")]
    pub note: String,
    /// Only show what it would have done last month.
    #[arg(long)]
    pub preview: bool,
}
