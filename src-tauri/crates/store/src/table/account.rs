//! Accounts: what stands for a client on a gateway.

use domain::{Account, AccountId, ClientId, ExternalId, GatewayId, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// An account as last listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// Our row number.
    pub id: AccountId,
    /// The gateway it is on.
    pub gateway: GatewayId,
    /// The client it stands for; `None` is unattributed.
    pub client: Option<ClientId>,
    /// As the gateway described it. An account known from usage only carries its identifier as its name.
    pub account: Account,
    /// When a listing last held it; `None` when known from usage only.
    pub seen_at: Option<Timestamp>,
    /// When a complete listing first lacked it.
    pub gone_at: Option<Timestamp>,
}

/// Reads of accounts.
#[derive(Debug)]
pub struct AccountTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl AccountTable<'_> {
    /// Every account, gone ones included, by gateway and name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredAccount>> {
        todo!()
    }

    /// The accounts that stand for a client.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn of_client(&mut self, client: ClientId) -> StoreResult<Vec<StoredAccount>> {
        todo!("{client}")
    }

    /// One account.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: AccountId) -> StoreResult<StoredAccount> {
        todo!("{id}")
    }

    /// The account with a gateway's identifier.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn find(&mut self, gateway: GatewayId, external: &ExternalId) -> StoreResult<Option<StoredAccount>> {
        todo!("{gateway}{external}")
    }
}

/// Writes of accounts.
#[derive(Debug)]
pub struct AccountTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl AccountTableMut<'_> {
    /// Keeps an account as a gateway described it, new or known. Who it belongs to stays.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn upsert(
        &mut self,
        gateway: GatewayId,
        account: &Account,
        seen_at: Timestamp,
    ) -> StoreResult<AccountId> {
        todo!("{gateway}{account:?}{seen_at}")
    }

    /// Says which client an account stands for. Its usage moves to that client's local days, exactly.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn attribute(&mut self, id: AccountId, client: Option<ClientId>) -> StoreResult<()> {
        todo!("{id}{client:?}")
    }

    /// After a complete listing at `listed_at`: marks what was not seen in it as gone. Returns how many.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn mark_gone(&mut self, gateway: GatewayId, listed_at: Timestamp) -> StoreResult<u64> {
        todo!("{gateway}{listed_at}")
    }
}
