//! Report queries. They read roll-ups; only [`Report::request_page`] reads raw usage, through an index, and what is
//! reconciled, for one gateway and period.

mod reconcile;
mod requests;
mod scan;

use std::collections::BTreeMap;

use domain::{AccountId, ClientId, Date, GatewayId, KeyId, ModelName, Nanos, Quantities, RequestOutcome, Timestamp};
use sqlx::SqliteConnection;

pub use self::reconcile::{BilledLine, BilledRow, CellId, CellWeight, Span, UnbilledRow, Weight};
use self::scan::{Measure, Scan, Slot, Slots};
use crate::StoreResult;
use crate::column::{date, time};
use crate::usage::{Amounts, KeyModelRow};

/// What to report on. Dates are local dates of each client, inclusive; an empty list is no restriction.
/// With models *and* keys restricted, only [`Report::request_page`] can answer: the other reports refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// First local date.
    pub first: Date,
    /// Last local date.
    pub last: Date,
    /// These clients.
    pub clients: Vec<ClientId>,
    /// These gateways.
    pub gateways: Vec<GatewayId>,
    /// These keys.
    pub keys: Vec<KeyId>,
    /// These models.
    pub models: Vec<ModelName>,
}

impl Filter {
    /// Everything between two local dates, inclusive.
    #[must_use]
    pub fn days(first: Date, last: Date) -> Self {
        Self { first, last, clients: vec![], gateways: vec![], keys: vec![], models: vec![] }
    }

    /// The same restricted to a client.
    #[must_use]
    pub fn client(mut self, client: ClientId) -> Self {
        self.clients.push(client);
        self
    }
}

/// What to group by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// By client; unattributed usage is a group of its own.
    Client,
    /// By model as the client called it.
    Model,
    /// By key; usage without a key is a group of its own.
    Key,
    /// By gateway.
    Gateway,
}

/// One value of a [`Group`]. `None` is nobody's, or no key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// A client.
    Client(Option<ClientId>),
    /// A model.
    Model(ModelName),
    /// A key.
    Key(Option<KeyId>),
    /// A gateway.
    Gateway(GatewayId),
    /// Everything that is not among the named members.
    Other,
}

/// What was consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consumption {
    /// Quantities.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// What the gateways say it cost, in nano-units of the gateways' currency.
    pub cost: Nanos,
}

/// What one member consumed on one local date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// Local date.
    pub day: Date,
    /// Who or what.
    pub member: Member,
    /// What was consumed.
    pub consumption: Consumption,
}

/// What one client consumed of one model on one gateway on one local date: what rating starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingRow {
    /// The client; `None` is unattributed.
    pub client: Option<ClientId>,
    /// Local date.
    pub day: Date,
    /// Where.
    pub gateway: GatewayId,
    /// What.
    pub model: ModelName,
    /// What was consumed.
    pub consumption: Consumption,
}

/// Usage by date with some clients told apart: see [`Report::usage_apart`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageApart {
    /// The named clients' rows.
    pub named: Vec<RatingRow>,
    /// All other clients together; each row carries no client. Usage of nobody is not among it.
    pub others: Vec<RatingRow>,
}

/// Where to go on in a listing of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestCursor {
    /// When the last request of the page before started, in milliseconds since 1970.
    pub occurred_at: i64,
    /// Its row number.
    pub id: i64,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// When it started.
    pub occurred_at: Timestamp,
    /// The gateway.
    pub gateway: GatewayId,
    /// The account; `None` is unattributed.
    pub account: Option<AccountId>,
    /// The client of that account.
    pub client: Option<ClientId>,
    /// The key.
    pub key: Option<KeyId>,
    /// The model as the client called it.
    pub model: ModelName,
    /// The upstream model that answered.
    pub upstream_model: Option<ModelName>,
    /// What was consumed.
    pub consumption: Consumption,
    /// Time to the end of the answer in milliseconds.
    pub duration_millis: Option<u32>,
    /// Whether it was served.
    pub outcome: RequestOutcome,
}

