//! Gateways: connection, the names of their credentials in the vault, what probing told, and the last error.

use domain::{Currency, GatewayId, Name, Product, Timestamp, VaultRef};
use sqlx::sqlite::SqliteQueryResult;
use sqlx::{SqliteConnection, query, query_as};

use crate::column::{self, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

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

struct Row {
    id: i64,
    name: String,
    product: String,
    base_url: String,
    currency: String,
    vault_ref: Option<String>,
    read_vault_ref: Option<String>,
    status: String,
    version: Option<String>,
    rights: Option<String>,
    capability: Option<String>,
    findings: Option<String>,
    clock_skew_millis: Option<i64>,
    probed_at: Option<i64>,
    error: Option<String>,
    error_at: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for StoredGateway {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "gateway", id: row.id };
        let probe = row.probed_at.map(|probed_at| ProbeSummary {
            version: row.version,
            rights: row.rights.unwrap_or_default(),
            capability: row.capability.unwrap_or_default(),
            findings: row.findings.unwrap_or_default(),
            clock_skew_millis: row.clock_skew_millis,
            probed_at: time(probed_at),
        });
        let connection = NewGateway {
            name: at.ok(row.name.parse())?,
            product: Product::new(row.product),
            base_url: row.base_url,
            currency: at.ok(row.currency.parse())?,
            vault_ref: row.vault_ref.map(VaultRef::new),
            read_vault_ref: row.read_vault_ref.map(VaultRef::new),
        };
        Ok(Self {
            id: GatewayId(row.id),
            connection,
            status: at.known("status", GatewayStatus::from_code(&row.status))?,
            probe,
            error: row.error.zip(row.error_at.map(time)),
            created_at: time(row.created_at),
        })
    }
}

fn found(id: GatewayId, result: SqliteQueryResult) -> StoreResult<()> {
    if result.rows_affected() == 0 { Err(StoreError::not_found("gateway", id)) } else { Ok(()) }
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
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", name, product, base_url, currency, vault_ref, read_vault_ref, status, version, rights,
                        capability, findings, clock_skew_millis, probed_at, error, error_at, created_at
               FROM gateway WHERE status <> 'removed' ORDER BY name"#
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredGateway::try_from).collect()
    }

    /// One gateway, removed ones included.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: GatewayId) -> StoreResult<StoredGateway> {
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", name, product, base_url, currency, vault_ref, read_vault_ref, status, version, rights,
                        capability, findings, clock_skew_millis, probed_at, error, error_at, created_at
               FROM gateway WHERE id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        row.ok_or_else(|| StoreError::not_found("gateway", id))?.try_into()
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
        self.pen.touch(Tag::Gateways);
        let (name, product, currency) = (new.name.as_str(), new.product.as_str(), new.currency.code());
        let vault_ref = new.vault_ref.as_ref().map(VaultRef::as_str);
        let read_vault_ref = new.read_vault_ref.as_ref().map(VaultRef::as_str);
        let at = at.as_millis();
        let added = query!(
            "INSERT INTO gateway (name, product, base_url, currency, vault_ref, read_vault_ref, status, created_at)
             VALUES (?, ?, ?, ?, ?, ?, 'active', ?)",
            name,
            product,
            new.base_url,
            currency,
            vault_ref,
            read_vault_ref,
            at
        );
        Ok(GatewayId(added.execute(&mut *self.pen.conn).await?.last_insert_rowid()))
    }

    /// Changes how a gateway is connected. The product stays.
    ///
    /// # Errors
    /// `NotFound`; `Rule` when the name is taken.
    pub async fn set_connection(&mut self, id: GatewayId, connection: &NewGateway) -> StoreResult<()> {
        self.pen.touch(Tag::Gateways);
        let (name, currency) = (connection.name.as_str(), connection.currency.code());
        let vault_ref = connection.vault_ref.as_ref().map(VaultRef::as_str);
        let read_vault_ref = connection.read_vault_ref.as_ref().map(VaultRef::as_str);
        let set = query!(
            "UPDATE gateway SET name = ?, base_url = ?, currency = ?, vault_ref = ?, read_vault_ref = ? WHERE id = ?",
            name,
            connection.base_url,
            currency,
            vault_ref,
            read_vault_ref,
            id.0
        );
        found(id, set.execute(&mut *self.pen.conn).await?)
    }

    /// Starts, pauses or removes a gateway.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_status(&mut self, id: GatewayId, status: GatewayStatus) -> StoreResult<()> {
        self.pen.touch(Tag::Gateways);
        let status = status.code();
        let set = query!("UPDATE gateway SET status = ? WHERE id = ?", status, id.0);
        found(id, set.execute(&mut *self.pen.conn).await?)
    }

    /// Keeps what a probe told and clears the last error.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_probe(&mut self, id: GatewayId, probe: &ProbeSummary) -> StoreResult<()> {
        self.pen.touch(Tag::Gateways);
        let probed_at = probe.probed_at.as_millis();
        let set = query!(
            "UPDATE gateway SET version = ?, rights = ?, capability = ?, findings = ?, clock_skew_millis = ?, probed_at = ?,
                 error = NULL, error_at = NULL
             WHERE id = ?",
            probe.version,
            probe.rights,
            probe.capability,
            probe.findings,
            probe.clock_skew_millis,
            probed_at,
            id.0
        );
        found(id, set.execute(&mut *self.pen.conn).await?)
    }

    /// Notes an error (a redacted sentence), or clears it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_error(&mut self, id: GatewayId, error: Option<(&str, Timestamp)>) -> StoreResult<()> {
        self.pen.touch(Tag::Gateways);
        let (error, at) = error.map(|(error, at)| (error, at.as_millis())).unzip();
        let set = query!("UPDATE gateway SET error = ?, error_at = ? WHERE id = ?", error, at, id.0);
        found(id, set.execute(&mut *self.pen.conn).await?)
    }
}
