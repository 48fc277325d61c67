//! Ledgers: who pays in advance, deposits, refunds and adjustments.
//!
//! **Owns:** reading what was typed, and that an entry, its audit row and its promotion are written together or not at all.
//! **Does not own:** what an entry may be (`billing::ledger`).

pub(crate) mod charging;

use billing::Ledger;
use billing::ledger::{Entry, EntryKind, EntryNumber, LedgerError, LotKind, Refund};
use domain::{ClientId, ClientStatus, Currency, ExactAmount};
use rust_decimal::Decimal;
use store::table::{AuditRecord, Prepaid};
use store::{Origin, Writer};

use super::input;
use crate::journal::local_record;
use crate::ledger::rules::{self, Terms};
use crate::ledger::{self, Book, refused};
use crate::query::ledger::{self as view, LAST};
use crate::wire::{AdjustInput, AmountRole, CreditKind, DepositInput, LedgerRules, LedgerView, RefundInput};
use crate::{App, AppError, format, notice};

/// Largest amount that is typed.
const AMOUNT_MAX: i64 = 1_000_000_000;
/// Decimals of an amount that moves credit; money that was paid has those of its currency.
const CREDIT_DECIMALS: u32 = 9;

/// Lets a client pay in advance from today on, or invoices it again from today on. Whoever begins gets the sign-up credit,
/// if there is one (S1-01).
///
/// # Errors
/// `NotFound`; `Conflict` for a client that is closed, or is so already.
pub async fn ledger_prepay(app: &App, origin: Origin, client: &str, on: bool) -> Result<LedgerView, AppError> {
    let id: ClientId = client.parse()?;
    if !on {
        charging::charge_client(app, origin, id, charging::Span::Whole).await?;
    }
    let mut writer = app.store().begin(origin).await?;
    let mut book = open(&mut writer, id).await?;
    let today = book.client.client.zone.date_of(app.now());
    let name = book.client.client.name.to_string();
    let running = book.prepaid.filter(|prepaid| prepaid.last.is_none());
    let prepaid = match (on, running) {
        (true, None) if book.client.client.status == ClientStatus::Closed => {
            return Err(AppError::conflict(format!("{name} is closed")).hint("Resume the client first."));
        }
        (true, None) => Prepaid { client: id, first: today, last: None },
        (false, Some(running)) => {
            Prepaid { last: Some(today.plus_days(-1).max(running.first.plus_days(-1))), ..running }
        }
        (true, Some(_)) => return Err(AppError::conflict(format!("{name} pays in advance already"))),
        (false, None) => return Err(AppError::conflict(format!("{name} is invoiced already"))),
    };
    writer.ledger().set_prepaid(prepaid).await?;
    book.prepaid = Some(prepaid);
    let change = if on { format!("pays in advance from {today}") } else { format!("is invoiced from {today}") };
    writer.audit().done(&record(app, origin, "ledger_prepay", &book, change)).await?;
    if on {
        let terms = rules::terms(writer.setting().read()).await?;
        let given = book.ledger.sign_up(app.now(), &terms.promotions).map_err(refused)?;
        keep(app, origin, &mut writer, &mut book, ("ledger_promotion", given.into_iter().collect())).await?;
    }
    app.emit(writer.commit().await?);
    view::ledger_get(app, client, Some(LAST)).await
}

/// Notes that a client paid in; a first deposit brings its promotion (S0-16, S1-15).
///
/// # Errors
/// `Invalid` naming the field; `Conflict` for a payment that is in the ledger already.
pub async fn ledger_deposit(
    app: &App,
    origin: Origin,
    client: &str,
    typed: &DepositInput,
) -> Result<LedgerView, AppError> {
    let (reference, note) = (input::line("reference", &typed.reference)?, input::line("note", &typed.note)?);
    post(app, origin, client, "ledger_deposit", |ledger, terms| {
        let amount = amount(&typed.amount, ledger.currency(), ledger.currency().decimals())?;
        let terms = (terms.minimum, &terms.promotions);
        ledger.deposit(app.now(), amount, (&reference, &note), terms).map_err(refused)
    })
    .await
}

