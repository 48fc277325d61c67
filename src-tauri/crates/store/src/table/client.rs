//! Clients: the agency's customers.

use domain::{Client, ClientId, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// A client in the books.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredClient {
    /// Our row number.
    pub id: ClientId,
    /// Who it is.
    pub client: Client,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Reads of clients.
#[derive(Debug)]
pub struct ClientTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl ClientTable<'_> {
    /// Every client, closed ones included, by name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredClient>> {
        todo!()
    }

    /// One client.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: ClientId) -> StoreResult<StoredClient> {
        todo!("{id}")
    }
}

/// Writes of clients.
#[derive(Debug)]
pub struct ClientTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl ClientTableMut<'_> {
    /// Adds a client.
    ///
    /// # Errors
    /// `Rule` when the name is taken, whatever its case.
    pub async fn add(&mut self, client: &Client, at: Timestamp) -> StoreResult<ClientId> {
        todo!("{client:?}{at}")
    }

    /// Changes a client. A new zone moves its usage to the new local days, exactly, from raw usage.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when the name is taken.
    pub async fn set(&mut self, id: ClientId, client: &Client) -> StoreResult<()> {
        todo!("{id}{client:?}")
    }
}
