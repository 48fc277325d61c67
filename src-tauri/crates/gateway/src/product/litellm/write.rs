//! Changes: each is sent once, read back, and compared with what was asked.
//!
//! LiteLLM answers 200 to things it then does not do (an existing key with another alias, an unknown team, an unknown
//! field), so only what is read back counts. Only fields that differ are sent: what we have no word for stays.

mod account;
mod key;

use domain::{Budget, Currency, Limit, ModelScope, Timestamp};

use super::api::Api;
use crate::{Action, ErrorKind, GatewayError, Outcome};

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
            $crate::product::litellm::write::Step::On(value) => value,
            $crate::product::litellm::write::Step::End(outcome) => return Ok(outcome),
        }
    };
}
use step;

/// Makes a change. See [`crate::Gateway::apply`].
pub async fn apply(api: &Api, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
    match action {
        Action::AccountCreate { mark, spec, .. } => account::create(api, mark, spec).await,
        Action::AccountUpdate { account, spec } => account::update(api, account, spec).await,
        Action::AccountPause { account, paused } => account::pause(api, account, *paused).await,
        Action::KeyCreate { mark, account, spec, secret } => {
            key::create(api, key::Wish { mark, account, spec, secret }, now).await
        }
        Action::KeyUpdate { key, spec } => key::update(api, key, spec, now).await,
        Action::KeyBudget { key, budget } => key::budget(api, key, budget).await,
        Action::KeyPause { key, paused } => key::pause(api, key, *paused).await,
        Action::KeyRevoke { key } => key::revoke(api, key).await,
        Action::AccountCredential { .. } | Action::KeyReveal { .. } => Ok(Outcome::refused(
            "LiteLLM has no such thing: it keeps no secret and its admin key manages every key",
            None,
        )),
    }
}

/// What LiteLLM cannot be asked for, said before anything is sent.
fn impossible(models: &ModelScope, budget: &Limit<Budget>) -> Option<Outcome> {
    if matches!(models, ModelScope::Only(names) if names.is_empty()) {
        let message = "an empty list of models opens every model on LiteLLM: choose at least one, or pause instead";
        return Some(Outcome::refused(message, None));
    }
    impossible_budget(budget)
}

fn impossible_budget(budget: &Limit<Budget>) -> Option<Outcome> {
    let Limit::Limited(budget) = budget else { return None };
    (budget.currency() != Currency::USD).then(|| {
        let message = format!("LiteLLM counts in USD: give the budget in USD instead of {}", budget.currency());
        Outcome::refused(message, None)
    })
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
