//! Gateways' identifiers as our row numbers. What usage names and no listing did yet is made here.

use std::collections::HashMap;

use domain::{AccountId, GatewayId, Timestamp, UsageRecord};
use sqlx::{SqliteConnection, query_scalar};

use crate::StoreResult;

/// The row numbers of everything a batch names.
pub(super) struct Names<'r> {
    pub(super) accounts: HashMap<&'r str, i64>,
    pub(super) keys: HashMap<&'r str, i64>,
    pub(super) models: HashMap<&'r str, i64>,
    pub(super) observation: i64,
    /// Whether an account or key was made.
    pub(super) made: bool,
}

impl Names<'_> {
    /// 0 for no key.
    pub(super) fn key(&self, record: &UsageRecord) -> i64 {
        record.key.as_ref().and_then(|key| self.keys.get(key.as_str())).copied().unwrap_or(0)
    }

    pub(super) fn account(&self, record: &UsageRecord) -> i64 {
        self.accounts.get(account_name(record)).copied().unwrap_or(0)
    }

    pub(super) fn model(&self, name: &str) -> i64 {
        self.models.get(name).copied().unwrap_or(0)
    }
}

/// The account `''` of a gateway takes what belongs to nobody.
fn account_name(record: &UsageRecord) -> &str {
    record.account.as_ref().map_or("", |account| account.as_str())
}

pub(super) async fn names<'r>(
    conn: &mut SqliteConnection,
    gateway: GatewayId,
    records: &'r [UsageRecord],
    observed_at: Timestamp,
) -> StoreResult<Names<'r>> {
    let observation = observation(conn, gateway, observed_at).await?;
    let (accounts, keys, models) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut names = Names { accounts, keys, models, observation, made: false };
    for record in records {
        let external = account_name(record);
        let account = match names.accounts.get(external) {
            Some(id) => *id,
            None => {
                let (id, made) = known_account(conn, gateway, external).await?;
                names.accounts.insert(external, id);
                names.made |= made;
                id
            }
        };
        if let Some(external) = record.key.as_ref().map(|key| key.as_str())
            && !names.keys.contains_key(external)
        {
            let (id, made) = known_key(conn, gateway, external, account).await?;
            names.keys.insert(external, id);
            names.made |= made;
        }
        for name in [Some(&record.model), record.upstream_model.as_ref()].into_iter().flatten() {
            if !names.models.contains_key(name.as_str()) {
                names.models.insert(name.as_str(), model(conn, name.as_str()).await?);
            }
        }
    }
    Ok(names)
}

/// The account with a gateway's identifier, made if it is not known.
pub(crate) async fn account(conn: &mut SqliteConnection, gateway: GatewayId, external: &str) -> StoreResult<AccountId> {
    Ok(AccountId(known_account(conn, gateway, external).await?.0))
}

async fn known_account(conn: &mut SqliteConnection, gateway: GatewayId, external: &str) -> StoreResult<(i64, bool)> {
    let known =
        query_scalar!(r#"SELECT id AS "id!" FROM account WHERE gateway = ? AND external_id = ?"#, gateway.0, external);
    if let Some(id) = known.fetch_optional(&mut *conn).await? {
        return Ok((id, false));
    }
    let made = sqlx::query!(
        "INSERT INTO account (gateway, external_id, name, paused) VALUES (?, ?, ?, 0)",
        gateway.0,
        external,
        external
    );
    Ok((made.execute(conn).await?.last_insert_rowid(), true))
}

async fn known_key(
    conn: &mut SqliteConnection,
    gateway: GatewayId,
    external: &str,
    account: i64,
) -> StoreResult<(i64, bool)> {
    let known =
        query_scalar!(r#"SELECT id AS "id!" FROM key WHERE gateway = ? AND external_id = ?"#, gateway.0, external);
    if let Some(id) = known.fetch_optional(&mut *conn).await? {
        return Ok((id, false));
    }
    let made = sqlx::query!(
        "INSERT INTO key (gateway, external_id, account, label, name, environment, scope, status)
         VALUES (?, ?, ?, '', ?, 'other', 'full', 'active')",
        gateway.0,
        external,
        account,
        external
    );
    Ok((made.execute(conn).await?.last_insert_rowid(), true))
}

async fn model(conn: &mut SqliteConnection, name: &str) -> StoreResult<i64> {
    let known = query_scalar!(r#"SELECT id AS "id!" FROM model WHERE name = ?"#, name);
    if let Some(id) = known.fetch_optional(&mut *conn).await? {
        return Ok(id);
    }
    Ok(sqlx::query!("INSERT INTO model (name) VALUES (?)", name).execute(conn).await?.last_insert_rowid())
}

pub(crate) async fn observation(conn: &mut SqliteConnection, gateway: GatewayId, at: Timestamp) -> StoreResult<i64> {
    let at = at.as_millis();
    let known = query_scalar!(r#"SELECT id AS "id!" FROM observation WHERE gateway = ? AND at = ?"#, gateway.0, at);
    if let Some(id) = known.fetch_optional(&mut *conn).await? {
        return Ok(id);
    }
    let made = sqlx::query!("INSERT INTO observation (gateway, at) VALUES (?, ?)", gateway.0, at);
    Ok(made.execute(conn).await?.last_insert_rowid())
}
