//! Keys: never deleted, so that their history keeps a name. Holds no secret.

use domain::{
    AccountId, ClientId, Environment, ExternalId, GatewayId, Key, KeyFingerprint, KeyId, KeyLabel, KeySpec, KeyStatus,
    Name, Nanos, Scope, Timestamp,
};
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::column::{self, Ceilings, models, models_text, time};
use crate::session::Pen;
use crate::usage::intern;
use crate::{StoreError, StoreResult, Tag};

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

struct Row {
    id: i64,
    gateway: i64,
    external_id: String,
    account: Option<i64>,
    client: Option<i64>,
    account_external: Option<String>,
    mark: Option<String>,
    label: String,
    fingerprint: Option<String>,
    name: String,
    environment: String,
    scope: String,
    models: Option<String>,
    budget_nanos: Option<i64>,
    budget_currency: Option<String>,
    budget_period: Option<String>,
    budget_warn_at: Option<String>,
    requests_per_minute: Option<i64>,
    tokens_per_minute: Option<i64>,
    parallel: Option<i64>,
    expires_at: Option<i64>,
    status: String,
    spent_nanos: Option<i64>,
    resets_at: Option<i64>,
    created_at: Option<i64>,
    seen_at: Option<i64>,
    gone_at: Option<i64>,
}

impl Row {
    fn of(gateway: GatewayId, account: Option<AccountId>, key: &Key, seen_at: Timestamp) -> Self {
        let ceilings = Ceilings::of(&key.spec.budget, key.spec.rate_limit);
        Self {
            id: 0,
            gateway: gateway.0,
            external_id: key.external_id.as_str().to_owned(),
            account: account.map(|id| id.0),
            client: None,
            account_external: None,
            mark: key.mark.map(|mark| mark.to_string()),
            label: key.label.as_str().to_owned(),
            fingerprint: key.fingerprint.as_ref().map(|print| print.as_str().to_owned()),
            name: key.spec.name.as_str().to_owned(),
            environment: key.spec.environment.code().to_owned(),
            scope: key.spec.scope.code().to_owned(),
            models: models_text(&key.spec.models),
            budget_nanos: ceilings.budget_nanos,
            budget_currency: ceilings.budget_currency,
            budget_period: ceilings.budget_period,
            budget_warn_at: ceilings.budget_warn_at,
            requests_per_minute: ceilings.requests_per_minute,
            tokens_per_minute: ceilings.tokens_per_minute,
            parallel: ceilings.parallel,
            expires_at: key.spec.expires_at.map(Timestamp::as_millis),
            status: key.status.code().to_owned(),
            spent_nanos: key.spent.map(|spent| spent.0),
            resets_at: key.resets_at.map(Timestamp::as_millis),
            created_at: key.created_at.map(Timestamp::as_millis),
            seen_at: Some(seen_at.as_millis()),
            gone_at: None,
        }
    }

    fn spec(&self, at: column::Row) -> StoreResult<KeySpec> {
        let ceilings = Ceilings {
            budget_nanos: self.budget_nanos,
            budget_currency: self.budget_currency.clone(),
            budget_period: self.budget_period.clone(),
            budget_warn_at: self.budget_warn_at.clone(),
            requests_per_minute: self.requests_per_minute,
            tokens_per_minute: self.tokens_per_minute,
            parallel: self.parallel,
        };
        Ok(KeySpec {
            name: Name::lossy(&self.name, "Key"),
            environment: at.known("environment", Environment::from_code(&self.environment))?,
            scope: at.known("scope", Scope::from_code(&self.scope))?,
            models: models(self.models.clone()),
            budget: ceilings.budget(at)?,
            rate_limit: ceilings.rate_limit(at)?,
            expires_at: self.expires_at.map(time),
        })
    }
}

