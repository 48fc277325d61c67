//! Payments noted against final invoices.

use domain::{Date, InvoiceId, Money, Timestamp};
use sqlx::query;

use super::{InvoiceTable, InvoiceTableMut};
use crate::column::{self, days, time};
use crate::{StoreError, StoreResult, Tag};

/// A payment noted against an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoicePayment {
    /// When the money came.
    pub paid_on: Date,
    /// How much, in the invoice's currency; negative is a refund or a correction.
    pub amount: Money,
    /// Reference.
    pub note: String,
    /// When it was noted.
    pub recorded_at: Timestamp,
}

impl InvoiceTable<'_> {
    /// The payments noted, oldest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn payments(&mut self, id: InvoiceId) -> StoreResult<Vec<InvoicePayment>> {
        let currency = self.get(id).await?.draft.currency;
        let at = column::Row { noun: "payment of invoice", id: id.0 };
        let rows = query!(
            "SELECT paid_on, amount, note, recorded_at FROM invoice_payment WHERE invoice = ? ORDER BY paid_on, id",
            id.0
        );
        let rows = rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| {
            Ok(InvoicePayment {
                paid_on: at.date(row.paid_on)?,
                amount: Money::from_minor(row.amount, currency),
                note: row.note,
                recorded_at: time(row.recorded_at),
            })
        });
        rows.collect()
    }
}

impl InvoiceTableMut<'_> {
    /// Notes a payment.
    ///
    /// # Errors
    /// `NotFound`; `Rule` for a draft or another currency.
    pub async fn payment_add(&mut self, id: InvoiceId, payment: &InvoicePayment) -> StoreResult<()> {
        let stored = self.read().get(id).await?;
        if stored.issued.is_none() {
            return Err(StoreError::rule("a draft cannot be paid: finalise it first"));
        }
        if stored.draft.currency != payment.amount.currency() {
            return Err(StoreError::rule("the payment is in another currency than the invoice: convert it first"));
        }
        self.pen.touch(Tag::Invoices);
        let (paid_on, amount, at) = (days(payment.paid_on), payment.amount.minor(), payment.recorded_at.as_millis());
        query!(
            "INSERT INTO invoice_payment (invoice, paid_on, amount, note, recorded_at) VALUES (?, ?, ?, ?, ?)",
            id.0,
            paid_on,
            amount,
            payment.note,
            at
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
