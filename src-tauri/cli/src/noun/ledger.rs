//! `purser ledger`.

use app::wire::{
    AdjustInput, CreditKind, DepositInput, LedgerAct, LedgerChange, LedgerEntryView, LedgerPart, LedgerPreview,
    LedgerRules, LedgerView, LotView, ReceiptView, RefundInput, RunwayState, RunwayView,
};
use app::{App, command, query};

use super::edit::{edited, fields};
use super::{ORIGIN, find, moment, notice, word};
use crate::args::{Adjust, CreditName, Deposit, Ledger, Refund};
use crate::fault::Fault;
use crate::out::{Out, heading, table};

pub async fn run(app: &App, verb: Ledger, out: &Out) -> Result<(), Fault> {
    match verb {
        Ledger::Show { client, all } => {
            let last = if all { None } else { Some(query::ledger::LAST) };
            let client = find::client(app, &client).await?;
            out.answer(&query::ledger::ledger_get(app, &client, last).await?, page)
        }
        Ledger::Entry { client, number } => entry(app, &find::client(app, &client).await?, number, out).await,
        Ledger::Prepay { client, off } => {
            let client = find::client(app, &client).await?;
            out.answer(&command::ledger::ledger_prepay(app, ORIGIN, &client, !off).await?, page)
        }
        Ledger::Deposit(typed) => deposit(app, typed, out).await,
        Ledger::Refund(typed) => refund(app, typed, out).await,
        Ledger::Adjust(typed) => adjust(app, typed, out).await,
        Ledger::Charge { client } => {
            let client = find::client_if(app, client.as_deref()).await?;
            let views = command::ledger::ledger_charge(app, ORIGIN, client.as_deref()).await?;
            out.answer(&views, |views| charged(views))
        }
        Ledger::Rules { fields } if fields.is_empty() => out.answer(&query::ledger::ledger_rules(app).await?, rules),
        Ledger::Rules { fields } => {
            let typed = edited(&query::ledger::ledger_rules(app).await?, &fields, "purser ledger rules")?;
            out.answer(&command::ledger::ledger_rules_set(app, ORIGIN, typed).await?, rules)
        }
    }
}

async fn deposit(app: &App, typed: Deposit, out: &Out) -> Result<(), Fault> {
    let client = find::client(app, &typed.client).await?;
    let input = DepositInput { amount: typed.amount, reference: typed.reference, note: typed.note };
    if typed.preview {
        return preview(app, &client, LedgerAct::Deposit(input), out).await;
    }
    out.answer(&command::ledger::ledger_deposit(app, ORIGIN, &client, &input).await?, page)
}

async fn refund(app: &App, typed: Refund, out: &Out) -> Result<(), Fault> {
    let client = find::client(app, &typed.client).await?;
    let input = RefundInput { amount: typed.amount, reason: typed.reason, entry: typed.entry };
    if typed.preview {
        return preview(app, &client, LedgerAct::Refund(input), out).await;
    }
    out.answer(&command::ledger::ledger_refund(app, ORIGIN, &client, &input).await?, page)
}

async fn adjust(app: &App, typed: Adjust, out: &Out) -> Result<(), Fault> {
    let client = find::client(app, &typed.client).await?;
    let kind = match typed.kind {
        CreditName::Paid => CreditKind::Paid,
        CreditName::Bonus => CreditKind::Bonus,
        CreditName::Free => CreditKind::Free,
    };
    let input = AdjustInput { amount: typed.amount, kind, reason: typed.reason };
    if typed.preview {
        return preview(app, &client, LedgerAct::Adjust(input), out).await;
    }
    out.answer(&command::ledger::ledger_adjust(app, ORIGIN, &client, &input).await?, page)
}

async fn preview(app: &App, client: &str, act: LedgerAct, out: &Out) -> Result<(), Fault> {
    out.answer(&query::ledger::ledger_preview(app, client, &act).await?, changed)
}

fn changed(preview: &LedgerPreview) -> String {
    let row = |change: &LedgerChange| vec![change.text.clone(), change.before.text.clone(), change.after.text.clone()];
    let kinds: Vec<String> = preview.kinds.iter().map(word).collect();
    let rows = table(&["~credit and debt", ">before", ">after"], preview.changes.iter().map(row));
    format!("{rows}\n\nTo be posted: {}. Nothing was.", kinds.join(", "))
}

async fn entry(app: &App, client: &str, number: u32, out: &Out) -> Result<(), Fault> {
    let ledger = query::ledger::ledger_get(app, client, None).await?;
    let found = ledger.entries.iter().find(|entry| entry.number == number);
    let missing = || Fault::missing(format!("there is no entry {number}"), "See `purser ledger show CLIENT --all`.");
    out.answer(found.ok_or_else(missing)?, whole)
}

fn page(ledger: &LedgerView) -> String {
    let mut parts = vec![format!("{} ({}), {}", heading(&ledger.client), ledger.client_id, terms(ledger))];
    parts.extend(ledger.notices.iter().map(|notice| format!("Note: {notice}")));
    parts.extend(ledger.alerts.iter().map(|alert| {
        format!("Credit for any model: {}, told {} ({}).", notice::sentence(alert), moment(&alert.at), alert.notice_id)
    }));
    parts.push(balances(ledger));
    parts.extend(ledger.runway.as_ref().map(runway));
    if !ledger.lots.is_empty() {
        let headers = ["lot", "credit", "~for", ">left", ">of", "ends"];
        parts.push(format!("{}\n{}", heading("Credit"), table(&headers, ledger.lots.iter().map(lot))));
    }
    parts.push(entries(ledger));
    parts.join("\n\n")
}

