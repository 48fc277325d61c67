//! Translation between Bifrost's objects and ours, both ways.

pub mod budget;
pub mod models;
pub mod tag;

use domain::{
    Account, AccountSpec, Environment, ExternalId, Key, KeyFingerprint, KeyLabel, KeySpec, KeyStatus, Mark, ModelScope,
    Name, Scope, Timestamp,
};
use sha2::{Digest, Sha256};

use super::wire;
use budget::Ceiling;
use tag::Tag;

/// What is known about an instance while its objects are read.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Providers that are set up.
    pub providers: Vec<String>,
    /// How an empty list is read where the key itself does not tell.
    pub empty_refuses: bool,
    /// The gateway's own clock.
    pub now: Option<Timestamp>,
}

/// A customer as an account. Whether it is paused also depends on its keys: `any_active` says whether one of them works.
pub fn account(customer: &wire::Customer, any_active: bool) -> Account {
    let tag = Tag::read(&customer.name);
    let ceiling = customer_ceiling(customer);
    let counter = budget::counter(customer.budget.as_ref(), &customer.budgets, ceiling);
    Account {
        external_id: ExternalId::new(&customer.id),
        mark: tag.mark,
        spec: AccountSpec {
            name: Name::lossy(&tag.text, &customer.id),
            models: ModelScope::All,
            budget: Ceiling::budget(ceiling.as_ref()),
            rate_limit: budget::rate_limit(&customer.rate_limit),
        },
        paused: tag.paused && !any_active,
        spent: counter.spent,
        resets_at: counter.resets_at,
    }
}

/// The budget of a customer. 1.5.2 shows an alignment per budget that it never keeps; the period's start tells it.
pub fn customer_ceiling(customer: &wire::Customer) -> Option<Ceiling> {
    Ceiling::found(customer.budget.as_ref(), &customer.budgets, customer.calendar_aligned)
}

/// The budget of a virtual key.
pub fn key_ceiling(key: &wire::VirtualKey) -> Option<Ceiling> {
    Ceiling::found(key.budget.as_ref(), &key.budgets, key.calendar_aligned)
}

/// The customer that pays for a virtual key: its own, or its team's.
pub fn owner(key: &wire::VirtualKey) -> Option<&str> {
    let team = || key.team.as_ref().and_then(|team| team.customer_id.as_deref());
    key.customer_id.as_deref().or_else(team).filter(|id| !id.is_empty())
}

/// Whether an empty list refuses everything: a key of 1.5 or later has a field that one of 1.4 has not.
pub fn empty_refuses(key: &wire::VirtualKey, otherwise: bool) -> bool {
    let newer = key.calendar_aligned.is_some() || key.provider_configs.iter().any(|c| c.allow_all_keys.is_some());
    newer || otherwise
}

/// A virtual key as a key.
pub fn key(key: &wire::VirtualKey, around: &Surroundings) -> Key {
    let tag = Tag::read(&key.description);
    let ceiling = key_ceiling(key);
    let counter = budget::counter(key.budget.as_ref(), &key.budgets, ceiling);
    let expires_at: Option<Timestamp> = key.expires_at.as_deref().and_then(|at| at.parse().ok());
    let secret = key.value.0.as_ref();
    Key {
        external_id: ExternalId::new(&key.id),
        account: owner(key).map(ExternalId::new),
        mark: tag.mark,
        label: secret.map_or_else(|| KeyLabel::new("sk-bf-…"), domain::Secret::label),
        fingerprint: secret.and_then(fingerprint),
        spec: KeySpec {
            name: key_name(key, tag.mark.as_ref()),
            environment: tag.environment.unwrap_or(Environment::Other),
            scope: Scope::Full,
            models: models::scope(&key.provider_configs, empty_refuses(key, around.empty_refuses), &around.providers),
            budget: Ceiling::budget(ceiling.as_ref()),
            rate_limit: budget::rate_limit(&key.rate_limit),
            expires_at,
        },
        status: status(key, expires_at, around.now),
        spent: counter.spent,
        resets_at: counter.resets_at,
        created_at: key.created_at.as_deref().and_then(|at| at.parse().ok()),
    }
}

fn fingerprint(secret: &domain::Secret) -> Option<KeyFingerprint> {
    let digest = Sha256::digest(secret.expose().as_bytes());
    KeyFingerprint::new(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().as_str())
}

fn status(key: &wire::VirtualKey, expires_at: Option<Timestamp>, now: Option<Timestamp>) -> KeyStatus {
    if expires_at.zip(now).is_some_and(|(expires, now)| expires <= now) {
        return KeyStatus::Expired;
    }
    // 1.4 to 1.5 leave the field out of nothing; where it is missing, a key works.
    if key.is_active == Some(false) { KeyStatus::Paused } else { KeyStatus::Active }
}

/// The name we gave: names are unique over the whole gateway, so a taken one has our mark behind it.
fn key_name(key: &wire::VirtualKey, mark: Option<&Mark>) -> Name {
    let plain = mark.and_then(|mark| key.name.strip_suffix(&suffix(mark)));
    Name::lossy(plain.unwrap_or(&key.name), &key.id)
}

/// The name of a virtual key whose plain name is taken by another.
pub fn alias_for(name: &str, mark: &Mark) -> String {
    format!("{name}{}", suffix(mark))
}

fn suffix(mark: &Mark) -> String {
    format!(" -{}", mark.short())
}
