//! Changes: what is asked is what is read back, once, and refusals are final.

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Currency, Enforcement, Environment, ExternalId, Key, KeySpec,
    KeyStatus, Limit, ModelScope, Name, Nanos, RateLimit, Scope,
};

use super::{Report, Suite, ensure, no_secret, told};
use crate::{Action, Item, KeySecret, Outcome, Receipt, Resource};

/// A name that tries to be markup, a formula and two scripts at once.
const HOSTILE: &str = "<img src=x onerror=alert(1)> =HYPERLINK(\"http://x\") 株式会社 שלום";
/// How far an expiry may be off: it may be sent as a lifetime.
const EXPIRY_SLACK_MILLIS: i64 = 90_000;

pub(super) async fn check(suite: &Suite<'_>, report: &mut Report) {
    let made = account_create(suite).await;
    let Some(account) = noted(report, "an account is made and found by its mark", made) else { return };
    report.note("an account made twice is one account", account_twice(suite, &account).await);
    report.note("an account is changed and read back", account_update(suite, &account).await);
    if suite.capability.account_pause {
        report.note("an account is paused and resumed", account_pause(suite, &account).await);
    }
    let made = key_create(suite, &account).await;
    let Some(key) = noted(report, "a key is made and found by its mark", made) else { return };
    report.note("two keys may have one name", key_namesake(suite, &account).await);
    report.note("a key is changed and read back", key_update(suite, &key).await);
    for (period, _) in suite.capability.budget_periods.clone().into_iter().filter(|(_, by)| *by == Enforcement::Gateway)
    {
        report.note("a budget is set and read back", budget_set(suite, &key, period).await);
    }
    report.note("a budget is cleared and read back", budget_clear(suite, &key).await);
    if suite.capability.key_pause {
        report.note("a key is paused and resumed", key_pause(suite, &key).await);
    }
    report.note("what does not exist cannot be changed", unknown(suite).await);
    report.note("a key is revoked for good", key_revoke(suite, &key).await);
}

fn noted<T>(report: &mut Report, promise: &'static str, result: Result<T, String>) -> Option<T> {
    match result {
        Ok(value) => {
            report.note(promise, Ok(()));
            Some(value)
        }
        Err(instead) => {
            report.note(promise, Err(instead));
            None
        }
    }
}

async fn done(suite: &Suite<'_>, action: &Action) -> Result<Receipt, String> {
    match suite.gateway.apply(action, suite.world.now).await {
        Ok(Outcome::Done(receipt)) => {
            no_secret(&format!("{receipt:?}"), suite.world.credential.as_ref())?;
            Ok(receipt)
        }
        Ok(Outcome::Refused(reason)) => Err(format!("refused: {}", reason.message)),
        Err(error) => Err(told(&error)),
    }
}

fn account_spec(suite: &Suite<'_>) -> AccountSpec {
    let budget = Limit::from(dollars(50, BudgetPeriod::Monthly).filter(|_| suite.account_monthly()));
    AccountSpec {
        name: Name::lossy(HOSTILE, "contract"),
        models: ModelScope::All,
        budget,
        rate_limit: RateLimit::default(),
    }
}

fn dollars(units: i32, period: BudgetPeriod) -> Option<Budget> {
    Budget::new(Nanos::units(units), Currency::USD, period).ok()
}

fn key_spec(suite: &Suite<'_>, name: &str) -> KeySpec {
    let able = &suite.capability;
    let models = suite.world.models.first().filter(|_| able.key_models);
    let name = format!("{name} {}", suite.world.mark(0).short());
    let room = able.key_name_bytes.map_or(name.len(), |bytes| name.len().min(usize::from(bytes)));
    KeySpec {
        name: Name::lossy(&name[..room], "contract"),
        environment: Environment::Staging,
        scope: if able.key_scope { Scope::Inference } else { Scope::Full },
        models: models.map_or(ModelScope::All, |model| ModelScope::Only(vec![model.clone()])),
        budget: Limit::Unlimited,
        rate_limit: RateLimit {
            requests_per_minute: able.key_rate_limit.then_some(120),
            tokens_per_minute: able.key_rate_limit.then_some(200_000),
            parallel: None,
        },
        expires_at: able.key_expiry.then(|| suite.world.now.plus_days(30)),
    }
}

async fn account_create(suite: &Suite<'_>) -> Result<Account, String> {
    let (mark, spec) = (suite.world.mark(1), account_spec(suite));
    let receipt =
        done(suite, &Action::AccountCreate { mark, spec: spec.clone(), secret: suite.world.secret(1) }).await?;
    let account = receipt.account.ok_or("the receipt names no account")?;
    ensure(account.mark == Some(mark), || format!("its mark is {:?}", account.mark))?;
    same_account(&account, &spec)?;
    same_account(&suite.account(&account.external_id).await?, &spec)?;
    let found = marked_accounts(suite).await?;
    ensure(found == [account.external_id.clone()], || format!("its mark finds {found:?}"))?;
    Ok(account)
}

