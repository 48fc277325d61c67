//! Day totals and rows of a period, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use billing::reconcile::{Measure, Place, Split, TotalCell};
use domain::{AccountId, Date, Grain, ModelName, Nanos};
use store::Reader;
use store::report::{CellId, CellWeight, Span, Weight};

use super::billed::Billed;
use super::{Names, Scene};
use crate::AppError;

/// What is told and what is known of a gateway's period.
pub(super) struct Sides {
    /// Day totals.
    totals: BTreeMap<CellId, Weight>,
    /// Single requests.
    requests: BTreeMap<CellId, CellWeight>,
    /// Accounts' days of which single requests are known.
    detailed: BTreeSet<(AccountId, Date)>,
    grains: BTreeMap<(AccountId, Date), Grain>,
    owned: BTreeSet<AccountId>,
    models: BTreeMap<i64, ModelName>,
    tells_totals: bool,
}

pub(super) fn measure(weight: Weight) -> Measure {
    Measure { requests: weight.requests, tokens: weight.tokens, cost: weight.cost }
}

pub(super) fn sum(costs: impl Iterator<Item = Nanos>) -> Result<Nanos, AppError> {
    let mut costs = costs;
    Ok(costs.try_fold(Nanos::ZERO, Nanos::checked_add)?)
}

impl Sides {
    pub(super) async fn read(reader: &mut Reader, span: &Span, names: &Names) -> Result<Self, AppError> {
        let totals = reader.report().day_totals(span).await?;
        let requests: BTreeMap<_, _> = reader.report().request_totals(span).await?.into_iter().collect();
        let owned = names.accounts.values().filter(|account| account.client.is_some());
        Ok(Self {
            totals: totals.into_iter().map(|(cell, weight)| (cell, weight.whole)).collect(),
            detailed: requests.keys().map(|cell: &CellId| (cell.account, cell.day)).collect(),
            requests,
            grains: reader.report().day_grains(span).await?.into_iter().collect(),
            owned: owned.map(|account| account.id).collect(),
            models: reader.report().model_names().await?,
            tells_totals: names.capability(span.gateway).usage_days,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.totals.is_empty() && self.requests.is_empty()
    }

    pub(super) fn owns(&self, account: AccountId) -> bool {
        self.owned.contains(&account)
    }

    /// Whether single requests of an account's day are known.
    pub(super) fn is_detailed(&self, account: AccountId, day: Date) -> bool {
        self.detailed.contains(&(account, day))
    }

    /// Whether clients are charged by the day total.
    pub(super) fn counts_total(&self, account: AccountId, day: Date) -> bool {
        self.grains.get(&(account, day)) == Some(&Grain::Day)
    }

    /// Day totals of clients that stand for themselves, because no single requests are known.
    pub(super) fn whole_days(&self) -> impl Iterator<Item = (&CellId, Weight)> {
        let whole = |cell: &CellId| self.owns(cell.account) && !self.is_detailed(cell.account, cell.day);
        self.totals.iter().filter(move |(cell, _)| whole(cell)).map(|(cell, weight)| (cell, *weight))
    }

    fn row(&self, cell: &CellId) -> CellWeight {
        if self.is_detailed(cell.account, cell.day) {
            return self.requests.get(cell).copied().unwrap_or_default();
        }
        CellWeight { whole: self.totals.get(cell).copied().unwrap_or_default(), ..CellWeight::default() }
    }

    fn ids(&self) -> BTreeSet<CellId> {
        self.totals.keys().chain(self.requests.keys()).copied().collect()
    }

    fn of(&self, owned: bool) -> impl Iterator<Item = CellId> {
        self.ids().into_iter().filter(move |cell| self.owns(cell.account) == owned)
    }

    /// What the gateway's totals say; `None` where it tells none.
    pub(super) fn told(&self) -> Result<Option<Nanos>, AppError> {
        if !self.tells_totals {
            return Ok(None);
        }
        sum(self.totals.values().map(|weight| weight.cost)).map(Some)
    }

    /// The rows of clients.
    pub(super) fn rows(&self) -> Result<Nanos, AppError> {
        sum(self.of(true).map(|cell| self.row(&cell).whole.cost))
    }

    /// The rows of nobody.
    pub(super) fn nobody(&self) -> Result<Nanos, AppError> {
        sum(self.of(false).map(|cell| self.row(&cell).whole.cost))
    }

    /// How many requests the rows of clients are.
    pub(super) fn row_count(&self) -> u64 {
        self.of(true).map(|cell| self.row(&cell).whole.requests).fold(0, u64::saturating_add)
    }

    /// What charges of clients start from.
    pub(super) fn counted(&self) -> Result<Nanos, AppError> {
        sum(self.of(true).map(|cell| {
            let total = self.totals.get(&cell).copied().unwrap_or_default();
            if self.counts_total(cell.account, cell.day) { total.cost } else { self.row(&cell).whole.cost }
        }))
    }

    pub(super) fn place(&self, cell: &CellId) -> Place {
        Place {
            day: Some(cell.day),
            account: Some(cell.account),
            key: cell.key,
            named: None,
            model: self.models.get(&cell.model).cloned(),
        }
    }

    /// The gateway's totals against the rows.
    pub(super) async fn split(
        &self,
        reader: &mut Reader,
        told: Nanos,
        billed: Option<&Billed>,
        scene: &Scene,
    ) -> Result<Split, AppError> {
        let mut findings = Vec::new();
        for id in self.ids() {
            let (total, row) = (self.totals.get(&id).copied().unwrap_or_default(), self.row(&id));
            let fewer = total.cost < row.whole.cost && self.owns(id.account);
            let cell = TotalCell {
                place: self.place(&id),
                owned: self.owns(id.account),
                key_gone: scene.is_gone(id.key),
                told: measure(total),
                rows: measure(row.whole),
                twins: if fewer { measure(reader.report().twins(&id).await?) } else { Measure::default() },
                aborted: measure(row.aborted),
                billed: billed.and_then(|billed| billed.of_cell(&id)),
            };
            findings.extend(cell.findings());
        }
        Ok(Split::new(told, self.rows()?, self.row_count(), findings)?)
    }
}
