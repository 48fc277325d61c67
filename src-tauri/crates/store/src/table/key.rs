//! Keys: never deleted, so that their history keeps a name. Holds no secret.

use domain::{AccountId, ClientId, ExternalId, GatewayId, Key, KeyId, KeyStatus, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// A key as last listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// Our row number.
    pub id: KeyId,
    /// The gateway it is on.
    pub gateway: GatewayId,
    /// The account it belongs to.
    pub account: Option<AccountId>,
    /// The client of that account.
    pub client: Option<ClientId>,
    /// As the gateway described it.
    pub key: Key,
    /// When a listing last held it; `None` when known from usage only.
    pub seen_at: Option<Timestamp>,
    /// When a complete listing first lacked it.
    pub gone_at: Option<Timestamp>,
}

/// Which keys to list; `None` or empty is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Of this gateway.
    pub gateway: Option<GatewayId>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// In one of these states.
    pub statuses: Vec<KeyStatus>,
    /// Whose row number is greater: the last of the page before.
    pub after: Option<KeyId>,
    /// At most so many; `None` is all.
    pub limit: Option<u32>,
}

/// Reads of keys.
#[derive(Debug)]
pub struct KeyTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl KeyTable<'_> {
    /// Keys in the order of their row numbers.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self, filter: &KeyFilter) -> StoreResult<Vec<StoredKey>> {
        todo!("{filter:?}")
    }

    /// One key.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: KeyId) -> StoreResult<StoredKey> {
        todo!("{id}")
    }

    /// The key with a gateway's identifier.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn find(&mut self, gateway: GatewayId, external: &ExternalId) -> StoreResult<Option<StoredKey>> {
        todo!("{gateway}{external}")
    }
}

/// Writes of keys.
#[derive(Debug)]
pub struct KeyTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl KeyTableMut<'_> {
    /// Keeps a key as a gateway described it, new or known. An account that is not known yet is made.
    /// A revoked key stays revoked.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn upsert(&mut self, gateway: GatewayId, key: &Key, seen_at: Timestamp) -> StoreResult<KeyId> {
        todo!("{gateway}{key:?}{seen_at}")
    }

    /// Sets the state alone; a receipt without a description of the key.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_status(&mut self, id: KeyId, status: KeyStatus) -> StoreResult<()> {
        todo!("{id}{status}")
    }

    /// After a complete listing at `listed_at`: marks what was not seen in it as gone. Returns how many.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn mark_gone(&mut self, gateway: GatewayId, listed_at: Timestamp) -> StoreResult<u64> {
        todo!("{gateway}{listed_at}")
    }
}
