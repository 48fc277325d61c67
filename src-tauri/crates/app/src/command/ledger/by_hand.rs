//! Entries that a person makes: what was typed, read and proposed on a ledger as it stands. Nothing is posted here, so that
//! a form can show what its entry would do.

use billing::Ledger;
use billing::ledger::{Entry, EntryNumber, LedgerError, LotKind, Refund};
use domain::{Currency, ExactAmount, Timestamp};
use rust_decimal::Decimal;

use crate::AppError;
use crate::command::input;
use crate::ledger::refused;
use crate::ledger::rules::Terms;
use crate::wire::{AdjustInput, CreditKind, DepositInput, LedgerAct, RefundInput};

/// Largest amount that is typed.
const AMOUNT_MAX: i64 = 1_000_000_000;
/// Decimals of an amount that moves credit; money that was paid has those of its currency.
const CREDIT_DECIMALS: u32 = 9;

/// The entries that would record it.
///
/// # Errors
/// `Invalid` naming the field; `Conflict` for a payment that is in the ledger already.
pub(crate) fn proposed(
    now: Timestamp,
    (ledger, terms): (&Ledger, &Terms),
    act: &LedgerAct,
) -> Result<Vec<Entry>, AppError> {
    match act {
        LedgerAct::Deposit(typed) => deposit(now, (ledger, terms), typed),
        LedgerAct::Refund(typed) => refund(now, ledger, typed).map(|entry| vec![entry]),
        LedgerAct::Adjust(typed) => adjust(now, ledger, typed).map(|entry| vec![entry]),
    }
}

fn deposit(now: Timestamp, (ledger, terms): (&Ledger, &Terms), typed: &DepositInput) -> Result<Vec<Entry>, AppError> {
    let (reference, note) = (input::line("reference", &typed.reference)?, input::line("note", &typed.note)?);
    let amount = amount(&typed.amount, ledger.currency(), ledger.currency().decimals())?;
    ledger.deposit(now, amount, (&reference, &note), (terms.minimum, &terms.promotions)).map_err(refused)
}

fn refund(now: Timestamp, ledger: &Ledger, typed: &RefundInput) -> Result<Entry, AppError> {
    let reason = input::line("reason", &typed.reason)?;
    let of = match typed.entry.map(EntryNumber) {
        None => Refund::PaidCredit,
        Some(number) => {
            let about = ledger.receipts().find(|(_, posted)| posted.entries.contains(&number));
            Refund::Charge(about.ok_or_else(|| refused(LedgerError::NoCharge))?.0.clone())
        }
    };
    let decimals = if typed.entry.is_some() { CREDIT_DECIMALS } else { ledger.currency().decimals() };
    let amount = amount(&typed.amount, ledger.currency(), decimals)?;
    ledger.refund(now, &of, amount, &reason).map_err(refused)
}

fn adjust(now: Timestamp, ledger: &Ledger, typed: &AdjustInput) -> Result<Entry, AppError> {
    let reason = input::line("reason", &typed.reason)?;
    let amount = amount(&typed.amount, ledger.currency(), CREDIT_DECIMALS)?;
    ledger.adjust(now, lot_kind(typed.kind), amount, &reason).map_err(refused)
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
