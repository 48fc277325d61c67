//! Translation between New API's objects and ours, both ways.

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Currency, Environment, ExternalId, Key, KeyLabel, KeySpec, KeyStatus,
    Limit, ModelName, ModelScope, Name, Nanos, RateLimit, Scope, Timestamp,
};

use super::config::Rate;
use super::naming::{self, Asked, Remark, TokenName};
use super::wire::{Priced, Pricing, Ratio, Token, TokenEdit, User};
use crate::ModelOffer;

/// A user who may log in and whose tokens work.
pub const USER_ENABLED: u32 = 1;
/// A token that works.
pub const TOKEN_ENABLED: u32 = 1;
/// A token that somebody stopped.
pub const TOKEN_DISABLED: u32 = 2;
/// A token that was found past its expiry.
pub const TOKEN_EXPIRED: u32 = 3;
/// A token that was found without quota.
pub const TOKEN_EXHAUSTED: u32 = 4;
/// New API's word for "does not expire".
pub const NEVER: i64 = -1;

/// A user as an account.
pub fn account(user: &User, rate: Rate) -> Account {
    let remark = Remark::parse(&user.remark);
    let mark = remark.mark.or_else(|| naming::unfinished_mark(&user.username, &user.display_name));
    let wallet = rate.money(user.quota.saturating_add(user.used_quota)).max(Nanos::ZERO).min(Budget::MAX);
    let budget = match remark.asked {
        Asked::Unlimited => Limit::Unlimited,
        Asked::Nothing | Asked::Units(_) => Budget::new(wallet, Currency::USD, BudgetPeriod::Total).ok().into(),
    };
    Account {
        external_id: ExternalId::new(user.id.to_string()),
        mark,
        spec: AccountSpec {
            name: account_name(user, &remark),
            models: ModelScope::All,
            budget,
            rate_limit: RateLimit::default(),
        },
        paused: user.status != USER_ENABLED,
        spent: Some(rate.money(user.used_quota)),
        resets_at: None,
    }
}

/// The name we gave, as long as what New API shows is its beginning; after a rename in its console, what it shows.
fn account_name(user: &User, remark: &Remark) -> Name {
    let ours = remark.name.as_deref().filter(|name| naming::short(name) == user.display_name);
    let shown = if user.display_name.is_empty() { &user.username } else { &user.display_name };
    Name::lossy(ours.unwrap_or(shown), &format!("user {}", user.id))
}

/// Where a token is found: its user and its number.
pub fn key_id(user: u64, token: u64) -> ExternalId {
    ExternalId::new(format!("{user}/{token}"))
}

/// User and number out of an identifier; `None` for anything else, which may be a secret.
pub fn key_parts(id: &ExternalId) -> Option<(u64, u64)> {
    let (user, token) = id.as_str().split_once('/')?;
    Some((user.parse().ok()?, token.parse().ok()?))
}

/// How tokens are read on one instance.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Units per dollar.
    pub rate: Rate,
    /// Whether tokens carry the tag of their account (the operator owns them all).
    pub tagged: bool,
    /// New API's own clock.
    pub now: Timestamp,
}

/// A token as a key.
pub fn key(token: &Token, reading: Reading) -> Key {
    let name = TokenName::parse(&token.name, reading.tagged);
    let account = if reading.tagged { name.tag.clone() } else { Some(token.user_id.to_string()) };
    Key {
        external_id: key_id(token.user_id, token.id),
        account: account.map(ExternalId::new),
        mark: name.mark,
        label: KeyLabel::new(&token.key.label),
        fingerprint: None,
        spec: KeySpec {
            name: Name::lossy(&name.name, &format!("token {}", token.id)),
            environment: name.environment.unwrap_or(Environment::Other),
            scope: Scope::Full,
            models: models(token),
            budget: budget(token, reading.rate),
            rate_limit: RateLimit::default(),
            expires_at: (token.expired_time != NEVER).then(|| seconds(token.expired_time)),
        },
        status: status(token, reading.now),
        spent: Some(reading.rate.money(token.used_quota)),
        resets_at: None,
        created_at: (token.created_time > 0).then(|| seconds(token.created_time)),
    }
}

/// Whole seconds as an instant.
pub fn seconds(at: i64) -> Timestamp {
    Timestamp::from_millis(at.saturating_mul(1000))
}

/// What a key may spend in its life: the rest and what is gone, which only a change of the ceiling changes.
pub const fn ceiling_units(token: &Token) -> Option<i64> {
    if token.unlimited_quota { None } else { Some(token.remain_quota.saturating_add(token.used_quota)) }
}

