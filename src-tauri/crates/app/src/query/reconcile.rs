//! A gateway's usage of a period against what the gateway and its bill say of it.
//!
//! **Owns:** which figures are set beside each other, and that nothing changes by looking. **Does not own:** why they
//! differ (`billing::reconcile` has the definitions), or what is done about it.
//!
//! Rows are single requests wherever any were told for an account's UTC day, and its day totals elsewhere. What clients are
//! charged starts from what *counts* for that day, which may be the day total although single requests are known.

mod billed;
mod proposal;
mod sides;
mod words;

use std::collections::BTreeMap;

use billing::reconcile::Split;
use domain::{Date, ExactAmount, GatewayId, KeyId, Nanos, TimeError, Zone};
use store::Reader;
use store::report::{Filter, Span};
use store::table::{StoredBill, StoredKey};

use self::billed::Billed;
use self::sides::Sides;
use super::bill::bill_view;
use super::names::{Names, keys};
use crate::rating::{Tally, price_book, rows_summed, tally};
use crate::wire::{AmountRole, ReconcileInput, ReconcileSide, ReconcileView};
use crate::{App, AppError, agency, connect, format};

/// The longest call a client makes, in seconds: a request is told after its end.
const LONGEST_CALL: i64 = 3600;
/// Longest period, in days: raw usage is read.
const RANGE_MAX: i32 = 366;

/// What every part of an answer looks at.
struct Scene {
    span: Span,
    names: Names,
    keys: BTreeMap<KeyId, StoredKey>,
    sides: Sides,
}

/// The days of a question: of a month, between two days, of a bill, else of the current month.
///
/// # Errors
/// `Invalid` for what is no month; `NotFound` for the bill; the store cannot be read.
pub async fn period(
    app: &App,
    month: Option<&str>,
    days: Option<(&str, &str)>,
    bill_id: Option<&str>,
) -> Result<(String, String), AppError> {
    if let Some((first, last)) = days {
        return Ok((first.to_owned(), last.to_owned()));
    }
    let mut reader = app.store().reader().await?;
    let month = match (month, bill_id) {
        (Some(month), _) => month.parse().map_err(|error: TimeError| AppError::invalid("month", error))?,
        (None, Some(id)) => {
            let bill = reader.bill().get(id.parse()?).await?;
            return Ok((bill.first.to_string(), bill.last.to_string()));
        }
        (None, None) => agency::today(app, &mut reader).await?.month(),
    };
    Ok((month.first().to_string(), month.last().to_string()))
}

/// Reconciles a gateway's usage of some UTC days with its own totals, and with a bill where one is given. Changes nothing
/// and asks no gateway.
///
/// # Errors
/// `Invalid` naming the field; `NotFound`; a bill of another gateway; the store cannot be read.
pub async fn reconcile(app: &App, input: &ReconcileInput) -> Result<ReconcileView, AppError> {
    let gateway: GatewayId =
        input.gateway_id.parse().map_err(|error: domain::id::NotAnId| AppError::invalid("gatewayId", error))?;
    let (first, last) = utc_days(&input.first, &input.last)?;
    let mut reader = app.store().reader().await?;
    reader.gateway().get(gateway).await?;
    let bill = bill(&mut reader, gateway, input.bill_id.as_deref()).await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let settled = settled(&names, gateway).map_or(last, |settled| last.min(settled));
    let span = Span { gateway, first, last: settled };
    let keys = keys(&mut reader).await?;
    let sides = Sides::read(&mut reader, &span, &names).await?;
    let scene = Scene { span, names, keys, sides };
    let charged = charged(app, &mut reader, &span).await?;
    view(&mut reader, &scene, (last, bill), charged).await
}

/// The last UTC day of which everything can have been told; `None` where usage comes with files.
fn settled(names: &Names, gateway: GatewayId) -> Option<Date> {
    names.gateways.get(&gateway).filter(|gateway| connect::is_pulled(gateway))?;
    let delay = i64::from(names.capability(gateway).usage_delay_seconds) + LONGEST_CALL;
    let through = names.usage_through(gateway)?;
    Some(Zone::utc().date_of(through.plus_millis(-delay * 1000)).plus_days(-1))
}

