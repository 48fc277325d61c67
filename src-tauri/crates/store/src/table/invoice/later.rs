//! What a later invoice makes up for: periods that were too little to invoice, and drift of final invoices.

use domain::{ClientId, Date, InvoiceId, Timestamp};
use sqlx::{query, query_scalar};

use super::{InvoiceTable, InvoiceTableMut};
use crate::column::{self, days, time};
use crate::{StoreError, StoreResult, Tag};

/// A period whose charge was too little to invoice (S2-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carry {
    /// First local date.
    pub first_day: Date,
    /// Last local date.
    pub last_day: Date,
    /// When it was carried.
    pub carried_at: Timestamp,
    /// The live invoice that charges it; `None` waits for the next.
    pub invoice: Option<InvoiceId>,
}

/// Drift of an invoice that another one makes up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledDrift {
    /// The invoice that drifted.
    pub invoice: InvoiceId,
    /// The draft or live invoice that makes up for it.
    pub settled_on: InvoiceId,
    /// How much, in minor units before tax; above zero is charged.
    pub amount: i64,
}

impl InvoiceTable<'_> {
    /// A client's carried periods, oldest first. One that a reversed invoice charged waits again.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn carries(&mut self, client: ClientId) -> StoreResult<Vec<Carry>> {
        let at = column::Row { noun: "carried period of client", id: client.0 };
        let rows = query!(
            r#"SELECT carry.first_day, carry.last_day, carry.carried_at, charged.id AS "invoice?: i64"
               FROM invoice_carry carry LEFT JOIN invoice charged ON charged.id = carry.invoice AND charged.live = 1
               WHERE carry.client = ? ORDER BY carry.first_day"#,
            client.0
        );
        let rows = rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| {
            Ok(Carry {
                first_day: at.date(row.first_day)?,
                last_day: at.date(row.last_day)?,
                carried_at: time(row.carried_at),
                invoice: row.invoice.map(InvoiceId),
            })
        });
        rows.collect()
    }

    /// Drift that drafts and live invoices of a client make up for.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn settled_drift(&mut self, client: ClientId) -> StoreResult<Vec<SettledDrift>> {
        let rows = query!(
            "SELECT drift.invoice, drift.settled_on, drift.amount
             FROM invoice_drift drift JOIN invoice later ON later.id = drift.settled_on
             WHERE later.client = ? AND later.live = 1 ORDER BY drift.invoice, drift.settled_on",
            client.0
        );
        let rows = rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| SettledDrift {
            invoice: InvoiceId(row.invoice),
            settled_on: InvoiceId(row.settled_on),
            amount: row.amount,
        });
        Ok(rows.collect())
    }
}

impl InvoiceTableMut<'_> {
    /// Carries a period into the client's next invoice.
    ///
    /// # Errors
    /// `Rule` when it is carried already.
    pub async fn carry_add(&mut self, client: ClientId, (first, last): (Date, Date), at: Timestamp) -> StoreResult<()> {
        self.pen.touch(Tag::Invoices);
        let (first, last, at) = (days(first), days(last), at.as_millis());
        let known =
            query_scalar!("SELECT count(*) FROM invoice_carry WHERE client = ? AND first_day = ?", client.0, first);
        if known.fetch_one(&mut *self.pen.conn).await? > 0 {
            return Err(StoreError::rule("this period is carried already: it stands on the client's next invoice"));
        }
        query!(
            "INSERT INTO invoice_carry (client, first_day, last_day, carried_at) VALUES (?, ?, ?, ?)",
            client.0,
            first,
            last,
            at
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Takes back that a period is carried, so that it can be invoiced by itself.
    ///
    /// # Errors
    /// `Rule` when a live invoice charges it.
    pub async fn carry_remove(&mut self, client: ClientId, first: Date) -> StoreResult<()> {
        let carries = self.read().carries(client).await?;
        let charged = carries.iter().any(|carry| carry.first_day == first && carry.invoice.is_some());
        if charged {
            return Err(StoreError::rule("an invoice charges this carried period: credit that one first"));
        }
        self.pen.touch(Tag::Invoices);
        let first = days(first);
        query!("DELETE FROM invoice_carry WHERE client = ? AND first_day = ?", client.0, first)
            .execute(&mut *self.pen.conn)
            .await?;
        Ok(())
    }

    /// Notes that an invoice charges every carried period of its client that waits and is older than its own.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn carries_charge(&mut self, id: InvoiceId) -> StoreResult<()> {
        let draft = self.read().get(id).await?.draft;
        let (client, first) = (draft.client.0, days(draft.first_day));
        query!(
            "UPDATE invoice_carry SET invoice = ?1 WHERE client = ?2 AND last_day < ?3
                 AND NOT EXISTS (SELECT 1 FROM invoice charged WHERE charged.id = invoice_carry.invoice AND charged.live = 1)",
            id.0,
            client,
            first
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    /// Notes that a draft makes up for drift.
    ///
    /// # Errors
    /// `Rule` for drift of a draft, on a final invoice, or noted on this draft already.
    pub async fn drift_settle(&mut self, drift: &SettledDrift) -> StoreResult<()> {
        self.pen.touch(Tag::Invoices);
        let (invoice, on) = (drift.invoice.0, drift.settled_on.0);
        query!("INSERT INTO invoice_drift (invoice, settled_on, amount) VALUES (?, ?, ?)", invoice, on, drift.amount)
            .execute(&mut *self.pen.conn)
            .await?;
        Ok(())
    }

    /// Takes back that a draft makes up for the drift of an invoice.
    ///
    /// # Errors
    /// `Rule` when it is final.
    pub async fn drift_unsettle(&mut self, invoice: InvoiceId, on: InvoiceId) -> StoreResult<()> {
        self.draft_only(on).await?;
        query!("DELETE FROM invoice_drift WHERE invoice = ? AND settled_on = ?", invoice.0, on.0)
            .execute(&mut *self.pen.conn)
            .await?;
        Ok(())
    }

    /// Makes a series go on after a number that these books do not have: they were restored from an older copy.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn series_skip(&mut self, series: &str, last: i64) -> StoreResult<()> {
        self.pen.touch(Tag::Invoices);
        query!(
            "INSERT INTO invoice_series (series, last) VALUES (?, ?)
             ON CONFLICT (series) DO UPDATE SET last = max(last, excluded.last)",
            series,
            last
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
