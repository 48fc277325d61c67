//! Ledgers of clients: entries, their postings and lots, append-only (enforced by triggers), and who pays in advance.
//!
//! What an entry may say is [`billing::ledger`]'s to decide: what is read here passes its check again.

mod row;

use billing::ledger::{Entry, EntryNumber};
use domain::{ClientId, Date, Timestamp};
use sqlx::{SqliteConnection, query, query_as};

use self::row::{LotRow, Posting, Row, quantities_text};
use crate::column::{self, days, models_text};
use crate::session::Pen;
use crate::{StoreResult, Tag};

/// The local days of a client that are paid from its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prepaid {
    /// The client.
    pub client: ClientId,
    /// The first of them.
    pub first: Date,
    /// The last of them; `None` while it goes on.
    pub last: Option<Date>,
}

impl Prepaid {
    /// Whether a day is paid from the ledger, and so is on no invoice.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }
}

/// Reads of ledgers.
#[derive(Debug)]
pub struct LedgerTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl LedgerTable<'_> {
    /// Every entry of a client in its order: what its ledger is replayed from.
    ///
    /// # Errors
    /// `Unreadable` for an entry that does not balance any more.
    pub async fn entries(&mut self, client: ClientId) -> StoreResult<Vec<Entry>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", number, posted_at, valued_at, kind, key, reason, currency, day, gateway, model,
                   price_version, rule, quantities
               FROM ledger_entry WHERE client = ? ORDER BY number"#,
            client.0
        );
        let rows = rows.fetch_all(&mut *self.conn).await?;
        let mut postings = self.postings(client).await?.into_iter().peekable();
        let mut lots = self.lots(client).await?.into_iter().peekable();
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let mut sides = Vec::new();
            while let Some(side) = postings.next_if(|side| side.number == row.number) {
                sides.push(side);
            }
            let lot = lots.next_if(|lot| lot.entry == row.id);
            entries.push(row.entry(sides, lot)?);
        }
        Ok(entries)
    }

    async fn postings(&mut self, client: ClientId) -> StoreResult<Vec<Posting>> {
        let rows = query_as!(
            Posting,
            r#"SELECT entry.number, posting.pot, posting.amount
               FROM ledger_entry entry JOIN ledger_posting posting ON posting.entry = entry.id
               WHERE entry.client = ? ORDER BY entry.number, posting.place"#,
            client.0
        );
        Ok(rows.fetch_all(&mut *self.conn).await?)
    }

    async fn lots(&mut self, client: ClientId) -> StoreResult<Vec<LotRow>> {
        let rows = query_as!(
            LotRow,
            r#"SELECT entry AS "entry!", number, kind, amount, credited_at, expires_at, models
               FROM ledger_lot WHERE client = ? ORDER BY number"#,
            client.0
        );
        Ok(rows.fetch_all(&mut *self.conn).await?)
    }

    /// Every client whose ledger has an entry, or that pays in advance.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn clients(&mut self) -> StoreResult<Vec<ClientId>> {
        let rows =
            query!(r#"SELECT client AS "client!" FROM ledger_entry UNION SELECT client FROM prepaid ORDER BY 1"#);
        Ok(rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| ClientId(row.client)).collect())
    }

    /// Clients with credit that ended at or before an instant and whose end was not posted; also where none of it was left.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn ended(&mut self, until: Timestamp) -> StoreResult<Vec<ClientId>> {
        let until = until.as_millis();
        let rows = query!(
            "SELECT DISTINCT lot.client FROM ledger_lot lot
             WHERE lot.expires_at <= ? AND NOT EXISTS (
                 SELECT 1 FROM ledger_entry entry JOIN ledger_posting posting ON posting.entry = entry.id
                 WHERE entry.client = lot.client AND entry.kind = 'expiry' AND posting.pot = 'lot:' || lot.number)",
            until
        );
        Ok(rows.fetch_all(&mut *self.conn).await?.into_iter().map(|row| ClientId(row.client)).collect())
    }

    /// The days on which a client pays in advance; `None` where it is invoiced.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn prepaid(&mut self, client: ClientId) -> StoreResult<Option<Prepaid>> {
        let row = query!("SELECT first_day, last_day FROM prepaid WHERE client = ?", client.0);
        let Some(row) = row.fetch_optional(&mut *self.conn).await? else { return Ok(None) };
        let at = column::Row { noun: "prepaid client", id: client.0 };
        let last = row.last_day.map(|day| at.date(day)).transpose()?;
        Ok(Some(Prepaid { client, first: at.date(row.first_day)?, last }))
    }
}

