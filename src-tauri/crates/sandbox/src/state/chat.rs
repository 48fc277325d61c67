//! The client's side: who is served, who is refused and why, and a canned answer that is metered like a real one.
//!
//! Requests are answered within one step, so no two overlap and a ceiling on parallel requests is never reached.

use domain::{KeyStatus, Scope, Secret, Timestamp};

use super::{Holder, State};
use crate::book::Call;
use crate::catalogue::{self, Model, Tokens};
use crate::pace::{self, Allowance};
use crate::secret;
use crate::wire::{Amount, RateBody, Stamp};

/// What every answer says, as far as `max_tokens` lets it.
const ANSWER: &str = "This is the sandbox: the request was admitted, metered and charged to its key like a real one, \
                      but no model was asked. Connect a gateway of your own to get real answers.";
/// Characters that count as one token.
const CHARS_PER_TOKEN: usize = 4;

/// A chat request, as far as it matters here. What was said is measured and forgotten (S0-04).
pub(crate) struct Question {
    /// The model as the client calls it.
    pub(crate) model: String,
    /// Length of each message, in characters.
    pub(crate) lengths: Vec<usize>,
    /// The longest answer wanted, in tokens.
    pub(crate) max_tokens: Option<u64>,
}

/// Who calls: the places of a key and of its account.
#[derive(Clone, Copy)]
struct Caller {
    key: usize,
    account: usize,
}

impl Caller {
    fn holders(self) -> [Holder; 2] {
        [Holder::Key(self.key), Holder::Account(self.account)]
    }
}

/// A served request.
pub(crate) struct Served {
    /// Identifier in the usage list.
    pub(crate) id: u64,
    /// What was consumed.
    pub(crate) tokens: Tokens,
    /// What was said.
    pub(crate) text: String,
    /// Whether the answer was cut at `max_tokens`.
    pub(crate) cut: bool,
    /// What is left of the ceiling on requests.
    pub(crate) allowance: Option<Allowance>,
}

/// A refused request, in the terms of OpenAI's error body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// `error.type`.
    pub(crate) kind: &'static str,
    /// `error.code`, always text (S1-13).
    pub(crate) code: &'static str,
    /// `error.message`.
    pub(crate) message: String,
    /// `Retry-After`, in seconds.
    pub(crate) retry_after: Option<i64>,
    /// What is left of the ceiling on requests.
    pub(crate) allowance: Option<Allowance>,
}

impl Refusal {
    fn new(status: u16, kind: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code, message: message.into(), retry_after: None, allowance: None }
    }

    fn unauthorized(why: &str) -> Self {
        Self::new(401, "invalid_request_error", "invalid_api_key", why)
    }

    fn forbidden(code: &'static str, why: String) -> Self {
        Self::new(403, "permission_error", code, why)
    }
}

impl State {
    /// The place of the key that a secret opens.
    pub(crate) fn authenticate(&self, secret: Option<&Secret>, now: Timestamp) -> Result<usize, Refusal> {
        let secret =
            secret.ok_or_else(|| Refusal::unauthorized("no API key was given: send `Authorization: Bearer <key>`"))?;
        let fingerprint = secret::fingerprint(secret);
        let at = self.book.keys.iter().position(|key| key.fingerprint == fingerprint);
        let at =
            at.ok_or_else(|| Refusal::unauthorized("this API key is not known here: check that it is complete"))?;
        match self.status(at, now) {
            KeyStatus::Revoked => Err(Refusal::unauthorized("this API key was revoked: ask for another")),
            KeyStatus::Paused => Err(Refusal::unauthorized("this API key is paused: ask whoever gave it to you")),
            KeyStatus::Expired => Err(Refusal::unauthorized("this API key has expired: ask for another")),
            KeyStatus::Active if self.account_paused(at) => {
                Err(Refusal::unauthorized("the account of this API key is paused: ask whoever gave it to you"))
            }
            KeyStatus::Active => Ok(at),
        }
    }

    /// Whether a key works, its account aside.
    pub(crate) fn status(&self, at: usize, now: Timestamp) -> KeyStatus {
        let key = &self.book.keys[at];
        let expired = key.settings.expires_at.is_some_and(|expiry| expiry.0 <= now);
        match (key.revoked, expired, key.paused) {
            (true, _, _) => KeyStatus::Revoked,
            (_, true, _) => KeyStatus::Expired,
            (_, _, true) => KeyStatus::Paused,
            _ => KeyStatus::Active,
        }
    }

    fn account_paused(&self, at: usize) -> bool {
        self.account_of(at).is_none_or(|account| self.book.accounts[account].paused)
    }

    /// The place of a key's account.
    pub(crate) fn account_of(&self, at: usize) -> Option<usize> {
        self.book.account(&self.book.keys[at].account)
    }

    /// Refuses a key whose scope does not reach so far (S0-27).
    pub(crate) fn require(&self, at: usize, needed: Scope) -> Result<(), Refusal> {
        let held = self.book.keys[at].settings.scope().unwrap_or(Scope::ReadOnly);
        if held == Scope::Full || held == needed {
            return Ok(());
        }
        let message =
            format!("this API key may not do that: its scope is {}, needed is {}", held.code(), needed.code());
        Err(Refusal::forbidden("scope_not_allowed", message))
    }