/// Gives a charge back to the credit it was taken from, or pays paid credit out; always with a reason (S3-05).
///
/// # Errors
/// `Invalid` naming the field.
pub async fn ledger_refund(
    app: &App,
    origin: Origin,
    client: &str,
    typed: &RefundInput,
) -> Result<LedgerView, AppError> {
    let reason = input::line("reason", &typed.reason)?;
    let number = typed.entry.map(EntryNumber);
    post(app, origin, client, "ledger_refund", |ledger, _| {
        let of = match number {
            None => Refund::PaidCredit,
            Some(number) => {
                let about = ledger.receipts().find(|(_, posted)| posted.entries.contains(&number));
                Refund::Charge(about.ok_or_else(|| refused(LedgerError::NoCharge))?.0.clone())
            }
        };
        let decimals = if number.is_some() { CREDIT_DECIMALS } else { ledger.currency().decimals() };
        let amount = amount(&typed.amount, ledger.currency(), decimals)?;
        ledger.refund(app.now(), &of, amount, &reason).map(|entry| vec![entry]).map_err(refused)
    })
    .await
}

/// Corrects a balance by hand, in either direction, always with a reason.
///
/// # Errors
/// `Invalid` naming the field.
pub async fn ledger_adjust(
    app: &App,
    origin: Origin,
    client: &str,
    typed: &AdjustInput,
) -> Result<LedgerView, AppError> {
    let reason = input::line("reason", &typed.reason)?;
    let kind = lot_kind(typed.kind);
    post(app, origin, client, "ledger_adjust", |ledger, _| {
        let amount = amount(&typed.amount, ledger.currency(), CREDIT_DECIMALS)?;
        ledger.adjust(app.now(), kind, amount, &reason).map(|entry| vec![entry]).map_err(refused)
    })
    .await
}

/// Charges every closed day of a client that pays in advance, or of all of them; nothing is charged twice.
///
/// # Errors
/// `NotFound`; `Invalid` for a client that is invoiced, or prices in another currency than its ledger.
pub async fn ledger_charge(app: &App, origin: Origin, client: Option<&str>) -> Result<Vec<LedgerView>, AppError> {
    let clients = match client {
        Some(client) => vec![client.parse()?],
        None => charging::prepaid_clients(app).await?,
    };
    let mut views = Vec::new();
    for id in clients {
        if client.is_some() && ledger::read(&mut app.store().reader().await?, id).await?.prepaid.is_none() {
            return Err(AppError::invalid(
                "client",
                "this client is invoiced: only clients that pay in advance are charged",
            )
            .hint("Let the client pay in advance first."));
        }
        charging::charge_client(app, origin, id, charging::Span::Whole).await?;
        views.push(view::ledger_get(app, &id.to_string(), Some(LAST)).await?);
    }
    Ok(views)
}

/// Keeps the agency's rules of credit. What was given before stays as it is.
///
/// # Errors
/// `Invalid` naming the field.
pub async fn ledger_rules_set(app: &App, origin: Origin, typed: LedgerRules) -> Result<LedgerRules, AppError> {
    rules::parsed(&typed)?;
    let mut writer = app.store().begin(origin).await?;
    rules::write(&mut writer, &typed).await?;
    let said = if typed.first_deposit_percent.is_empty() { "off" } else { typed.first_deposit_percent.as_str() };
    let change = format!(
        "minimum deposit {}, sign-up credit {}, first deposit {said} %, carried below {}, told below {}",
        typed.minimum_deposit, typed.sign_up_credit, typed.carry_below, typed.low_balance
    );
    let record = local_record(app, origin, "ledger_rules", "rules of credit".to_owned(), change);
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    view::ledger_rules(app).await
}

