//! The JSON of the admin API and of the state file: settings, amounts, instants.
//!
//! Amounts are decimal text in US dollars (`"0.000194"`), because JSON numbers lose digits in other languages; instants
//! are RFC 3339 in UTC.

use domain::{Budget, BudgetPeriod, Currency, Environment, Limit, Name, Nanos, Scope, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalogue;

/// Longest list of anything in a settings body.
const LIST_MAX: usize = 200;

/// An amount as decimal text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Nanos);

/// An instant as RFC 3339 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(pub(crate) Timestamp);

/// A calendar day as `2026-11-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) domain::Date);

/// Serialises a newtype as the text its inside displays and parses.
macro_rules! as_text {
    ($name:ident, $parse:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                $parse(&text).map(Self).map_err(D::Error::custom)
            }
        }
    };
}

as_text!(Amount, |text: &str| Nanos::parse(text));
as_text!(Stamp, |text: &str| text.parse::<Timestamp>());
as_text!(Day, |text: &str| text.parse::<domain::Date>());

/// A value was refused, with a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSetting(pub(crate) String);

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetBody {
    pub(crate) amount: Amount,
    pub(crate) currency: String,
    pub(crate) period: String,
    /// Warnings in per cent; only remembered, for whoever administers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) warn_at: Option<Vec<u8>>,
}

impl BudgetBody {
    /// The budget this stands for.
    pub(crate) fn read(&self) -> Result<Budget, BadSetting> {
        let refuse = |why: &dyn std::fmt::Display| BadSetting(why.to_string());
        let currency: Currency = self.currency.parse().map_err(|why| refuse(&why))?;
        if currency != Currency::USD {
            return Err(BadSetting(format!("the sandbox counts in USD: give the budget in USD, not {currency}")));
        }
        let period = BudgetPeriod::from_code(&self.period).ok_or_else(|| {
            BadSetting(format!("`{}` is no budget period: use daily, weekly, monthly or total", self.period))
        })?;
        let budget = Budget::new(self.amount.0, currency, period).map_err(|why| refuse(&why))?;
        match &self.warn_at {
            Some(warn_at) => budget.warning_at(warn_at.clone()).map_err(|why| refuse(&why)),
            None => Ok(budget),
        }
    }
}

/// Ceilings on speed; `null` is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RateBody {
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) tokens_per_minute: Option<u64>,
    pub(crate) parallel: Option<u32>,
}

/// What an account is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountSettings {
    pub(crate) name: String,
    /// `null` is every model.
    #[serde(default)]
    pub(crate) models: Option<Vec<String>>,
    /// `null` is no budget.
    #[serde(default)]
    pub(crate) budget: Option<BudgetBody>,
    #[serde(default)]
    pub(crate) rate_limit: RateBody,
}

/// What a key is set to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeySettings {
    pub(crate) name: String,
    #[serde(default = "other")]
    pub(crate) environment: String,
    #[serde(default = "full")]
    pub(crate) scope: String,
    /// `null` is every model of the account.
    #[serde(default)]
    pub(crate) models: Option<Vec<String>>,
    /// `null` is no budget of its own.
    #[serde(default)]
    pub(crate) budget: Option<BudgetBody>,
    #[serde(default)]
    pub(crate) rate_limit: RateBody,
    /// `null` is never.
    #[serde(default)]
    pub(crate) expires_at: Option<Stamp>,
}

fn other() -> String {
    Environment::Other.code().to_owned()
}

fn full() -> String {
    Scope::Full.code().to_owned()
}

impl AccountSettings {
    /// Refuses what makes no sense, with a sentence.
    pub(crate) fn check(&self) -> Result<(), BadSetting> {
        check_common(&self.name, self.models.as_deref(), self.budget.as_ref(), self.rate_limit)
    }
}

impl KeySettings {
    /// Refuses what makes no sense, with a sentence.
    pub(crate) fn check(&self) -> Result<(), BadSetting> {
        if Environment::from_code(&self.environment).is_none() {
            let message = format!("`{}` is no environment: use prod, staging, dev or other", self.environment);
            return Err(BadSetting(message));
        }
        self.scope()?;
        check_common(&self.name, self.models.as_deref(), self.budget.as_ref(), self.rate_limit)
    }

    /// What the key may do.
    pub(crate) fn scope(&self) -> Result<Scope, BadSetting> {
        Scope::from_code(&self.scope)
            .ok_or_else(|| BadSetting(format!("`{}` is no scope: use inference, read_only or full", self.scope)))
    }
}

fn check_common(
    name: &str,
    models: Option<&[String]>,
    budget: Option<&BudgetBody>,
    rate: RateBody,
) -> Result<(), BadSetting> {
    name.parse::<Name>().map_err(|why| BadSetting(why.to_string()))?;
    budget.map(BudgetBody::read).transpose()?;
    let models = models.unwrap_or_default();
    if models.len() > LIST_MAX {
        return Err(BadSetting(format!("{} models are too many: name at most {LIST_MAX}", models.len())));
    }
    if let Some(unknown) = models.iter().find(|model| catalogue::find(model).is_none()) {
        let shown: String = unknown.chars().take(60).collect();
        return Err(BadSetting(format!("there is no model `{shown}` here: choose from GET /admin/v1/models")));
    }
    if rate.requests_per_minute == Some(0) || rate.tokens_per_minute == Some(0) || rate.parallel == Some(0) {
        return Err(BadSetting(
            "a rate limit of 0 serves nothing: pause the key instead, or use at least 1".to_owned(),
        ));
    }
    Ok(())
}

/// The limit a budget body stands for; one that was refused when it came in is none.
pub(crate) fn limit(budget: Option<&BudgetBody>) -> Limit<Budget> {
    budget.and_then(|body| body.read().ok()).into()
}

/// Tells `null` (`Some(None)`) from a missing field (`None`).
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Changes to an account: only what is named changes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountPatch {
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "present")]
    pub(crate) models: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "present")]
    pub(crate) budget: Option<Option<BudgetBody>>,
    pub(crate) rate_limit: Option<RateBody>,
}

/// Changes to a key: only what is named changes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct KeyPatch {
    pub(crate) name: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) scope: Option<String>,
    #[serde(deserialize_with = "present")]
    pub(crate) models: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "present")]
    pub(crate) budget: Option<Option<BudgetBody>>,
    pub(crate) rate_limit: Option<RateBody>,
    #[serde(deserialize_with = "present")]
    pub(crate) expires_at: Option<Option<Stamp>>,
}

impl AccountPatch {
    /// The settings after the change.
    pub(crate) fn apply(self, old: &AccountSettings) -> AccountSettings {
        AccountSettings {
            name: self.name.unwrap_or_else(|| old.name.clone()),
            models: self.models.unwrap_or_else(|| old.models.clone()),
            budget: self.budget.unwrap_or_else(|| old.budget.clone()),
            rate_limit: self.rate_limit.unwrap_or(old.rate_limit),
        }
    }
}

impl KeyPatch {
    /// The settings after the change.
    pub(crate) fn apply(self, old: &KeySettings) -> KeySettings {
        KeySettings {
            name: self.name.unwrap_or_else(|| old.name.clone()),
            environment: self.environment.unwrap_or_else(|| old.environment.clone()),
            scope: self.scope.unwrap_or_else(|| old.scope.clone()),
            models: self.models.unwrap_or_else(|| old.models.clone()),
            budget: self.budget.unwrap_or_else(|| old.budget.clone()),
            rate_limit: self.rate_limit.unwrap_or(old.rate_limit),
            expires_at: self.expires_at.unwrap_or(old.expires_at),
        }
    }
}
