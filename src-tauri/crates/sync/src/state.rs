//! What is known of a gateway before a plan is made.

use std::collections::HashMap;

use domain::{AccountId, ClientId, ExternalId, GatewayId, Timestamp, Zone};
use gateway::Capability;
use store::table::StoredCursor;
use store::{Store, StoreResult};

/// What the plan for one gateway is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayState {
    /// The gateway.
    pub gateway: GatewayId,
    /// What it can do.
    pub capability: Capability,
    /// Its clock minus ours in milliseconds, told by a probe of just now; `None` where it does not tell.
    pub clock_skew_millis: Option<i64>,
    /// How far each of its pulls has come.
    pub cursors: Vec<StoredCursor>,
    /// Its accounts.
    pub accounts: Vec<AccountState>,
}

/// What the plan needs to know of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountState {
    /// Our row number.
    pub id: AccountId,
    /// The gateway's identifier.
    pub external_id: ExternalId,
    /// The client it stands for, with that client's zone; `None` is unattributed.
    pub client: Option<(ClientId, Zone)>,
    /// Whether a complete listing lacked it.
    pub gone: bool,
    /// Whether the gateway's day totals merge models that are priced apart, while it also tells single requests.
    pub models_merged: bool,
}

impl AccountState {
    /// Whether single requests are needed to count it right: its client's local days are cut at other instants than the
    /// gateway's (litellm.md pitfall 5), or the gateway's day totals do not tell its models apart.
    #[must_use]
    pub fn needs_requests(&self) -> bool {
        self.client.as_ref().is_some_and(|(_, zone)| self.models_merged || !zone.is_utc())
    }
}

impl GatewayState {
    /// A gateway of which nothing is known but what it can do.
    #[must_use]
    pub fn new(gateway: GatewayId, capability: Capability) -> Self {
        Self { gateway, capability, clock_skew_millis: None, cursors: vec![], accounts: vec![] }
    }

    /// Reads what is known of a gateway.
    ///
    /// # Errors
    /// See [`store::StoreError`].
    pub async fn load(store: &Store, gateway: GatewayId, capability: Capability) -> StoreResult<Self> {
        let mut reader = store.reader().await?;
        let zones: HashMap<ClientId, Zone> =
            reader.client().list().await?.into_iter().map(|stored| (stored.id, stored.client.zone)).collect();
        let cursors = reader.cursor().list().await?.into_iter().filter(|cursor| cursor.gateway == gateway).collect();
        let accounts = reader.account().list().await?.into_iter().filter(|account| account.gateway == gateway);
        let models_merged = capability.usage_days && capability.usage_requests && !capability.usage_days_by_model;
        let accounts = accounts.map(|stored| AccountState {
            id: stored.id,
            external_id: stored.account.external_id,
            client: stored.client.and_then(|client| zones.get(&client).map(|zone| (client, zone.clone()))),
            gone: stored.gone_at.is_some(),
            models_merged,
        });
        let accounts = accounts.collect();
        Ok(Self { gateway, capability, clock_skew_millis: None, cursors, accounts })
    }

    /// The same with the difference of the clocks.
    #[must_use]
    pub fn with_skew(mut self, millis: Option<i64>) -> Self {
        self.clock_skew_millis = millis;
        self
    }

    /// The cursor of a resource.
    pub(crate) fn cursor(&self, resource: &str) -> Option<&StoredCursor> {
        self.cursors.iter().find(|cursor| cursor.resource == resource)
    }

    /// The gateway's clock where it is known, else ours: what `occurred_at` is measured with.
    pub(crate) fn clock(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(self.clock_skew_millis.unwrap_or(0))
    }

    /// The latest fetch on record.
    pub(crate) fn last_fetch(&self) -> Option<Timestamp> {
        self.cursors.iter().map(|cursor| cursor.tried_at).max()
    }
}