fn terms(ledger: &LedgerView) -> String {
    match (&ledger.prepaid_from, &ledger.prepaid_through) {
        (Some(from), None) => format!("pays in advance since {from}"),
        (Some(from), Some(through)) => format!("invoiced; paid in advance from {from} through {through}"),
        (None, _) => "invoiced".to_owned(),
    }
}

/// Each kind in a row of its own, and no sum: not all of it can be spent on everything.
fn balances(ledger: &LedgerView) -> String {
    let rows = [
        ("paid", &ledger.paid, "good for every model, does not end"),
        ("bonus", &ledger.bonus, "on top of deposits"),
        ("free", &ledger.free, "given without a deposit"),
        ("owed", &ledger.owed, "not covered by credit"),
        ("carried", &ledger.carried, "owed from earlier months"),
    ];
    let rows = rows.map(|(kind, amount, what)| vec![kind.to_owned(), amount.text.clone(), what.to_owned()]);
    table(&["balance", ">amount", "~"], rows)
}

/// How long the credit lasts, and from what that is known.
fn runway(runway: &RunwayView) -> String {
    let lasts = match (runway.state, runway.days) {
        (RunwayState::UsedUp, _) => return "Credit for any model is used up.".to_owned(),
        (RunwayState::Unknown, _) => return "How long credit lasts is not known before two full days.".to_owned(),
        (RunwayState::NothingSpent, _) => "Nothing is being spent".to_owned(),
        (RunwayState::MoreThanAYear, _) => "Lasts more than a year at the current pace".to_owned(),
        (RunwayState::Days, 0) => "Lasts less than a day at the current pace".to_owned(),
        (RunwayState::Days, 1) => "Lasts ≈ 1 day at the current pace".to_owned(),
        (RunwayState::Days, days) => format!("Lasts ≈ {days} days at the current pace"),
    };
    let through = runway.through.as_deref().unwrap_or("–");
    let RunwayView { spendable, spent, of_days, .. } = runway;
    format!("{lasts}: {} for any model, {} charged in {of_days} days through {through}.", spendable.text, spent.text)
}

fn lot(lot: &LotView) -> Vec<String> {
    let models = if lot.models.is_empty() { "every model".to_owned() } else { lot.models.join(", ") };
    let ends = lot.expires_at.as_deref().map_or_else(|| "never".to_owned(), moment);
    vec![lot.number.to_string(), word(&lot.kind), models, lot.left.text.clone(), lot.amount.text.clone(), ends]
}

fn entries(ledger: &LedgerView) -> String {
    if ledger.entries.is_empty() {
        return "There are no entries yet: `purser ledger deposit CLIENT AMOUNT` notes the first one.".to_owned();
    }
    let row = |entry: &LedgerEntryView| {
        let touched = || entry.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(", ");
        let said = || if entry.reason.is_empty() { touched() } else { entry.reason.clone() };
        let what = entry.receipt.as_ref().map_or_else(said, about);
        vec![entry.number.to_string(), moment(&entry.at), word(&entry.kind), what, entry.amount.text.clone()]
    };
    let rows = table(&["entry", "posted", "kind", "~for", ">amount"], ledger.entries.iter().map(row));
    let shown = u32::try_from(ledger.entries.len()).unwrap_or(u32::MAX);
    match ledger.entry_count.saturating_sub(shown) {
        0 => rows,
        older => format!("{rows}\n\nOlder entries: {older}, see `--all`."),
    }
}

fn about(receipt: &ReceiptView) -> String {
    format!("{} on {}, {}", receipt.model, receipt.gateway, receipt.day)
}

fn whole(entry: &LedgerEntryView) -> String {
    let reason = if entry.reason.is_empty() { String::new() } else { format!(": {}", entry.reason) };
    let title = heading(&format!("Entry {}, {}, {}{reason}", entry.number, word(&entry.kind), moment(&entry.at)));
    let part = |part: &LedgerPart| vec![part.text.clone(), part.amount.text.clone()];
    let parts = table(&["~credit and debt", ">change"], entry.parts.iter().map(part));
    let Some(receipt) = &entry.receipt else { return format!("{title}\n{parts}") };
    let others: Vec<String> = receipt.entries.iter().map(ToString::to_string).collect();
    let facts = [
        ("for", about(receipt)),
        ("used", receipt.quantities.join(", ")),
        ("price", format!("rule {} of {}", receipt.rule, receipt.version)),
        ("comes to", receipt.charge.text.clone()),
        ("entries", others.join(", ")),
    ];
    let facts = table(&["receipt", "~"], facts.map(|(name, value)| vec![name.to_owned(), value]));
    format!("{title}\n{parts}\n\n{facts}")
}

fn charged(views: &[LedgerView]) -> String {
    if views.is_empty() {
        return "No client pays in advance: `purser ledger prepay CLIENT` begins that.".to_owned();
    }
    views.iter().map(page).collect::<Vec<_>>().join("\n\n")
}

fn rules(rules: &LedgerRules) -> String {
    let rows = fields(rules).into_iter();
    let rows = rows.map(|(field, value)| vec![field, if value.is_empty() { "off".to_owned() } else { value }]);
    format!(
        "{}\n{}\n\nAmounts are in each client's currency. Without models, credit on a deposit is good for every model.",
        heading("Rules of credit"),
        table(&["field", "~value"], rows)
    )
}
