//! The price book's editions. A version never changes once added (enforced by triggers), so history is never repriced.

use domain::{ClientId, Currency, Date, GatewayId, Meter, PriceVersionId, Timestamp};
use rust_decimal::Decimal;
use sqlx::{SqliteConnection, query, query_as};

use crate::column::{self, days, time};
use crate::session::Pen;
use crate::{StoreError, StoreResult, Tag};

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

struct Row {
    id: i64,
    effective_from: i64,
    note: String,
    created_at: i64,
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
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", effective_from, note, created_at FROM price_version ORDER BY effective_from, id"#
        );
        let rows = rows.fetch_all(&mut *self.conn).await?;
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows {
            versions.push(self.whole(row).await?);
        }
        Ok(versions)
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: PriceVersionId) -> StoreResult<PriceVersion> {
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", effective_from, note, created_at FROM price_version WHERE id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        self.whole(row.ok_or_else(|| StoreError::not_found("price version", id))?).await
    }

    /// The version in force on a local date.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn in_force(&mut self, on: Date) -> StoreResult<Option<PriceVersion>> {
        let on = days(on);
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", effective_from, note, created_at FROM price_version
               WHERE effective_from <= ? ORDER BY effective_from DESC, id DESC LIMIT 1"#,
            on
        );
        match row.fetch_optional(&mut *self.conn).await? {
            Some(row) => self.whole(row).await.map(Some),
            None => Ok(None),
        }
    }
}

impl PriceTable<'_> {
    async fn whole(&mut self, row: Row) -> StoreResult<PriceVersion> {
        let at = column::Row { noun: "price version", id: row.id };
        Ok(PriceVersion {
            id: PriceVersionId(row.id),
            effective_from: at.date(row.effective_from)?,
            note: row.note,
            created_at: time(row.created_at),
            rules: self.rules(at).await?,
        })
    }

    async fn rules(&mut self, at: column::Row) -> StoreResult<Vec<PriceRule>> {
        let rows = query!(
            r#"SELECT id AS "id!", client, gateway, pattern, charge, per_cent, currency
               FROM price_rule WHERE version = ? ORDER BY id"#,
            at.id
        );
        let mut rules = Vec::new();
        for row in rows.fetch_all(&mut *self.conn).await? {
            rules.push(PriceRule {
                client: row.client.map(ClientId),
                gateway: row.gateway.map(GatewayId),
                pattern: row.pattern,
                charge: row.charge,
                per_cent: at.ok(row.per_cent.map(|text| text.parse()).transpose())?,
                currency: at.ok(row.currency.map(|text| text.parse()).transpose())?,
                rates: self.rates(at, row.id).await?,
            });
        }
        Ok(rules)
    }

    async fn rates(&mut self, at: column::Row, rule: i64) -> StoreResult<Vec<(Meter, Decimal)>> {
        let rows = query!("SELECT meter, rate FROM price_rate WHERE rule = ?", rule);
        let mut rates = Vec::new();
        for row in rows.fetch_all(&mut *self.conn).await? {
            rates.push((at.known("meter", Meter::from_code(&row.meter))?, at.ok(row.rate.parse())?));
        }
        rates.sort_unstable();
        Ok(rates)
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
        self.pen.touch(Tag::Prices);
        let (from, at) = (days(effective_from), at.as_millis());
        let version =
            query!("INSERT INTO price_version (effective_from, note, created_at) VALUES (?, ?, ?)", from, note, at);
        let version = version.execute(&mut *self.pen.conn).await?.last_insert_rowid();
        for rule in rules {
            self.rule_add(version, rule).await?;
        }
        Ok(PriceVersionId(version))
    }
}

impl PriceTableMut<'_> {
    async fn rule_add(&mut self, version: i64, rule: &PriceRule) -> StoreResult<()> {
        let (client, gateway) = (rule.client.map(|id| id.0), rule.gateway.map(|id| id.0));
        let per_cent = rule.per_cent.map(|value| value.to_string());
        let currency = rule.currency.map(|currency| currency.code().to_owned());
        let added = query!(
            "INSERT INTO price_rule (version, client, gateway, pattern, charge, per_cent, currency)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            version,
            client,
            gateway,
            rule.pattern,
            rule.charge,
            per_cent,
            currency
        );
        let added = added.execute(&mut *self.pen.conn).await?.last_insert_rowid();
        for (meter, rate) in &rule.rates {
            let (meter, rate) = (meter.code(), rate.to_string());
            query!("INSERT INTO price_rate (rule, meter, rate) VALUES (?, ?, ?)", added, meter, rate)
                .execute(&mut *self.pen.conn)
                .await?;
        }
        Ok(())
    }
}
