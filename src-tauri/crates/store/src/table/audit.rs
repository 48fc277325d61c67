//! The audit log: append-only (enforced by triggers), each row sealed by a hash over itself and the row before.

use domain::{AccountId, AuditId, ClientId, GatewayId, KeyId, Mark, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

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
        todo!("{filter:?}")
    }

    /// One row.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: AuditId) -> StoreResult<AuditEntry> {
        todo!("{id}")
    }

    /// Intents without an outcome, or whose only outcome is unknown; oldest first.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn unsettled(&mut self) -> StoreResult<Vec<AuditEntry>> {
        todo!()
    }

    /// The first row whose seal does not fit, or `None` when the whole log is as it was written (R35).
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn first_broken(&mut self) -> StoreResult<Option<AuditId>> {
        todo!()
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
        todo!("{record:?}")
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
        todo!("{intent}{outcome:?}{record:?}")
    }

    /// Notes a local act, done with the transaction it is written in.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn done(&mut self, record: &AuditRecord) -> StoreResult<AuditId> {
        todo!("{record:?}")
    }
}
