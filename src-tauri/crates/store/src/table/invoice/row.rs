//! The row of an invoice as SQLite holds it.

use domain::{ClientId, InvoiceId};

use super::{InvoiceDraft, InvoiceKind, Issued, StoredInvoice};
use crate::column::{self, time};
use crate::{StoreError, StoreResult};

pub(super) struct Row {
    pub(super) id: i64,
    pub(super) client: i64,
    pub(super) kind: String,
    pub(super) live: i64,
    pub(super) corrects: Option<i64>,
    pub(super) first_day: i64,
    pub(super) last_day: i64,
    pub(super) currency: String,
    pub(super) net: i64,
    pub(super) tax: i64,
    pub(super) gross: i64,
    pub(super) snapshot: String,
    pub(super) series: Option<String>,
    pub(super) number: Option<i64>,
    pub(super) label: Option<String>,
    pub(super) issued_on: Option<i64>,
    pub(super) due_on: Option<i64>,
    pub(super) created_at: i64,
    pub(super) changed_at: i64,
    pub(super) finalised_at: Option<i64>,
    pub(super) credited_by: Option<i64>,
    pub(super) paid: i64,
}

impl Row {
    fn issued(&self, at: column::Row) -> StoreResult<Option<Issued>> {
        let Some(number) = self.number else { return Ok(None) };
        Ok(Some(Issued {
            series: self.series.clone().unwrap_or_default(),
            number,
            label: self.label.clone().unwrap_or_default(),
            issued_on: at.date(self.issued_on.unwrap_or_default())?,
            due_on: at.date(self.due_on.unwrap_or_default())?,
            finalised_at: time(self.finalised_at.unwrap_or_default()),
        }))
    }
}

impl TryFrom<Row> for StoredInvoice {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "invoice", id: row.id };
        let issued = row.issued(at)?;
        let draft = InvoiceDraft {
            client: ClientId(row.client),
            kind: at.known("kind", InvoiceKind::from_code(&row.kind))?,
            corrects: row.corrects.map(InvoiceId),
            first_day: at.date(row.first_day)?,
            last_day: at.date(row.last_day)?,
            currency: at.ok(row.currency.parse())?,
            net: row.net,
            tax: row.tax,
            gross: row.gross,
            snapshot: row.snapshot,
        };
        Ok(Self {
            id: InvoiceId(row.id),
            draft,
            issued,
            live: row.live != 0,
            credited_by: row.credited_by.map(InvoiceId),
            paid: row.paid,
            created_at: time(row.created_at),
            changed_at: time(row.changed_at),
        })
    }
}
