//! One file per noun. Each verb: read what was typed, call one function of `app`, print its answer.

mod account;
mod audit;
mod bill;
mod budget;
mod client;
mod edit;
mod find;
mod gateway;
mod import;
pub mod invoice;
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

use app::wire::{AmountView, BudgetInput, BudgetView, CountView, Done, FreshnessState, FreshnessView};
use app::{App, Origin};
use serde::Serialize;

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
        Command::PastDue(verb) => past_due::run(app, verb, out).await,
        Command::Route(verb) => route::run(app, verb, out).await,
        Command::Price(verb) => price::run(app, verb, out).await,
        Command::Usage(usage) => usage::run(app, &usage, out).await,
        Command::Requests(usage) => usage::requests(app, &usage, out).await,
        Command::Import(import) => import::run(app, &import, out).await,
        Command::Sync(sync) => sync::run(app, &sync, out).await,
        Command::Reconcile(asked) => reconcile::run(app, &asked, out).await,
        Command::Bill(verb) => bill::run(app, verb, out).await,
        Command::Margin(verb) => margin::run(app, verb, out).await,
        Command::Invoice(verb) => invoice::run(app, verb, out).await,
        Command::Ledger(verb) => ledger::run(app, verb, out).await,
        Command::Notice(verb) => notice::run(app, verb, out).await,
        Command::Audit(audit) => audit::run(app, &audit, out).await,
        Command::Settings(verb) => settings::run(app, verb, out).await,
        Command::Sandbox => gateway::sandbox(app, out).await,
        Command::Tour => tour::run(app, out).await,
        // Answered before the app is opened.
        Command::Completions { .. } => Ok(()),
    }
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
    let at = freshness.as_of.as_deref().map_or_else(|| "an unknown time".to_owned(), moment);
    match freshness.state {
        FreshnessState::Fresh => format!("As of {at}."),
        FreshnessState::Stale => format!("As of {at}: run `purser sync` to bring it up to date."),
        FreshnessState::Failing => format!("As of {at}: the last sync failed, see `purser gateway list`."),
        FreshnessState::Never => "Never synced: run `purser sync`.".to_owned(),
    }
}

/// An instant as people read it: `2026-11-21 06:28 UTC` for `2026-11-21T06:28:50.794Z`.
pub fn moment(at: &str) -> String {
    match (at.get(..10), at.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => at.to_owned(),
    }
}

/// A problem and what to do about it, as two sentences.
pub fn sentences(problem: &str, remedy: Option<&str>) -> String {
    match remedy {
        Some(remedy) => format!("{}. {remedy}", problem.trim_end_matches('.')),
        None => problem.to_owned(),
    }
}

/// A plain name of the wire as words: `account paused` for `account_paused`.
pub fn word<T: Serialize>(choice: &T) -> String {
    let value = serde_json::to_value(choice).unwrap_or_default();
    value.as_str().unwrap_or("–").replace('_', " ")
}

/// A count with all its digits: a terminal has room for them, and they line up.
pub fn count(count: &CountView) -> String {
    app::format::grouped(&count.value)
}

/// A budget in a table: `92 % of $110.00`.
pub fn used(budget: Option<&BudgetView>) -> String {
    budget.map_or_else(|| "–".to_owned(), |budget| format!("{} % of {}", budget.percent, budget.limit.text))
}

/// An amount that may be absent.
pub fn maybe(amount: Option<&AmountView>) -> String {
    amount.map_or_else(|| "–".to_owned(), |amount| amount.text.clone())
}

/// Who the audit log names for writes from here.
pub const ORIGIN: Origin = Origin::Cli;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_to_the_minute() {
        assert_eq!(moment("2026-11-21T06:28:50.794Z"), "2026-11-21 06:28 UTC");
        assert_eq!(moment("never"), "never");
    }

    #[test]
    fn a_remedy_is_a_sentence_of_its_own() {
        assert_eq!(sentences("nothing answers", Some("Start it.")), "nothing answers. Start it.");
        assert_eq!(sentences("Nothing answers.", Some("Start it.")), "Nothing answers. Start it.");
        assert_eq!(sentences("nothing answers", None), "nothing answers");
    }
}
