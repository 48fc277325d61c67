//! Whether a gateway's single requests and its day totals agree, and which of the two count.
//!
//! Day totals count, except for a client whose days are not UTC days: there single requests count, as long as they add
//! up to the day total to within a nano-unit per row (litellm.md pitfall 10). Where they do not, rows are missing
//! (litellm.md pitfall 14) and the day total counts: the money is right, and only the hours at the edge of the day may
//! lie on the wrong side of midnight.

mod sums;
mod totals;

use std::fmt;

use domain::{AccountId, ClientId, Date, ExternalId, GatewayId, Grain, Nanos, Period, Timestamp, Zone};
use store::{StoreResult, Writer};

pub(crate) use sums::{RowSum, row_sums};
pub(crate) use totals::DayTotals;

use crate::AccountState;

/// A UTC day of an account on which single requests and the day total disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The gateway.
    pub gateway: GatewayId,
    /// The account.
    pub account: AccountId,
    /// The gateway's identifier of the account.
    pub external_id: ExternalId,
    /// The client it stands for.
    pub client: ClientId,
    /// The UTC day.
    pub day: Date,
    /// Number of single requests.
    pub rows: u64,
    /// What they cost together.
    pub rows_total: Nanos,
    /// What the gateway's day total says.
    pub day_total: Nanos,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { external_id, day, rows, rows_total, day_total, .. } = self;
        write!(
            f,
            "{rows} requests of account `{external_id}` on {day} (UTC) cost {rows_total}, the gateway's day total is \
             {day_total}: the day total counts; check whether the gateway keeps every request in its log"
        )
    }
}

/// What to compare.
pub(crate) struct Scope {
    pub(crate) gateway: GatewayId,
    /// The window of requests that has just been pulled.
    pub(crate) window: Period,
    /// Days from here on may have been restated without a request in the window.
    pub(crate) restated_from: Date,
    /// Days that end before this have all their statements.
    pub(crate) settled: Timestamp,
}

impl Scope {
    fn is_settled(&self, day: Date) -> bool {
        Zone::utc().day(day).end() <= self.settled
    }

    fn touches(&self, day: Date) -> bool {
        let day = Zone::utc().day(day);
        day.start() < self.window.end() && self.window.start() < day.end()
    }
}

/// Decides, in the transaction that ends a pull of requests, which grain counts for the days of accounts whose clients
/// are in other zones than UTC. Their requests must be complete up to the end of the window.
pub(crate) async fn decide(
    writer: &mut Writer,
    scope: &Scope,
    accounts: &[&AccountState],
    totals: &DayTotals,
) -> StoreResult<Vec<Mismatch>> {
    let mut mismatches = Vec::new();
    for account in accounts {
        let moved = |day: Date| day >= scope.restated_from && totals.moved(day);
        let reached = |day: Date| Zone::utc().start_of(day) < scope.window.end();
        // Of what was erased nothing can be compared, and nothing is to be decided.
        let erased = writer.usage().read().erased_through(account.id).await?;
        let days: Vec<Date> = totals
            .days_of(&account.external_id)
            .filter(|day| Some(*day) > erased && reached(*day) && (scope.touches(*day) || moved(*day)))
            .collect();
        let sums = row_sums(&mut writer.report(), scope.gateway, account, &days).await?;
        for day in days {
            let Some(total) = totals.total(&account.external_id, day) else { continue };
            let sum = sums.get(&day).copied().unwrap_or_default();
            let agreed = sum.agrees(total);
            if scope.is_settled(day) && !agreed {
                mismatches.extend(mismatch(scope.gateway, account, day, sum, total));
            }
            let counts = if agreed || !scope.is_settled(day) { Grain::Request } else { Grain::Day };
            count(writer, account.id, day, (counts, sum.rows > 0)).await?;
        }
    }
    Ok(mismatches)
}

/// Compares without deciding: the accounts of clients in UTC, whose day totals count in any case. Days that are not
/// settled yet, and days without requests, tell nothing.
pub(crate) async fn compare(
    report: &mut store::Report<'_>,
    scope: &Scope,
    accounts: &[&AccountState],
    totals: &DayTotals,
) -> StoreResult<Vec<Mismatch>> {
    let mut mismatches = Vec::new();
    for account in accounts {
        let settled = |day: &Date| scope.touches(*day) && scope.is_settled(*day);
        let days: Vec<Date> = totals.days_of(&account.external_id).filter(settled).collect();
        let sums = row_sums(report, scope.gateway, account, &days).await?;
        for (day, sum) in sums {
            let total = totals.total(&account.external_id, day).filter(|total| !sum.agrees(*total));
            mismatches.extend(total.and_then(|total| mismatch(scope.gateway, account, day, sum, total)));
        }
    }
    Ok(mismatches)
}

/// Lets a grain count, unless nothing was stated in it: requests that are all missing never replace a day total.
async fn count(
    writer: &mut Writer,
    account: AccountId,
    day: Date,
    (grain, has_rows): (Grain, bool),
) -> StoreResult<()> {
    let now = writer.usage().read().grain(account, day).await?;
    match now {
        Some(now) if now != grain && (has_rows || grain == Grain::Day) => {
            writer.usage().set_grain(account, day, grain).await
        }
        _ => Ok(()),
    }
}

fn mismatch(gateway: GatewayId, account: &AccountState, day: Date, sum: RowSum, day_total: Nanos) -> Option<Mismatch> {
    let (client, _) = account.client.as_ref()?;
    Some(Mismatch {
        gateway,
        account: account.id,
        external_id: account.external_id.clone(),
        client: *client,
        day,
        rows: sum.rows,
        rows_total: sum.cost,
        day_total,
    })
}
