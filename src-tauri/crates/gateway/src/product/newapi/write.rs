//! Changes: each is sent once, read back, and compared with what was asked.
//!
//! New API overwrites whole objects, so each is read at once before it is written, and what we have no word for goes back
//! as it was. Its answers to changes tell no number and are not believed: only what is read back counts.

mod account;
mod key;
mod login;
mod own;
mod quota;

use domain::{AccountSpec, Budget, BudgetPeriod, Currency, KeySpec, Limit, ModelScope, RateLimit, Scope, Timestamp};

use super::{Mode, NewApi};
use crate::{Action, ErrorKind, GatewayError, Outcome, RefusalReason};

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
            $crate::product::newapi::write::Step::On(value) => value,
            $crate::product::newapi::write::Step::End(outcome) => return Ok(outcome),
        }
    };
}
use step;

/// Makes a change. See [`crate::Gateway::apply`].
pub async fn apply(newapi: &NewApi, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
    // Nothing was sent yet: what keeps us from knowing the instance is final.
    let _known = step!(before(newapi.known().await));
    let own = newapi.mode == Mode::OwnKeys;
    match action {
        Action::AccountCreate { mark, spec, .. } if own => own::create(newapi, mark, spec).await,
        Action::AccountUpdate { account, spec } if own => own::update(newapi, account, spec).await,
        Action::AccountPause { account, paused } if own => own::pause(newapi, account, *paused).await,
        Action::AccountCredential { .. } if own => {
            Ok(Outcome::refused("all keys belong to your own user here: there is no other credential to keep", None))
        }
        Action::AccountCreate { mark, spec, secret } => {
            account::create(newapi, account::New { mark, spec, secret }, now).await
        }
        Action::AccountUpdate { account, spec } => account::update(newapi, account, spec).await,
        Action::AccountPause { account, paused } => account::pause(newapi, account, *paused).await,
        Action::AccountCredential { account, credential } => login::entrust(newapi, account, credential).await,
        Action::KeyCreate { mark, account, spec, .. } => {
            key::create(newapi, key::Wish { mark, account, spec }, now).await
        }
        Action::KeyUpdate { key, spec } => key::update(newapi, key, spec, now).await,
        Action::KeyBudget { key, budget } => key::budget(newapi, key, budget, now).await,
        Action::KeyPause { key, paused } => key::pause(newapi, key, *paused, now).await,
        Action::KeyReveal { key } => key::reveal(newapi, key, now).await,
        Action::KeyRevoke { key } => key::revoke(newapi, key, now).await,
    }
}

/// What an account cannot be asked for on New API, said before anything is sent.
fn impossible_account(spec: &AccountSpec) -> Option<Outcome> {
    if spec.models != ModelScope::All {
        return no("New API has no list of models for a whole user: set it on the keys instead");
    }
    if spec.rate_limit != RateLimit::default() {
        return no("New API has no ceiling on speed for a single user: leave it empty");
    }
    impossible_budget(&spec.budget)
}

/// What a key cannot be asked for on New API.
fn impossible_key(spec: &KeySpec) -> Option<Outcome> {
    if let ModelScope::Only(names) = &spec.models {
        if names.is_empty() {
            return no("an empty list of models opens every model on New API: choose at least one, or pause instead");
        }
        if let Some(bad) = names.iter().find(|name| name.as_str().contains(',') || name.as_str().trim().is_empty()) {
            let message =
                format!("New API separates models by commas, so `{bad}` cannot stand in a list: leave it out");
            return Some(Outcome::refused(message, None));
        }
    }
    if spec.scope != Scope::Full {
        return no(
            "New API's keys have no scopes: each may call models and read its own usage, so choose the full scope",
        );
    }
    if spec.rate_limit != RateLimit::default() {
        return no("New API has no ceiling on speed for a single key: leave it empty");
    }
    impossible_budget(&spec.budget)
}

fn impossible_budget(budget: &Limit<Budget>) -> Option<Outcome> {
    let Limit::Limited(budget) = budget else { return None };
    if budget.currency() != Currency::USD {
        let message = format!("New API counts in USD: give the budget in USD instead of {}", budget.currency());
        return Some(Outcome::refused(message, None));
    }
    if budget.period() != BudgetPeriod::Total {
        return no("Purser funds budgets that start again itself: New API is only ever given a ceiling for good");
    }
    None
}

fn no(message: &str) -> Option<Outcome> {
    Some(Outcome::refused(message, None))
}

/// Something that was read before the change; its absence ends the change.
fn before<T>(found: Result<T, GatewayError>) -> Result<Step<T>, GatewayError> {
    match found {
        Ok(found) => Ok(Step::On(found)),
        // Nothing was sent yet: these are final.
        Err(error) if !matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Unreachable | ErrorKind::Malformed) => {
            Ok(Step::End(Outcome::Refused(RefusalReason {
                message: error.message,
                status: error.status,
                accepted_but_not_saved: false,
                after: error.after,
            })))
        }
        Err(error) => Err(error),
    }
}

/// A write that was sent: New API's no ends the change, a broken connection leaves it unknown.
fn sent(answer: Result<(), GatewayError>) -> Result<Step<()>, GatewayError> {
    match answer {
        Ok(()) => Ok(Step::On(())),
        Err(error) => super::error::refusal(error).map(Step::End),
    }
}

/// A later write of a change of which something was already made: the refusal says what.
fn sent_after(done: &str, answer: Result<(), GatewayError>) -> Result<Step<()>, GatewayError> {
    Ok(match sent(answer)? {
        Step::End(Outcome::Refused(mut reason)) => {
            reason.message = format!("{done}, but not finished: {}", reason.message);
            Step::End(Outcome::Refused(reason))
        }
        step => step,
    })
}

/// The names of the fields that differ.
fn differing(checks: &[(&'static str, bool)]) -> Vec<&'static str> {
    checks.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect()
}