/// Writes of ledgers.
#[derive(Debug)]
pub struct LedgerTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl LedgerTableMut<'_> {
    /// Keeps an entry under the number that its ledger gave it.
    ///
    /// # Errors
    /// `Rule` when the number is not the next, or something was posted under its key before.
    pub async fn post(&mut self, client: ClientId, number: EntryNumber, entry: &Entry) -> StoreResult<()> {
        self.pen.touch(Tag::Ledgers);
        let id = self.entry_add(client, number, entry).await?;
        for (place, posting) in (0_i64..).zip(&entry.parts().postings) {
            let (pot, amount) = (posting.pot.code(), posting.amount.amount().to_string());
            query!(
                "INSERT INTO ledger_posting (entry, place, pot, amount) VALUES (?, ?, ?, ?)",
                id,
                place,
                pot,
                amount
            )
            .execute(&mut *self.pen.conn)
            .await?;
        }
        let Some(lot) = &entry.parts().lot else { return Ok(()) };
        let (kind, amount) = (lot.kind().code(), lot.amount().amount().to_string());
        let (number, credited) = (i64::from(lot.number().0), lot.credited_at().as_millis());
        let (expires, models) = (lot.expires_at().map(|at| at.as_millis()), models_text(lot.scope()));
        query!(
            "INSERT INTO ledger_lot (entry, client, number, kind, amount, credited_at, expires_at, models)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            id,
            client.0,
            number,
            kind,
            amount,
            credited,
            expires,
            models
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }

    async fn entry_add(&mut self, client: ClientId, number: EntryNumber, entry: &Entry) -> StoreResult<i64> {
        let parts = entry.parts();
        let (number, kind, currency) = (i64::from(number.0), parts.kind.code(), entry.currency().code().to_owned());
        let (posted, valued) = (parts.at.as_millis(), parts.valued_at.as_millis());
        let receipt = parts.receipt.as_ref();
        let (day, gateway) = (receipt.map(|one| days(one.day)), receipt.map(|one| one.gateway.0));
        let (model, version) = (receipt.map(|one| one.model.as_str()), receipt.map(|one| one.version.0));
        let rule = receipt.map(|one| one.rule.as_str());
        let quantities = receipt.map(|_| quantities_text(&parts.quantities));
        let added = query!(
            "INSERT INTO ledger_entry (client, number, posted_at, valued_at, kind, key, reason, currency, day, gateway,
                 model, price_version, rule, quantities)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            client.0,
            number,
            posted,
            valued,
            kind,
            parts.key,
            parts.reason,
            currency,
            day,
            gateway,
            model,
            version,
            rule,
            quantities
        );
        Ok(added.execute(&mut *self.pen.conn).await?.last_insert_rowid())
    }

    /// Says on which days a client pays in advance.
    ///
    /// # Errors
    /// `Rule` when the last day lies before the first.
    pub async fn set_prepaid(&mut self, prepaid: Prepaid) -> StoreResult<()> {
        self.pen.touch(Tag::Ledgers);
        let (first, last) = (days(prepaid.first), prepaid.last.map(days));
        query!(
            "INSERT INTO prepaid (client, first_day, last_day) VALUES (?, ?, ?)
             ON CONFLICT (client) DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day",
            prepaid.client.0,
            first,
            last
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(())
    }
}
