//! The price book, and what a change of it would have done last month.

use billing::{ClientUsage, PriceBook, PriceBookVersion, PriceRule};
use domain::{ClientId, ClientStatus, Currency, Date, ExactAmount, Month, PriceVersionId, Timestamp, Zone};
use std::collections::{BTreeMap, BTreeSet};
use store::Reader;
use store::report::{Filter, Group, Member};

use super::names::Names;
use crate::command::price::amended;
use crate::rating::{Prices, broken, metered_row, model_text, price_book as stored_book};
use crate::wire::{AmountRole, PriceBookView, PriceChange, PriceEffect, PricePreview, PriceVersionView, RuleView};
use crate::{App, AppError, format, rule};

/// Days back in which a model must have been used to be offered for a rule.
const MODELS_SEEN_IN: i32 = 400;

/// The price book with every edition, latest first.
///
/// # Errors
/// The store cannot be read.
pub async fn price_book(app: &App) -> Result<PriceBookView, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let book = stored_book(app, &mut reader).await?;
    let made: BTreeMap<PriceVersionId, Timestamp> =
        reader.price().list().await?.into_iter().map(|version| (version.id, version.created_at)).collect();
    let today = Zone::utc().date_of(app.now());
    let in_force = book.version_on(today).map(PriceBookVersion::id);
    let mut versions: Vec<PriceVersionView> = book
        .versions()
        .iter()
        .map(|version| version_view(version, (&names, book.currency()), in_force, made.get(&version.id()).copied()))
        .collect();
    versions.reverse();
    Ok(PriceBookView {
        currency: book.currency().code().to_owned(),
        versions,
        models: models(&mut reader, today).await?,
        earliest: invoiced_through(&mut reader).await?.map(|day| day.plus_days(1).to_string()),
    })
}

/// What a change would have done to last month's charges, per client (U11).
///
/// # Errors
/// A change that is not accepted.
pub async fn price_preview(app: &App, change: &PriceChange) -> Result<PricePreview, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let book = stored_book(app, &mut reader).await?;
    let month = Zone::utc().date_of(app.now()).month().previous();
    let base = change.effective_from.parse::<Date>().unwrap_or_else(|_| Zone::utc().date_of(app.now()));
    let after = book.as_if(amended(&book, base, change)?.rules);
    let usage = usage(&mut reader, &book, month, &names).await?;
    let effects = billing::preview(&usage, month, &book, &after)?;
    let zero = ExactAmount::zero(book.currency());
    let (mut before, mut after) = (zero, zero);
    let mut views = Vec::new();
    for effect in effects {
        before = before.checked_add(effect.old.charge)?;
        after = after.checked_add(effect.new.charge)?;
        if !effect.difference.amount().is_zero() || effect.unpriced_before != effect.unpriced_after {
            views.push((effect.difference.amount().abs(), view(&effect, &names)));
        }
    }
    views.sort_by_key(|(size, view)| (std::cmp::Reverse(*size), view.client.clone()));
    Ok(PricePreview {
        month: month.to_string(),
        effects: views.into_iter().map(|(_, view)| view).collect(),
        before: format::amount(before, AmountRole::Charge),
        after: format::amount(after, AmountRole::Charge),
        difference: format::amount(after.checked_sub(before)?, AmountRole::Charge),
    })
}

/// The last day that a final invoice covers; prices before it cannot change any more.
///
/// # Errors
/// The store cannot be read.
pub async fn invoiced_through(reader: &mut Reader) -> Result<Option<Date>, AppError> {
    let filter = store::table::invoice::InvoiceFilter { is_final: Some(true), ..Default::default() };
    let invoices = reader.invoice().list(&filter).await?;
    Ok(invoices.into_iter().filter(|invoice| invoice.live).map(|invoice| invoice.draft.last_day).max())
}

/// The rules that apply to a client on a date, its own first.
#[must_use]
pub fn rules_for(names: &Names, book: &PriceBook, client: ClientId, on: Date) -> Vec<RuleView> {
    let Some(version) = book.version_on(on) else { return Vec::new() };
    let all = version.rules().as_slice();
    let own = all.iter().filter(|rule| rule.client == Some(client));
    let general = all.iter().filter(|rule| rule.client.is_none());
    own.chain(general).map(|rule| rule_view(rule, names, book.currency())).collect()
}

/// A month's usage of every client that is served, those without any too: fees do not ask for usage.
async fn usage(reader: &mut Reader, book: &Prices, month: Month, names: &Names) -> Result<Vec<ClientUsage>, AppError> {
    let served = names.clients.values().filter(|client| client.client.status != ClientStatus::Closed);
    let mut clients: BTreeMap<ClientId, ClientUsage> =
        served.map(|client| (client.id, ClientUsage { client: client.id, rows: Vec::new() })).collect();
    for row in reader.report().usage_by_client_model(&Filter::days(month.first(), month.last())).await? {
        if let Some(client) = row.client {
            let usage = clients.entry(client).or_insert_with(|| ClientUsage { client, rows: Vec::new() });
            usage.rows.push(metered_row(row, book));
        }
    }
    Ok(clients.into_values().collect())
}

fn view(effect: &billing::Effect, names: &Names) -> PriceEffect {
    PriceEffect {
        client_id: effect.client.to_string(),
        client: names.client(effect.client),
        before: format::amount(effect.old.charge, AmountRole::Charge),
        after: format::amount(effect.new.charge, AmountRole::Charge),
        difference: format::amount(effect.difference, AmountRole::Charge),
        unpriced: effect.unpriced_after.iter().map(model_text).collect(),
    }
}

async fn models(reader: &mut Reader, today: Date) -> Result<Vec<String>, AppError> {
    let filter = Filter::days(today.plus_days(-MODELS_SEEN_IN), today.plus_days(1));
    let totals = reader.report().totals(&filter, Group::Model).await?;
    let seen: BTreeSet<String> = totals
        .into_iter()
        .filter_map(|(member, _)| match member {
            Member::Model(model) if !model.as_str().is_empty() => Some(model.to_string()),
            _ => None,
        })
        .collect();
    Ok(seen.into_iter().collect())
}

fn version_view(
    version: &PriceBookVersion,
    (names, currency): (&Names, Currency),
    in_force: Option<PriceVersionId>,
    made: Option<Timestamp>,
) -> PriceVersionView {
    PriceVersionView {
        id: version.id().to_string(),
        effective_from: version.effective_from().to_string(),
        created_at: made.map(format::instant).unwrap_or_default(),
        note: version.note().to_owned(),
        in_force: in_force == Some(version.id()),
        rules: version.rules().as_slice().iter().map(|rule| rule_view(rule, names, currency)).collect(),
    }
}

fn rule_view(rule: &PriceRule, names: &Names, currency: Currency) -> RuleView {
    let input = rule::input_of(rule);
    RuleView {
        client_id: input.client_id.clone(),
        client: rule.client.map(|id| names.client(id)),
        selector: input.selector.clone(),
        kind: input.kind,
        text: rule::charge_text(&rule.charge),
        conditions: rule::conditions_text(rule, currency),
        input,
    }
}

impl From<billing::RatingError> for AppError {
    fn from(error: billing::RatingError) -> Self {
        match error {
            billing::RatingError::NoRule { .. } | billing::RatingError::CurrencyMismatch { .. } => {
                Self::conflict(error.to_string()).hint("Add a rule for it on the Price book screen.")
            }
            other => broken(other),
        }
    }
}