/// Posts what a proposal answers, with an audit row, or nothing.
async fn post(
    app: &App,
    origin: Origin,
    client: &str,
    action: &str,
    propose: impl FnOnce(&Ledger, &Terms) -> Result<Vec<Entry>, AppError> + Send,
) -> Result<LedgerView, AppError> {
    let mut writer = app.store().begin(origin).await?;
    let mut book = open(&mut writer, client.parse()?).await?;
    let terms = rules::terms(writer.setting().read()).await?;
    let entries = propose(&book.ledger, &terms)?;
    keep(app, origin, &mut writer, &mut book, (action, entries)).await?;
    app.emit(writer.commit().await?);
    view::ledger_get(app, client, Some(LAST)).await
}

/// The ledger as the writer sees it: nobody posts between this and the commit.
pub(super) async fn open(writer: &mut Writer, id: ClientId) -> Result<Book, AppError> {
    let client = ledger::client(writer.client().read(), id).await?;
    ledger::book(writer.ledger().read(), client).await
}

/// Posts entries one after the other, notes them as one act, and tells of credit that runs low.
pub(super) async fn keep(
    app: &App,
    origin: Origin,
    writer: &mut Writer,
    book: &mut Book,
    (action, entries): (&str, Vec<Entry>),
) -> Result<(), AppError> {
    for entry in &entries {
        let number = book.ledger.post(entry).map_err(refused)?;
        writer.ledger().post(book.client.id, number, entry).await?;
    }
    if !entries.is_empty() {
        writer.audit().done(&record(app, origin, action, book, told(&entries)?)).await?;
    }
    // Also after no entry: credit may have ended, and thresholds may be others than before.
    notice::look(app, writer, book, &entries).await
}

/// What was posted, as a sentence: `deposit $10.00, promotion $10.00`; many of a kind are counted.
fn told(entries: &[Entry]) -> Result<String, AppError> {
    let mut parts = Vec::new();
    for kind in EntryKind::ALL {
        let of: Vec<&Entry> = entries.iter().filter(|entry| entry.parts().kind == kind).collect();
        let Some(first) = of.first() else { continue };
        let mut moved = ExactAmount::zero(first.currency());
        for entry in &of {
            moved = moved.checked_add(entry.moved()?)?;
        }
        let (name, amount) = (kind.code().replace('_', "-"), format::amount(moved, AmountRole::Credit).text);
        let reason = match (of.len(), first.parts().reason.as_str()) {
            (1, reason) if !reason.is_empty() => format!(": {reason}"),
            _ => String::new(),
        };
        let count = if of.len() > 1 { format!("{} × ", of.len()) } else { String::new() };
        parts.push(format!("{count}{name} {amount}{reason}"));
    }
    Ok(parts.join(", "))
}

fn record(app: &App, origin: Origin, action: &str, book: &Book, change: String) -> AuditRecord {
    let record = local_record(app, origin, action, book.client.client.name.to_string(), change);
    AuditRecord { client: Some(book.client.id), ..record }
}

fn amount(text: &str, currency: Currency, decimals: u32) -> Result<ExactAmount, AppError> {
    let plain = text.trim().replace(',', "");
    let number = Decimal::from_str_exact(&plain).map_err(|_| {
        AppError::invalid(
            "amount",
            format!("`{text}` is not an amount: write digits with a decimal point, for example 12.50"),
        )
    })?;
    if number.normalize().scale() > decimals {
        return Err(AppError::invalid("amount", format!("use at most {decimals} decimals")));
    }
    if number.abs() > Decimal::from(AMOUNT_MAX) {
        return Err(AppError::invalid("amount", "use at most 1,000,000,000"));
    }
    Ok(ExactAmount::new(number, currency))
}

fn lot_kind(kind: CreditKind) -> LotKind {
    match kind {
        CreditKind::Paid => LotKind::Paid,
        CreditKind::Bonus => LotKind::Bonus,
        CreditKind::Free => LotKind::Free,
    }
}
