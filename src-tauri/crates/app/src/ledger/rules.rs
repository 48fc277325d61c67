//! The agency's rules of credit, kept as settings: a row per field, a default for what was never said. Promotions are off
//! until something is said.

use std::collections::BTreeSet;

use billing::ledger::{FirstDeposit, Promotions};
use domain::{ModelName, ModelScope};
use rust_decimal::Decimal;
use store::Writer;
use store::table::SettingTable;

use crate::AppError;
use crate::rating::broken;
use crate::wire::LedgerRules;

/// Days until the credit of a first deposit ends, until something else is said (S0-18).
const DAYS: u16 = 90;
/// Most thresholds of low balances.
const THRESHOLDS_MAX: usize = 10;
const DAYS_NAME: &str = "ledger.first_deposit_days";

/// What the ledger needs of the rules.
#[derive(Debug)]
pub(crate) struct Terms {
    /// Smallest deposit (S1-15).
    pub(crate) minimum: Decimal,
    /// Credit that is given away.
    pub(crate) promotions: Promotions,
    /// What is owed below this is carried (S2-08).
    pub(crate) carry_below: Decimal,
    /// Credit below any of these is told (S1-16), each once, none below zero.
    pub(crate) low_balance: Vec<Decimal>,
}

fn texts(rules: &mut LedgerRules) -> [(&'static str, &mut String); 6] {
    [
        ("ledger.minimum_deposit", &mut rules.minimum_deposit),
        ("ledger.sign_up_credit", &mut rules.sign_up_credit),
        ("ledger.first_deposit_percent", &mut rules.first_deposit_percent),
        ("ledger.first_deposit_models", &mut rules.first_deposit_models),
        ("ledger.carry_below", &mut rules.carry_below),
        ("ledger.low_balance", &mut rules.low_balance),
    ]
}

fn unsaid() -> LedgerRules {
    LedgerRules {
        minimum_deposit: "5".to_owned(),
        sign_up_credit: String::new(),
        first_deposit_percent: String::new(),
        first_deposit_models: String::new(),
        first_deposit_days: DAYS,
        carry_below: "20".to_owned(),
        low_balance: "5, 0".to_owned(),
    }
}

/// The rules as they are typed.
pub(crate) async fn read(mut table: SettingTable<'_>) -> Result<LedgerRules, AppError> {
    let mut rules = unsaid();
    for (name, value) in table.list().await? {
        if name == DAYS_NAME {
            rules.first_deposit_days = value.parse().unwrap_or(DAYS);
        }
        if let Some((_, field)) = texts(&mut rules).into_iter().find(|(known, _)| *known == name) {
            *field = value;
        }
    }
    Ok(rules)
}

/// The rules as the ledger takes them.
pub(crate) async fn terms(table: SettingTable<'_>) -> Result<Terms, AppError> {
    parsed(&read(table).await?).map_err(broken)
}

/// Keeps the rules.
pub(crate) async fn write(writer: &mut Writer, rules: &LedgerRules) -> Result<(), AppError> {
    let mut rules = rules.clone();
    let days = rules.first_deposit_days.to_string();
    for (name, value) in texts(&mut rules) {
        writer.setting().set(name, Some(value.as_str())).await?;
    }
    writer.setting().set(DAYS_NAME, Some(&days)).await?;
    Ok(())
}

/// Reads what was typed.
///
/// # Errors
/// `Invalid` naming the field.
pub(crate) fn parsed(rules: &LedgerRules) -> Result<Terms, AppError> {
    let percent = positive("firstDepositPercent", &rules.first_deposit_percent)?;
    if !(1..=3650).contains(&rules.first_deposit_days) {
        return Err(AppError::invalid("firstDepositDays", "credit on a deposit is good for 1 to 3650 days"));
    }
    let first_deposit = percent.map(|per_cent| FirstDeposit {
        per_cent,
        models: scope(&rules.first_deposit_models),
        days: u32::from(rules.first_deposit_days),
    });
    let sign_up = positive("signUpCredit", &rules.sign_up_credit)?;
    Ok(Terms {
        minimum: positive("minimumDeposit", &rules.minimum_deposit)?.unwrap_or_default(),
        promotions: Promotions { sign_up, first_deposit },
        carry_below: positive("carryBelow", &rules.carry_below)?.unwrap_or_default(),
        low_balance: thresholds(&rules.low_balance)?,
    })
}

fn scope(models: &str) -> ModelScope {
    let names: Vec<ModelName> =
        models.split(',').map(str::trim).filter(|name| !name.is_empty()).map(ModelName::new).collect();
    if names.is_empty() { ModelScope::All } else { ModelScope::Only(names) }
}

/// Thresholds, the highest first; without any, nothing is told.
fn thresholds(text: &str) -> Result<Vec<Decimal>, AppError> {
    let refused = || {
        let message =
            format!("`{text}` does not fit here: write up to 10 amounts from 0 on, for example 5, 0; or nothing");
        AppError::invalid("lowBalance", message)
    };
    let typed = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let amounts = typed.map(|part| number(part).ok_or_else(refused)).collect::<Result<BTreeSet<_>, _>>()?;
    if amounts.len() > THRESHOLDS_MAX {
        return Err(refused());
    }
    Ok(amounts.into_iter().rev().collect())
}

/// A number from 0 to 1,000,000 with at most 6 decimals.
fn number(text: &str) -> Option<Decimal> {
    let fits =
        |number: &Decimal| *number >= Decimal::ZERO && *number <= Decimal::from(1_000_000) && number.scale() <= 6;
    Decimal::from_str_exact(text).ok().filter(fits)
}

/// A number above zero; empty or zero is off.
fn positive(field: &str, text: &str) -> Result<Option<Decimal>, AppError> {
    let plain = text.trim().trim_end_matches('%').trim();
    if plain.is_empty() {
        return Ok(None);
    }
    let number = number(plain).ok_or_else(|| {
        let message =
            format!("`{text}` does not fit here: write a number from 0 to 1,000,000, for example 10; or nothing");
        AppError::invalid(field, message)
    })?;
    Ok((!number.is_zero()).then_some(number))
}
