//! Changing the price book: every change is a new edition, so history is never repriced (product.md D40).

use billing::{PriceBook, PriceBookError, PriceBookVersion, PriceRules};
use domain::{Date, PriceVersionId};
use store::Origin;
use store::table::price::PriceRule as StoredRule;

use crate::journal::local_record;
use crate::query::price::{self, invoiced_through};
use crate::rating::price_book;
use crate::wire::{ChargeKind, PriceBookView, PriceChange, RuleInput};
use crate::{App, AppError, rule};

/// Makes a new edition of the price book from the one in force on its first day. Editions that begin later take the change
/// over, each in an edition of its own, so that it holds from its first day on and does not end with the next edition.
///
/// # Errors
/// A rule that makes no sense, a first day inside an invoiced period, a change that changes nothing, a rule that a later
/// edition changes already.
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
    let mut writer = app.store().begin(origin).await?;
    let id = writer.price().add(from, note, &stored(&rules, &book), app.now()).await?;
    for later in later_editions(&book, from) {
        let rules = with_change(&book, later, change)?;
        writer.price().add(later, note, &stored(&rules, &book), app.now()).await?;
    }
    let record = local_record(app, origin, "price_set", format!("price book {id} from {from}"), describe(change));
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    price::price_book(app).await
}

/// The rules of the edition in force on a date with a change applied, as an edition that the book would accept.
///
/// # Errors
/// A rule that makes no sense or does not fit the book, two rules for the same client and models, a rule that a later
/// edition changes already.
pub fn changed_rules(book: &PriceBook, from: Date, change: &PriceChange) -> Result<PriceRules, AppError> {
    one_each(change)?;
    let rules = with_change(book, from, change)?;
    let edition = PriceBookVersion::new(PriceVersionId(i64::MAX), from, rules.clone(), "");
    book.with_version(edition).map_err(|e| {
        let field = if matches!(e, PriceBookError::WithinMonth { .. }) { "effectiveFrom" } else { "set" };
        AppError::invalid(field, e)
    })?;
    no_overlap(book, from, change)?;
    Ok(rules)
}

fn stored(rules: &PriceRules, book: &PriceBook) -> Vec<StoredRule> {
    rules.as_slice().iter().map(|rule| rule::to_stored(rule, book.currency())).collect()
}

/// The rules in force on a day with a change applied.
fn with_change(book: &PriceBook, day: Date, change: &PriceChange) -> Result<PriceRules, AppError> {
    let mut rules = match book.version_on(day) {
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
    Ok(rules)
}

/// The first days of the editions that begin after a date, in order.
fn later_editions(book: &PriceBook, from: Date) -> Vec<Date> {
    let mut days: Vec<Date> =
        book.versions().iter().map(PriceBookVersion::effective_from).filter(|day| *day > from).collect();
    days.dedup();
    days
}

/// Refuses to change a rule from a date on that a later edition changes once more: which of the two is to hold from then
/// on, nobody said.
fn no_overlap(book: &PriceBook, from: Date, change: &PriceChange) -> Result<(), AppError> {
    for later in later_editions(book, from) {
        for input in change.set.iter().chain(&change.remove) {
            let (client, selector) = rule::subject(input)?;
            let rule_on = |day| book.version_on(day).and_then(|version| version.rules().get(client, &selector));
            if rule_on(later.plus_days(-1)) != rule_on(later) {
                let problem =
                    format!("the rule for {selector} changes on {later} already, so this one would overlap it");
                let hint = format!("Let the change begin on {later} or later: it then takes the place of that one.");
                return Err(AppError::invalid("effectiveFrom", problem).hint(hint));
            }
        }
    }
    Ok(())
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