/// A page of requests, latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// The requests.
    pub rows: Vec<RequestRow>,
    /// Where to go on; `None` at the end.
    pub next: Option<RequestCursor>,
}

/// How fresh the data of a gateway are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The gateway.
    pub gateway: GatewayId,
    /// Usage is complete up to here; `None` before the first finished pull.
    pub usage_through: Option<Timestamp>,
    /// When the last sync that read everything to its end began to read usage, or a file was last imported; a sync that
    /// is under way, was stopped or failed somewhere does not count.
    pub pulled_at: Option<Timestamp>,
    /// Why the latest pull failed, if it did.
    pub error: Option<String>,
}

/// What rating tells apart besides dates.
const RATED: [Slot; 3] = [Slot::Member(Group::Client), Slot::Member(Group::Gateway), Slot::Member(Group::Model)];
/// The row number that stands for no client.
const NOBODY: i64 = 0;

/// The report queries of a session.
#[derive(Debug)]
pub struct Report<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl Report<'_> {
    /// Everything together.
    ///
    /// # Errors
    /// `Rule` when models and keys are both restricted.
    pub async fn total(&mut self, filter: &Filter) -> StoreResult<Consumption> {
        let rows = Scan::new(filter, &[])?.run(self.conn).await?;
        Ok(rows.into_iter().next().map(|(_, amounts)| amounts).unwrap_or_default())
    }

    /// Per member, greatest cost first. Members without consumption are left out.
    ///
    /// # Errors
    /// `Rule` when models and keys are mixed, in the filter or with the group.
    pub async fn totals(&mut self, filter: &Filter, group: Group) -> StoreResult<Vec<(Member, Consumption)>> {
        let mut totals = self.ids(filter, group).await?;
        totals.sort_by_key(|(id, consumption)| (std::cmp::Reverse(consumption.cost), *id));
        let names = self.names(group).await?;
        Ok(totals.into_iter().map(|(id, consumption)| (member(group, id, &names), consumption)).collect())
    }

    /// Per local date, everything together, in date order. Dates without consumption are left out.
    ///
    /// # Errors
    /// As for [`Report::total`].
    pub async fn days(&mut self, filter: &Filter) -> StoreResult<Vec<(Date, Consumption)>> {
        let rows = Scan::new(filter, &[Slot::Day])?.run(self.conn).await?;
        Ok(rows.into_iter().map(|(slots, consumption)| (date(slots[0]), consumption)).collect())
    }

    /// Per local date and member, in date order. Only the `top` members by cost over the whole range are told apart;
    /// the rest of each date is [`Member::Other`].
    ///
    /// # Errors
    /// As for [`Report::totals`].
    pub async fn by_day(&mut self, filter: &Filter, group: Group, top: u16) -> StoreResult<Vec<DayRow>> {
        let mut totals = self.costs(filter, group).await?;
        totals.sort_by_key(|(id, cost)| (std::cmp::Reverse(*cost), *id));
        let some = totals.len() > usize::from(top);
        let named: Vec<i64> = totals.iter().take(usize::from(top)).map(|(id, _)| *id).collect();
        let names = self.names(group).await?;
        let mut scan = Scan::new(filter, &[Slot::Day, Slot::Member(group)])?;
        if some {
            scan.only(group, &named);
        }
        let mut rows = Vec::new();
        if !named.is_empty() {
            for (slots, consumption) in scan.run(self.conn).await? {
                rows.push(DayRow { day: date(slots[0]), member: member(group, slots[1], &names), consumption });
            }
        }
        if some {
            let all = self.days(filter).await?;
            rows.extend(rest(&rows, all));
            rows.sort_by(|a, b| (a.day, &a.member).cmp(&(b.day, &b.member)));
        }
        Ok(rows)
    }

    /// What rating starts from, in the order client, date, gateway, model.
    ///
    /// # Errors
    /// `Rule` when keys are restricted.
    pub async fn usage_by_client_model(&mut self, filter: &Filter) -> StoreResult<Vec<RatingRow>> {
        let [client, gateway, model] = RATED;
        let rows = Scan::new(filter, &[client, Slot::Day, gateway, model])?.run(self.conn).await?;
        self.rating(rows, |[client, day, gateway, model]| (client, date(day), gateway, model)).await
    }

    /// The same summed over all dates of the filter; each row carries the filter's first date. For prices that do not
    /// change within the filter, rating these gives what rating each day would.
    ///
    /// # Errors
    /// `Rule` when keys are restricted.
    pub async fn usage_by_client_model_sum(&mut self, filter: &Filter) -> StoreResult<Vec<RatingRow>> {
        let rows = Scan::new(filter, &RATED)?.run(self.conn).await?;
        self.rating(rows, |[client, gateway, model, _]| (client, filter.first, gateway, model)).await
    }

    /// What [`Report::usage_by_client_model`] tells, with only some clients told apart: far fewer rows where most
    /// clients pay the same prices. The filter must not restrict clients.
    ///
    /// # Errors
    /// `Rule` when keys are restricted.
    pub async fn usage_apart(&mut self, filter: &Filter, clients: &[ClientId]) -> StoreResult<UsageApart> {
        let [client, gateway, model] = RATED;
        let all = Scan::new(filter, &[Slot::Day, gateway, model])?.run(self.conn).await?;
        let mut left: BTreeMap<Slots, Amounts> = all.iter().map(|(slots, all)| (*slots, Amounts::from(all))).collect();
        let mut scan = Scan::new(filter, &[client, Slot::Day, gateway, model])?;
        let ids: Vec<i64> = clients.iter().map(|id| id.0).chain([NOBODY]).collect();
        scan.only(Group::Client, &ids);
        let mut named = scan.run(self.conn).await?;
        for ([_, day, gateway, model], consumption) in &named {
            let part = Amounts::from(consumption).negated();
            left.entry([*day, *gateway, *model, 0]).or_default().add(&part);
        }
        named.retain(|(slots, _)| slots[0] != NOBODY);
        let others = left.into_iter().filter(|(_, amounts)| !amounts.is_zero());
        let others = others.map(|(slots, amounts)| (slots, amounts.into())).collect();
        Ok(UsageApart {
            named: self.rating(named, |[client, day, gateway, model]| (client, date(day), gateway, model)).await?,
            others: self.rating(others, |[day, gateway, model, _]| (NOBODY, date(day), gateway, model)).await?,
        })
    }

    /// Rows for rating; `place` finds client, date, gateway and model among the slots.
    async fn rating(
        &mut self,
        rows: Vec<(Slots, Consumption)>,
        place: impl Fn(Slots) -> (i64, Date, i64, i64) + Send,
    ) -> StoreResult<Vec<RatingRow>> {
        let names = self.names(Group::Model).await?;
        let row = |(slots, consumption)| {
            let (client, day, gateway, model) = place(slots);
            let model = names.get(&model).cloned().unwrap_or_else(|| ModelName::new(""));
            RatingRow { client: nonzero(client).map(ClientId), day, gateway: GatewayId(gateway), model, consumption }
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// What a client used by key and model, in the order date, gateway, key, model. Reads raw usage: tens of milliseconds
    /// for a busy month, so ask once per document.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn usage_by_key_model(&mut self, client: ClientId, span: (Date, Date)) -> StoreResult<Vec<KeyModelRow>> {
        crate::usage::by_key::rows(self.conn, client, span).await
    }

    /// What each key spent between local dates, inclusive; keys that spent nothing are left out.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn key_spend(&mut self, first: Date, last: Date) -> StoreResult<Vec<(KeyId, Nanos)>> {
        let costs = self.costs(&Filter::days(first, last), Group::Key).await?;
        let spent = costs.into_iter().filter(|(id, cost)| *id != 0 && *cost != Nanos::ZERO);
        Ok(spent.map(|(id, cost)| (KeyId(id), cost)).collect())
    }

    /// What each client spent between local dates, inclusive; `None` is unattributed.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn client_spend(&mut self, first: Date, last: Date) -> StoreResult<Vec<(Option<ClientId>, Nanos)>> {
        let totals = self.ids(&Filter::days(first, last), Group::Client).await?;
        Ok(totals.into_iter().map(|(id, consumption)| (nonzero(id).map(ClientId), consumption.cost)).collect())
    }

    /// How fresh the data of each gateway are ("as of").
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn freshness(&mut self) -> StoreResult<Vec<Freshness>> {
        let rows = sqlx::query!(
            r#"SELECT g.id AS "id!",
                   (SELECT max(complete_through) FROM cursor
                    WHERE gateway = g.id AND resource LIKE 'usage%') AS "through: i64",
                   (SELECT max(pulled_at) FROM cursor
                    WHERE gateway = g.id AND resource IN ('whole', 'usage_import')) AS "pulled_at: i64",
                   (SELECT error FROM cursor WHERE gateway = g.id AND error IS NOT NULL
                    ORDER BY tried_at DESC LIMIT 1) AS "error: String"
               FROM gateway g WHERE g.status <> 'removed' ORDER BY g.id"#
        );
        let rows = rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| Freshness {
            gateway: GatewayId(row.id),
            usage_through: row.through.map(time),
            pulled_at: row.pulled_at.map(time),
            error: row.error,
        });
        Ok(rows.collect())
    }

    /// Totals by the row number of the member; 0 is nobody, or no key.
    async fn ids(&mut self, filter: &Filter, group: Group) -> StoreResult<Vec<(i64, Consumption)>> {
        let rows = Scan::new(filter, &[Slot::Member(group)])?.run(self.conn).await?;
        Ok(rows.into_iter().map(|(slots, consumption)| (slots[0], consumption)).collect())
    }

    /// What each member cost, by row number; members without usage may be among them, at 0.
    async fn costs(&mut self, filter: &Filter, group: Group) -> StoreResult<Vec<(i64, Nanos)>> {
        let scan = Scan::new(filter, &[Slot::Member(group)])?.measuring(Measure::Cost);
        Ok(scan.run(self.conn).await?.into_iter().map(|(slots, consumption)| (slots[0], consumption.cost)).collect())
    }

    /// Model names by row number; empty for every other group.
    async fn names(&mut self, group: Group) -> StoreResult<BTreeMap<i64, ModelName>> {
        if group != Group::Model {
            return Ok(BTreeMap::new());
        }
        let rows = sqlx::query!(r#"SELECT id AS "id!", name FROM model"#).fetch_all(&mut *self.conn).await?;
        Ok(rows.into_iter().map(|row| (row.id, ModelName::new(row.name))).collect())
    }
}

fn nonzero(id: i64) -> Option<i64> {
    (id != 0).then_some(id)
}

fn member(group: Group, id: i64, names: &BTreeMap<i64, ModelName>) -> Member {
    match group {
        Group::Client => Member::Client(nonzero(id).map(ClientId)),
        Group::Key => Member::Key(nonzero(id).map(KeyId)),
        Group::Gateway => Member::Gateway(GatewayId(id)),
        Group::Model => Member::Model(names.get(&id).cloned().unwrap_or_else(|| ModelName::new(""))),
    }
}

/// What is left of each date once the named members are taken off.
fn rest(named: &[DayRow], all: Vec<(Date, Consumption)>) -> Vec<DayRow> {
    let mut left: BTreeMap<Date, Amounts> = all.iter().map(|(day, all)| (*day, Amounts::from(all))).collect();
    for row in named {
        left.entry(row.day).or_default().add(&Amounts::from(&row.consumption).negated());
    }
    let other = |(day, amounts): (Date, Amounts)| DayRow { day, member: Member::Other, consumption: amounts.into() };
    left.into_iter().filter(|(_, amounts)| !amounts.is_zero()).map(other).collect()
}

#[cfg(test)]
mod tests;