impl TryFrom<Row> for StoredKey {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "key", id: row.id };
        let key = Key {
            spec: row.spec(at)?,
            external_id: ExternalId::new(row.external_id),
            account: row.account_external.map(ExternalId::new),
            mark: at.ok(row.mark.map(|mark| mark.parse()).transpose())?,
            label: KeyLabel::new(&row.label),
            fingerprint: row.fingerprint.as_deref().and_then(KeyFingerprint::new),
            status: at.known("status", KeyStatus::from_code(&row.status))?,
            spent: row.spent_nanos.map(Nanos),
            resets_at: row.resets_at.map(time),
            created_at: row.created_at.map(time),
        };
        Ok(Self {
            id: KeyId(row.id),
            gateway: GatewayId(row.gateway),
            account: row.account.map(AccountId),
            client: row.client.map(ClientId),
            key,
            seen_at: row.seen_at.map(time),
            gone_at: row.gone_at.map(time),
        })
    }
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
        let (gateway, client) = (filter.gateway.map(|id| id.0), filter.client.map(|id| id.0));
        let (account, after) = (filter.account.map(|id| id.0), filter.after.map_or(0, |id| id.0));
        let statuses: Vec<&str> = filter.statuses.iter().map(|status| status.code()).collect();
        let statuses = statuses.join(",");
        let limit = filter.limit.map_or(-1, i64::from);
        let rows = query_as!(
            Row,
            r#"SELECT k.id AS "id!", k.gateway, k.external_id, k.account, a.client, a.external_id AS "account_external: String",
                        k.mark, k.label, k.fingerprint, k.name, k.environment, k.scope, k.models, k.budget_nanos,
                        k.budget_currency, k.budget_period, k.budget_warn_at, k.requests_per_minute, k.tokens_per_minute,
                        k.parallel, k.expires_at, k.status, k.spent_nanos, k.resets_at, k.created_at, k.seen_at, k.gone_at
               FROM key k LEFT JOIN account a ON a.id = k.account
               WHERE k.id > ?1 AND (?2 IS NULL OR k.gateway = ?2) AND (?3 IS NULL OR a.client = ?3)
                   AND (?4 IS NULL OR k.account = ?4) AND (?5 = '' OR instr(?5, k.status) > 0)
               ORDER BY k.id LIMIT ?6"#,
            after,
            gateway,
            client,
            account,
            statuses,
            limit
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredKey::try_from).collect()
    }

    /// One key.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: KeyId) -> StoreResult<StoredKey> {
        let row = query_as!(
            Row,
            r#"SELECT k.id AS "id!", k.gateway, k.external_id, k.account, a.client, a.external_id AS "account_external: String",
                        k.mark, k.label, k.fingerprint, k.name, k.environment, k.scope, k.models, k.budget_nanos,
                        k.budget_currency, k.budget_period, k.budget_warn_at, k.requests_per_minute, k.tokens_per_minute,
                        k.parallel, k.expires_at, k.status, k.spent_nanos, k.resets_at, k.created_at, k.seen_at, k.gone_at
               FROM key k LEFT JOIN account a ON a.id = k.account WHERE k.id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        row.ok_or_else(|| StoreError::not_found("key", id))?.try_into()
    }

    /// The key with a gateway's identifier.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn find(&mut self, gateway: GatewayId, external: &ExternalId) -> StoreResult<Option<StoredKey>> {
        let external = external.as_str();
        let row = query_as!(
            Row,
            r#"SELECT k.id AS "id!", k.gateway, k.external_id, k.account, a.client, a.external_id AS "account_external: String",
                        k.mark, k.label, k.fingerprint, k.name, k.environment, k.scope, k.models, k.budget_nanos,
                        k.budget_currency, k.budget_period, k.budget_warn_at, k.requests_per_minute, k.tokens_per_minute,
                        k.parallel, k.expires_at, k.status, k.spent_nanos, k.resets_at, k.created_at, k.seen_at, k.gone_at
               FROM key k LEFT JOIN account a ON a.id = k.account WHERE k.gateway = ? AND k.external_id = ?"#,
            gateway.0,
            external
        );
        row.fetch_optional(&mut *self.conn).await?.map(StoredKey::try_from).transpose()
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
        self.pen.touch(Tag::Keys);
        let account = match &key.account {
            Some(external) => Some(intern::account(self.pen.conn, gateway, external.as_str()).await?),
            None => None,
        };
        let row = Row::of(gateway, account, key, seen_at);
        let upsert = query_scalar!(
            r#"INSERT INTO key (gateway, external_id, account, mark, label, fingerprint, name, environment, scope, models,
                   budget_nanos, budget_currency, budget_period, budget_warn_at, requests_per_minute, tokens_per_minute,
                   parallel, expires_at, status, spent_nanos, resets_at, created_at, seen_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (gateway, external_id) DO UPDATE SET
                   account = coalesce(excluded.account, account), mark = coalesce(excluded.mark, mark),
                   label = excluded.label, fingerprint = coalesce(excluded.fingerprint, fingerprint),
                   name = excluded.name, environment = excluded.environment, scope = excluded.scope,
                   models = excluded.models, budget_nanos = excluded.budget_nanos,
                   budget_currency = excluded.budget_currency, budget_period = excluded.budget_period,
                   budget_warn_at = excluded.budget_warn_at, requests_per_minute = excluded.requests_per_minute,
                   tokens_per_minute = excluded.tokens_per_minute, parallel = excluded.parallel,
                   expires_at = excluded.expires_at,
                   status = CASE WHEN status = 'revoked' THEN status ELSE excluded.status END,
                   spent_nanos = excluded.spent_nanos, resets_at = excluded.resets_at,
                   created_at = coalesce(excluded.created_at, created_at), seen_at = excluded.seen_at, gone_at = NULL
               RETURNING id AS "id!""#,
            row.gateway,
            row.external_id,
            row.account,
            row.mark,
            row.label,
            row.fingerprint,
            row.name,
            row.environment,
            row.scope,
            row.models,
            row.budget_nanos,
            row.budget_currency,
            row.budget_period,
            row.budget_warn_at,
            row.requests_per_minute,
            row.tokens_per_minute,
            row.parallel,
            row.expires_at,
            row.status,
            row.spent_nanos,
            row.resets_at,
            row.created_at,
            row.seen_at
        );
        Ok(KeyId(upsert.fetch_one(&mut *self.pen.conn).await?))
    }

    /// Sets the state alone; a receipt without a description of the key.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn set_status(&mut self, id: KeyId, status: KeyStatus) -> StoreResult<()> {
        self.pen.touch(Tag::Keys);
        let status = status.code();
        let set = query!("UPDATE key SET status = ? WHERE id = ?", status, id.0);
        match set.execute(&mut *self.pen.conn).await?.rows_affected() {
            0 => Err(StoreError::not_found("key", id)),
            _ => Ok(()),
        }
    }

    /// After a complete listing at `listed_at`: marks what was not seen in it as gone. Returns how many. Where a gateway
    /// lists an account's keys only to that account, `by_account` leaves the keys of an account of which none was seen as
    /// they are: it may be paused, or have its credential taken away.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn mark_gone(&mut self, gateway: GatewayId, listed_at: Timestamp, by_account: bool) -> StoreResult<u64> {
        self.pen.touch(Tag::Keys);
        let at = listed_at.as_millis();
        let gone = query!(
            "UPDATE key SET gone_at = ? WHERE gateway = ? AND seen_at < ? AND gone_at IS NULL
               AND (NOT ? OR account IN (SELECT account FROM key WHERE gateway = ? AND seen_at >= ?))",
            at,
            gateway.0,
            at,
            by_account,
            gateway.0,
            at
        );
        Ok(gone.execute(&mut *self.pen.conn).await?.rows_affected())
    }
}
