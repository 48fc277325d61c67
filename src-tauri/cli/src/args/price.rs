//! The grammar of `purser price`.

use clap::{Args, Subcommand, ValueEnum};

use super::help;

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
    Set(Box<NewRule>),
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
#[command(group(clap::ArgGroup::new("charge").required(true)), after_help = help::PRICE_SET)]
pub struct NewRule {
    /// `gpt-4o`, `gpt-*` or `*`.
    pub selector: String,
    /// Per cent on cost.
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true, group = "charge")]
    pub markup: Option<String>,
    /// Fixed price as meter=price, for example `input_tokens=1.50` per million; may be repeated.
    #[arg(long, value_name = "METER=PRICE", group = "charge")]
    pub price: Vec<String>,
    /// Per cent off the list prices given by `--list`: 15 charges 0.85 x list.
    #[arg(long, value_name = "PERCENT", group = "charge", requires = "list")]
    pub discount: Option<String>,
    /// Per cent of what was saved against the list prices given by `--list`.
    #[arg(long, value_name = "PERCENT", group = "charge", requires = "list")]
    pub commission: Option<String>,
    /// What the discount or the commission refers to.
    #[command(flatten)]
    pub list: ListArgs,
    /// What is agreed on for a month.
    #[command(flatten)]
    pub agreed: Agreed,
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

/// A list of prices, and what a commission on it needs.
#[derive(Debug, Args)]
#[command(next_help_heading = "List prices")]
pub struct ListArgs {
    /// List price as meter=price; may be repeated.
    #[arg(long, value_name = "METER=PRICE")]
    pub list: Vec<String>,
    /// Currency of the list; the price book's when left out.
    #[arg(long, value_name = "CODE", requires = "list")]
    pub list_currency: Option<String>,
    /// What one unit of the list's currency is worth in the price book's.
    #[arg(long, value_name = "RATE", requires_all = ["exchange_date", "exchange_source"])]
    pub exchange_rate: Option<String>,
    /// The day the exchange rate was published.
    #[arg(long, value_name = "DATE", requires = "exchange_rate")]
    pub exchange_date: Option<String>,
    /// Who published the exchange rate, for example ECB.
    #[arg(long, value_name = "NAME", requires = "exchange_rate")]
    pub exchange_source: Option<String>,
    /// Who pays the provider under a commission.
    #[arg(long, value_enum, default_value_t = Payer::Agency)]
    pub paid_by: Payer,
    /// Models free of commission; may be repeated; an empty text leaves none free.
    #[arg(long, value_name = "MODELS", default_values = ["claude-*", "anthropic/*"])]
    pub free: Vec<String>,
}

/// What a rule agrees on for each calendar month and client.
#[derive(Debug, Args)]
#[command(next_help_heading = "Per month")]
pub struct Agreed {
    /// How the steps apply.
    #[arg(long, value_enum, requires = "step")]
    pub tiers: Option<Tiers>,
    /// Another rate from a quantity on, as meter:above=rate, for example `input_tokens:100=2.00` above 100 million: a price,
    /// or per cent off with `--discount`; may be repeated.
    #[arg(long, value_name = "METER:ABOVE=RATE", requires = "tiers")]
    pub step: Vec<String>,
    /// Free quantity, used up first, as meter=quantity, for example `input_tokens=10` million; may be repeated.
    #[arg(long, value_name = "METER=QUANTITY")]
    pub included: Vec<String>,
    /// The usage of the rule comes to at least this.
    #[arg(long, value_name = "AMOUNT")]
    pub minimum: Option<String>,
    /// Charged each month.
    #[arg(long, value_name = "AMOUNT")]
    pub flat_fee: Option<String>,
}

/// Who pays the provider.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Payer {
    /// The agency; its cost is passed on to the client.
    Agency,
    /// The client, with its own provider key.
    Client,
}

/// How steps apply.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Tiers {
    /// Each unit at the rate of the step it falls into.
    Graduated,
    /// All units of the month at the rate of the step that is reached.
    Volume,
}
