//! The grammar: `purser <noun> <verb>`, the same nouns and verbs as everywhere else.

mod account;
mod audit;
mod bill;
mod budget;
mod client;
mod gateway;
mod help;
mod import;
mod invoice;
mod key;
mod ledger;
mod margin;
mod notice;
mod past_due;
mod price;
mod reconcile;
mod route;
mod settings;
mod sync;
mod usage;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub use self::account::Account;
pub use self::audit::Audit;
pub use self::bill::Bill;
pub use self::budget::{Budget, BudgetArgs, PeriodName};
pub use self::client::{Client, NewClient, RowFormatName, StatementArgs};
pub use self::gateway::{Connection, Gateway, GatewayUpdate};
pub use self::import::Import;
pub use self::invoice::Invoice;
pub use self::key::{Key, NewKey};
pub use self::ledger::{Adjust, CreditName, Deposit, Ledger, Refund};
pub use self::margin::Margin;
pub use self::notice::Notice;
pub use self::past_due::PastDue;
pub use self::price::{Agreed, ListArgs, NewRule, Payer, Price, Tiers};
pub use self::reconcile::{Days, Reconcile};
pub use self::route::Route;
pub use self::settings::Settings;
pub use self::sync::Sync;
pub use self::usage::{FileFormat, GroupName, Requests, Usage};

/// Administer the AI gateways of an agency: clients, keys, budgets, prices, invoices.
#[derive(Debug, Parser)]
#[command(name = "purser", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = help::PURSER, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    pub json: bool,
    /// Show no progress bars.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Keep everything in this folder instead of the usual places.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub profile: Option<PathBuf>,
    /// Use no keychain: admin credentials are asked for, or read from standard input, in each call.
    #[arg(long, global = true)]
    pub session_vault: bool,
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Connect and test gateways.
    #[command(subcommand)]
    Gateway(Gateway),
    /// Clients of the agency.
    #[command(subcommand)]
    Client(Client),
    /// Accounts on gateways, and whose they are.
    #[command(subcommand)]
    Account(Account),
    /// Keys of clients.
    #[command(subcommand)]
    Key(Key),
    /// Budgets of keys and accounts.
    #[command(subcommand)]
    Budget(Budget),
    /// Clients that are past due: see them, take what is billable, give it back.
    #[command(subcommand)]
    PastDue(PastDue),
    /// Routes behind gateways: what answers each model.
    #[command(subcommand)]
    Route(Route),
    /// The price book.
    #[command(subcommand)]
    Price(Price),
    /// Spend, with a small chart.
    Usage(Usage),
    /// Requests, newest first.
    Requests(Requests),
    /// Import usage from a CSV or JSON Lines file.
    Import(Import),
    /// Pull from gateways.
    Sync(Sync),
    /// Set a gateway's usage beside its own totals and a bill, and split the difference. Changes nothing.
    Reconcile(Reconcile),
    /// Upstream bills to reconcile with.
    #[command(subcommand)]
    Bill(Bill),
    /// Where margin leaks.
    #[command(subcommand)]
    Margin(Margin),
    /// Invoices.
    #[command(subcommand)]
    Invoice(Invoice),
    /// Clients that pay in advance: credit, deposits, charges.
    #[command(subcommand)]
    Ledger(Ledger),
    /// Clients whose credit runs low.
    #[command(subcommand)]
    Notice(Notice),
    /// What was done, newest first.
    Audit(Audit),
    /// The agency's own data and Purser's settings.
    #[command(subcommand)]
    Settings(Settings),
    /// Open the embedded sandbox with a believable agency inside.
    Sandbox,
    /// A tour on the sandbox: sync, spend, chart, invoice files.
    Tour,
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

/// The completions for a shell, as a script.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "purser", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
