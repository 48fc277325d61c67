//! Ledgers of clients, as people read them.

mod runway;

use billing::ledger::{Entry, EntryKind, EntryNumber, HeldLot, LotKind, Pot, Receipt};
use billing::{Ledger, rate};
use domain::{ClientId, Date, ExactAmount, ModelScope, Quantities};
use store::Reader;

use super::names::Names;
use super::notice;
use crate::command::ledger::by_hand::proposed;
use crate::ledger::rules::{self, Terms};
use crate::ledger::{self, Book, invoiced, refused};
use crate::rating::{metered, model_text, price_book};
use crate::wire::{
    AmountRole, AmountView, CreditKind, LedgerAct, LedgerChange, LedgerEntryView, LedgerKind, LedgerPart,
    LedgerPreview, LedgerRules, LedgerView, LotView, ReceiptView,
};
use crate::{App, AppError, format};

/// Entries shown unless more are asked for.
pub const LAST: u32 = 20;

/// A client's ledger with its last entries, or with all of them.
///
/// # Errors
/// No such client.
pub async fn ledger_get(app: &App, client: &str, last: Option<u32>) -> Result<LedgerView, AppError> {
    let id: ClientId = client.parse()?;
    let mut reader = app.store().reader().await?;
    let book = ledger::read(&mut reader, id).await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let terms = rules::terms(reader.setting()).await?;
    let notices = notices(app, &mut reader, &book, &terms).await?;
    let balances = book.ledger.balances(app.now())?;
    let wanted = last.map_or(usize::MAX, |last| last as usize);
    let mut newest: Vec<(u32, &Entry)> = (1_u32..).zip(&book.entries).collect();
    newest.reverse();
    let entries = newest
        .into_iter()
        .take(wanted)
        .map(|(number, entry)| entry_view(&book, &names, (number, entry)))
        .collect::<Result<_, _>>()?;
    Ok(LedgerView {
        client_id: id.to_string(),
        client: book.client.client.name.to_string(),
        prepaid_from: book.prepaid.map(|prepaid| prepaid.first.to_string()),
        prepaid_through: book.prepaid.and_then(|prepaid| prepaid.last).map(|last| last.to_string()),
        paid: credit(balances.paid),
        bonus: credit(balances.bonus),
        free: credit(balances.free),
        owed: charge(balances.owed),
        carried: charge(balances.carried),
        notices,
        alerts: notice::of_client(&mut reader, id).await?,
        runway: runway::view(app, &names, &book)?,
        lots: lots(app, &book),
        entries,
        entry_count: book.ledger.len(),
    })
}

/// What an entry by hand would post and change; nothing is posted.
///
/// # Errors
/// Whatever would keep it from being posted, at its field.
pub async fn ledger_preview(app: &App, client: &str, act: &LedgerAct) -> Result<LedgerPreview, AppError> {
    let mut reader = app.store().reader().await?;
    let before = ledger::read(&mut reader, client.parse()?).await?;
    let terms = rules::terms(reader.setting()).await?;
    let entries = proposed(app.now(), (&before.ledger, &terms), act)?;
    let mut after = before.ledger.clone();
    for entry in &entries {
        after.post(entry).map_err(refused)?;
    }
    let kinds = entries.iter().map(|entry| kind(entry.parts().kind)).collect();
    Ok(LedgerPreview { kinds, changes: changes(&before.ledger, &after) })
}

/// Every lot and debt that differs, as a client has or owes it.
fn changes(before: &Ledger, after: &Ledger) -> Vec<LedgerChange> {
    let lots = after.lots().map(|held| Pot::Lot(held.lot.number()));
    let pots = lots.chain([Pot::Owed, Pot::Carried]);
    let differing = pots.filter(|pot| before.balance(*pot) != after.balance(*pot));
    let shown = |ledger: &Ledger, pot| match pot {
        Pot::Lot(_) => credit(ExactAmount::new(-ledger.balance(pot).amount(), ledger.currency())),
        _ => charge(ledger.balance(pot)),
    };
    let view = |pot| {
        let lot = after.lots().find(|held| pot == Pot::Lot(held.lot.number()));
        LedgerChange {
            lot: lot.map(|held| held.lot.number().0),
            kind: lot.map(|held| credit_kind(held.lot.kind())),
            text: pot_text(after, pot),
            before: shown(before, pot),
            after: shown(after, pot),
        }
    };
    differing.map(view).collect()
}

/// The agency's rules of credit.
///
/// # Errors
/// The store cannot be read.
pub async fn ledger_rules(app: &App) -> Result<LedgerRules, AppError> {
    rules::read(app.store().reader().await?.setting()).await
}

fn credit(amount: ExactAmount) -> AmountView {
    format::amount(amount, AmountRole::Credit)
}

fn charge(amount: ExactAmount) -> AmountView {
    format::amount(amount, AmountRole::Charge)
}

