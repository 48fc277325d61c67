//! One file per noun. Each verb: read what was typed, call one function of `app`, print its answer.

mod account;
mod audit;
mod budget;
mod client;
mod gateway;
mod import;
mod invoice;
mod key;
mod price;
mod settings;
mod sync;
mod usage;

use app::wire::{AmountView, BudgetInput, Done, FreshnessState, FreshnessView};
use app::{App, Origin, query};

use crate::args::{BudgetArgs, Command, PeriodName};
use crate::fault::Fault;
use crate::out::Out;
use crate::tour;

/// Runs a command.
///
/// # Errors
/// Whatever the app answers.
pub async fn run(app: &App, command: Command, out: &Out) -> Result<(), Fault> {
    match command {
        Command::Gateway(verb) => gateway::run(app, verb, out).await,
        Command::Client(verb) => client::run(app, verb, out).await,
        Command::Account(verb) => account::run(app, verb, out).await,
        Command::Key(verb) => key::run(app, verb, out).await,
        Command::Budget(verb) => budget::run(app, verb, out).await,
        Command::Price(verb) => price::run(app, verb, out).await,
        Command::Usage(usage) => usage::run(app, &usage, out).await,
        Command::Requests(usage) => usage::requests(app, &usage, out).await,
        Command::Import(import) => import::run(app, &import, out).await,
        Command::Sync(sync) => sync::run(app, &sync, out).await,
        Command::Invoice(verb) => invoice::run(app, verb, out).await,
        Command::Audit(audit) => audit::run(app, &audit, out).await,
        Command::Settings(verb) => settings::run(app, verb, out).await,
        Command::Sandbox => gateway::sandbox(app, out).await,
        Command::Tour => tour::run(app, out).await,
        // Answered before the app is opened.
        Command::Completions { .. } => Ok(()),
    }
}

/// A client's identifier from its identifier or name.
///
/// # Errors
/// No such client.
pub async fn client_id(app: &App, text: &str) -> Result<String, Fault> {
    let clients = query::client::client_list(app).await?;
    let found = clients.iter().find(|client| client.id == text || client.name.eq_ignore_ascii_case(text));
    found.map(|client| client.id.clone()).ok_or_else(|| {
        let known: Vec<&str> = clients.iter().map(|client| client.name.as_str()).take(12).collect();
        Fault::usage(format!("there is no client `{text}`: there are {}", listed(&known)))
    })
}

/// A gateway's identifier from its identifier or name.
///
/// # Errors
/// No such gateway.
pub async fn gateway_id(app: &App, text: &str) -> Result<String, Fault> {
    let gateways = query::gateway::gateway_list(app).await?;
    let found = gateways.iter().find(|gateway| gateway.id == text || gateway.name.eq_ignore_ascii_case(text));
    found.map(|gateway| gateway.id.clone()).ok_or_else(|| {
        let known: Vec<&str> = gateways.iter().map(|gateway| gateway.name.as_str()).collect();
        Fault::usage(format!("there is no gateway `{text}`: there are {}", listed(&known)))
    })
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
}

/// What was done, with how to take it back left to the reverse verb.
///
/// # Errors
/// Standard output is gone.
pub fn done(out: &Out, done: &Done) -> Result<(), Fault> {
    out.answer(done, |done| match done.effective_within_seconds {
        0 => done.message.clone(),
        seconds => format!("{} It takes up to {seconds} seconds to bite everywhere.", done.message),
    })
}

/// A budget from its arguments.
pub fn budget_input(budget: &BudgetArgs) -> Option<BudgetInput> {
    let amount = budget.amount.clone()?;
    Some(BudgetInput { amount, period: period(budget.period), warn_at: Vec::new() })
}

/// A period's name as it crosses.
pub fn period(period: PeriodName) -> String {
    match period {
        PeriodName::Daily => "daily",
        PeriodName::Weekly => "weekly",
        PeriodName::Monthly => "monthly",
        PeriodName::Total => "total",
    }
    .to_owned()
}

/// As of when figures are, as a line under a table.
pub fn as_of(freshness: &FreshnessView) -> String {
    let at = freshness.as_of.as_deref().unwrap_or("never");
    match freshness.state {
        FreshnessState::Fresh => format!("As of {at}."),
        FreshnessState::Stale => format!("As of {at}: run `purser sync` to bring it up to date."),
        FreshnessState::Failing => format!("As of {at}: the last sync failed, see `purser gateway list`."),
        FreshnessState::Never => "Never synced: run `purser sync`.".to_owned(),
    }
}

/// An amount that may be absent.
pub fn maybe(amount: Option<&AmountView>) -> String {
    amount.map_or_else(|| "–".to_owned(), |amount| amount.text.clone())
}

/// Who the audit log names for writes from here.
pub const ORIGIN: Origin = Origin::Cli;
