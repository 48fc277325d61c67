//! The audit log: append-only (enforced by triggers), each row sealed by a hash over itself and the row before.

mod seal;

use domain::{AccountId, AuditId, ClientId, GatewayId, KeyId, Mark, Timestamp};
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use self::seal::{GENESIS, seal};
use crate::column::{self, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditOutcome {
    /// It happened.
    Done,
    /// It was refused; nothing happened.
    Refused,
    /// Nobody knows yet; to be settled.
    Unknown,
    /// It was found not to have happened, and is not tried again.
    Abandoned,
}

impl AuditOutcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::Unknown, Self::Abandoned];

    /// The stable name used in storage.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Abandoned => "abandoned",
        }
    }

    /// The outcome with this [`AuditOutcome::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }
}

/// What someone did or means to do. The texts never hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// Who: `window`, `cli`, `sync` …
    pub actor: String,
    /// What, noun first: `key_pause`.
    pub action: String,
    /// The mark carried by what is created.
    pub mark: Option<Mark>,
    /// The gateway it is about.
    pub gateway: Option<GatewayId>,
    /// The client it is about.
    pub client: Option<ClientId>,
    /// The account it is about.
    pub account: Option<AccountId>,
    /// The key it is about.
    pub key: Option<KeyId>,
    /// What it is about, in words that outlive the row: a name.
    pub subject: String,
    /// Particulars, opaque here.
    pub detail: String,
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Our row number: the order in which things were completed.
    pub id: AuditId,
    /// The intent that this row ends.
    pub intent: Option<AuditId>,
    /// What was done.
    pub record: AuditRecord,
    /// How it ended; `None` is an intent.
    pub outcome: Option<AuditOutcome>,
}

/// Which entries to list; `None` is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About this client.
    pub client: Option<ClientId>,
    /// About this key.
    pub key: Option<KeyId>,
    /// Older than this row: the last of the page before.
    pub before: Option<AuditId>,
    /// At most so many; 0 is taken as 100.
    pub limit: u32,
}

#[derive(Debug)]
struct Row {
    id: i64,
    intent: Option<i64>,
    at: i64,
    actor: String,
    action: String,
    mark: Option<String>,
    gateway: Option<i64>,
    client: Option<i64>,
    account: Option<i64>,
    key: Option<i64>,
    subject: String,
    detail: String,
    outcome: Option<String>,
}

impl Row {
    fn of(record: &AuditRecord, intent: Option<AuditId>, outcome: Option<AuditOutcome>) -> Self {
        Self {
            id: 0,
            intent: intent.map(|id| id.0),
            at: record.at.as_millis(),
            actor: record.actor.clone(),
            action: record.action.clone(),
            mark: record.mark.map(|mark| mark.to_string()),
            gateway: record.gateway.map(|id| id.0),
            client: record.client.map(|id| id.0),
            account: record.account.map(|id| id.0),
            key: record.key.map(|id| id.0),
            subject: record.subject.clone(),
            detail: record.detail.clone(),
            outcome: outcome.map(|outcome| outcome.code().to_owned()),
        }
    }
}

impl TryFrom<Row> for AuditEntry {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "audit entry", id: row.id };
        let outcome = row.outcome.map(|code| at.known("outcome", AuditOutcome::from_code(&code))).transpose()?;
        let record = AuditRecord {
            at: time(row.at),
            actor: row.actor,
            action: row.action,
            mark: at.ok(row.mark.map(|mark| mark.parse()).transpose())?,
            gateway: row.gateway.map(GatewayId),
            client: row.client.map(ClientId),
            account: row.account.map(AccountId),
            key: row.key.map(KeyId),
            subject: row.subject,
            detail: row.detail,
        };
        Ok(Self { id: AuditId(row.id), intent: row.intent.map(AuditId), record, outcome })
    }
}

