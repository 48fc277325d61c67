//! Changes: each is sent once, read back, and compared with what was asked. Only fields that differ are sent.

mod account;
mod key;
mod models;
mod pause;

use std::sync::{Mutex, PoisonError};

use domain::{Budget, Currency, Limit, Nanos, RateLimit, Timestamp};
use serde::Serialize;

use super::api::Api;
use super::config::{Learned, Lesson};
use super::error;
use crate::http::{Call, Reply};
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
            $crate::product::openrouter::write::Step::On(value) => value,
            $crate::product::openrouter::write::Step::End(outcome) => return Ok(outcome),
        }
    };
}
use step;

/// Makes one change.
pub struct Writer<'a> {
    api: &'a Api,
    learned: Learned,
    now: Timestamp,
    lesson: Mutex<Lesson>,
}

impl<'a> Writer<'a> {
    pub fn new(api: &'a Api, learned: Learned, now: Timestamp) -> Self {
        Self { api, learned, now, lesson: Mutex::new(Lesson::None) }
    }

    /// Makes the change, and says what it taught. See [`crate::Gateway::apply`].
    pub async fn apply(self, action: &Action) -> Result<(Outcome, Lesson), GatewayError> {
        let outcome = self.dispatch(action).await?;
        let lesson = *self.lesson.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((outcome, lesson))
    }

    async fn dispatch(&self, action: &Action) -> Result<Outcome, GatewayError> {
        match action {
            Action::AccountCreate { mark, spec, .. } => self.account_create(mark, spec).await,
            Action::AccountUpdate { account, spec } => self.account_update(account, spec).await,
            Action::AccountPause { account, paused } => self.account_pause(account, *paused).await,
            Action::KeyCreate { mark, account, spec, .. } => self.key_create(key::Wish { mark, account, spec }).await,
            Action::KeyUpdate { key, spec } => self.key_update(key, spec).await,
            Action::KeyBudget { key, budget } => self.key_budget(key, budget).await,
            Action::KeyPause { key, paused } => self.key_pause(key, *paused).await,
            Action::KeyRevoke { key } => self.key_revoke(key).await,
            Action::AccountCredential { .. } | Action::KeyReveal { .. } => Ok(Outcome::refused(
                "OpenRouter has no such thing: it shows a key once, and its management key manages every key",
                None,
            )),
        }
    }

    fn teach(&self, lesson: Lesson) {
        *self.lesson.lock().unwrap_or_else(PoisonError::into_inner) = lesson;
    }

    /// Sends a change; a refusal ends it, an unknown outcome is an error.
    async fn send(&self, call: Call<'_>, body: &impl Serialize) -> Result<Step<Reply>, GatewayError> {
        accepted(self.api.write(call, body).await?)
    }
}

/// A successful reply to a change, or the end of it.
fn accepted(reply: Reply) -> Result<Step<Reply>, GatewayError> {
    if reply.is_success() { Ok(Step::On(reply)) } else { Ok(Step::End(error::refusal(&reply)?)) }
}

/// The object as it was, read before the change; its absence ends the change.
fn before<T>(found: Result<T, GatewayError>) -> Result<Step<T>, GatewayError> {
    match found {
        Ok(found) => Ok(Step::On(found)),
        // Nothing was sent yet: these are final.
        Err(error) if !matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Unreachable | ErrorKind::Malformed) => {
            Ok(Step::End(error::refused(error)))
        }
        Err(error) => Err(error),
    }
}

/// A budget that OpenRouter cannot be asked for, said before anything is sent.
fn impossible_budget(budget: &Limit<Budget>) -> Option<Outcome> {
    let Limit::Limited(budget) = budget else { return None };
    if budget.currency() != Currency::USD {
        let message = format!("OpenRouter counts in USD: give the budget in USD instead of {}", budget.currency());
        return Some(Outcome::refused(message, None));
    }
    (budget.amount() == Nanos::ZERO).then(|| {
        let message = "a budget of zero may mean no limit at all on OpenRouter: pause instead, or give a small amount";
        Outcome::refused(message, None)
    })
}

fn impossible_speed(limit: &RateLimit) -> Option<Outcome> {
    let message = "OpenRouter has no limits on speed: leave them empty, and use a budget";
    (*limit != RateLimit::default()).then(|| Outcome::refused(message, None))
}

/// The names of the fields that differ.
fn differing(checks: &[(&'static str, bool)]) -> Vec<&'static str> {
    checks.iter().filter(|(_, same)| !same).map(|(name, _)| *name).collect()
}
