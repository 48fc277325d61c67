//! Who is who: what every screen needs to turn row numbers into names, read once per answer.

use std::collections::BTreeMap;

use domain::{AccountId, Budget, ClientId, Currency, Date, GatewayId, KeyId, Nanos, Timestamp, Zone};
use gateway::Capability;
use store::Reader;
use store::report::{Freshness, Member};
use store::table::account::StoredAccount;
use store::table::client::StoredClient;
use store::table::gateway::{GatewayStatus, StoredGateway};
use store::table::key::{KeyFilter, StoredKey};
use store::table::{Allowance, Holder};

use crate::AppError;
use crate::connect;
use crate::rating::model_text;
use crate::wire::{FreshnessState, FreshnessView};

/// How old figures may be before they count as stale, in milliseconds (U19).
const STALE_AFTER: i64 = 15 * 60 * 1000;

/// Every client, gateway and account, and how fresh each gateway is.
#[derive(Debug)]
pub struct Names {
    /// Clients by row number.
    pub clients: BTreeMap<ClientId, StoredClient>,
    /// Gateways by row number, those that were removed included.
    pub gateways: BTreeMap<GatewayId, StoredGateway>,
    /// Accounts by row number, those that are gone included.
    pub accounts: BTreeMap<AccountId, StoredAccount>,
    /// Periodic budgets that Purser funds, by who has them.
    allowances: BTreeMap<Holder, Allowance>,
    freshness: BTreeMap<GatewayId, Freshness>,
    now: Timestamp,
}

