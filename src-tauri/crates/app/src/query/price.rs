//! The price book, and what a change of it would have done last month.

use billing::{ChargeModel, ClientUsage, PriceBook, PriceBookVersion, PriceRule};
use domain::{ClientId, Date, ExactAmount, PriceVersionId, Timestamp, Zone};
use std::collections::{BTreeMap, BTreeSet};
use store::Reader;
use store::report::{Filter, Group, Member};

use super::names::Names;
use crate::command::price::changed_rules;
use crate::rating::{Prices, broken, metered_row, model_text, price_book as stored_book};
use crate::wire::{
    AmountRole, ChargeKind, PriceBookView, PriceChange, PriceEffect, PricePreview, PriceVersionView, RuleInput,
    RuleView, UnitPriceView,
};
use crate::{App, AppError, format};

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
        .map(|version| version_view(version, &names, in_force, made.get(&version.id()).copied()))
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
    let usage = usage(&mut reader, &book, month.first(), month.last()).await?;
    let base = change.effective_from.parse::<Date>().unwrap_or_else(|_| Zone::utc().date_of(app.now()));
    let after = book.as_if(changed_rules(&book, base, change)?);
    let effects = billing::preview(&usage, &book, &after)?;
    let mut difference = ExactAmount::zero(book.currency());
    let mut views = Vec::new();
    for effect in effects {
        difference = difference.checked_add(effect.difference)?;
        if !effect.difference.amount().is_zero() || effect.unpriced_before != effect.unpriced_after {
            views.push((effect.difference.amount().abs(), view(&effect, &names)));
        }
    }
    views.sort_by_key(|(size, view)| (std::cmp::Reverse(*size), view.client.clone()));
    Ok(PricePreview {
        month: month.to_string(),
        effects: views.into_iter().map(|(_, view)| view).collect(),
        difference: format::amount(difference, AmountRole::Charge),
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
    own.chain(general).map(|rule| rule_view(rule, names)).collect()
}

async fn usage(reader: &mut Reader, book: &Prices, first: Date, last: Date) -> Result<Vec<ClientUsage>, AppError> {
    let mut clients: BTreeMap<ClientId, ClientUsage> = BTreeMap::new();
    for row in reader.report().usage_by_client_model(&Filter::days(first, last)).await? {
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
    names: &Names,
    in_force: Option<PriceVersionId>,
    made: Option<Timestamp>,
) -> PriceVersionView {
    PriceVersionView {
        id: version.id().to_string(),
        effective_from: version.effective_from().to_string(),
        created_at: made.map(format::instant).unwrap_or_default(),
        note: version.note().to_owned(),
        in_force: in_force == Some(version.id()),
        rules: version.rules().as_slice().iter().map(|rule| rule_view(rule, names)).collect(),
    }
}

fn rule_view(rule: &PriceRule, names: &Names) -> RuleView {
    let input = rule_input(rule);
    RuleView {
        client_id: input.client_id.clone(),
        client: rule.client.map(|id| names.client(id)),
        selector: input.selector.clone(),
        kind: input.kind,
        text: charge_text(&rule.charge),
        input,
    }
}

fn rule_input(rule: &PriceRule) -> RuleInput {
    let (kind, percent, prices) = match &rule.charge {
        ChargeModel::MarkupOnCost { per_cent } => {
            (ChargeKind::Markup, Some(per_cent.normalize().to_string()), Vec::new())
        }
        ChargeModel::FixedPrice { prices } => (ChargeKind::Fixed, None, prices.iter().map(unit_price).collect()),
    };
    let client_id = rule.client.map(|id| id.to_string());
    RuleInput { client_id, selector: rule.selector.to_string(), kind, percent, prices }
}

fn unit_price((meter, price): &(domain::Meter, billing::UnitPrice)) -> UnitPriceView {
    UnitPriceView { meter: meter.code().to_owned(), price: price.normalize().to_string() }
}

/// How a rule charges, for people: `+25 %`, `fixed 1.5 / 7.5 per M tokens`.
fn charge_text(charge: &ChargeModel) -> String {
    match charge {
        ChargeModel::MarkupOnCost { per_cent } => {
            let sign = if per_cent.is_sign_negative() && !per_cent.is_zero() { "−" } else { "+" };
            format!("{sign}{} % on cost", per_cent.abs().normalize())
        }
        ChargeModel::FixedPrice { prices } => {
            let parts: Vec<String> =
                prices.iter().map(|(meter, price)| format!("{} {}", price.normalize(), per_unit(*meter))).collect();
            format!("fixed: {}", parts.join(", "))
        }
    }
}

/// What a price of a meter is per, for people.
fn per_unit(meter: domain::Meter) -> &'static str {
    use domain::Meter;
    match meter {
        Meter::Requests => "per request",
        Meter::InputTokens => "per M input tokens",
        Meter::OutputTokens => "per M output tokens",
        Meter::CacheReadTokens => "per M cached tokens read",
        Meter::CacheWriteTokens => "per M cached tokens written",
        Meter::Images => "per image",
        Meter::VideoMillis => "per second of video",
        Meter::SpeechChars => "per character of speech",
        Meter::AudioMillis => "per minute of audio",
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