async fn marked_accounts(suite: &Suite<'_>) -> Result<Vec<ExternalId>, String> {
    let mark = suite.world.mark(1);
    let items = suite.list(&Resource::Accounts).await.map_err(|error| told(&error))?;
    let marked = items.into_iter().filter_map(|item| match item {
        Item::Account(account) if account.mark == Some(mark) => Some(account.external_id),
        _ => None,
    });
    Ok(marked.collect())
}

fn same_account(account: &Account, spec: &AccountSpec) -> Result<(), String> {
    let same = account.spec.name == spec.name
        && account.spec.models == spec.models
        && account.spec.rate_limit == spec.rate_limit
        && ceiling(&account.spec.budget) == ceiling(&spec.budget);
    ensure(same, || format!("it is {:?}", account.spec))
}

fn ceiling(budget: &Limit<Budget>) -> Option<(Nanos, BudgetPeriod)> {
    match budget {
        Limit::Unlimited => None,
        Limit::Limited(budget) => Some((budget.amount(), budget.period())),
    }
}

/// A create repeated after a lost reply may be refused or find the first; it must not make a second.
async fn account_twice(suite: &Suite<'_>, account: &Account) -> Result<(), String> {
    let again =
        Action::AccountCreate { mark: suite.world.mark(1), spec: account_spec(suite), secret: suite.world.secret(1) };
    suite.gateway.apply(&again, suite.world.now).await.map_err(|error| told(&error))?;
    let found = marked_accounts(suite).await?;
    ensure(found == [account.external_id.clone()], || format!("there are {}", found.len()))
}

async fn account_update(suite: &Suite<'_>, account: &Account) -> Result<(), String> {
    let mut spec = account_spec(suite);
    spec.name = Name::lossy("Harborlight Dental", "contract");
    spec.budget = Limit::from(dollars(75, BudgetPeriod::Monthly).filter(|_| suite.account_monthly()));
    done(suite, &Action::AccountUpdate { account: account.external_id.clone(), spec: spec.clone() }).await?;
    let read = suite.account(&account.external_id).await?;
    ensure(read.mark == account.mark, || "the mark is gone".to_owned())?;
    same_account(&read, &spec)?;
    spec.budget = Limit::Unlimited;
    done(suite, &Action::AccountUpdate { account: account.external_id.clone(), spec: spec.clone() }).await?;
    same_account(&suite.account(&account.external_id).await?, &spec)
}

async fn account_pause(suite: &Suite<'_>, account: &Account) -> Result<(), String> {
    for paused in [true, true, false] {
        let receipt = done(suite, &Action::AccountPause { account: account.external_id.clone(), paused }).await?;
        let bound = suite.capability.pause_bound_seconds;
        ensure(receipt.effective_within_seconds <= bound, || "the receipt promises later than the bound".to_owned())?;
        let read = suite.account(&account.external_id).await?;
        ensure(read.paused == paused, || format!("asked {paused}, is {}", read.paused))?;
    }
    Ok(())
}

async fn key_create(suite: &Suite<'_>, account: &Account) -> Result<Key, String> {
    let (mark, secret, spec) = (suite.world.mark(2), suite.world.secret(2), key_spec(suite, "contract-prod"));
    let (id, wish) = (account.external_id.clone(), secret.clone());
    let receipt =
        done(suite, &Action::KeyCreate { mark, account: id.clone(), spec: spec.clone(), secret: wish }).await?;
    let secret = match &receipt.secret {
        KeySecret::Told(theirs) => theirs.clone(),
        KeySecret::AsAsked | KeySecret::Later(_) => secret,
    };
    no_secret(&format!("{receipt:?}"), Some(&secret))?;
    let key = receipt.key.ok_or("the receipt names no key")?;
    ensure(key.mark == Some(mark), || format!("its mark is {:?}", key.mark))?;
    ensure(key.account.as_ref() == Some(&id), || format!("its account is {:?}", key.account))?;
    ensure(key.status == KeyStatus::Active, || format!("it is {}", key.status))?;
    same_key(&key, &spec)?;
    let items = suite.list(&Resource::Keys(Some(id))).await.map_err(|error| told(&error))?;
    no_secret(&format!("{items:?}"), Some(&secret))?;
    let marked = items.iter().filter(|item| matches!(item, Item::Key(key) if key.mark == Some(mark))).count();
    ensure(marked == 1, || format!("its mark finds {marked} keys of its account"))?;
    same_key(&suite.key(&key.external_id).await?, &spec)?;
    Ok(key)
}