fn budget(token: &Token, rate: Rate) -> Limit<Budget> {
    let Some(units) = ceiling_units(token) else { return Limit::Unlimited };
    let amount = rate.money(units).max(Nanos::ZERO).min(Budget::MAX);
    Budget::new(amount, Currency::USD, BudgetPeriod::Total).ok().into()
}

fn models(token: &Token) -> ModelScope {
    if !token.model_limits_enabled {
        return ModelScope::All;
    }
    let names = token.model_limits.split(',').map(str::trim).filter(|name| !name.is_empty());
    ModelScope::Only(names.map(ModelName::new).collect())
}

/// Whether a key works. New API's own word is late (it is written when a call is refused, and with Redis never) or stale
/// (a key whose ceiling was raised stays "exhausted" until it is enabled again), so it is worked out from what counts.
fn status(token: &Token, now: Timestamp) -> KeyStatus {
    let expired = is_past(token, now);
    let spent = !token.unlimited_quota && token.remain_quota <= 0;
    match token.status {
        _ if token.deleted_at.is_some() => KeyStatus::Revoked,
        _ if expired => KeyStatus::Expired,
        TOKEN_ENABLED => KeyStatus::Active,
        // Over budget is not paused: it goes on when the ceiling is raised.
        TOKEN_EXHAUSTED if spent => KeyStatus::Active,
        _ => KeyStatus::Paused,
    }
}

/// Whether a key is past its expiry.
pub fn is_past(token: &Token, now: Timestamp) -> bool {
    token.expired_time != NEVER && seconds(token.expired_time) <= now
}

/// A token as it was read, to be written back with changes.
pub fn edit(token: &Token) -> TokenEdit {
    TokenEdit {
        id: Some(token.id),
        name: token.name.clone(),
        expired_time: token.expired_time,
        remain_quota: token.remain_quota,
        unlimited_quota: token.unlimited_quota,
        model_limits_enabled: token.model_limits_enabled,
        model_limits: token.model_limits.clone(),
        allow_ips: token.allow_ips.clone(),
        group: token.group.clone(),
        cross_group_retry: token.cross_group_retry,
        auto_groups: token.auto_groups.clone(),
    }
}

/// A token that is not there yet.
pub fn new_edit(name: String) -> TokenEdit {
    TokenEdit {
        id: None,
        name,
        expired_time: NEVER,
        remain_quota: 0,
        unlimited_quota: false,
        model_limits_enabled: false,
        model_limits: String::new(),
        allow_ips: Some(String::new()),
        group: String::new(),
        cross_group_retry: false,
        auto_groups: None,
    }
}

/// Writes models and expiry into a token.
pub fn set_spec(edit: &mut TokenEdit, spec: &KeySpec) {
    edit.expired_time = spec.expires_at.map_or(NEVER, |at| at.as_millis().div_euclid(1000));
    let names: Vec<&str> = match &spec.models {
        ModelScope::All => Vec::new(),
        ModelScope::Only(names) => names.iter().map(ModelName::as_str).collect(),
    };
    edit.model_limits_enabled = spec.models != ModelScope::All;
    edit.model_limits = names.join(",");
}

/// Amount and period of a budget: what New API holds. Warnings are kept by us.
pub fn ceiling(budget: &Limit<Budget>) -> Option<Nanos> {
    match budget {
        Limit::Unlimited => None,
        Limit::Limited(budget) => Some(budget.amount()),
    }
}

/// Models with what a million tokens cost at a ratio of one.
pub fn offers(pricing: Pricing, rate: Rate) -> Vec<ModelOffer> {
    let mut offers: Vec<ModelOffer> = pricing.data.into_iter().map(|priced| offer(priced, rate)).collect();
    offers.sort_by(|one, other| one.name.cmp(&other.name));
    offers.dedup_by(|one, other| one.name == other.name);
    offers
}

fn offer(priced: Priced, rate: Rate) -> ModelOffer {
    let by_token = priced.quota_type == 0 && priced.billing_mode != "tiered_expr";
    let input = priced.model_ratio.filter(|_| by_token).map(|Ratio(ratio)| ratio);
    let output = input.zip(priced.completion_ratio).and_then(|(input, Ratio(times))| input.checked_mul(times));
    let cost = |ratio: rust_decimal::Decimal| rate.per_million(ratio);
    ModelOffer {
        name: ModelName::new(priced.model_name),
        upstream: None,
        input_cost: input.and_then(cost),
        output_cost: output.and_then(cost),
    }
}
