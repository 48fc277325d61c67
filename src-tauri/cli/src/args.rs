//! The grammar: `purser <noun> <verb>`, the same nouns and verbs as everywhere else.

mod help;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

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
    /// Invoices.
    #[command(subcommand)]
    Invoice(Invoice),
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

/// Verbs of gateways.
#[derive(Debug, Subcommand)]
pub enum Gateway {
    /// List what is connected.
    List,
    /// List what can be connected.
    Products,
    /// Show one: what it can do, and what to know about it.
    Show {
        /// Its identifier or name.
        gateway: String,
    },
    /// Tell which kind of gateway answers at an address. With an admin credential, asked for or read from standard
    /// input, also what it may do there. Stores nothing.
    Probe {
        /// What you paste: the address of the gateway or of its console.
        address: String,
    },
    /// Test a connection without storing anything. Asks for the admin credential, or reads it from standard input.
    Test(Connection),
    /// Connect. Asks for the admin credential, or reads it from standard input, and keeps it in the keychain.
    #[command(after_help = help::CONNECT)]
    Connect(Connection),
    /// Change a gateway's name, address or admin credential.
    Update(GatewayUpdate),
    /// Disconnect. What was synced stays.
    Remove {
        /// Its identifier or name.
        gateway: String,
    },
    /// List the models on offer.
    Models {
        /// Its identifier or name; all when left out.
        gateway: Option<String>,
    },
}

/// Where a gateway is.
#[derive(Debug, Args)]
pub struct Connection {
    /// Kind of gateway, for example `litellm`.
    #[arg(long)]
    pub product: String,
    /// Its base URL, or the file's path.
    #[arg(long, default_value = "")]
    pub url: String,
    /// Its name in Purser; the kind when left out.
    #[arg(long)]
    pub name: Option<String>,
}

/// What to change of a gateway.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("change").required(true).multiple(true)))]
pub struct GatewayUpdate {
    /// Its identifier or name.
    pub gateway: String,
    /// Its new name.
    #[arg(long, group = "change")]
    pub name: Option<String>,
    /// Its new base URL.
    #[arg(long, group = "change")]
    pub url: Option<String>,
    /// Read a new admin credential from standard input.
    #[arg(long, group = "change")]
    pub credential: bool,
}

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

/// A budget as typed.
#[derive(Debug, Args)]
pub struct BudgetArgs {
    /// Ceiling on cost per period, for example 50 or 12.50.
    #[arg(long = "budget", value_name = "AMOUNT", allow_hyphen_values = true)]
    pub amount: Option<String>,
    /// When the budget starts again.
    #[arg(long, value_enum, default_value_t = PeriodName::Monthly)]
    pub period: PeriodName,
}

/// Budget periods.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PeriodName {
    /// Each day.
    Daily,
    /// Each week, from Monday.
    Weekly,
    /// Each month.
    Monthly,
    /// Never.
    Total,
}

/// Verbs of accounts.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// List accounts, those of nobody first.
    List,
    /// Say whose an account is; of nobody when the client is left out.
    Attribute {
        /// The account's identifier or name.
        account: String,
        /// The client's identifier or name.
        client: Option<String>,
    },
    /// Entrust Purser with the account's own token, where only the account may manage its keys. Asks for it, or reads it
    /// from standard input, and keeps it in the keychain.
    Entrust {
        /// The account's identifier or name.
        account: String,
    },
}

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

/// Verbs of budgets.
#[derive(Debug, Subcommand)]
pub enum Budget {
    /// Set the budget of a key or an account.
    Set {
        /// The key's or account's identifier or name.
        target: String,
        /// Ceiling on cost per period, for example 50 or 12.50.
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// When it starts again.
        #[arg(long, value_enum, default_value_t = PeriodName::Monthly)]
        period: PeriodName,
        /// Warn at these per cent; may be repeated; 50, 75 and 90 when left out.
        #[arg(long = "warn")]
        warn: Vec<u8>,
    },
    /// Remove the budget of a key or an account.
    Clear {
        /// The key's or account's identifier or name.
        target: String,
    },
}

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

/// Which usage.
#[derive(Debug, Args)]
pub struct Usage {
    /// First day; 30 days back when left out.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day; today when left out.
    #[arg(long)]
    pub to: Option<String>,
    /// Group by.
    #[arg(long, value_enum, default_value_t = GroupName::Client)]
    pub by: GroupName,
    /// Only this client; may be repeated.
    #[arg(long = "client")]
    pub clients: Vec<String>,
    /// Only this model; may be repeated.
    #[arg(long = "model")]
    pub models: Vec<String>,
    /// Draw the charge instead of the cost.
    #[arg(long)]
    pub charge: bool,
    /// Write a file instead: the table as csv or jsonl, or the chart as svg.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub export: Option<FileFormat>,
}

/// Which requests.
#[derive(Debug, Args)]
pub struct Requests {
    /// First day; 30 days back when left out.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day; today when left out.
    #[arg(long)]
    pub to: Option<String>,
    /// Only this client; may be repeated.
    #[arg(long = "client")]
    pub clients: Vec<String>,
    /// Only this model; may be repeated.
    #[arg(long = "model")]
    pub models: Vec<String>,
    /// How many to show.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

/// Groups.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum GroupName {
    /// By client.
    Client,
    /// By model.
    Model,
    /// By key.
    Key,
    /// By gateway.
    Gateway,
}

/// File formats.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// JSON Lines.
    Jsonl,
    /// The chart.
    Svg,
}

/// A file to import.
#[derive(Debug, Args)]
pub struct Import {
    /// The file.
    pub file: PathBuf,
    /// The gateway it belongs to, by identifier or name (kind `file`).
    #[arg(long)]
    pub gateway: String,
    /// What a column holds, as header=field; may be repeated. Guessed from the headers, or as last time.
    #[arg(long = "column", value_name = "HEADER=FIELD")]
    pub columns: Vec<String>,
    /// Only show what it would do.
    #[arg(long)]
    pub preview: bool,
}

/// What to pull.
#[derive(Debug, Args)]
pub struct Sync {
    /// Only this gateway, by identifier or name.
    pub gateway: Option<String>,
    /// Only print what would be pulled.
    #[arg(long)]
    pub plan: bool,
}

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

/// Which activity.
#[derive(Debug, Args)]
pub struct Audit {
    /// About this client.
    #[arg(long)]
    pub client: Option<String>,
    /// How many to show.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

/// Verbs of settings.
#[derive(Debug, Subcommand)]
pub enum Settings {
    /// Show everything.
    Show,
    /// Change the agency's data: field=value; may be repeated. Fields as in `settings show`.
    Agency {
        /// For example `name="Lanternworks Ltd"`.
        #[arg(value_name = "FIELD=VALUE", required = true)]
        fields: Vec<String>,
    },
}

/// The completions for a shell, as a script.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "purser", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
