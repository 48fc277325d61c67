//! How domain values are spelled in columns, and how a value that cannot be read back is reported.

use std::fmt::Display;

use domain::{Budget, BudgetPeriod, Date, Limit, ModelName, ModelScope, Nanos, RateLimit, Timestamp};

use crate::{StoreError, StoreResult};

/// Separates model names in one column; no model name holds it.
const UNIT: char = '\u{1f}';

/// Which row is being read, for the error when a column makes no sense.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) noun: &'static str,
    pub(crate) id: i64,
}

impl Row {
    pub(crate) fn unreadable(self, what: impl Display) -> StoreError {
        StoreError::Unreadable { noun: self.noun, id: self.id.to_string(), what: what.to_string() }
    }

    /// A value parsed from text.
    pub(crate) fn ok<T, E: Display>(self, parsed: Result<T, E>) -> StoreResult<T> {
        parsed.map_err(|error| self.unreadable(error))
    }

    /// A value looked up by its stable name.
    pub(crate) fn known<T>(self, what: &'static str, found: Option<T>) -> StoreResult<T> {
        found.ok_or_else(|| self.unreadable(format_args!("unknown {what}")))
    }

    pub(crate) fn date(self, days: i64) -> StoreResult<Date> {
        self.ok(i32::try_from(days)).map(Date::from_epoch_days)
    }
}

pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A date of which only days since 1970 are kept; one that cannot be is the first.
pub(crate) fn date(days: i64) -> Date {
    Date::from_epoch_days(i32::try_from(days).unwrap_or(0))
}

pub(crate) fn days(date: Date) -> i64 {
    i64::from(date.epoch_days())
}

/// `NULL` is every model.
pub(crate) fn models_text(models: &ModelScope) -> Option<String> {
    let ModelScope::Only(names) = models else { return None };
    let names: Vec<&str> = names.iter().map(ModelName::as_str).collect();
    Some(names.join(&UNIT.to_string()))
}

pub(crate) fn models(text: Option<String>) -> ModelScope {
    let Some(text) = text else { return ModelScope::All };
    let names = text.split(UNIT).filter(|name| !name.is_empty());
    ModelScope::Only(names.map(ModelName::new).collect())
}

/// A ceiling and its speed limits as both `account` and `key` keep them.
#[derive(Debug, Default)]
pub(crate) struct Ceilings {
    pub(crate) budget_nanos: Option<i64>,
    pub(crate) budget_currency: Option<String>,
    pub(crate) budget_period: Option<String>,
    pub(crate) budget_warn_at: Option<String>,
    pub(crate) requests_per_minute: Option<i64>,
    pub(crate) tokens_per_minute: Option<i64>,
    pub(crate) parallel: Option<i64>,
}

impl Ceilings {
    pub(crate) fn of(budget: &Limit<Budget>, rate: RateLimit) -> Self {
        let speed = Self {
            requests_per_minute: rate.requests_per_minute.map(i64::from),
            tokens_per_minute: rate.tokens_per_minute.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX)),
            parallel: rate.parallel.map(i64::from),
            ..Self::default()
        };
        let Limit::Limited(budget) = budget else { return speed };
        let warn_at: Vec<String> = budget.warn_at().iter().map(u8::to_string).collect();
        Self {
            budget_nanos: Some(budget.amount().0),
            budget_currency: Some(budget.currency().code().to_owned()),
            budget_period: Some(budget.period().code().to_owned()),
            budget_warn_at: Some(warn_at.join(",")),
            ..speed
        }
    }

    pub(crate) fn budget(&self, row: Row) -> StoreResult<Limit<Budget>> {
        let Some(nanos) = self.budget_nanos else { return Ok(Limit::Unlimited) };
        let currency = row.ok(self.budget_currency.as_deref().unwrap_or_default().parse())?;
        let period = BudgetPeriod::from_code(self.budget_period.as_deref().unwrap_or_default());
        let budget = row.ok(Budget::new(Nanos(nanos), currency, row.known("budget period", period)?))?;
        let warn_at = self.budget_warn_at.as_deref().unwrap_or_default().split(',').filter(|text| !text.is_empty());
        let warn_at = row.ok(warn_at.map(str::parse).collect::<Result<Vec<u8>, _>>())?;
        row.ok(budget.warning_at(warn_at)).map(Limit::Limited)
    }

    pub(crate) fn rate_limit(&self, row: Row) -> StoreResult<RateLimit> {
        let small = |value: Option<i64>| value.map(u32::try_from).transpose();
        Ok(RateLimit {
            requests_per_minute: row.ok(small(self.requests_per_minute))?,
            tokens_per_minute: row.ok(self.tokens_per_minute.map(u64::try_from).transpose())?,
            parallel: row.ok(small(self.parallel))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::Currency;

    use super::*;

    const ROW: Row = Row { noun: "key", id: 7 };

    #[test]
    fn model_scopes_survive() {
        let some = ModelScope::Only(vec![ModelName::new("a/b"), ModelName::new("c d")]);
        for scope in [ModelScope::All, ModelScope::Only(vec![]), some] {
            assert_eq!(models(models_text(&scope)), scope, "an empty list is not every model");
        }
    }

    #[test]
    fn budgets_survive_or_are_reported() {
        let budget = Budget::new(Nanos::units(5), Currency::EUR, BudgetPeriod::Weekly).unwrap();
        let budget = Limit::Limited(budget.warning_at(vec![]).unwrap());
        let mut ceilings = Ceilings::of(&budget, RateLimit::default());
        assert_eq!(ceilings.budget(ROW).unwrap(), budget);
        ceilings.budget_period = Some("hourly".to_owned());
        let error = ceilings.budget(ROW).unwrap_err().to_string();
        assert!(error.contains("key 7") && error.contains("budget period"), "names row and cause: {error}");
    }
}
