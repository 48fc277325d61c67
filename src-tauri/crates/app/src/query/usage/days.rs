//! Amounts by day and member: what a chart of usage is drawn from.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ClientId, Date, KeyId};
use render::chart::Series;
use rust_decimal::Decimal;
use store::Reader;
use store::report::{Filter, Group, Member, RatingRow, UsageApart};
use store::table::key::StoredKey;

use super::{SERIES, charges, group, member_of};
use crate::AppError;
use crate::query::names::Names;
use crate::rating::{PricedRow, Prices, priced, private_apart, rows_summed, tallies};
use crate::wire::UsageGroup;

/// Amounts per member and day, the members in the order in which they are stacked.
pub(super) struct Days {
    first: Date,
    length: usize,
    members: Vec<(Member, Vec<Decimal>)>,
}

impl Days {
    pub(super) fn new(filter: &Filter) -> Self {
        let length = usize::try_from(filter.last.epoch_days() - filter.first.epoch_days() + 1).unwrap_or(1);
        Self { first: filter.first, length, members: Vec::new() }
    }

    fn add(&mut self, member: &Member, day: Date, amount: Decimal) -> Result<(), AppError> {
        let index = usize::try_from(day.epoch_days() - self.first.epoch_days()).unwrap_or(0).min(self.length - 1);
        let place = match self.members.iter().position(|(known, _)| known == member) {
            Some(place) => place,
            None => {
                self.members.push((member.clone(), vec![Decimal::ZERO; self.length]));
                self.members.len() - 1
            }
        };
        let slot = &mut self.members[place].1[index];
        *slot = domain::money::exact_sum(*slot, amount)?;
        Ok(())
    }

    pub(super) fn total(&self, index: usize) -> Result<Decimal, AppError> {
        let amounts = self.members.iter().filter_map(|(_, values)| values.get(index).copied());
        Ok(amounts.into_iter().try_fold(Decimal::ZERO, domain::money::exact_sum)?)
    }

    pub(super) fn into_series(mut self, names: &Names, keys: &BTreeMap<KeyId, StoredKey>) -> Vec<Series> {
        let size = |values: &[Decimal]| values.iter().copied().sum::<Decimal>();
        self.members.sort_by_key(|(member, values)| (*member == Member::Other, std::cmp::Reverse(size(values))));
        let series = |(member, values): (Member, Vec<Decimal>)| Series { name: names.member(&member, keys), values };
        self.members.into_iter().map(series).collect()
    }
}

/// Cost per day of the dearest members; the rest is one.
pub(super) async fn cost_days(reader: &mut Reader, filter: &Filter, by: UsageGroup) -> Result<Days, AppError> {
    let mut days = Days::new(filter);
    for row in reader.report().by_day(filter, group(by), SERIES).await? {
        days.add(&row.member, row.day, row.consumption.cost.to_decimal())?;
    }
    Ok(days)
}

/// Charge per day of the members charged most; the rest is one.
///
/// Where charges follow from quantities and cost by rules that are linear (see [`billing::Quote::charge`]), clients
/// without a rule of their own are added up before they are rated: a chart reads the days of few clients, not of all.
///
/// # Errors
/// By key: prices are per client and model.
pub(super) async fn charge_days(
    reader: &mut Reader,
    book: &Prices,
    filter: &Filter,
    by: UsageGroup,
) -> Result<Days, AppError> {
    if by == UsageGroup::Key || !filter.keys.is_empty() {
        let problem = "the charge of a single key is not known: prices are per client and model";
        return Err(AppError::invalid("group", problem).hint("Group by client or model, or look at the cost by key."));
    }
    let by = group(by);
    let summed = rows_summed(reader, book, filter).await?;
    let top = top(&summed, book, by)?;
    let (named, others) = rows(reader, book, filter, (by, &top), &summed).await?;
    let known = |member: Member| if top.contains(&member) { member } else { Member::Other };
    let mut days = Days::new(filter);
    for ((member, day), tally) in tallies(&named, book, |row| (known(member_of(row, by)), row.day))? {
        days.add(&member, day, tally.charge.amount())?;
    }
    let member = |row: &RatingRow| if by == Group::Client { Member::Other } else { known(member_of(row, by)) };
    for ((member, day), tally) in tallies(&others, book, |row| (member(row), row.day))? {
        days.add(&member, day, tally.charge.amount())?;
    }
    Ok(days)
}

/// The members charged most over the whole range.
fn top(summed: &[PricedRow], book: &Prices, by: Group) -> Result<BTreeSet<Member>, AppError> {
    let mut charged: Vec<_> = charges(summed, book, by)?.into_iter().collect();
    charged.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.charge.amount()));
    Ok(charged.into_iter().take(usize::from(SERIES)).map(|(member, _)| member).collect())
}

/// Rows to rate: of the clients that are shown or have prices of their own, and of all others together, who pay what any
/// one of them pays.
async fn rows(
    reader: &mut Reader,
    book: &Prices,
    filter: &Filter,
    (by, top): (Group, &BTreeSet<Member>),
    summed: &[PricedRow],
) -> Result<(Vec<PricedRow>, Vec<PricedRow>), AppError> {
    if !filter.clients.is_empty() {
        let rows = reader.report().usage_by_client_model(filter).await?;
        return Ok((priced(reader, book, rows).await?, Vec::new()));
    }
    let rules = || book.versions().iter().flat_map(|version| version.rules().as_slice());
    let mut apart: BTreeSet<ClientId> = rules().filter_map(|rule| rule.client).collect();
    let used: BTreeSet<ClientId> = summed.iter().filter_map(|priced| priced.row.client).collect();
    if rules().any(|rule| rule.client.is_none() && !rule.is_linear()) {
        // Each client has its own month then, so nobody's usage may be added to another's.
        apart.clone_from(&used);
    }
    let any = used.difference(&apart).next().copied();
    if by == Group::Client {
        apart.extend(top.iter().filter_map(|member| if let Member::Client(client) = member { *client } else { None }));
    }
    let apart: Vec<ClientId> = apart.intersection(&used).copied().collect();
    let UsageApart { named, others } = reader.report().usage_apart(filter, &apart).await?;
    let others = others.into_iter().map(|row| RatingRow { client: any, ..row }).collect();
    let others = private_apart(reader, book, filter, (&apart, others)).await?;
    Ok((priced(reader, book, named).await?, priced(reader, book, others).await?))
}
