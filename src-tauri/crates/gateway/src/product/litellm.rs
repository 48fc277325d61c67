//! LiteLLM Proxy: an account is a *team* with an identifier of our own, a key is a *virtual key* known by its SHA-256.
//!
//! **Owns:** everything that is particular to LiteLLM. `README.md` beside this folder lists every pitfall observed and
//! where it is handled. Releases are told apart by trying (404, 405, 422), not by their number.

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
    name: "litellm",
    title: "LiteLLM",
    summary: "LiteLLM Proxy with a database, releases 1.81 and later, no licence needed",
    account_noun: "team",
    key_noun: "virtual key",
    credential: CredentialNeed::Required,
    credential_hint: "The master key, or a virtual key of an admin user: it starts with `sk-`.",
    needs_url: true,
    address_example: "https://litellm.example.com",
    pace: Pace::GENTLE,
    recognise: Some(|base_url| Box::pin(probe::recognise(base_url))),
    open,
};

fn open(opening: Opening) -> Result<Arc<dyn Gateway>, GatewayError> {
    let http = Http::new(&opening.connection.base_url, opening.credential.as_ref())?;
    Ok(Arc::new(LiteLlm { api: Api::new(http), learned: RwLock::new(Learned::default()) }))
}

/// One LiteLLM proxy.
struct LiteLlm {
    api: Api,
    learned: RwLock<Learned>,
}

impl LiteLlm {
    fn learned(&self) -> Learned {
        self.learned.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, change: impl FnOnce(&mut Learned)) {
        change(&mut self.learned.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn capability(&self) -> Capability {
        config::capability(&self.learned())
    }
}

#[async_trait]
impl Gateway for LiteLlm {
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
        let (learned, findings, date) = probe::run(&self.api, now).await?;
        self.learn(|known| *known = learned.clone());
        Ok(Probe {
            version: learned.version.clone(),
            capability: config::capability(&learned),
            rights: learned.rights,
            clock_skew_millis: date.map(|date| date.as_millis() - now.as_millis()),
            findings,
        })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        inventory::page(&self.api, &self.learned(), what, at).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        let learned = self.learned();
        match ask.grain {
            Grain::Day if learned.usage_days => usage::day::page(&self.api, ask, at).await,
            Grain::Request if learned.usage_requests => {
                let found = usage::rows::page(&self.api, ask, at, learned.page_size).await?;
                self.learn(|known| known.page_size = found.page_size);
                Ok(found.page)
            }
            Grain::Day => Err(GatewayError::unsupported("tell usage by day")),
            Grain::Request => Err(GatewayError::unsupported("tell usage by request")),
        }
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        write::apply(&self.api, action, now).await
    }
}

#[cfg(test)]
mod tests;