/// Two UTC days as typed, both inclusive.
///
/// # Errors
/// `Invalid` for what is no date, the wrong way round, or longer than a year.
pub(crate) fn utc_days(first: &str, last: &str) -> Result<(Date, Date), AppError> {
    let read = |field, text: &str| text.parse().map_err(|error: TimeError| AppError::invalid(field, error));
    let (first, last): (Date, Date) = (read("first", first)?, read("last", last)?);
    if last < first {
        return Err(AppError::invalid("last", format!("the range ends on {last}, before it starts on {first}")));
    }
    if last.epoch_days() - first.epoch_days() >= RANGE_MAX {
        return Err(AppError::invalid("first", "the range is longer than a year: choose a shorter one"));
    }
    Ok((first, last))
}

async fn bill(reader: &mut Reader, gateway: GatewayId, id: Option<&str>) -> Result<Option<StoredBill>, AppError> {
    let Some(id) = id else { return Ok(None) };
    let id = id.parse().map_err(|error: domain::id::NotAnId| AppError::invalid("billId", error))?;
    let bill = reader.bill().get(id).await?;
    if bill.gateway != gateway {
        let message = format!("the bill “{}” is of another gateway", bill.name);
        return Err(AppError::invalid("billId", message).hint("Choose its gateway, or another bill."));
    }
    Ok(Some(bill))
}

/// What clients are charged for their own days of these dates.
async fn charged(app: &App, reader: &mut Reader, span: &Span) -> Result<Tally, AppError> {
    let book = price_book(app, reader).await?;
    if span.last < span.first {
        return Ok(Tally::zero(book.currency()));
    }
    let mut filter = Filter::days(span.first, span.last);
    filter.gateways.push(span.gateway);
    tally(&rows_summed(reader, &book, &filter).await?, &book)
}

async fn view(
    reader: &mut Reader,
    scene: &Scene,
    (asked_last, bill): (Date, Option<StoredBill>),
    charged: Tally,
) -> Result<ReconcileView, AppError> {
    let Scene { span, names, sides, .. } = scene;
    let billed = match &bill {
        Some(bill) => Some(Billed::read(reader, scene, bill.id).await?),
        None => None,
    };
    let mut splits: Vec<(ReconcileSide, Split)> = Vec::new();
    if let Some(told) = sides.told()? {
        splits.push((ReconcileSide::Gateway, sides.split(reader, told, billed.as_ref(), scene).await?));
    }
    if let Some(billed) = &billed {
        splits.push((ReconcileSide::Bill, billed.split(sides)?));
    }
    let cost = |nanos: Nanos| format::cost(nanos, names.currency(span.gateway), AmountRole::Cost);
    let plain = |amount: ExactAmount| format::amount(amount, AmountRole::Charge);
    Ok(ReconcileView {
        gateway_id: span.gateway.to_string(),
        gateway: names.gateway(span.gateway),
        first: span.first.to_string(),
        last: span.last.max(span.first).to_string(),
        empty: span.last < span.first || (sides.is_empty() && billed.as_ref().is_none_or(Billed::is_empty)),
        notes: words::notes(scene, asked_last, (bill.as_ref(), billed.as_ref())),
        gateway_total: sides.told()?.map(cost),
        rows: cost(sides.rows()?),
        requests: format::count(sides.row_count()),
        nobody: cost(sides.nobody()?),
        counted: cost(sides.counted()?),
        charged: plain(charged.charge),
        unpriced: charged.unpriced.iter().map(crate::rating::model_text).collect(),
        bill: bill.as_ref().map(|bill| bill_view(names, bill)),
        billed: billed.as_ref().map(|billed| cost(billed.told())),
        proposals: proposal::proposals(scene, &splits),
        splits: splits.iter().map(|(side, split)| words::split(scene, *side, split)).collect(),
        freshness: names.freshness_of(span.gateway),
    })
}