/// Reads of the audit log.
#[derive(Debug)]
pub struct AuditTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl AuditTable<'_> {
    /// Completed acts, latest completion first, so that a past window never grows.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self, filter: &AuditFilter) -> StoreResult<Vec<AuditEntry>> {
        let (client, key) = (filter.client.map(|id| id.0), filter.key.map(|id| id.0));
        let before = filter.before.map_or(i64::MAX, |id| id.0);
        let limit = if filter.limit == 0 { 100 } else { i64::from(filter.limit) };
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", intent, at, actor, action, mark, gateway, client, account, key, subject, detail, outcome
               FROM audit
               WHERE id < ?1 AND outcome IS NOT NULL AND (?2 IS NULL OR client = ?2) AND (?3 IS NULL OR key = ?3)
               ORDER BY id DESC LIMIT ?4"#,
            before,
            client,
            key,
            limit
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(AuditEntry::try_from).collect()
    }

    /// One row.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: AuditId) -> StoreResult<AuditEntry> {
        let row = self.row(id).await?;
        row.ok_or_else(|| StoreError::not_found("audit entry", id))?.try_into()
    }

    /// Intents without an outcome, or whose only outcome is unknown; oldest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn unsettled(&mut self) -> StoreResult<Vec<AuditEntry>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", intent, at, actor, action, mark, gateway, client, account, key, subject, detail, outcome
               FROM audit i
               WHERE i.intent IS NULL AND i.outcome IS NULL
                   AND NOT EXISTS (SELECT 1 FROM audit o WHERE o.intent = i.id AND o.outcome <> 'unknown')
               ORDER BY i.id"#
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(AuditEntry::try_from).collect()
    }

    /// The first row whose seal does not fit, or `None` when the whole log is as it was written (R35).
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn first_broken(&mut self) -> StoreResult<Option<AuditId>> {
        let mut before = GENESIS.to_vec();
        let mut last = 0;
        loop {
            let rows = query!(r#"SELECT id AS "id!", hash FROM audit WHERE id > ? ORDER BY id LIMIT 500"#, last);
            let seals = rows.fetch_all(&mut *self.conn).await?;
            if seals.is_empty() {
                return Ok(None);
            }
            for row in seals {
                let whole = self.row(AuditId(row.id)).await?;
                // Row numbers follow each other, so a row taken out of the middle shows as well.
                if row.id != last + 1 || whole.is_none_or(|whole| seal(&before, &whole)[..] != row.hash[..]) {
                    return Ok(Some(AuditId(row.id)));
                }
                (last, before) = (row.id, row.hash);
            }
        }
    }
}

impl AuditTable<'_> {
    async fn row(&mut self, id: AuditId) -> StoreResult<Option<Row>> {
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", intent, at, actor, action, mark, gateway, client, account, key, subject, detail, outcome
               FROM audit WHERE id = ?"#,
            id.0
        );
        Ok(row.fetch_optional(&mut *self.conn).await?)
    }
}

/// Writes of the audit log.
#[derive(Debug)]
pub struct AuditTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl AuditTableMut<'_> {
    /// Notes what is about to be sent to a gateway. Commit it before sending.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn intent(&mut self, record: &AuditRecord) -> StoreResult<AuditId> {
        self.append(Row::of(record, None, None)).await
    }

    /// Ends an intent. Subject and ids are those of the intent unless `record` names others.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when the intent was ended for good before.
    pub async fn outcome(
        &mut self,
        intent: AuditId,
        outcome: AuditOutcome,
        record: &AuditRecord,
    ) -> StoreResult<AuditId> {
        let begun = self.read().get(intent).await?;
        if begun.intent.is_some() || begun.outcome.is_some() {
            return Err(StoreError::rule("this audit entry is no intent, so it has no outcome"));
        }
        let ended = query_scalar!("SELECT id FROM audit WHERE intent = ? AND outcome <> 'unknown'", intent.0);
        if ended.fetch_optional(&mut *self.pen.conn).await?.is_some() {
            return Err(StoreError::rule("this act was ended before: its outcome cannot be changed"));
        }
        let mut row = Row::of(record, Some(intent), Some(outcome));
        row.mark = row.mark.or_else(|| begun.record.mark.map(|mark| mark.to_string()));
        row.gateway = row.gateway.or(begun.record.gateway.map(|id| id.0));
        row.client = row.client.or(begun.record.client.map(|id| id.0));
        row.account = row.account.or(begun.record.account.map(|id| id.0));
        row.key = row.key.or(begun.record.key.map(|id| id.0));
        if row.subject.is_empty() {
            row.subject = begun.record.subject;
        }
        self.append(row).await
    }

    /// Notes a local act, done with the transaction it is written in.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn done(&mut self, record: &AuditRecord) -> StoreResult<AuditId> {
        self.append(Row::of(record, None, Some(AuditOutcome::Done))).await
    }
}

impl AuditTableMut<'_> {
    /// Seals a row to the one before it and writes it.
    async fn append(&mut self, mut row: Row) -> StoreResult<AuditId> {
        self.pen.touch(Tag::Audit);
        let last = query!(r#"SELECT id AS "id!", hash FROM audit ORDER BY id DESC LIMIT 1"#);
        let last = last.fetch_optional(&mut *self.pen.conn).await?;
        let (last, before) = last.map_or((0, GENESIS.to_vec()), |last| (last.id, last.hash));
        row.id = last + 1;
        let hash = seal(&before, &row).to_vec();
        query!(
            "INSERT INTO audit (id, intent, at, actor, action, mark, gateway, client, account, key, subject, detail,
                 outcome, hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.id,
            row.intent,
            row.at,
            row.actor,
            row.action,
            row.mark,
            row.gateway,
            row.client,
            row.account,
            row.key,
            row.subject,
            row.detail,
            row.outcome,
            hash
        )
        .execute(&mut *self.pen.conn)
        .await?;
        Ok(AuditId(row.id))
    }
}
