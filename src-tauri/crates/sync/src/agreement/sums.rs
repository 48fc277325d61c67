//! What the stored requests of an account add up to, per UTC day.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Date, GatewayId, Nanos, Zone};
use store::{Filter, Report, StoreResult};

use crate::AccountState;

/// Requests read at a time.
const PAGE: u16 = 1000;

/// Requests of one day together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowSum {
    /// How many, the failed ones included.
    pub(crate) rows: u64,
    /// What they cost.
    pub(crate) cost: Nanos,
}

/// Sums by UTC day; days without requests are left out.
pub(crate) type RowSums = BTreeMap<Date, RowSum>;

impl RowSum {
    /// Whether a day total is the same but for a nano-unit per row, which is what rounding each row can amount to.
    pub(crate) fn agrees(&self, total: Nanos) -> bool {
        self.cost.0.abs_diff(total.0) <= self.rows
    }
}

/// The sums of an account on these UTC days, which must be in order. An account that stands for nobody has none.
pub(crate) async fn row_sums(
    report: &mut Report<'_>,
    gateway: GatewayId,
    account: &AccountState,
    days: &[Date],
) -> StoreResult<RowSums> {
    let (Some((client, _)), Some(first), Some(last)) = (&account.client, days.first(), days.last()) else {
        return Ok(RowSums::new());
    };
    // A UTC day touches at most the local dates beside it.
    let mut filter = Filter::days(first.plus_days(-1), last.plus_days(1)).client(*client);
    filter.gateways.push(gateway);
    let wanted: BTreeSet<Date> = days.iter().copied().collect();
    let (mut sums, mut after, utc) = (RowSums::new(), None, Zone::utc());
    loop {
        let page = report.request_page(&filter, after, PAGE).await?;
        for row in page.rows.iter().filter(|row| row.account == Some(account.id)) {
            let day = utc.date_of(row.occurred_at);
            if wanted.contains(&day) {
                let sum: &mut RowSum = sums.entry(day).or_default();
                sum.rows += 1;
                sum.cost = Nanos(sum.cost.0.saturating_add(row.consumption.cost.0));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(sums);
        }
    }
}
