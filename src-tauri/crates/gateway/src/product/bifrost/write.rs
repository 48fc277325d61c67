//! Changes: each is sent once, read back, and compared with what was asked.
//!
//! Bifrost ignores fields that its release does not know, and answers 200 all the same; so only what is read back
//! counts. Only fields that differ are sent, and with each of them the key's owner: older releases take a missing owner
//! for none.

mod account;
mod key;

use domain::{Budget, Currency, Limit, Nanos, RateLimit, Timestamp};

use super::api::Api;
use super::config::Features;
use super::error;
use super::map::budget::{self, Ceiling};
use crate::http::Reply;
use crate::{Action, ErrorKind, GatewayError, Outcome};

/// What every change needs.
pub struct Writer<'a> {
    pub api: &'a Api,
    pub features: Features,
}

impl Writer<'_> {
    fn refusal(&self, reply: &Reply) -> Result<Outcome, GatewayError> {
        error::refusal(reply, self.api.signed_in)
    }
}

/// How a step of a change went on: with a value, or to its end.
#[allow(clippy::large_enum_variant, reason = "lives for one match")]
enum Step<T> {
    On(T),
    End(Outcome),
}

/// Goes on with the value, or returns the outcome.
macro_rules! step {
    ($step:expr) => {
        match $step? {
            $crate::product::bifrost::write::Step::On(value) => value,
            $crate::product::bifrost::write::Step::End(outcome) => return Ok(outcome),
        }
    };
}
use step;

/// Makes a change. See [`crate::Gateway::apply`].
pub async fn apply(writer: &Writer<'_>, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
    match action {
        Action::AccountCreate { mark, spec, .. } => account::create(writer, mark, spec).await,
        Action::AccountUpdate { account, spec } => account::update(writer, account, spec).await,
        Action::AccountPause { account, paused } => account::pause(writer, account, *paused).await,
        Action::KeyCreate { mark, account, spec, .. } => {
            key::create(writer, key::Wish { mark, account, spec }, now).await
        }
        Action::KeyUpdate { key, spec } => key::update(writer, key, spec, now).await,
        Action::KeyBudget { key, budget } => key::budget(writer, key, budget).await,
        Action::KeyPause { key, paused } => key::pause(writer, key, *paused).await,
        Action::KeyReveal { key } => key::reveal(writer, key).await,
        Action::KeyRevoke { key } => key::revoke(writer, key).await,
        Action::AccountCredential { .. } => Ok(Outcome::refused(
            "Bifrost's accounts have no credential of their own: its admin manages every key",
            None,
        )),
    }
}

/// What Bifrost cannot be asked for, said before anything is sent.
fn impossible(budget: &Limit<Budget>, rate_limit: &RateLimit) -> Option<Outcome> {
    let refused = |message: &str| Some(Outcome::refused(message, None));
    if rate_limit.parallel.is_some() {
        return refused("Bifrost has no ceiling on requests at the same time: leave it open");
    }
    if rate_limit.requests_per_minute == Some(0) || rate_limit.tokens_per_minute == Some(0) {
        return refused("Bifrost has no speed limit of zero: choose at least one a minute, or pause instead");
    }
    impossible_budget(budget)
}

fn impossible_budget(budget: &Limit<Budget>) -> Option<Outcome> {
    let Limit::Limited(budget) = budget else { return None };
    if budget.currency() != Currency::USD {
        let message = format!("Bifrost counts in USD: give the budget in USD instead of {}", budget.currency());
        return Some(Outcome::refused(message, None));
    }
    let message = "Bifrost has no budget of zero: pause instead, or choose a very small one";
    (budget.amount() == Nanos::ZERO).then(|| Outcome::refused(message, None))
}

/// The object as it was, read before the change; its absence ends the change.
fn before<T>(found: Result<T, GatewayError>) -> Result<Step<T>, GatewayError> {
    match found {
        Ok(found) => Ok(Step::On(found)),
        // Nothing was sent yet: these are final.
        Err(error) if !matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Unreachable | ErrorKind::Malformed) => {
            Ok(Step::End(Outcome::refused(error.message, error.status)))
        }
        Err(error) => Err(error),
    }
}

/// The names of the fields that differ.
fn differing(checks: &[(&'static str, bool)]) -> Vec<&'static str> {
    checks.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect()
}

/// What is missing when a budget was saved and starts again at another time than the calendar says.
const ALIGNMENT: &str = "alignment with the calendar";

/// A budget read back against the one that was wanted, in two parts: 1.5.2 never aligns a key that was made by hand.
fn budget_checks(found: Option<Ceiling>, wanted: Option<Ceiling>) -> [(&'static str, bool); 2] {
    let amount = budget::same_but_for_alignment(found, wanted);
    [("budget", amount), (ALIGNMENT, !amount || budget::same(found, wanted))]
}

/// Whether a ceiling on speed goes while another stays. Releases up to 1.5 keep what a change does not name, so both
/// have to be deleted first.
fn drops_one(is: &RateLimit, wanted: &RateLimit) -> bool {
    let drops = |is: bool, wanted: bool| is && !wanted;
    let requests = drops(is.requests_per_minute.is_some(), wanted.requests_per_minute.is_some());
    let tokens = drops(is.tokens_per_minute.is_some(), wanted.tokens_per_minute.is_some());
    requests != tokens && *wanted != RateLimit::default()
}
