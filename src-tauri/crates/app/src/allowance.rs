//! Periodic budgets that a gateway cannot keep: Purser funds one period at a time ([`Enforcement::App`]).
//!
//! The gateway holds a ceiling for the holder's lifetime; it is set to what the holder had spent when the period began,
//! plus one period's worth. Nothing has to run for the ceiling to hold: with Purser closed the holder stops at the end
//! of its allowance and stays stopped (it fails safe). After a boundary the next sync funds the new period, once what
//! was used meanwhile is known.
//!
//! **Owns:** the translation of a periodic budget into a ceiling and back, and when the next period is funded. **Does
//! not own:** sending it ([`crate::act`]), or which periods a gateway keeps itself ([`Capability`]).

use domain::{
    Account, AccountSpec, Budget, BudgetPeriod, Enforcement, GatewayId, Key, KeySpec, Limit, Nanos, Timestamp, Zone,
};
use gateway::{Action, Capability, Cursor, Gateway, Item};
use store::Origin;
use store::report::{Filter, Group, Member};
use store::table::{Allowance, Holder};
use sync::AllowanceChange;

use crate::act::{Deed, act};
use crate::{App, AppError};

/// A change as the gateway can be asked for it: a periodic budget that Purser funds becomes a ceiling for the lifetime.
///
/// # Errors
/// What keeps the gateway or the store from being read; `Unsupported` when the gateway does not tell what was spent.
pub(crate) async fn translate(
    app: &App,
    gateway: &dyn Gateway,
    can: &Capability,
    deed: &Deed,
) -> Result<(Action, AllowanceChange), AppError> {
    let mut action = deed.action.clone();
    let (budget, periods) = match &mut action {
        Action::KeyCreate { spec: KeySpec { budget, .. }, .. }
        | Action::KeyUpdate { spec: KeySpec { budget, .. }, .. }
        | Action::KeyBudget { budget, .. } => (budget, &can.budget_periods),
        Action::AccountCreate { spec: AccountSpec { budget, .. }, .. }
        | Action::AccountUpdate { spec: AccountSpec { budget, .. }, .. } => (budget, &can.account_budget_periods),
        Action::KeyRevoke { .. } => return Ok((action, AllowanceChange::Clear)),
        _ => return Ok((action, AllowanceChange::Same)),
    };
    let Some(wanted) = budget.clone().as_option().filter(|budget| is_ours(periods, budget.period())) else {
        return Ok((action, AllowanceChange::Clear));
    };
    let Some(funded_from) = period_start(wanted.period(), app.now()) else {
        return Ok((action, AllowanceChange::Clear));
    };
    let base = match holder(deed) {
        None => Nanos(0),
        Some(holder) => base(app, gateway, (deed, holder), wanted.period(), funded_from).await?,
    };
    *budget = Limit::Limited(ceiling(&wanted, base)?);
    Ok((action, AllowanceChange::Set { budget: wanted, base, funded_from }))
}

fn is_ours(periods: &[(BudgetPeriod, Enforcement)], period: BudgetPeriod) -> bool {
    periods.contains(&(period, Enforcement::App))
}

/// The object that has the budget, where we have a row of it.
fn holder(deed: &Deed) -> Option<Holder> {
    match deed.action {
        Action::KeyUpdate { .. } | Action::KeyBudget { .. } => deed.key.map(Holder::Key),
        Action::AccountUpdate { .. } => deed.account.map(Holder::Account),
        _ => None,
    }
}

/// Periods follow the calendar in UTC, as those that gateways keep.
fn period_start(period: BudgetPeriod, now: Timestamp) -> Option<Timestamp> {
    let utc = Zone::utc();
    period.first_day(utc.date_of(now)).map(|day| utc.start_of(day))
}

/// A ceiling for the lifetime: what had been spent when the period began, and one period's worth.
fn ceiling(budget: &Budget, base: Nanos) -> Result<Budget, AppError> {
    let whole = base.0.max(0).saturating_add(budget.amount().0);
    let total = Budget::new(Nanos(whole), budget.currency(), BudgetPeriod::Total);
    total.and_then(|total| total.warning_at(budget.warn_at().to_vec())).map_err(|why| AppError::invalid("budget", why))
}

/// What the holder had spent when the period began. Within a period that was funded already it stays what it was, so
/// that changing a budget twice gives nothing away.
async fn base(
    app: &App,
    gateway: &dyn Gateway,
    (deed, holder): (&Deed, Holder),
    period: BudgetPeriod,
    from: Timestamp,
) -> Result<Nanos, AppError> {
    let known = app.store().reader().await?.allowance().of(holder).await?;
    if let Some(known) = known.filter(|known| known.budget.period() == period && known.funded_from >= from) {
        return Ok(known.base);
    }
    let lifetime = lifetime(gateway, &deed.action).await?;
    let since = spent_since(app, deed, holder, from).await?;
    Ok(Nanos(lifetime.0.saturating_sub(since.0).max(0)))
}

