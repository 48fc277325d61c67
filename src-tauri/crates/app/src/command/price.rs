//! Changing the price book: every change is a new edition, so history is never repriced (product.md D40).

use billing::{PriceBook, PriceBookError, PriceBookVersion, PriceRules};
use domain::{Date, PriceVersionId};
use store::Origin;

use crate::journal::local_record;
use crate::query::price::{self, invoiced_through};
use crate::rating::price_book;
use crate::wire::{ChargeKind, PriceBookView, PriceChange, RuleInput};
use crate::{App, AppError, rule};

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
    let stored: Vec<_> = rules.as_slice().iter().map(|rule| rule::to_stored(rule, book.currency())).collect();
    let mut writer = app.store().begin(origin).await?;
    let id = writer.price().add(from, note, &stored, app.now()).await?;
    let record = local_record(app, origin, "price_set", format!("price book {id} from {from}"), describe(change));
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    price::price_book(app).await
}

/// The rules of the edition in force on a date with a change applied, as an edition that the book would accept.
///
/// # Errors
/// A rule that makes no sense or does not fit the book, two rules for the same client and models.
pub fn changed_rules(book: &PriceBook, from: Date, change: &PriceChange) -> Result<PriceRules, AppError> {
    one_each(change)?;
    let mut rules = match book.version_on(from) {
        Some(version) => version.rules().clone(),
        None => PriceRules::new(Vec::new()).map_err(|e| AppError::invalid("set", e))?,
    };
    for input in &change.remove {
        let (client, selector) = rule::subject(input)?;
        rules = rules.without(client, &selector).map_err(|e| AppError::invalid("remove", e))?;
    }
    for input in &change.set {
        let typed = rule::typed(input, book.currency())?;
        rules = rules.with(typed).map_err(|e| AppError::invalid("set", e))?;
    }
    let edition = PriceBookVersion::new(PriceVersionId(i64::MAX), from, rules.clone(), "");
    book.with_version(edition).map_err(|e| {
        let field = if matches!(e, PriceBookError::WithinMonth { .. }) { "effectiveFrom" } else { "set" };
        AppError::invalid(field, e)
    })?;
    Ok(rules)
}

/// Refuses two rules that tie, and one that is set and removed at once: which of the two is meant, nobody knows.
fn one_each(change: &PriceChange) -> Result<(), AppError> {
    let mut subjects = Vec::new();
    for input in change.set.iter().chain(&change.remove) {
        let (client, selector) = rule::subject(input)?;
        if subjects.contains(&(client, selector.clone())) {
            let problem = format!("there are two changes for {selector} in one: keep one of them");
            return Err(AppError::invalid("set", problem));
        }
        subjects.push((client, selector));
    }
    Ok(())
}

fn describe(change: &PriceChange) -> String {
    let set = change.set.iter().map(|input| {
        let percent = input.percent.as_deref().unwrap_or_default();
        let how = match input.kind {
            ChargeKind::Markup => format!("{percent} % on cost"),
            ChargeKind::Fixed => "at fixed prices".to_owned(),
            ChargeKind::Discount => format!("{percent} % off list"),
            ChargeKind::Commission => format!("{percent} % of savings"),
        };
        let agreed = if input.conditions.is_some() { ", with monthly conditions" } else { "" };
        format!("{} {how}{agreed}", input.selector)
    });
    let removed = change.remove.iter().map(|input| format!("{} removed", input.selector));
    set.chain(removed).collect::<Vec<_>>().join(", ")
}

/// A first edition for tests and the demo: everything at one markup from a date on.
#[must_use]
pub fn flat_markup(percent: &str, from: Date, note: &str) -> PriceChange {
    let rule = RuleInput::plain(None, "*", ChargeKind::Markup);
    let rule = RuleInput { percent: Some(percent.to_owned()), ..rule };
    PriceChange { effective_from: from.to_string(), note: note.to_owned(), set: vec![rule], remove: Vec::new() }
}
