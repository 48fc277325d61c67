//! Accounts: what stands for a client on a gateway.

use domain::{Account, AccountId, AccountSpec, ClientId, ExternalId, GatewayId, Name, Nanos, Timestamp};
use sqlx::{SqliteConnection, query, query_as, query_scalar};

use crate::column::{self, Ceilings, models, models_text, time};
use crate::session::Pen;
use crate::usage::reroll;
use crate::{StoreError, StoreResult, Tag};

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

struct Row {
    id: i64,
    gateway: i64,
    external_id: String,
    client: Option<i64>,
    mark: Option<String>,
    name: String,
    models: Option<String>,
    budget_nanos: Option<i64>,
    budget_currency: Option<String>,
    budget_period: Option<String>,
    budget_warn_at: Option<String>,
    requests_per_minute: Option<i64>,
    tokens_per_minute: Option<i64>,
    parallel: Option<i64>,
    paused: i64,
    spent_nanos: Option<i64>,
    resets_at: Option<i64>,
    seen_at: Option<i64>,
    gone_at: Option<i64>,
}

impl Row {
    fn of(gateway: GatewayId, account: &Account, seen_at: Timestamp) -> Self {
        let ceilings = Ceilings::of(&account.spec.budget, account.spec.rate_limit);
        Self {
            id: 0,
            gateway: gateway.0,
            external_id: account.external_id.as_str().to_owned(),
            client: None,
            mark: account.mark.map(|mark| mark.to_string()),
            name: account.spec.name.as_str().to_owned(),
            models: models_text(&account.spec.models),
            budget_nanos: ceilings.budget_nanos,
            budget_currency: ceilings.budget_currency,
            budget_period: ceilings.budget_period,
            budget_warn_at: ceilings.budget_warn_at,
            requests_per_minute: ceilings.requests_per_minute,
            tokens_per_minute: ceilings.tokens_per_minute,
            parallel: ceilings.parallel,
            paused: i64::from(account.paused),
            spent_nanos: account.spent.map(|spent| spent.0),
            resets_at: account.resets_at.map(Timestamp::as_millis),
            seen_at: Some(seen_at.as_millis()),
            gone_at: None,
        }
    }
}

impl TryFrom<Row> for StoredAccount {
    type Error = StoreError;