/// What a person should know of a client that pays in advance.
async fn notices(app: &App, reader: &mut Reader, book: &Book, terms: &Terms) -> Result<Vec<String>, AppError> {
    let today = book.client.client.zone.date_of(app.now());
    let mut notices = Vec::new();
    if let Some(owing) = book.owing(today.month().previous(), terms.carry_below)? {
        let due = format::amount(owing.total()?, AmountRole::Charge).text;
        notices.push(format!("{due} of closed months is owed: it goes on the next invoice."));
    }
    let Some(prepaid) = book.prepaid.filter(|prepaid| prepaid.last.is_none()) else { return Ok(notices) };
    let prices = price_book(app, reader).await?;
    if prices.currency() != book.ledger.currency() {
        notices.push(format!(
            "Prices are in {} and this ledger is in {}: nothing can be charged.",
            prices.currency(),
            book.ledger.currency()
        ));
        return Ok(notices);
    }
    let usage = metered(reader, book.client.id, (prepaid.first, today), &prices).await?;
    let unpriced = rate(&usage, book.client.id, &prices)?.unpriced_models();
    if !unpriced.is_empty() {
        let models: Vec<String> = unpriced.iter().map(model_text).collect();
        notices.push(format!("Not charged, because no price rule covers it: {}.", models.join(", ")));
    }
    Ok(notices)
}

/// Credit that is left, what ends soonest first.
fn lots(app: &App, book: &Book) -> Vec<LotView> {
    let good = |held: &HeldLot| !held.left.amount().is_zero() && !held.lot.is_expired(app.now());
    let mut held: Vec<HeldLot> = book.ledger.lots().filter(good).collect();
    held.sort_by_key(|held| (held.lot.expires_at().is_none(), held.lot.expires_at(), held.lot.number()));
    let view = |held: HeldLot| LotView {
        number: held.lot.number().0,
        kind: credit_kind(held.lot.kind()),
        models: match held.lot.scope() {
            ModelScope::All => Vec::new(),
            ModelScope::Only(models) => models.iter().map(ToString::to_string).collect(),
        },
        amount: credit(held.lot.amount()),
        left: credit(held.left),
        credited_at: format::instant(held.lot.credited_at()),
        expires_at: held.lot.expires_at().map(format::instant),
    };
    held.into_iter().map(view).collect()
}

fn entry_view(book: &Book, names: &Names, (number, entry): (u32, &Entry)) -> Result<LedgerEntryView, AppError> {
    let parts = entry.parts();
    let held = |pot: Pot| matches!(pot, Pot::Lot(_) | Pot::Owed | Pot::Carried);
    let mut change = ExactAmount::zero(entry.currency());
    let mut touched = Vec::new();
    for posting in parts.postings.iter().filter(|posting| held(posting.pot)) {
        change = change.checked_sub(posting.amount)?;
        touched.push(LedgerPart {
            lot: if let Pot::Lot(number) = posting.pot { Some(number.0) } else { None },
            text: pot_text(&book.ledger, posting.pot),
            amount: credit(ExactAmount::new(-posting.amount.amount(), entry.currency())),
        });
    }
    let shown = if parts.kind == EntryKind::CarryForward { entry.moved()? } else { change };
    Ok(LedgerEntryView {
        number,
        at: format::instant(parts.at),
        kind: kind(parts.kind),
        reason: parts.reason.clone(),
        amount: credit(shown),
        parts: touched,
        receipt: parts.receipt.as_ref().map(|receipt| receipt_view(book, names, receipt, &parts.quantities)),
        invoice_id: invoiced::of_key(&parts.key).map(str::to_owned),
    })
}

fn pot_text(ledger: &Ledger, pot: Pot) -> String {
    match pot {
        Pot::Lot(number) => {
            let lot = ledger.lots().find(|held| held.lot.number() == number);
            let kind = lot.map_or("", |held| held.lot.kind().code());
            format!("{kind} credit (lot {number})")
        }
        Pot::Carried => "owed from earlier months".to_owned(),
        other => other.code(),
    }
}

fn receipt_view(book: &Book, names: &Names, receipt: &Receipt, quantities: &Quantities) -> ReceiptView {
    let posted = book.ledger.posted(receipt);
    let Receipt { day, gateway, model, version, rule } = receipt;
    ReceiptView {
        day: Date::to_string(day),
        gateway_id: gateway.to_string(),
        gateway: names.gateway(*gateway),
        model: model_text(model),
        version: version.to_string(),
        rule: rule.clone(),
        quantities: quantities
            .iter()
            .map(|(meter, count)| format!("{} {}", format::grouped(&count.to_string()), meter.code().replace('_', " ")))
            .collect(),
        charge: charge(posted.map_or_else(|| ExactAmount::zero(book.ledger.currency()), |posted| posted.rated)),
        entries: posted
            .map(|posted| posted.entries.iter().map(|EntryNumber(number)| *number).collect())
            .unwrap_or_default(),
    }
}

/// A kind of entry as it crosses.
pub(super) fn kind(kind: EntryKind) -> LedgerKind {
    match kind {
        EntryKind::Deposit => LedgerKind::Deposit,
        EntryKind::Promotion => LedgerKind::Promotion,
        EntryKind::Charge => LedgerKind::Charge,
        EntryKind::Refund => LedgerKind::Refund,
        EntryKind::Adjustment => LedgerKind::Adjustment,
        EntryKind::CarryForward => LedgerKind::CarryForward,
        EntryKind::Expiry => LedgerKind::Expiry,
        EntryKind::Reversal => LedgerKind::Reversal,
        EntryKind::Invoice => LedgerKind::Invoice,
    }
}

fn credit_kind(kind: LotKind) -> CreditKind {
    match kind {
        LotKind::Paid => CreditKind::Paid,
        LotKind::Bonus => CreditKind::Bonus,
        LotKind::Free => CreditKind::Free,
    }
}
