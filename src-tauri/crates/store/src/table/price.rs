//! The price book's editions. A version never changes once added (enforced by triggers), so history is never repriced.

use domain::{ClientId, Currency, Date, GatewayId, Meter, PriceVersionId, Timestamp};
use rust_decimal::Decimal;
use sqlx::SqliteConnection;

use crate::StoreResult;
use crate::session::Pen;

/// One rule of a version. What a pattern matches and what a charge means is for `billing` to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRule {
    /// Only for this client; `None` is every client.
    pub client: Option<ClientId>,
    /// Only on this gateway; `None` is every gateway.
    pub gateway: Option<GatewayId>,
    /// Exact model name, prefix pattern or `*`.
    pub pattern: String,
    /// Charge model by its stable name, for example `markup_on_cost`.
    pub charge: String,
    /// Percentage, where the charge model has one.
    pub per_cent: Option<Decimal>,
    /// Currency of the rates, where there are any.
    pub currency: Option<Currency>,
    /// Price per sold unit of a meter ([`Meter::per_sold_unit`]).
    pub rates: Vec<(Meter, Decimal)>,
}

/// One edition of the price book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceVersion {
    /// Our row number.
    pub id: PriceVersionId,
    /// First local date it applies to. Of several that apply, the one with the latest date counts, then the newest.
    pub effective_from: Date,
    /// Why it was made.
    pub note: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its rules in the order they were given.
    pub rules: Vec<PriceRule>,
}

/// Reads of the price book.
#[derive(Debug)]
pub struct PriceTable<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl PriceTable<'_> {
    /// Every version with its rules, in the order in which they take effect.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn list(&mut self) -> StoreResult<Vec<PriceVersion>> {
        todo!()
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: PriceVersionId) -> StoreResult<PriceVersion> {
        todo!("{id}")
    }

    /// The version in force on a local date.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn in_force(&mut self, on: Date) -> StoreResult<Option<PriceVersion>> {
        todo!("{on}")
    }
}

/// Writes of the price book.
#[derive(Debug)]
pub struct PriceTableMut<'c> {
    pub(crate) pen: Pen<'c>,
}

impl PriceTableMut<'_> {
    /// Adds a version with its rules.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn add(
        &mut self,
        effective_from: Date,
        note: &str,
        rules: &[PriceRule],
        at: Timestamp,
    ) -> StoreResult<PriceVersionId> {
        todo!("{effective_from}{note}{rules:?}{at}")
    }
}
