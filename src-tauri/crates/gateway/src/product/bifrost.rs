//! Bifrost: an account is a *customer* whose name ends in our mark, a key is a *virtual key* whose description does.
//!
//! **Owns:** everything that is particular to Bifrost. `README.md` beside this folder lists every pitfall observed and
//! where it is handled. Releases are told apart by what their objects hold; the number only decides where there is no
//! object to look at yet.

mod api;
mod config;
mod error;
mod inventory;
mod map;
mod probe;
mod route;
mod usage;
mod wire;
mod write;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use domain::{Grain, Product, Timestamp, UsageRecord};

use crate::http::Http;
use crate::layer::Pace;
use crate::product::{CredentialNeed, Opening, ProductInfo};
use crate::{
    Action, Capability, Cursor, Descriptor, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource, UsageAsk,
};

use api::Api;
use config::Learned;

/// The registry entry.
pub const PRODUCT: ProductInfo = ProductInfo {
    name: "bifrost",
    title: "Bifrost",
    summary: "Bifrost with a config store and a log store, releases 1.4 and later, no licence needed",
    account_noun: "customer",
    key_noun: "virtual key",
    credential: CredentialNeed::Optional,
    credential_hint: "User name and password of the dashboard, as `user:password`; empty where sign-in is off.",
    needs_url: true,
    address_example: "https://bifrost.example.com",
    pace: Pace::GENTLE,
    recognise: Some(|base_url| Box::pin(probe::recognise(base_url))),
    open,
};

fn open(opening: Opening) -> Result<Arc<dyn Gateway>, GatewayError> {
    let http = Http::basic(&opening.connection.base_url, opening.credential.as_ref())?;
    let api = Api::new(http, opening.credential.is_some());
    Ok(Arc::new(Bifrost { api, learned: RwLock::new(Learned::default()) }))
}

/// One Bifrost.
struct Bifrost {
    api: Api,
    learned: RwLock<Learned>,
}

impl Bifrost {
    fn learned(&self) -> Learned {
        self.learned.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, change: impl FnOnce(&mut Learned)) {
        change(&mut self.learned.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// How this release reads an empty list, asked once.
    async fn features(&self) -> Result<config::Features, GatewayError> {
        if let Some(features) = self.learned().features {
            return Ok(features);
        }
        let features = probe::features(&self.api).await?;
        self.learn(|known| known.features = Some(features));
        Ok(features)
    }
}

#[async_trait]
impl Gateway for Bifrost {
    fn describe(&self) -> Descriptor {
        Descriptor {
            product: Product::new(PRODUCT.name),
            title: PRODUCT.title,
            account_noun: PRODUCT.account_noun,
            key_noun: PRODUCT.key_noun,
            capability: self.capability(),
        }
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        let found = probe::run(&self.api, now).await?;
        self.learn(|known| {
            known.version.clone_from(&found.version);
            known.features = Some(found.features);
            known.logs = found.logs;
        });
        Ok(Probe {
            version: found.version,
            capability: self.capability(),
            rights: crate::Rights::Admin,
            clock_skew_millis: found.date.map(|date| date.as_millis() - now.as_millis()),
            findings: found.findings,
        })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        inventory::page(&self.api, what, at).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        let learned = self.learned();
        match ask.grain {
            Grain::Request if learned.logs => {
                let owners = usage::Owners::new(&self.api, learned.owners);
                let page = usage::page(&owners, ask, at).await?;
                self.learn(|known| known.owners = owners.into_known());
                Ok(page)
            }
            Grain::Request => Err(GatewayError::unsupported("tell usage by request")),
            Grain::Day => Err(GatewayError::unsupported("tell usage by day")),
        }
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        let features = self.features().await?;
        write::apply(&write::Writer { api: &self.api, features }, action, now).await
    }
}

impl Bifrost {
    fn capability(&self) -> Capability {
        config::capability(&self.learned())
    }
}

#[cfg(test)]
mod tests;