    fn try_from(row: Row) -> StoreResult<Self> {
        let at = column::Row { noun: "account", id: row.id };
        let ceilings = Ceilings {
            budget_nanos: row.budget_nanos,
            budget_currency: row.budget_currency,
            budget_period: row.budget_period,
            budget_warn_at: row.budget_warn_at,
            requests_per_minute: row.requests_per_minute,
            tokens_per_minute: row.tokens_per_minute,
            parallel: row.parallel,
        };
        let spec = AccountSpec {
            name: Name::lossy(&row.name, "Unattributed"),
            models: models(row.models),
            budget: ceilings.budget(at)?,
            rate_limit: ceilings.rate_limit(at)?,
        };
        let account = Account {
            external_id: ExternalId::new(row.external_id),
            mark: at.ok(row.mark.map(|mark| mark.parse()).transpose())?,
            spec,
            paused: row.paused != 0,
            spent: row.spent_nanos.map(Nanos),
            resets_at: row.resets_at.map(time),
        };
        Ok(Self {
            id: AccountId(row.id),
            gateway: GatewayId(row.gateway),
            client: row.client.map(ClientId),
            account,
            seen_at: row.seen_at.map(time),
            gone_at: row.gone_at.map(time),
        })
    }
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
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", gateway, external_id, client, mark, name, models, budget_nanos, budget_currency, budget_period,
                        budget_warn_at, requests_per_minute, tokens_per_minute, parallel, paused, spent_nanos, resets_at,
                        seen_at, gone_at
               FROM account WHERE external_id <> '' ORDER BY gateway, name, id"#
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredAccount::try_from).collect()
    }

    /// The accounts that stand for a client.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn of_client(&mut self, client: ClientId) -> StoreResult<Vec<StoredAccount>> {
        let rows = query_as!(
            Row,
            r#"SELECT id AS "id!", gateway, external_id, client, mark, name, models, budget_nanos, budget_currency, budget_period,
                        budget_warn_at, requests_per_minute, tokens_per_minute, parallel, paused, spent_nanos, resets_at,
                        seen_at, gone_at
               FROM account WHERE client = ? ORDER BY gateway, name, id"#,
            client.0
        );
        rows.fetch_all(&mut *self.conn).await?.into_iter().map(StoredAccount::try_from).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&mut self, id: AccountId) -> StoreResult<StoredAccount> {
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", gateway, external_id, client, mark, name, models, budget_nanos, budget_currency, budget_period,
                        budget_warn_at, requests_per_minute, tokens_per_minute, parallel, paused, spent_nanos, resets_at,
                        seen_at, gone_at
               FROM account WHERE id = ?"#,
            id.0
        );
        let row = row.fetch_optional(&mut *self.conn).await?;
        row.ok_or_else(|| StoreError::not_found("account", id))?.try_into()
    }

    /// The account with a gateway's identifier.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn find(&mut self, gateway: GatewayId, external: &ExternalId) -> StoreResult<Option<StoredAccount>> {
        let external = external.as_str();
        let row = query_as!(
            Row,
            r#"SELECT id AS "id!", gateway, external_id, client, mark, name, models, budget_nanos, budget_currency, budget_period,
                        budget_warn_at, requests_per_minute, tokens_per_minute, parallel, paused, spent_nanos, resets_at,
                        seen_at, gone_at
               FROM account WHERE gateway = ? AND external_id = ?"#,
            gateway.0,
            external
        );
        row.fetch_optional(&mut *self.conn).await?.map(StoredAccount::try_from).transpose()
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
        self.pen.touch(Tag::Accounts);
        let row = Row::of(gateway, account, seen_at);
        let upsert = query_scalar!(
            r#"INSERT INTO account (gateway, external_id, mark, name, models, budget_nanos, budget_currency, budget_period,
                   budget_warn_at, requests_per_minute, tokens_per_minute, parallel, paused, spent_nanos, resets_at, seen_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (gateway, external_id) DO UPDATE SET
                   mark = coalesce(excluded.mark, mark), name = excluded.name, models = excluded.models,
                   budget_nanos = excluded.budget_nanos, budget_currency = excluded.budget_currency,
                   budget_period = excluded.budget_period, budget_warn_at = excluded.budget_warn_at,
                   requests_per_minute = excluded.requests_per_minute, tokens_per_minute = excluded.tokens_per_minute,
                   parallel = excluded.parallel, paused = excluded.paused, spent_nanos = excluded.spent_nanos,
                   resets_at = excluded.resets_at, seen_at = excluded.seen_at, gone_at = NULL
               RETURNING id AS "id!""#,
            row.gateway,
            row.external_id,
            row.mark,
            row.name,
            row.models,
            row.budget_nanos,
            row.budget_currency,
            row.budget_period,
            row.budget_warn_at,
            row.requests_per_minute,
            row.tokens_per_minute,
            row.parallel,
            row.paused,
            row.spent_nanos,
            row.resets_at,
            row.seen_at
        );
        Ok(AccountId(upsert.fetch_one(&mut *self.pen.conn).await?))
    }

    /// Says which client an account stands for. Its usage moves to that client's local days, exactly.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn attribute(&mut self, id: AccountId, client: Option<ClientId>) -> StoreResult<()> {
        self.read().get(id).await?;
        self.pen.touch(Tag::Accounts);
        self.pen.touch(Tag::Usage);
        reroll::account_moved(self.pen.conn, id, client).await
    }

    /// After a complete listing at `listed_at`: marks what was not seen in it as gone. Returns how many.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn mark_gone(&mut self, gateway: GatewayId, listed_at: Timestamp) -> StoreResult<u64> {
        self.pen.touch(Tag::Accounts);
        let at = listed_at.as_millis();
        let gone = query!(
            "UPDATE account SET gone_at = ? WHERE gateway = ? AND seen_at < ? AND gone_at IS NULL",
            at,
            gateway.0,
            at
        );
        Ok(gone.execute(&mut *self.pen.conn).await?.rows_affected())
    }
}
