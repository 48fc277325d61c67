//! Payments, as they are noted: whole, in part, or given back.

use billing::Settlement;
use domain::{Currency, Date, ExactAmount, InvoiceId, Money};
use rust_decimal::Decimal;
use store::Origin;
use store::table::invoice::{InvoiceKind, InvoicePayment, StoredInvoice};

use crate::command::{input, past_due};
use crate::journal::local_record;
use crate::query::usage::agency_today;
use crate::wire::{AmountRole, Done, PaymentInput};
use crate::{App, AppError, format};

/// Notes a payment: all that is open unless an amount is said; a negative one was given back.
///
/// # Errors
/// The invoice is a draft, a credit note, or paid already; more than is open; the day is no date, or yet to come.
pub async fn invoice_pay(app: &App, origin: Origin, id: &str, typed: &PaymentInput) -> Result<Done, AppError> {
    let invoice: InvoiceId = id.parse()?;
    let paid_on = payment_day(&typed.date, agency_today(app).await?)?;
    let mut writer = app.store().begin(origin).await?;
    let stored = writer.invoice().read().get(invoice).await?;
    let Some(issued) = &stored.issued else {
        return Err(AppError::conflict("a draft cannot be paid: finalise it first"));
    };
    let settlement = settlement(&stored, issued.due_on);
    let amount = amount(&typed.amount, &settlement, &issued.label)?;
    settlement.accept(amount).map_err(|error| AppError::invalid("amount", error))?;
    let note = input::line("note", &typed.note)?;
    let payment = InvoicePayment { paid_on, amount, note, recorded_at: app.now() };
    writer.invoice().payment_add(invoice, &payment).await?;
    let label = issued.label.clone();
    let shown = format::money(amount, AmountRole::Charge).text;
    let mut record =
        local_record(app, origin, "invoice_paid", format!("invoice {label}"), format!("{shown} on {paid_on}"));
    record.client = Some(stored.draft.client);
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    past_due::lift_if_paid(app, origin, stored.draft.client).await;
    Ok(Done { message: said(&label, amount, &settlement), undo: None, effective_within_seconds: 0 })
}

/// What decides where a final document stands.
pub(crate) fn settlement(stored: &StoredInvoice, due: Date) -> Settlement {
    let currency = stored.draft.currency;
    Settlement {
        total: Money::from_minor(stored.draft.gross, currency),
        paid: Money::from_minor(stored.paid, currency),
        due,
        credited: stored.credited_by.is_some(),
        credit_note: stored.draft.kind == InvoiceKind::CreditNote,
    }
}

fn amount(typed: &str, settlement: &Settlement, label: &str) -> Result<Money, AppError> {
    if !typed.trim().is_empty() {
        return money("amount", typed, settlement.total.currency());
    }
    let open = settlement.open();
    if open.minor() == 0 && !settlement.credited && !settlement.credit_note {
        return Err(AppError::conflict(format!("invoice {label} is paid already")));
    }
    Ok(open)
}

/// An amount as a person types it, no finer than its currency.
///
/// # Errors
/// `Invalid` naming the field.
pub(crate) fn money(field: &str, typed: &str, currency: Currency) -> Result<Money, AppError> {
    let typed = typed.trim();
    let amount = Decimal::from_str_exact(typed).map_err(|_| {
        AppError::invalid(field, format!("`{typed}` is not an amount: write 12.50, or -12.50 for less"))
    })?;
    let money = ExactAmount::new(amount, currency).round()?;
    if money.to_decimal() == amount {
        return Ok(money);
    }
    let most = currency.decimals();
    Err(AppError::invalid(field, format!("`{typed}` has more decimals than {currency} has: write at most {most}")))
}

fn said(label: &str, amount: Money, before: &Settlement) -> String {
    let shown = |minor: i64| format::money(Money::from_minor(minor, amount.currency()), AmountRole::Charge).text;
    let left = before.open().minor() - amount.minor();
    match amount.minor() {
        ..0 => format!("{} was given back on invoice {label}.", shown(-amount.minor())),
        _ if left == 0 => format!("Invoice {label} is paid."),
        _ => format!("{} was noted on invoice {label}; {} is open.", shown(amount.minor()), shown(left)),
    }
}

/// The day a payment came. A day ahead of the agency's is let through: it may be that day already where the bank is.
fn payment_day(typed: &str, today: Date) -> Result<Date, AppError> {
    let day: Date = typed.parse()?;
    if day > today.plus_days(1) {
        let message = format!("{day} is yet to come: write the day on which the money came");
        return Err(AppError::invalid("date", message));
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Code;

    #[test]
    fn money_does_not_come_tomorrow_week() {
        let today: Date = "2026-11-21".parse().unwrap();
        for day in ["2026-11-21", "2026-11-22", "2025-01-01"] {
            assert_eq!(payment_day(day, today).unwrap().to_string(), day);
        }
        for day in ["2026-11-23", "2030-01-01", "21.11.2026"] {
            assert_eq!(payment_day(day, today).unwrap_err().code, Code::Invalid, "{day}");
        }
    }
}
