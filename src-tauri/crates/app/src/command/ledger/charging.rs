//! Charging clients that pay in advance: each closed local day, from rated usage, as the difference to what is posted.
//!
//! **Owns:** which days are due, that what rating no longer knows is taken back, and that credit ends after the days it
//! could pay for. **Does not own:** prices (`billing::rating`), lots (`billing::ledger`).

use std::collections::BTreeMap;

use billing::ledger::{Closing, Due, Entry, Receipt, none_below_zero};
use billing::{Rated, rate};
use domain::{ClientId, Date, ExactAmount, GatewayId, ModelName, Quantities};
use store::Origin;

use super::{keep, open};
use crate::ledger::rules::{self, Terms};
use crate::ledger::{self, Book, refused};
use crate::rating::{metered, price_book};
use crate::{App, AppError};

/// How far back days are looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// This month and the one before: where usage still changes.
    Recent,
    /// Every day that was ever paid in advance.
    Whole,
}

/// Credit that ended no longer ago than this is left for the sync that comes first: days it could pay for may still be
/// missing. A day in milliseconds, twice.
const LATE_USAGE: i64 = 2 * 24 * 60 * 60 * 1000;

/// Every client that pays, or paid, in advance.
///
/// # Errors
/// The store cannot be read.
pub(crate) async fn prepaid_clients(app: &App) -> Result<Vec<ClientId>, AppError> {
    let mut reader = app.store().reader().await?;
    let mut clients = Vec::new();
    for client in reader.ledger().clients().await? {
        if reader.ledger().prepaid(client).await?.is_some() {
            clients.push(client);
        }
    }
    Ok(clients)
}

/// Charges what a sync brought. What fails with one client is logged and leaves the others alone.
///
/// # Errors
/// The store cannot be read.
pub(crate) async fn after_sync(app: &App, origin: Origin) -> Result<(), AppError> {
    for client in prepaid_clients(app).await? {
        if let Err(error) = charge_client(app, origin, client, Span::Recent).await {
            tracing::warn!(%client, "the ledger could not be charged: {error}");
        }
    }
    Ok(())
}

/// Ends credit that is over, when the app starts.
///
/// # Errors
/// The store cannot be used.
pub(crate) async fn at_start(app: &App) -> Result<(), AppError> {
    let until = app.now().plus_millis(-LATE_USAGE);
    let due = app.store().reader().await?.ledger().ended(until).await?;
    for client in due {
        let mut writer = app.store().begin(Origin::System).await?;
        let mut book = open(&mut writer, client).await?;
        let entries = book.ledger.expire(until).map_err(refused)?;
        keep(app, Origin::System, &mut writer, &mut book, ("ledger_expire", entries)).await?;
        app.emit(writer.commit().await?);
    }
    Ok(())
}

/// Charges the closed days of a client, closes its months and ends what credit is over, in this order.
///
/// # Errors
/// `NotFound`; prices in another currency than the ledger; the store cannot be used.
pub(crate) async fn charge_client(app: &App, origin: Origin, id: ClientId, span: Span) -> Result<(), AppError> {
    let (rated, days, quantities) = {
        let mut reader = app.store().reader().await?;
        let book = ledger::read(&mut reader, id).await?;
        let Some(days) = due_days(app, &book, span) else { return Ok(()) };
        let prices = price_book(app, &mut reader).await?;
        // Tiers and included quantities count by the month, so the whole month is rated and its days are picked.
        let usage = metered(&mut reader, id, (days.0.month().first(), days.1), &prices).await?;
        let mut quantities: BTreeMap<(Date, GatewayId, ModelName), Quantities> = BTreeMap::new();
        for row in &usage {
            let sum = quantities.entry((row.day, row.gateway, row.model.clone())).or_default();
            *sum = sum.plus(&row.quantities);
        }
        (rate(&usage, id, &prices)?, days, quantities)
    };
    let mut writer = app.store().begin(origin).await?;
    let mut book = open(&mut writer, id).await?;
    let terms = rules::terms(writer.setting().read()).await?;
    let entries = settled(app, &book, &dues(&book, &rated, days, &quantities)?, (days, &terms))?;
    keep(app, origin, &mut writer, &mut book, ("ledger_charge", entries)).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

/// The first and last closed day to look at; none where nothing is due.
fn due_days(app: &App, book: &Book, span: Span) -> Option<(Date, Date)> {
    let prepaid = book.prepaid?;
    let yesterday = book.client.client.zone.date_of(app.now()).plus_days(-1);
    let last = prepaid.last.map_or(yesterday, |last| last.min(yesterday));
    let first = match span {
        Span::Whole => prepaid.first,
        Span::Recent => prepaid.first.max(yesterday.month().previous().first()),
    };
    (first <= last).then_some((first, last))
}

/// What each receipt of some days comes to. What was posted and is rated no more comes to nothing.
fn dues(
    book: &Book,
    rated: &Rated,
    (first, last): (Date, Date),
    quantities: &BTreeMap<(Date, GatewayId, ModelName), Quantities>,
) -> Result<Vec<Due>, AppError> {
    let zero = ExactAmount::zero(rated.currency);
    let posted = book.ledger.receipts().map(|(receipt, _)| receipt).filter(|r| first <= r.day && r.day <= last);
    let mut charges: BTreeMap<Receipt, ExactAmount> = posted.map(|receipt| (receipt.clone(), zero)).collect();
    for line in &rated.lines {
        let own = if line.trail.rule.client.is_some() { " (own)" } else { "" };
        for (day, charge) in none_below_zero(&line.days)?.iter().filter(|(day, _)| first <= *day && *day <= last) {
            let receipt = Receipt {
                day: *day,
                gateway: line.gateway,
                model: line.model.clone(),
                version: line.trail.version,
                rule: format!("{}{own}", line.trail.rule.selector),
            };
            let sum = charges.entry(receipt).or_insert(zero);
            *sum = sum.checked_add(*charge)?;
        }
    }
    let zone = &book.client.client.zone;
    let due = |(receipt, charge): (Receipt, ExactAmount)| {
        let used = (receipt.day, receipt.gateway, receipt.model.clone());
        let quantities = quantities.get(&used).copied().unwrap_or(Quantities::NONE);
        Due { valued_at: zone.start_of(receipt.day), quantities, charge, receipt }
    };
    Ok(charges.into_iter().map(due).collect())
}

/// Every entry that is due, each proposed on what the ones before it leave.
fn settled(
    app: &App,
    book: &Book,
    dues: &[Due],
    ((first, last), terms): ((Date, Date), &Terms),
) -> Result<Vec<Entry>, AppError> {
    let (mut ledger, mut entries, now) = (book.ledger.clone(), Vec::new(), app.now());
    let mut add = |ledger: &mut billing::Ledger, entry: Entry| {
        ledger.post(&entry).map_err(refused)?;
        entries.push(entry);
        Ok::<_, AppError>(())
    };
    for due in dues {
        if let Some(entry) = ledger.charge(now, due).map_err(refused)? {
            add(&mut ledger, entry)?;
        }
    }
    let (mut month, open) = (first.month(), last.plus_days(1).month());
    while month != open {
        if let Closing::CarryForward(entry) = ledger.close(now, month, terms.carry_below).map_err(refused)? {
            add(&mut ledger, *entry)?;
        }
        month = month.next();
    }
    for entry in ledger.expire(now).map_err(refused)? {
        add(&mut ledger, entry)?;
    }
    Ok(entries)
}
