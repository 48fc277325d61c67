//! Translation between the API's objects and ours, both ways.

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Environment, ExternalId, Key, KeyFingerprint, KeyLabel, KeySpec,
    KeyStatus, Limit, ModelName, ModelScope, Name, Nanos, RateLimit, Scope, Timestamp,
};

use super::{malformed, wire};
use crate::{GatewayError, ModelOffer};

/// An account of the API as ours.
pub fn account(account: wire::Account) -> Result<Account, GatewayError> {
    let wire::Account { id, mark, settings, paused, spent, resets_at } = account;
    let spec = AccountSpec {
        name: Name::lossy(&settings.name, &id),
        models: models(settings.models),
        budget: budget(settings.budget)?,
        rate_limit: rate(&settings.rate_limit),
    };
    Ok(Account {
        external_id: ExternalId::new(id),
        mark: mark.and_then(|mark| mark.parse().ok()),
        spec,
        paused,
        spent: spent.as_deref().map(amount).transpose()?,
        resets_at: resets_at.as_deref().map(instant).transpose()?,
    })
}

/// A key of the API as ours.
pub fn key(key: wire::Key) -> Result<Key, GatewayError> {
    let settings = key.settings;
    let spec = KeySpec {
        name: Name::lossy(&settings.name, &key.id),
        environment: Environment::from_code(&settings.environment).unwrap_or(Environment::Other),
        scope: Scope::from_code(&settings.scope).ok_or_else(|| malformed("a scope"))?,
        models: models(settings.models),
        budget: budget(settings.budget)?,
        rate_limit: rate(&settings.rate_limit),
        expires_at: settings.expires_at.as_deref().map(instant).transpose()?,
    };
    Ok(Key {
        external_id: ExternalId::new(key.id),
        account: Some(ExternalId::new(key.account)),
        mark: key.mark.and_then(|mark| mark.parse().ok()),
        label: KeyLabel::new(&key.label),
        fingerprint: key.fingerprint.as_deref().and_then(KeyFingerprint::new),
        spec,
        status: KeyStatus::from_code(&key.status).ok_or_else(|| malformed("a status"))?,
        spent: key.spent.as_deref().map(amount).transpose()?,
        resets_at: key.resets_at.as_deref().map(instant).transpose()?,
        created_at: key.created_at.as_deref().map(instant).transpose()?,
    })
}

/// A model of the API as ours.
pub fn model(model: &wire::Model) -> Result<ModelOffer, GatewayError> {
    Ok(ModelOffer {
        name: ModelName::new(&model.name),
        upstream: model.upstream.as_deref().map(ModelName::new),
        input_cost: model.input_cost.as_deref().map(amount).transpose()?,
        output_cost: model.output_cost.as_deref().map(amount).transpose()?,
    })
}

/// What we want an account to be, for the API.
pub fn account_settings(spec: &AccountSpec) -> wire::AccountSettings {
    wire::AccountSettings {
        name: spec.name.to_string(),
        models: model_names(&spec.models),
        budget: budget_body(&spec.budget),
        rate_limit: rate_body(spec.rate_limit),
    }
}

/// What we want a key to be, for the API.
pub fn key_settings(spec: &KeySpec) -> wire::KeySettings {
    wire::KeySettings {
        name: spec.name.to_string(),
        environment: spec.environment.code().to_owned(),
        scope: spec.scope.code().to_owned(),
        models: model_names(&spec.models),
        budget: budget_body(&spec.budget),
        rate_limit: rate_body(spec.rate_limit),
        expires_at: spec.expires_at.map(|at| at.to_string()),
    }
}

/// A ceiling, for the API.
pub fn budget_body(budget: &Limit<Budget>) -> Option<wire::Budget> {
    budget.clone().as_option().map(|budget| wire::Budget {
        amount: budget.amount().to_string(),
        currency: budget.currency().to_string(),
        period: budget.period().code().to_owned(),
        warn_at: Some(budget.warn_at().to_vec()),
    })
}

/// An amount from its text.
pub fn amount(text: &str) -> Result<Nanos, GatewayError> {
    Nanos::parse(text).map_err(|_| malformed("an amount"))
}

/// An instant from its text.
pub fn instant(text: &str) -> Result<Timestamp, GatewayError> {
    text.parse().map_err(|_| malformed("a time"))
}

fn budget(body: Option<wire::Budget>) -> Result<Limit<Budget>, GatewayError> {
    let Some(body) = body else { return Ok(Limit::Unlimited) };
    let refused = || malformed("a budget");
    let period = BudgetPeriod::from_code(&body.period).ok_or_else(refused)?;
    let currency = body.currency.parse().map_err(|_| refused())?;
    let budget = Budget::new(amount(&body.amount)?, currency, period).map_err(|_| refused())?;
    let warned = match body.warn_at {
        Some(warn_at) => budget.warning_at(warn_at).map_err(|_| refused())?,
        None => budget,
    };
    Ok(Limit::Limited(warned))
}

fn models(names: Option<Vec<String>>) -> ModelScope {
    names.map_or(ModelScope::All, |names| ModelScope::Only(names.into_iter().map(ModelName::new).collect()))
}

fn model_names(models: &ModelScope) -> Option<Vec<String>> {
    match models {
        ModelScope::All => None,
        ModelScope::Only(names) => Some(names.iter().map(ToString::to_string).collect()),
    }
}

fn rate(body: &wire::Rate) -> RateLimit {
    RateLimit {
        requests_per_minute: body.requests_per_minute,
        tokens_per_minute: body.tokens_per_minute,
        parallel: body.parallel,
    }
}

fn rate_body(rate: RateLimit) -> wire::Rate {
    wire::Rate {
        requests_per_minute: rate.requests_per_minute,
        tokens_per_minute: rate.tokens_per_minute,
        parallel: rate.parallel,
    }
}
