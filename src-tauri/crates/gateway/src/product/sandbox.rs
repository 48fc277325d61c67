//! The embedded sandbox gateway, and any gateway that adopts its admin API (`openapi.json` of the `sandbox` crate).
//!
//! **Owns:** that API's wire. **Does not own:** the server, which it knows only over HTTP. An account is a *client*.

mod api;
mod map;
mod route;
mod usage;
mod wire;
mod write;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use domain::{BudgetPeriod, Enforcement, Meter, Product, Timestamp, UsageRecord};

use crate::http::Http;
use crate::layer::Pace;
use crate::product::{CredentialNeed, Opening, ProductInfo};
use crate::{
    Action, Capability, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page, Probe, Recognised,
    Resource, Rights, UsageAsk,
};

use api::Api;

/// The registry entry.
pub const PRODUCT: ProductInfo = ProductInfo {
    name: "sandbox",
    title: "Sandbox",
    summary: "A gateway inside Purser with an invented agency, for trying everything without risk",
    account_noun: "client",
    key_noun: "key",
    credential: CredentialNeed::Required,
    credential_hint: "The admin token that the sandbox printed when it started.",
    needs_url: true,
    address_example: "http://127.0.0.1:43210",
    pace: Pace::FREE,
    recognise: Some(|base_url| Box::pin(recognise(base_url))),
    open,
};

fn open(opening: Opening) -> Result<Arc<dyn Gateway>, GatewayError> {
    let http = Http::new(&opening.connection.base_url, opening.credential.as_ref())?;
    Ok(Arc::new(Sandbox { api: Api::new(http), rights: RwLock::new(Rights::Admin) }))
}

/// The sandbox tells strangers its name.
async fn recognise(base_url: String) -> Option<Recognised> {
    let api = Api::new(Http::new(&base_url, None).ok()?);
    api.version().await.ok().map(|told| Recognised { version: Some(told.version) })
}

/// One gateway that speaks the sandbox's admin API.
struct Sandbox {
    api: Api,
    rights: RwLock<Rights>,
}

impl Sandbox {
    fn rights(&self) -> Rights {
        *self.rights.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the API offers to a credential of these rights.
fn capability(rights: Rights) -> Capability {
    let writes = rights == Rights::Admin;
    Capability {
        account_list: true,
        account_write: writes,
        account_pause: writes,
        account_budget_periods: BudgetPeriod::ALL.map(|period| (period, Enforcement::Gateway)).to_vec(),
        account_models: true,
        account_credential: false,
        key_list: true,
        key_write: writes,
        key_pause: writes,
        key_models: true,
        key_scope: true,
        key_rate_limit: true,
        key_expiry: true,
        key_expiry_change: true,
        key_reveal: false,
        key_name_bytes: None,
        budget_periods: BudgetPeriod::ALL.map(|period| (period, Enforcement::Gateway)).to_vec(),
        budget_stop_status: Some(402),
        pause_bound_seconds: 0,
        usage_requests: true,
        usage_days: true,
        usage_days_by_model: true,
        usage_delay_seconds: USAGE_DELAY_SECONDS,
        usage_meters: vec![Meter::Requests, Meter::InputTokens, Meter::CacheReadTokens, Meter::OutputTokens],
        model_list: true,
        route_list: true,
        route_backups: true,
        route_health: true,
    }
}

/// A request is told in the millisecond it is made; two of one millisecond may be told one after the other.
const USAGE_DELAY_SECONDS: u32 = 5;

#[async_trait]
impl Gateway for Sandbox {
    fn describe(&self) -> Descriptor {
        Descriptor {
            product: Product::new(PRODUCT.name),
            title: PRODUCT.title,
            account_noun: PRODUCT.account_noun,
            key_noun: PRODUCT.key_noun,
            capability: capability(self.rights()),
        }
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        let version = self.api.version().await?;
        let me = self.api.me().await?;
        let rights = if me.rights == "admin" { Rights::Admin } else { Rights::ReadOnly };
        *self.rights.write().unwrap_or_else(PoisonError::into_inner) = rights;
        Ok(Probe {
            version: Some(version.version),
            capability: capability(rights),
            rights,
            clock_skew_millis: Some(map::instant(&me.now)?.as_millis() - now.as_millis()),
            findings: Vec::new(),
        })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        match what {
            Resource::Accounts => {
                let list = self.api.accounts(at).await?;
                listed(list, |account| map::account(account).map(Item::Account))
            }
            Resource::Account(id) => Ok(Page::only(vec![Item::Account(map::account(self.api.account(id).await?)?)])),
            Resource::Keys(account) => {
                let list = self.api.keys(account.as_ref(), at).await?;
                listed(list, |key| map::key(key).map(Item::Key))
            }
            Resource::Key(id) => Ok(Page::only(vec![Item::Key(map::key(self.api.key(id).await?)?)])),
            Resource::Models => listed(self.api.models().await?, |model| map::model(&model).map(Item::Model)),
            Resource::Routes => listed(self.api.routes().await?, |route| route::route(route).map(Item::Route)),
        }
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        usage::page(&self.api, ask, at).await
    }

    async fn apply(&self, action: &Action, _now: Timestamp) -> Result<Outcome, GatewayError> {
        write::apply(&self.api, action).await
    }
}

/// A page of the API as a page of ours.
fn listed<T, U>(list: wire::Listed<T>, map: impl Fn(T) -> Result<U, GatewayError>) -> Result<Page<U>, GatewayError> {
    let next = list.next.map(Cursor::at);
    let progress = next.is_none().then_some(1000);
    Ok(Page { items: list.items.into_iter().map(map).collect::<Result<_, _>>()?, next, progress })
}

/// An error for an answer that does not hold what the API promises.
fn malformed(what: &str) -> GatewayError {
    let message = format!("the sandbox answered with {what} that cannot be read: it may be of another release");
    GatewayError::new(ErrorKind::Malformed, "read the answer", message)
}

#[cfg(test)]
mod tests;
