//! Changing the price book: every change is a new edition, so history is never repriced (product.md D40).

use billing::{Amended, AmendmentError, PriceBook, PriceBookError, PriceRuleError, PriceRules, RuleChange};
use domain::Date;
use store::Origin;
use store::table::price::PriceRule as StoredRule;

use crate::journal::local_record;
use crate::query::price::{self, invoiced_through};
use crate::rating::price_book;
use crate::wire::{ChargeKind, PriceBookView, PriceChange, RuleInput};
use crate::{App, AppError, rule};

/// Makes a new edition of the price book from the one in force on its first day. Editions that begin later take the change
/// over, each in an edition of its own ([`PriceBook::amended`]).
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
    let Amended { rules, later } = amended(&book, from, change)?;
    let mut writer = app.store().begin(origin).await?;
    let mut made = Vec::new();
    for (day, rules) in std::iter::once((from, rules)).chain(later) {
        let id = writer.price().add(day, change.note.trim(), &stored(&rules, &book), app.now()).await?;
        made.push(id.to_string());
    }
    let target = format!("price book {} from {from}", made.join(", "));
    let record = local_record(app, origin, "price_set", target, describe(change));
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    price::price_book(app).await
}

/// The editions that a change makes.
///
/// # Errors
/// As [`PriceBook::amended`], each about the field it is in.
pub fn amended(book: &PriceBook, from: Date, change: &PriceChange) -> Result<Amended, AppError> {
    let remove = change.remove.iter().map(|input| {
        let (client, selector) = rule::subject(input)?;
        Ok(RuleChange::Remove(client, selector))
    });
    let set =
        change.set.iter().map(|input| rule::typed(input, book.currency()).map(|rule| RuleChange::Set(Box::new(rule))));
    let changes = remove.chain(set).collect::<Result<Vec<_>, AppError>>()?;
    book.amended(from, &changes).map_err(refused)
}

fn refused(error: AmendmentError) -> AppError {
    let field = match &error {
        AmendmentError::Overlaps { .. } | AmendmentError::Book(PriceBookError::WithinMonth { .. }) => "effectiveFrom",
        AmendmentError::Rule(PriceRuleError::NoSuchRule { .. }) => "remove",
        _ => "set",
    };
    let refused = AppError::invalid(field, &error);
    match error {
        AmendmentError::Overlaps { on, .. } => {
            refused.hint(format!("Let the change begin on {on} or later: it then takes the place of that one."))
        }
        _ => refused,
    }
}

fn stored(rules: &PriceRules, book: &PriceBook) -> Vec<StoredRule> {
    rules.as_slice().iter().map(|rule| rule::to_stored(rule, book.currency())).collect()
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
