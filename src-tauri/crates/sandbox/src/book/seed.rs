//! The invented agency written into a new book.

use domain::{Environment, Nanos, Timestamp, Zone};

use super::{Account, Book, Cause, Key, Stop};
use crate::agency::{COMPANIES, Company, Situation};
use crate::draws;
use crate::wire::{AccountSettings, Amount, BudgetBody, KeySettings, RateBody, Stamp};
use crate::{SandboxError, secret};

/// How long before the first opening the paused company was stopped.
const PAUSED_DAYS: i64 = 12;
/// What a developer's key may spend a day, in US dollars.
const DEVELOPER_DAILY: i32 = 25;

/// Adds every company and its keys.
pub(super) fn fill(book: &mut Book, now: Timestamp) -> Result<(), SandboxError> {
    for (index, company) in COMPANIES.iter().enumerate() {
        let account = account(book, company, index, now)?;
        for place in 0..company.keys.len() {
            let key = key(book, &account, company, place)?;
            book.keys.push(key);
        }
        book.accounts.push(account);
    }
    Ok(())
}

fn account(book: &mut Book, company: &Company, index: usize, now: Timestamp) -> Result<Account, SandboxError> {
    let paused = company.situation == Situation::Paused;
    let since = Stop::open(now.plus_days(-PAUSED_DAYS), Cause::Paused);
    let settings = AccountSettings {
        name: company.name.to_owned(),
        models: Some(company.models.iter().map(|(model, _)| (*model).to_owned()).collect()),
        budget: company.budget.map(|units| budget(units, "monthly")),
        rate_limit: RateBody::default(),
    };
    settings.check()?;
    Ok(Account {
        id: format!("acc_{:016x}", book.next_number()),
        mark: None,
        settings,
        paused,
        created_at: Stamp(Zone::utc().start_of(book.epoch.0.plus_days(-company.days))),
        company: Some(index),
        budget_told: matches!(company.situation, Situation::NearCap | Situation::PastCap),
        stops: if paused { vec![since] } else { Vec::new() },
    })
}

fn key(book: &mut Book, account: &Account, company: &Company, place: usize) -> Result<Key, SandboxError> {
    let name = company.keys.get(place).copied().unwrap_or_default();
    let environment = Company::environment(name);
    let clear = secret::from_bytes(&draws::derive(book.seed, &format!("{}-{name}", company.slug)));
    let settings = KeySettings {
        name: format!("{}-{name}", company.slug),
        environment: environment.code().to_owned(),
        scope: if environment == Environment::Production { "inference" } else { "full" }.to_owned(),
        models: None,
        budget: (environment == Environment::Development).then(|| budget(DEVELOPER_DAILY, "daily")),
        rate_limit: RateBody { requests_per_minute: Some(requests_per_minute(environment)), ..RateBody::default() },
        expires_at: None,
    };
    settings.check()?;
    Ok(Key {
        id: format!("key_{:016x}", book.next_number()),
        account: account.id.clone(),
        mark: None,
        settings,
        label: clear.label().as_str().to_owned(),
        fingerprint: secret::fingerprint(&clear),
        paused: false,
        revoked: false,
        created_at: account.created_at,
        place: Some(place),
        stops: Vec::new(),
    })
}

/// The tier an agency would choose (S1-08).
fn requests_per_minute(environment: Environment) -> u32 {
    match environment {
        Environment::Production => 300,
        Environment::Staging => 60,
        Environment::Development | Environment::Other => 10,
    }
}

fn budget(units: i32, period: &str) -> BudgetBody {
    BudgetBody {
        amount: Amount(Nanos::units(units)),
        currency: "USD".to_owned(),
        period: period.to_owned(),
        warn_at: None,
    }
}
