//! Changing the price book: every change is a new edition, so history is never repriced (product.md D40).

use billing::{ChargeModel, ModelSelector, PriceBook, PriceRule, PriceRules};
use domain::{ClientId, Date, Meter};
use rust_decimal::Decimal;
use store::Origin;

use crate::journal::local_record;
use crate::query::price::{self, invoiced_through};
use crate::rating::{FIXED, MARKUP, price_book};
use crate::wire::{ChargeKind, PriceBookView, PriceChange, RuleInput, UnitPriceView};
use crate::{App, AppError};

/// Makes a new edition of the price book from the one in force on its first day.
///
/// # Errors
/// A rule that makes no sense, a first day inside an invoiced period, a change that changes nothing.
pub async fn price_set(app: &App, origin: Origin, change: &PriceChange) -> Result<PriceBookView, AppError> {
    let from: Date =
        change.effective_from.parse().map_err(|e: domain::TimeError| AppError::from(e).at("effectiveFrom"))?;
    let mut reader = app.store().reader().await?;
    let book = price_book(app, &mut reader).await?;
    let invoiced = invoiced_through(&mut reader).await?;
    drop(reader);
    PriceBook::may_add(from, invoiced).map_err(|e| {
        AppError::invalid("effectiveFrom", e)
            .hint("Choose a later first day. To correct an invoiced month, adjust the client's next invoice.")
    })?;
    let rules = changed_rules(&book, from, change)?;
    if book.version_on(from).is_some_and(|version| version.rules() == &rules) {
        return Err(AppError::invalid("set", "these rules are in force already: nothing would change"));
    }
    let note = change.note.trim();
    let stored: Vec<_> = rules.as_slice().iter().map(|rule| stored_rule(rule, &book)).collect();
    let mut writer = app.store().begin(origin).await?;
    let id = writer.price().add(from, note, &stored, app.now()).await?;
    let record = local_record(app, origin, "price_set", format!("price book {id} from {from}"), describe(change));
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    price::price_book(app).await
}

/// The rules of the edition in force on a date with a change applied.
///
/// # Errors
/// A rule that makes no sense.
pub fn changed_rules(book: &PriceBook, from: Date, change: &PriceChange) -> Result<PriceRules, AppError> {
    let mut rules = match book.version_on(from) {
        Some(version) => version.rules().clone(),
        None => PriceRules::new(Vec::new()).map_err(|e| AppError::invalid("set", e))?,
    };
    for input in &change.remove {
        let (client, selector) = subject(input)?;
        rules = rules.without(client, &selector).map_err(|e| AppError::invalid("remove", e))?;
    }
    for input in &change.set {
        rules = rules.with(rule(input)?).map_err(|e| AppError::invalid("set", e))?;
    }
    Ok(rules)
}

fn subject(input: &RuleInput) -> Result<(Option<ClientId>, ModelSelector), AppError> {
    let client = input.client_id.as_deref().map(str::parse::<ClientId>).transpose()?;
    let selector = input.selector.parse().map_err(|e| AppError::invalid("selector", e))?;
    Ok((client, selector))
}

fn rule(input: &RuleInput) -> Result<PriceRule, AppError> {
    let (client, selector) = subject(input)?;
    let charge = match input.kind {
        ChargeKind::Markup => {
            let text = input.percent.as_deref().unwrap_or_default();
            ChargeModel::MarkupOnCost { per_cent: number(text, "percent")? }
        }
        ChargeKind::Fixed => {
            ChargeModel::FixedPrice { prices: input.prices.iter().map(price_of).collect::<Result<_, _>>()? }
        }
    };
    Ok(PriceRule { client, selector, charge })
}

fn price_of(input: &UnitPriceView) -> Result<(Meter, Decimal), AppError> {
    let unknown = || {
        let meters: Vec<&str> = Meter::ALL.into_iter().map(Meter::code).collect();
        AppError::invalid("prices", format!("`{}` is not something usage is counted in", input.meter))
            .hint(format!("Use one of {}.", meters.join(", ")))
    };
    let meter = Meter::from_code(&input.meter).ok_or_else(unknown)?;
    Ok((meter, number(&input.price, "prices")?))
}

fn number(text: &str, field: &str) -> Result<Decimal, AppError> {
    let plain = text.trim().trim_end_matches('%').trim();
    Decimal::from_str_exact(plain).map_err(|_| {
        AppError::invalid(
            field,
            format!("`{text}` is not a number: write digits with a decimal point, for example 12.5"),
        )
    })
}

fn stored_rule(rule: &PriceRule, book: &PriceBook) -> store::table::price::PriceRule {
    let (charge, per_cent, rates) = match &rule.charge {
        ChargeModel::MarkupOnCost { per_cent } => (MARKUP, Some(*per_cent), Vec::new()),
        ChargeModel::FixedPrice { prices } => (FIXED, None, prices.clone()),
    };
    store::table::price::PriceRule {
        client: rule.client,
        gateway: None,
        pattern: rule.selector.to_string(),
        charge: charge.to_owned(),
        per_cent,
        currency: (!rates.is_empty()).then(|| book.currency()),
        rates,
    }
}

fn describe(change: &PriceChange) -> String {
    let set = change.set.iter().map(|input| match (&input.percent, input.kind) {
        (Some(percent), ChargeKind::Markup) => format!("{} {percent} % on cost", input.selector),
        _ => format!("{} at fixed prices", input.selector),
    });
    let removed = change.remove.iter().map(|input| format!("{} removed", input.selector));
    set.chain(removed).collect::<Vec<_>>().join(", ")
}

/// A first edition for tests and the demo: everything at one markup from a date on.
#[must_use]
pub fn flat_markup(percent: &str, from: Date, note: &str) -> PriceChange {
    let rule = RuleInput {
        client_id: None,
        selector: "*".to_owned(),
        kind: ChargeKind::Markup,
        percent: Some(percent.to_owned()),
        prices: Vec::new(),
    };
    PriceChange { effective_from: from.to_string(), note: note.to_owned(), set: vec![rule], remove: Vec::new() }
}
