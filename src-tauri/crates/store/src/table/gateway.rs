//! Gateways: connection, the names of their credentials in the vault, what probing told, and the last error.

use domain::{Currency, GatewayId, Name, Product, Timestamp, VaultRef};
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// Whether a gateway is pulled from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GatewayStatus {
    /// Pulled from as planned.
    Active,
    /// Not pulled from at present.
    Paused,
    /// Disconnected for good; kept for its history.
    Removed,
}

impl GatewayStatus {
    /// The stable name used in storage.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Removed => "removed",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Removed].into_iter().find(|status| status.code() == code)
    }
}

/// What it takes to connect a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGateway {
    /// Name for people; unique, whatever its case.
    pub name: Name,
    /// Kind of software.
    pub product: Product,
    /// Base URL, or the path of a file.
    pub base_url: String,
    /// Currency in which it reports cost.
    pub currency: Currency,
    /// Where its admin credential is kept.
    pub vault_ref: Option<VaultRef>,
    /// Where a second, read-only credential for syncing is kept.
    pub read_vault_ref: Option<VaultRef>,
}

/// What the last successful probe told. The texts are opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeSummary {
    /// Release, where the instance tells.
    pub version: Option<String>,
    /// What the credential may do, by its stable name.
    pub rights: String,
    /// Capability, as the app spells it.
    pub capability: String,
    /// Findings, as the app spells them.
    pub findings: String,
    /// The instance's clock minus ours, in milliseconds.
    pub clock_skew_millis: Option<i64>,
    /// When it was probed.
    pub probed_at: Timestamp,
}

/// A connected gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGateway {
    /// Our row number.
    pub id: GatewayId,
    /// How it is connected.
    pub connection: NewGateway,
    /// Whether it is pulled from.
    pub status: GatewayStatus,
    /// What it told of itself.
    pub probe: Option<ProbeSummary>,
    /// The last error as a sentence and when it happened; `None` after a success.
    pub error: Option<(String, Timestamp)>,
    /// When it was connected.
    pub created_at: Timestamp,
}

/// Reads of gateways.
#[derive(Debug)]
pub struct GatewayTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl GatewayTable<'_> {
    /// Every gateway that was not removed, by name.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<StoredGateway>> {
        todo!()
    }

    /// One gateway, removed ones included.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: GatewayId) -> StoreResult<StoredGateway> {
        todo!("{id}")
    }
}

/// Writes of gateways.
#[derive(Debug)]
pub struct GatewayTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl GatewayTableMut<'_> {
    /// Connects a gateway.
    ///
    /// # Errors
    /// `Rule` when the name is taken.
    pub async fn add(&mut self, new: &NewGateway, at: Timestamp) -> StoreResult<GatewayId> {
        todo!("{new:?}{at}")
    }

    /// Changes how a gateway is connected. The product stays.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when the name is taken.
    pub async fn set_connection(&mut self, id: GatewayId, connection: &NewGateway) -> StoreResult<()> {
        todo!("{id}{connection:?}")
    }

    /// Starts, pauses or removes a gateway.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_status(&mut self, id: GatewayId, status: GatewayStatus) -> StoreResult<()> {
        todo!("{id}{status:?}")
    }

    /// Keeps what a probe told and clears the last error.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_probe(&mut self, id: GatewayId, probe: &ProbeSummary) -> StoreResult<()> {
        todo!("{id}{probe:?}")
    }

    /// Notes an error (a redacted sentence), or clears it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_error(&mut self, id: GatewayId, error: Option<(&str, Timestamp)>) -> StoreResult<()> {
        todo!("{id}{error:?}")
    }
}