impl Names {
    /// Reads them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn read(reader: &mut Reader, now: Timestamp) -> Result<Self, AppError> {
        let clients = reader.client().list().await?;
        let gateways = reader.gateway().list().await?;
        let accounts = reader.account().list().await?;
        let allowances = reader.allowance().list().await?;
        let freshness = reader.report().freshness().await?;
        Ok(Self {
            clients: clients.into_iter().map(|client| (client.id, client)).collect(),
            gateways: gateways.into_iter().map(|gateway| (gateway.id, gateway)).collect(),
            accounts: accounts.into_iter().map(|account| (account.id, account)).collect(),
            allowances: allowances.into_iter().map(|allowance| (allowance.holder, allowance)).collect(),
            freshness: freshness.into_iter().map(|fresh| (fresh.gateway, fresh)).collect(),
            now,
        })
    }

    /// A client's name.
    #[must_use]
    pub fn client(&self, id: ClientId) -> String {
        self.clients.get(&id).map_or_else(|| id.to_string(), |client| client.client.name.to_string())
    }

    /// A gateway's name.
    #[must_use]
    pub fn gateway(&self, id: GatewayId) -> String {
        self.gateways.get(&id).map_or_else(|| id.to_string(), |gateway| gateway.connection.name.to_string())
    }

    /// The currency that a gateway counts in.
    #[must_use]
    pub fn currency(&self, id: GatewayId) -> Currency {
        self.gateways.get(&id).map_or(Currency::USD, |gateway| gateway.connection.currency)
    }

    /// Up to where a gateway's usage is complete.
    #[must_use]
    pub fn usage_through(&self, id: GatewayId) -> Option<Timestamp> {
        self.freshness.get(&id).and_then(|fresh| fresh.usage_through)
    }

    /// Gateways that are connected at present.
    pub fn connected(&self) -> impl Iterator<Item = &StoredGateway> {
        self.gateways.values().filter(|gateway| gateway.status != GatewayStatus::Removed)
    }

    /// What a gateway can do, as its last probe told; nothing of one that is not known.
    pub fn capability(&self, id: GatewayId) -> Capability {
        self.gateways.get(&id).map(connect::capability).unwrap_or_default()
    }

    /// A key's own budget: the one Purser funds, or the one its gateway keeps.
    #[must_use]
    pub fn budget_of_key(&self, key: &StoredKey) -> Option<Budget> {
        self.budget_of(Holder::Key(key.id)).or_else(|| key.key.spec.budget.clone().as_option())
    }

    /// An account's own budget, as [`Names::budget_of_key`].
    #[must_use]
    pub fn budget_of_account(&self, account: &StoredAccount) -> Option<Budget> {
        self.budget_of(Holder::Account(account.id)).or_else(|| account.account.spec.budget.clone().as_option())
    }

    fn budget_of(&self, holder: Holder) -> Option<Budget> {
        self.allowances.get(&holder).map(|allowance| allowance.budget.clone())
    }

    /// What a gateway says was spent of a budget: of one that Purser funds, since its period began.
    #[must_use]
    pub fn told_spent(&self, holder: Holder, told: Option<Nanos>) -> Option<Nanos> {
        let base = self.allowances.get(&holder).map_or(Nanos(0), |allowance| allowance.base);
        told.map(|told| Nanos(told.0.saturating_sub(base.0)))
    }

    /// Accounts of a client that still exist on their gateways.
    pub fn accounts_of(&self, client: ClientId) -> impl Iterator<Item = &StoredAccount> {
        self.accounts.values().filter(move |account| account.client == Some(client) && account.gone_at.is_none())
    }

    /// When every gateway of a client was last read to its end: the oldest of them.
    #[must_use]
    pub fn read_through(&self, client: ClientId) -> Option<Timestamp> {
        let gateways = self.accounts_of(client).filter_map(|account| self.freshness.get(&account.gateway));
        gateways.filter_map(|fresh| fresh.pulled_at).min()
    }

    /// How fresh one gateway's figures are.
    #[must_use]
    pub fn freshness_of(&self, gateway: GatewayId) -> FreshnessView {
        let Some(fresh) = self.freshness.get(&gateway) else {
            return FreshnessView { state: FreshnessState::Never, as_of: None };
        };
        let failing =
            fresh.error.is_some() || self.gateways.get(&gateway).is_some_and(|gateway| gateway.error.is_some());
        let state = match fresh.pulled_at {
            _ if failing => FreshnessState::Failing,
            None => FreshnessState::Never,
            Some(at) if self.now.as_millis() - at.as_millis() > STALE_AFTER => FreshnessState::Stale,
            Some(_) => FreshnessState::Fresh,
        };
        FreshnessView { state, as_of: fresh.pulled_at.map(|at| at.to_string()) }
    }

    /// How fresh figures over several gateways are: as the worst of them, as of the oldest.
    #[must_use]
    pub fn freshness(&self, gateways: impl IntoIterator<Item = GatewayId>) -> FreshnessView {
        let views: Vec<FreshnessView> = gateways.into_iter().map(|id| self.freshness_of(id)).collect();
        let worst = views.iter().max_by_key(|view| badness(view.state));
        let state = worst.map_or(FreshnessState::Never, |view| view.state);
        let as_of = views.iter().filter_map(|view| view.as_of.clone()).min();
        FreshnessView { state, as_of }
    }

    /// How fresh figures over everything connected are.
    #[must_use]
    pub fn freshness_of_all(&self) -> FreshnessView {
        self.freshness(self.connected().map(|gateway| gateway.id).collect::<Vec<_>>())
    }

    /// A member of a group, for people.
    #[must_use]
    pub fn member(&self, member: &Member, keys: &BTreeMap<KeyId, StoredKey>) -> String {
        match member {
            Member::Client(Some(id)) => self.client(*id),
            Member::Client(None) => "Unattributed".to_owned(),
            Member::Model(model) => model_text(model),
            Member::Key(Some(id)) => keys.get(id).map_or_else(|| id.to_string(), |key| key.key.spec.name.to_string()),
            Member::Key(None) => "(no key)".to_owned(),
            Member::Gateway(id) => self.gateway(*id),
            Member::Other => "other".to_owned(),
        }
    }
}

fn badness(state: FreshnessState) -> u8 {
    match state {
        FreshnessState::Fresh => 0,
        FreshnessState::Stale => 1,
        FreshnessState::Never => 2,
        FreshnessState::Failing => 3,
    }
}

/// Every key by row number.
///
/// # Errors
/// The store cannot be read.
pub async fn keys(reader: &mut Reader) -> Result<BTreeMap<KeyId, StoredKey>, AppError> {
    let keys = reader.key().list(&KeyFilter::default()).await?;
    Ok(keys.into_iter().map(|key| (key.id, key)).collect())
}

/// Today in a zone.
#[must_use]
pub fn today(now: Timestamp, zone: &Zone) -> Date {
    zone.date_of(now)
}
