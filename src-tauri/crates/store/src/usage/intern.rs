//! Gateways' identifiers as our row numbers. What usage names and no listing did yet is made here.

use std::collections::{BTreeSet, HashMap};

use domain::{AccountId, GatewayId, Timestamp, UsageRecord};
use sqlx::{Row as _, SqliteConnection, query_scalar};

use super::bulk::{self, Shape};
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
    let accounts = records.iter().map(account_name).collect();
    let keys = records.iter().filter_map(key_name).collect();
    let both = |record: &'r UsageRecord| [Some(&record.model), record.upstream_model.as_ref()];
    let models = records.iter().flat_map(both).flatten().map(|name| name.as_str()).collect();
    let mut names = Names {
        accounts: known(conn, &of_gateway("account", gateway), accounts).await?,
        keys: known(conn, &of_gateway("key", gateway), keys).await?,
        models: known(conn, "model n ON n.name = v.name", models).await?,
        observation,
        made: false,
    };
    for record in records {
        names.make_missing(conn, gateway, record).await?;
    }
    Ok(names)
}

fn key_name(record: &UsageRecord) -> Option<&str> {
    record.key.as_ref().map(|key| key.as_str())
}

fn of_gateway(table: &str, gateway: GatewayId) -> String {
    format!("{table} n ON n.gateway = {} AND n.external_id = v.name", gateway.0)
}

/// The row numbers of those names that are known. `join` leads from `v.name` to the row `n`.
async fn known<'r>(
    conn: &mut SqliteConnection,
    join: &str,
    names: BTreeSet<&'r str>,
) -> StoreResult<HashMap<&'r str, i64>> {
    let names: Vec<&str> = names.into_iter().collect();
    let shape = Shape {
        before: "WITH v (name) AS (VALUES".to_owned(),
        row: bulk::row(1),
        after: format!(") SELECT v.name, n.id FROM v CROSS JOIN {join}"),
    };
    let rows = bulk::read(conn, &shape, &names, |name, binder| binder.text(name)).await?;
    let mut known = HashMap::with_capacity(names.len());
    for row in rows {
        let found: &str = row.try_get(0)?;
        if let Ok(place) = names.binary_search(&found) {
            known.insert(names[place], row.try_get(1)?);
        }
    }
    Ok(known)
}

impl<'r> Names<'r> {
    async fn make_missing(
        &mut self,
        conn: &mut SqliteConnection,
        gateway: GatewayId,
        record: &'r UsageRecord,
    ) -> StoreResult<()> {
        let external = account_name(record);
        if !self.accounts.contains_key(external) {
            let id = account(conn, gateway, external).await?.0;
            self.accounts.insert(external, id);
            self.made = true;
        }
        if let Some(external) = key_name(record).filter(|external| !self.keys.contains_key(external)) {
            let id = make_key(conn, gateway, external, self.account(record)).await?;
            self.keys.insert(external, id);
            self.made = true;
        }
        for name in [Some(&record.model), record.upstream_model.as_ref()].into_iter().flatten() {
            if !self.models.contains_key(name.as_str()) {
                self.models.insert(name.as_str(), make_model(conn, name.as_str()).await?);
            }
        }
        Ok(())
    }
}

/// The account with a gateway's identifier, made if it is not known.
pub(crate) async fn account(conn: &mut SqliteConnection, gateway: GatewayId, external: &str) -> StoreResult<AccountId> {
    let known =
        query_scalar!(r#"SELECT id AS "id!" FROM account WHERE gateway = ? AND external_id = ?"#, gateway.0, external);
    if let Some(id) = known.fetch_optional(&mut *conn).await? {
        return Ok(AccountId(id));
    }
    let made = sqlx::query!(
        "INSERT INTO account (gateway, external_id, name, paused) VALUES (?, ?, ?, 0)",
        gateway.0,
        external,
        external
    );
    Ok(AccountId(made.execute(conn).await?.last_insert_rowid()))
}

async fn make_key(conn: &mut SqliteConnection, gateway: GatewayId, external: &str, account: i64) -> StoreResult<i64> {
    let made = sqlx::query!(
        "INSERT INTO key (gateway, external_id, account, label, name, environment, scope, status)
         VALUES (?, ?, ?, '', ?, 'other', 'full', 'active')",
        gateway.0,
        external,
        account,
        external
    );
    Ok(made.execute(conn).await?.last_insert_rowid())
}

async fn make_model(conn: &mut SqliteConnection, name: &str) -> StoreResult<i64> {
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