    /// The models a key may call.
    pub(crate) fn models_of(&self, at: usize) -> Vec<&'static Model> {
        let account = self.account_of(at).and_then(|account| self.book.accounts[account].settings.models.as_ref());
        let key = self.book.keys[at].settings.models.as_ref();
        let within = |list: Option<&Vec<String>>, model: &Model| list.is_none_or(|l| l.iter().any(|n| n == model.name));
        catalogue::MODELS.iter().filter(|model| within(key, model) && within(account, model)).collect()
    }

    fn model(&self, at: usize, name: &str) -> Result<&'static Model, Refusal> {
        let shown: String = name.chars().take(60).collect();
        let model = catalogue::find(name).ok_or_else(|| {
            let message = format!("the model `{shown}` does not exist: see GET /v1/models");
            Refusal::new(404, "invalid_request_error", "model_not_found", message)
        })?;
        if self.models_of(at).contains(&model) {
            return Ok(model);
        }
        let message = format!("this API key may not call the model `{shown}`: see GET /v1/models");
        Err(Refusal::forbidden("model_not_allowed", message))
    }

    /// Refuses past a budget of the key or of its account (S0-08, S1-13).
    fn check_budgets(&mut self, holders: [Holder; 2], now: Timestamp) -> Result<(), Refusal> {
        for holder in holders {
            let Some((budget, (spent, reset))) = self.budget(holder).zip(self.spent(holder, now)) else { continue };
            if spent >= budget.amount() {
                let whose = if matches!(holder, Holder::Key(_)) { "API key" } else { "account" };
                let until =
                    reset.map_or_else(|| "it does not start again".to_owned(), |at| format!("it starts again at {at}"));
                let period = budget.period().code();
                let message = format!("the {period} budget of this {whose} is used up: {until}");
                return Err(Refusal::new(402, "insufficient_quota", "402", message));
            }
        }
        Ok(())
    }

    fn rates(&self, holders: [Holder; 2]) -> [(Holder, RateBody); 2] {
        holders.map(|holder| match holder {
            Holder::Account(at) => (holder, self.book.accounts[at].settings.rate_limit),
            Holder::Key(at) => (holder, self.book.keys[at].settings.rate_limit),
        })
    }

    /// The tighter of the two ceilings on requests.
    fn allowance(&self, holders: [Holder; 2], now: Timestamp) -> Option<Allowance> {
        let rates = self.rates(holders).into_iter();
        let all = rates.filter_map(|(holder, rate)| self.pace.allowance(holder, rate, now));
        all.min_by_key(|allowance| allowance.remaining)
    }

    fn check_rates(&self, holders: [Holder; 2], now: Timestamp) -> Result<(), Refusal> {
        if self.rates(holders).into_iter().all(|(holder, rate)| self.pace.admits(holder, rate, now)) {
            return Ok(());
        }
        let wait = pace::retry_after(now);
        let message = format!("too many requests in this minute: try again in {wait} s");
        let mut refusal = Refusal::new(429, "rate_limit_error", "rate_limit_exceeded", message);
        refusal.retry_after = Some(wait);
        refusal.allowance = self.allowance(holders, now);
        Err(refusal)
    }

    /// Answers a chat request, or says why not.
    pub(crate) fn chat(&mut self, secret: Option<&Secret>, ask: &Question, now: Timestamp) -> Result<Served, Refusal> {
        self.advance(now);
        let key = self.authenticate(secret, now)?;
        self.require(key, Scope::Inference)?;
        let model = self.model(key, &ask.model)?;
        let account = self.account_of(key).ok_or_else(|| Refusal::unauthorized("this API key has no account"))?;
        let caller = Caller { key, account };
        self.check_budgets(caller.holders(), now)?;
        self.check_rates(caller.holders(), now)?;
        let served = self.serve(model, ask, caller, now);
        self.save().map_err(|why| Refusal::new(500, "server_error", "not_saved", why.to_string()))?;
        Ok(served)
    }

    fn serve(&mut self, model: &Model, ask: &Question, caller: Caller, now: Timestamp) -> Served {
        let (text, output, cut) = answer(ask.max_tokens);
        let tokens = Tokens { input: input_tokens(&ask.lengths), cache_read: 0, output };
        // Counted before it is recorded: a tally that is only now made from the records would count it twice.
        for holder in caller.holders() {
            self.pace.count(holder, tokens.input + tokens.output, now);
            self.spend(holder, model.cost(tokens), now);
        }
        let id = self.book.next_number();
        self.record(id, caller, (model, tokens), now);
        Served { id, tokens, text, cut, allowance: self.allowance(caller.holders(), now) }
    }

    fn record(&mut self, id: u64, caller: Caller, (model, tokens): (&Model, Tokens), now: Timestamp) {
        let call = Call {
            id,
            at: Stamp(now),
            account: self.book.accounts[caller.account].id.clone(),
            key: self.book.keys[caller.key].id.clone(),
            model: model.name.to_owned(),
            input: tokens.input,
            output: tokens.output,
            cost: Amount(model.cost(tokens)),
            duration_millis: u32::try_from(120 + tokens.output * 9).unwrap_or(u32::MAX),
        };
        // A clock that was set back must not break the order of the list.
        let place = self.book.calls.partition_point(|other| (other.at.0, other.id) < (now, id));
        self.book.calls.insert(place, call);
    }
}

/// What a conversation counts: a quarter of its characters, and four tokens a message for its role.
fn input_tokens(lengths: &[usize]) -> u64 {
    let tokens = lengths.iter().map(|length| length.div_ceil(CHARS_PER_TOKEN) as u64 + 4);
    tokens.fold(0, u64::saturating_add)
}

/// The answer, its length in tokens, and whether it was cut.
fn answer(max_tokens: Option<u64>) -> (String, u64, bool) {
    let whole = ANSWER.len().div_ceil(CHARS_PER_TOKEN) as u64;
    match max_tokens {
        Some(most) if most < whole => {
            let chars = usize::try_from(most).unwrap_or(0) * CHARS_PER_TOKEN;
            (ANSWER.chars().take(chars).collect(), most, true)
        }
        _ => (ANSWER.to_owned(), whole, false),
    }
}
