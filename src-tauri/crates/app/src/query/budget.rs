//! Budgets with what was spent of them, as Purser counts it from usage (product.md D2: never a lifetime counter).

use std::collections::BTreeMap;

use domain::{Budget, BudgetPeriod, ClientId, Date, Enforcement, GatewayId, KeyId, Nanos, Timestamp, Zone};
use gateway::Capability;
use store::Reader;
use store::report::{Filter, Group, Member};
use store::table::Holder;
use store::table::account::StoredAccount;
use store::table::key::StoredKey;

use super::names::Names;
use crate::wire::{AmountRole, BudgetView};
use crate::{AppError, format};

/// Gateway counters may lag; a smaller difference than this, in per mille of the limit, is not worth showing.
const GATEWAY_LAG: i128 = 20;

/// What was spent in the current period of every kind, by key and by client and gateway. Periods follow the calendar in
/// UTC, as gateways reset them (litellm.md, Budgets).
#[derive(Debug, Default)]
pub struct Spent {
    keys: BTreeMap<(PeriodPlace, KeyId), Nanos>,
    accounts: BTreeMap<(PeriodPlace, GatewayId, ClientId), Nanos>,
    now: Option<Timestamp>,
}

/// What the gateway itself tells of a budget.
#[derive(Debug, Clone, Copy)]
struct Told {
    spent: Option<Nanos>,
    resets_at: Option<Timestamp>,
    enforcement: Enforcement,
}

/// [`BudgetPeriod`] by its place, which can be ordered.
type PeriodPlace = usize;

fn place(period: BudgetPeriod) -> PeriodPlace {
    BudgetPeriod::ALL.iter().position(|known| *known == period).unwrap_or(0)
}

impl Spent {
    /// Reads what was spent for every period that some budget has.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn read<'k>(
        reader: &mut Reader,
        names: &Names,
        keys: impl Iterator<Item = &'k StoredKey>,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let today = Zone::utc().date_of(now);
        let mut spent = Self { now: Some(now), ..Self::default() };
        let mut of_keys: Vec<BudgetPeriod> =
            keys.filter_map(|key| names.budget_of_key(key)).map(|budget| budget.period()).collect();
        of_keys.sort_by_key(|period| place(*period));
        of_keys.dedup();
        for period in of_keys {
            for (key, nanos) in reader.report().key_spend(start(period, today), today).await? {
                spent.keys.insert((place(period), key), nanos);
            }
        }
        for (gateway, period) in account_periods(names) {
            let filter = Filter { gateways: vec![gateway], ..Filter::days(start(period, today), today) };
            for (member, consumption) in reader.report().totals(&filter, Group::Client).await? {
                if let Member::Client(Some(client)) = member {
                    spent.accounts.insert((place(period), gateway, client), consumption.cost);
                }
            }
        }
        Ok(spent)
    }

    /// A key's own budget.
    #[must_use]
    pub fn of_key(&self, names: &Names, key: &StoredKey) -> Option<BudgetView> {
        let budget = names.budget_of_key(key)?;
        let spent = self.keys.get(&(place(budget.period()), key.id)).copied().unwrap_or_default();
        let told = names.told_spent(Holder::Key(key.id), key.key.spent);
        let enforcement = names.capability(key.gateway).enforcement(budget.period());
        let told = Told { spent: told, resets_at: key.key.resets_at, enforcement };
        Some(self.view(&budget, spent, &names.capability(key.gateway), told))
    }

    /// An account's budget. A client with two accounts on one gateway sees their sum in both.
    #[must_use]
    pub fn of_account(&self, names: &Names, account: &StoredAccount) -> Option<BudgetView> {
        let budget = names.budget_of_account(account)?;
        let client = account.client?;
        let spent = self.accounts.get(&(place(budget.period()), account.gateway, client)).copied().unwrap_or_default();
        let told = names.told_spent(Holder::Account(account.id), account.account.spent);
        let enforcement = names.capability(account.gateway).account_enforcement(budget.period());
        let told = Told { spent: told, resets_at: account.account.resets_at, enforcement };
        Some(self.view(&budget, spent, &names.capability(account.gateway), told))
    }

    /// The tightest budget of a client's accounts.
    #[must_use]
    pub fn of_client(&self, names: &Names, client: ClientId) -> Option<BudgetView> {
        names.accounts_of(client).filter_map(|account| self.of_account(names, account)).max_by_key(|view| view.percent)
    }

    fn view(&self, budget: &Budget, spent: Nanos, capability: &Capability, told: Told) -> BudgetView {
        let currency = budget.currency();
        let differs = |says: &Nanos| {
            let difference = i128::from(says.0) - i128::from(spent.0);
            difference.abs() * 1000 > i128::from(budget.amount().0.max(1)) * GATEWAY_LAG
        };
        BudgetView {
            limit: format::cost(budget.amount(), currency, AmountRole::Budget),
            spent: format::cost(spent, currency, AmountRole::Cost),
            period: budget.period().code().to_owned(),
            percent: budget.per_cent(spent),
            warn_at: budget.warn_at().to_vec(),
            enforcement: told.enforcement.code().to_owned(),
            stop_status: capability.budget_stop_status,
            resets_at: told.resets_at.or_else(|| self.next_reset(budget.period())).map(format::instant),
            gateway_says: told.spent.filter(differs).map(|says| format::cost(says, currency, AmountRole::Cost)),
        }
    }

    fn next_reset(&self, period: BudgetPeriod) -> Option<Timestamp> {
        let utc = Zone::utc();
        period.next_reset(utc.date_of(self.now?)).map(|day| utc.start_of(day))
    }
}

/// The first day of a period; for a lifetime budget, before any usage there can be.
fn start(period: BudgetPeriod, today: Date) -> Date {
    period.first_day(today).unwrap_or_else(|| today.plus_days(-20 * 366))
}

fn account_periods(names: &Names) -> Vec<(GatewayId, BudgetPeriod)> {
    let mut periods: Vec<(GatewayId, BudgetPeriod)> = Vec::new();
    for account in names.accounts.values().filter(|account| account.gone_at.is_none()) {
        if let Some(budget) = names.budget_of_account(account)
            && !periods.contains(&(account.gateway, budget.period()))
        {
            periods.push((account.gateway, budget.period()));
        }
    }
    periods
}

/// The account whose budget a chart of a client shows: the one with the tightest.
#[must_use]
pub fn tightest<'n>(spent: &Spent, names: &'n Names, client: ClientId) -> Option<(&'n StoredAccount, BudgetView)> {
    let views = names.accounts_of(client).filter_map(|account| Some((account, spent.of_account(names, account)?)));
    views.max_by_key(|(_, view)| view.percent)
}
