//! Rows with their charges. Most rules charge sums as they charge parts; what tiers, included quantities and commissions
//! charge for a day depends on its month, so those months are rated as an invoice rates them.

use std::collections::{BTreeMap, BTreeSet};

use billing::rate;
use domain::{ClientId, Date, ExactAmount, GatewayId, ModelName};
use store::Reader;
use store::report::{Filter, RatingRow};

use super::{Prices, metered_row};
use crate::AppError;

/// Usage with what it costs the agency and what the client pays.
#[derive(Debug, Clone)]
pub struct PricedRow {
    /// The usage.
    pub row: RatingRow,
    /// What it costs the agency; nothing where the client pays its provider itself.
    pub cost: ExactAmount,
    /// What the client pays; `None` without a client or a price.
    pub charge: Option<ExactAmount>,
}

impl PricedRow {
    /// Whether there is nothing to charge for.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.row.consumption.quantities.iter().next().is_none() && self.row.consumption.cost.0 == 0
    }

    fn new(row: RatingRow, book: &Prices, months: &Months) -> Result<Self, AppError> {
        let cost = row.consumption.cost.exact(book.currency());
        if row.client.is_some() && book.private.served(&row) {
            return Ok(Self { row, cost, charge: Some(ExactAmount::zero(book.currency())) });
        }
        let quote = row.client.and_then(|client| book.quote(client, &row.model, row.day));
        let Some((quote, client)) = quote.zip(row.client) else { return Ok(Self { row, cost, charge: None }) };
        let charge = match quote.charge(&row.consumption.quantities, cost)? {
            Some(charge) => charge,
            None => months.charge(client, &row).unwrap_or(ExactAmount::zero(book.currency())),
        };
        Ok(Self { cost: quote.rule.charge.agency_cost(cost), row, charge: Some(charge) })
    }
}

/// Charges per client, gateway, model and day that follow from their month.
#[derive(Debug, Default)]
struct Months(BTreeMap<(ClientId, GatewayId, ModelName, Date), ExactAmount>);

impl Months {
    fn charge(&self, client: ClientId, row: &RatingRow) -> Option<ExactAmount> {
        self.0.get(&(client, row.gateway, row.model.clone(), row.day)).copied()
    }
}

/// Rows of single days with their charges.
///
/// # Errors
/// The store cannot be read, or an amount has more digits than can be kept.
pub async fn priced(reader: &mut Reader, book: &Prices, rows: Vec<RatingRow>) -> Result<Vec<PricedRow>, AppError> {
    let dependent: Vec<&RatingRow> = rows.iter().filter(|row| !is_linear(row, book)).collect();
    let clients = dependent.iter().filter_map(|row| row.client).collect();
    let days = dependent.iter().map(|row| row.day);
    let months = match (days.clone().min(), days.max()) {
        (Some(first), Some(last)) => rated(&month_rows(reader, &clients, first, last).await?, book)?,
        _ => Months::default(),
    };
    rows.into_iter().map(|row| PricedRow::new(row, book, &months)).collect()
}

/// The rows of a range with their charges, summed over days between which no price changes, so that a year is not read
/// day by day; day by day only where a charge depends on its month, or a model is private at times.
///
/// # Errors
/// As for [`priced`].
pub async fn rows_summed(reader: &mut Reader, book: &Prices, filter: &Filter) -> Result<Vec<PricedRow>, AppError> {
    let (mut rows, mut clients, mut private) = (Vec::new(), BTreeSet::new(), false);
    for span in book.spans(filter.first, filter.last) {
        let part = Filter { first: span.first, last: span.last, ..filter.clone() };
        for row in reader.report().usage_by_client_model_sum(&part).await? {
            if book.private.knows(&row) {
                private = true;
            } else if is_linear(&row, book) {
                rows.push(PricedRow::new(row, book, &Months::default())?);
            } else {
                clients.extend(row.client);
            }
        }
    }
    if private {
        let days = private_days(reader, book, filter).await?;
        rows.extend(priced(reader, book, days).await?);
    }
    if clients.is_empty() {
        return Ok(rows);
    }
    let daily = month_rows(reader, &clients, filter.first, filter.last).await?;
    let months = rated(&daily, book)?;
    let here = |row: &RatingRow| !is_linear(row, book) && !book.private.knows(row) && is_wanted(row, filter);
    for row in daily.into_iter().filter(here) {
        rows.push(PricedRow::new(row, book, &months)?);
    }
    Ok(rows)
}

/// The rows of others than `named`, with those of models that are private at times client by client and day by day: only
/// so are they told from the days on which they were charged.
///
/// # Errors
/// The store cannot be read.
pub async fn private_apart(
    reader: &mut Reader,
    book: &Prices,
    filter: &Filter,
    (named, mut rows): (&[ClientId], Vec<RatingRow>),
) -> Result<Vec<RatingRow>, AppError> {
    if rows.iter().any(|row| book.private.knows(row)) {
        rows.retain(|row| !book.private.knows(row));
        let days = private_days(reader, book, filter).await?.into_iter();
        rows.extend(days.filter(|row| row.client.is_none_or(|client| !named.contains(&client))));
    }
    Ok(rows)
}

/// The single days of models that are private at times.
async fn private_days(reader: &mut Reader, book: &Prices, filter: &Filter) -> Result<Vec<RatingRow>, AppError> {
    let models = book.private.models().filter(|one| filter.models.is_empty() || filter.models.contains(one));
    let part = Filter { models: models.cloned().collect(), ..filter.clone() };
    let days = reader.report().usage_by_client_model(&part).await?;
    Ok(days.into_iter().filter(|row| book.private.knows(row)).collect())
}

fn is_linear(row: &RatingRow, book: &Prices) -> bool {
    let quote = row.client.and_then(|client| book.quote(client, &row.model, row.day));
    quote.is_none_or(|quote| quote.rule.is_linear())
}

fn is_wanted(row: &RatingRow, filter: &Filter) -> bool {
    row.day >= filter.first
        && (filter.gateways.is_empty() || filter.gateways.contains(&row.gateway))
        && (filter.models.is_empty() || filter.models.contains(&row.model))
}

/// Everything clients used, day by day, from the first of the month on.
async fn month_rows(
    reader: &mut Reader,
    clients: &BTreeSet<ClientId>,
    first: Date,
    last: Date,
) -> Result<Vec<RatingRow>, AppError> {
    let clients = clients.iter().copied().collect();
    let filter = Filter { clients, ..Filter::days(first.month().first(), last) };
    Ok(reader.report().usage_by_client_model(&filter).await?)
}

fn rated(rows: &[RatingRow], book: &Prices) -> Result<Months, AppError> {
    let mut usage: BTreeMap<ClientId, Vec<_>> = BTreeMap::new();
    for row in rows {
        if let Some(client) = row.client {
            usage.entry(client).or_default().push(metered_row(row.clone(), book));
        }
    }
    let mut months = Months::default();
    for (client, rows) in usage {
        for line in rate(&rows, client, book)?.lines.into_iter().filter(|line| !line.trail.rule.is_linear()) {
            let at = |day| (client, line.gateway, line.model.clone(), day);
            months.0.extend(line.days.iter().map(|(day, charge)| (at(*day), *charge)));
        }
    }
    Ok(months)
}