/// What the gateway says was spent in the holder's lifetime, read now.
async fn lifetime(gateway: &dyn Gateway, action: &Action) -> Result<Nanos, AppError> {
    let page = gateway.inventory(&action.settled_by(), &Cursor::start()).await?;
    let told = page.items.into_iter().find_map(|item| match item {
        Item::Account(account) => account.spent,
        Item::Key(key) => key.spent,
        Item::Model(_) | Item::Route(_) => None,
    });
    told.ok_or_else(|| {
        AppError::unsupported("the gateway does not say what was spent so far, so no period can be funded")
            .hint("Give it a budget for its lifetime instead.")
    })
}

/// What Purser's own figures say was spent since the period began.
async fn spent_since(app: &App, deed: &Deed, holder: Holder, from: Timestamp) -> Result<Nanos, AppError> {
    let utc = Zone::utc();
    let (first, today) = (utc.date_of(from), utc.date_of(app.now()));
    let mut reader = app.store().reader().await?;
    let found = match holder {
        Holder::Key(id) => {
            let spent = reader.report().key_spend(first, today).await?;
            spent.into_iter().find(|(key, _)| *key == id).map(|(_, nanos)| nanos)
        }
        Holder::Account(_) => {
            let filter = Filter { gateways: vec![deed.gateway], ..Filter::days(first, today) };
            let totals = reader.report().totals(&filter, Group::Client).await?;
            let mine = totals.into_iter().find(|(member, _)| *member == Member::Client(deed.client));
            mine.map(|(_, consumption)| consumption.cost)
        }
    };
    Ok(found.unwrap_or_default())
}

/// Funds the new period of every allowance of a gateway whose last one has ended. What cannot be funded now is left as
/// it is, stopped at its old ceiling, and tried again after the next sync. How many were funded.
///
/// # Errors
/// The store cannot be read.
pub(crate) async fn fund_due(app: &App, gateway: GatewayId) -> Result<u32, AppError> {
    let mut funded = 0;
    for deed in due(app, gateway).await? {
        let subject = deed.subject.clone();
        match act(app, Origin::System, deed).await {
            Ok(_) => funded += 1,
            Err(error) => tracing::warn!(%gateway, "the new period of {subject} could not be funded: {error}"),
        }
    }
    Ok(funded)
}

/// The changes that fund what is due.
async fn due(app: &App, gateway: GatewayId) -> Result<Vec<Deed>, AppError> {
    let mut reader = app.store().reader().await?;
    let mut deeds = Vec::new();
    for Allowance { holder, budget, funded_from, .. } in reader.allowance().list().await? {
        let Some(start) = period_start(budget.period(), app.now()).filter(|start| *start > funded_from) else {
            continue;
        };
        let change = Some(format!("allowance of {} from {}", budget.period().code(), Zone::utc().date_of(start)));
        let blank = |action, subject| Deed { gateway, action, subject, client: None, account: None, key: None, change };
        match holder {
            Holder::Key(id) => {
                let stored = reader.key().get(id).await?;
                let gone = stored.key.status == domain::KeyStatus::Revoked || stored.gone_at.is_some();
                if stored.gateway != gateway || gone {
                    continue;
                }
                let action = Action::KeyBudget { key: stored.key.external_id, budget: Limit::Limited(budget) };
                let deed = blank(action, stored.key.spec.name.to_string());
                deeds.push(Deed { client: stored.client, account: stored.account, key: Some(id), ..deed });
            }
            Holder::Account(id) => {
                let stored = reader.account().get(id).await?;
                if stored.gateway != gateway || stored.gone_at.is_some() {
                    continue;
                }
                let spec = AccountSpec { budget: Limit::Limited(budget), ..stored.account.spec };
                let subject = spec.name.to_string();
                let action = Action::AccountUpdate { account: stored.account.external_id, spec };
                deeds.push(Deed { client: stored.client, account: Some(id), ..blank(action, subject) });
            }
        }
    }
    Ok(deeds)
}

/// A key as its gateway describes it, with the budget that Purser funds in place of the ceiling it was translated to.
///
/// # Errors
/// The store cannot be read.
pub(crate) async fn shown_key(app: &App, gateway: GatewayId, mut key: Key) -> Result<Key, AppError> {
    let mut reader = app.store().reader().await?;
    if let Some(stored) = reader.key().find(gateway, &key.external_id).await?
        && let Some(allowance) = reader.allowance().of(Holder::Key(stored.id)).await?
    {
        key.spec.budget = Limit::Limited(allowance.budget);
    }
    Ok(key)
}

/// As [`shown_key`], for an account.
///
/// # Errors
/// The store cannot be read.
pub(crate) async fn shown_account(app: &App, id: domain::AccountId, mut account: Account) -> Result<Account, AppError> {
    if let Some(allowance) = app.store().reader().await?.allowance().of(Holder::Account(id)).await? {
        account.spec.budget = Limit::Limited(allowance.budget);
    }
    Ok(account)
}