fn same_key(key: &Key, spec: &KeySpec) -> Result<(), String> {
    let expiry = match (key.spec.expires_at, spec.expires_at) {
        (None, None) => true,
        (Some(is), Some(wanted)) => (is.as_millis() - wanted.as_millis()).abs() <= EXPIRY_SLACK_MILLIS,
        _ => false,
    };
    let same = key.spec.name == spec.name
        && key.spec.environment == spec.environment
        && key.spec.scope == spec.scope
        && key.spec.models == spec.models
        && key.spec.rate_limit == spec.rate_limit
        && ceiling(&key.spec.budget) == ceiling(&spec.budget);
    ensure(same && expiry, || format!("it is {:?}", key.spec))
}

async fn key_namesake(suite: &Suite<'_>, account: &Account) -> Result<(), String> {
    let spec = key_spec(suite, "contract-prod");
    let action = Action::KeyCreate {
        mark: suite.world.mark(3),
        account: account.external_id.clone(),
        spec: spec.clone(),
        secret: suite.world.secret(3),
    };
    let key = done(suite, &action).await?.key.ok_or("the receipt names no key")?;
    same_key(&key, &spec)?;
    done(suite, &Action::KeyRevoke { key: key.external_id }).await.map(|_| ())
}

async fn key_update(suite: &Suite<'_>, key: &Key) -> Result<(), String> {
    let mut spec = key_spec(suite, "contract-renamed");
    spec.environment = Environment::Development;
    if suite.capability.key_expiry_change {
        spec.expires_at = None;
    }
    spec.rate_limit = RateLimit::default();
    if suite.capability.key_models {
        spec.models = ModelScope::Only(suite.world.models.clone());
    }
    done(suite, &Action::KeyUpdate { key: key.external_id.clone(), spec: spec.clone() }).await?;
    let read = suite.key(&key.external_id).await?;
    ensure(read.mark == key.mark, || "the mark is gone".to_owned())?;
    same_key(&read, &spec)
}

async fn budget_set(suite: &Suite<'_>, key: &Key, period: BudgetPeriod) -> Result<(), String> {
    let amount = Nanos(12_345_000_000);
    let budget = Budget::new(amount, Currency::USD, period).map_err(|error| error.to_string())?;
    let before = suite.key(&key.external_id).await?;
    let action = Action::KeyBudget { key: key.external_id.clone(), budget: Limit::Limited(budget) };
    done(suite, &action).await?;
    let read = suite.key(&key.external_id).await?;
    ensure(ceiling(&read.spec.budget) == Some((amount, period)), || format!("it is {:?}", read.spec.budget))?;
    let mut spec = before.spec;
    spec.budget = read.spec.budget.clone();
    same_key(&read, &spec)
}

async fn budget_clear(suite: &Suite<'_>, key: &Key) -> Result<(), String> {
    done(suite, &Action::KeyBudget { key: key.external_id.clone(), budget: Limit::Unlimited }).await?;
    let read = suite.key(&key.external_id).await?;
    ensure(read.spec.budget == Limit::Unlimited, || format!("it is {:?}", read.spec.budget))
}

async fn key_pause(suite: &Suite<'_>, key: &Key) -> Result<(), String> {
    for paused in [true, true, false] {
        done(suite, &Action::KeyPause { key: key.external_id.clone(), paused }).await?;
        let expected = if paused { KeyStatus::Paused } else { KeyStatus::Active };
        let read = suite.key(&key.external_id).await?;
        ensure(read.status == expected, || format!("asked {expected}, is {}", read.status))?;
    }
    Ok(())
}

async fn unknown(suite: &Suite<'_>) -> Result<(), String> {
    let nobody = ExternalId::new("e".repeat(64));
    let actions = [
        Action::AccountPause { account: nobody.clone(), paused: true },
        Action::KeyPause { key: nobody.clone(), paused: true },
        Action::KeyBudget { key: nobody.clone(), budget: Limit::Unlimited },
        Action::KeyRevoke { key: nobody.clone() },
        Action::KeyCreate {
            mark: suite.world.mark(4),
            account: nobody,
            spec: key_spec(suite, "contract-orphan"),
            secret: suite.world.secret(4),
        },
    ];
    for action in actions {
        if let Ok(Outcome::Done(_)) = suite.gateway.apply(&action, suite.world.now).await {
            return Err(format!("{} was done", action.code()));
        }
    }
    Ok(())
}

async fn key_revoke(suite: &Suite<'_>, key: &Key) -> Result<(), String> {
    let receipt = done(suite, &Action::KeyRevoke { key: key.external_id.clone() }).await?;
    let status = receipt.key.map(|key| key.status);
    ensure(status == Some(KeyStatus::Revoked), || format!("the receipt says {status:?}"))?;
    match suite.key(&key.external_id).await {
        Ok(read) => ensure(read.status == KeyStatus::Revoked, || format!("it is {}", read.status))?,
        Err(gone) => ensure(gone.starts_with("NotFound"), || gone.clone())?,
    }
    let resume = Action::KeyPause { key: key.external_id.clone(), paused: false };
    match suite.gateway.apply(&resume, suite.world.now).await {
        Ok(Outcome::Done(_)) => Err("it was resumed afterwards".to_owned()),
        _ => Ok(()),
    }
}
