//! What a client that pays in advance owes, on invoices: worked out when an invoice is put together, taken off the ledger in
//! the transaction that makes it final, put back in the one that takes it back.

use billing::ledger::{LedgerError, Owing};
use domain::{ClientId, InvoiceId, Month};
use rust_decimal::Decimal;
use store::{Origin, Writer};

use super::{Book, refused};
use crate::command::ledger::{keep, open};
use crate::{App, AppError};

const TAKEN: &str = "invoice:";
const BACK: &str = "credit:";

impl Book {
    /// What the invoice of a month charges of what is owed for its days and earlier ones. `None` where that rounds to
    /// nothing, or where it is too little while the client goes on paying in advance: its next deposit settles it (S2-08).
    ///
    /// # Errors
    /// More digits than can be kept.
    pub(crate) fn owing(&self, month: Month, carry_below: Decimal) -> Result<Option<Owing>, AppError> {
        let Some(prepaid) = self.prepaid else { return Ok(None) };
        let least = if prepaid.last.is_some() { Decimal::ZERO } else { carry_below };
        let owing = self.ledger.owing(month)?;
        let total = owing.total()?;
        let enough = total.amount() >= least && total.round()?.minor() > 0;
        Ok(enough.then_some(owing))
    }
}

/// The invoice that an entry's key names.
pub(crate) fn of_key(key: &str) -> Option<&str> {
    key.strip_prefix(TAKEN).or_else(|| key.strip_prefix(BACK))
}

/// Takes what an invoice charges off its client's ledger.
///
/// # Errors
/// `Conflict` where less is owed by now.
pub(crate) async fn take(
    app: &App,
    (origin, writer): (Origin, &mut Writer),
    client: ClientId,
    (invoice, label): (InvoiceId, &str),
    owing: &Owing,
) -> Result<(), AppError> {
    let mut book = open(writer, client).await?;
    let key = format!("{TAKEN}{invoice}");
    let entry = book.ledger.invoice(app.now(), (&key, label), owing).map_err(refused)?;
    book.ledger.clone().post(&entry).map_err(|error| match error {
        LedgerError::Overdrawn(_) => {
            AppError::conflict(format!("{} owes less by now than its draft says", book.client.client.name))
                .hint("Look at the draft again, then make it final.")
        }
        other => refused(other),
    })?;
    keep(app, origin, writer, &mut book, ("ledger_invoice", vec![entry])).await
}

/// Puts back what an invoice took over, if it did; `label` is its credit note's.
///
/// # Errors
/// The store cannot be used.
pub(crate) async fn put_back(
    app: &App,
    (origin, writer): (Origin, &mut Writer),
    client: ClientId,
    (invoice, label): (InvoiceId, &str),
) -> Result<(), AppError> {
    let mut book = open(writer, client).await?;
    let taken = format!("{TAKEN}{invoice}");
    let Some(taken) = book.entries.iter().find(|entry| entry.parts().key == taken) else { return Ok(()) };
    let key = format!("{BACK}{invoice}");
    let entry = book.ledger.uninvoice(app.now(), (&key, label), taken).map_err(refused)?;
    keep(app, origin, writer, &mut book, ("ledger_invoice", vec![entry])).await
}
