//! Ledgers: who pays in advance, deposits, refunds and adjustments.
//!
//! **Owns:** that an entry, its audit row and its promotion are written together or not at all. **Does not own:** what an
//! entry may be (`billing::ledger`).

pub(crate) mod by_hand;
pub(crate) mod charging;

use billing::ledger::{Entry, EntryKind};
use domain::{ClientId, ClientStatus, ExactAmount};
use store::table::{AuditRecord, Prepaid};
use store::{Origin, Writer};

use crate::journal::local_record;
use crate::ledger::rules;
use crate::ledger::{self, Book, refused};
use crate::query::ledger::{self as view, LAST};
use crate::wire::{AdjustInput, AmountRole, DepositInput, LedgerAct, LedgerRules, LedgerView, RefundInput};
use crate::{App, AppError, format, notice};

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
    post(app, origin, client, &LedgerAct::Deposit(typed.clone())).await
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
    post(app, origin, client, &LedgerAct::Refund(typed.clone())).await
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
    post(app, origin, client, &LedgerAct::Adjust(typed.clone())).await
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

/// Posts an entry by hand, with what comes with it and an audit row, or nothing.
async fn post(app: &App, origin: Origin, client: &str, act: &LedgerAct) -> Result<LedgerView, AppError> {
    let mut writer = app.store().begin(origin).await?;
    let mut book = open(&mut writer, client.parse()?).await?;
    let terms = rules::terms(writer.setting().read()).await?;
    let entries = by_hand::proposed(app.now(), (&book.ledger, &terms), act)?;
    let action = match act {
        LedgerAct::Deposit(_) => "ledger_deposit",
        LedgerAct::Refund(_) => "ledger_refund",
        LedgerAct::Adjust(_) => "ledger_adjust",
    };
    keep(app, origin, &mut writer, &mut book, (action, entries)).await?;
    app.emit(writer.commit().await?);
    view::ledger_get(app, client, Some(LAST)).await
}

/// The ledger as the writer sees it: nobody posts between this and the commit.
pub(crate) async fn open(writer: &mut Writer, id: ClientId) -> Result<Book, AppError> {
    let client = ledger::client(writer.client().read(), id).await?;
    ledger::book(writer.ledger().read(), client).await
}

/// Posts entries one after the other, notes them as one act, and tells of credit that runs low.
pub(crate) async fn keep(
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
