//! OpenRouter: an account is a *workspace* whose slug carries our mark, a key is an *API key* known by its hash.
//!
//! **Owns:** everything that is particular to OpenRouter. `README.md` beside this folder lists every pitfall and where it
//! is handled. There is one instance in the world and its releases have no numbers: what it offers is read, not assumed.

mod api;
mod catalog;
mod config;
mod error;
mod guard;
mod inventory;
mod list;
mod map;
mod probe;
mod tag;
mod usage;
mod wire;
mod write;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use domain::{Grain, Product, Timestamp, UsageRecord};

use crate::layer::Pace;
use crate::product::{CredentialNeed, Opening, ProductInfo};
use crate::{
    Action, Capability, Cursor, Descriptor, Gateway, GatewayError, Item, Outcome, Page, Probe, Resource, Rights,
    UsageAsk,
};

use api::Api;
use config::Learned;

/// The registry entry.
pub const PRODUCT: ProductInfo = ProductInfo {
    name: "openrouter",
    title: "OpenRouter",
    summary: "OpenRouter's own service: workspaces, keys and credits of your organisation there",
    account_noun: "workspace",
    key_noun: "API key",
    credential: CredentialNeed::Required,
    credential_hint: "A management key: make one on openrouter.ai under Settings, Management keys. A key that calls models \
                      will not do.",
    needs_url: true,
    address_example: "https://openrouter.ai/api/v1",
    pace: Pace::GENTLE,
    recognise: Some(|base_url| Box::pin(probe::recognise(base_url))),
    open,
};

fn open(opening: Opening) -> Result<Arc<dyn Gateway>, GatewayError> {
    let api = Api::new(&opening.connection.base_url, opening.credential.as_ref())?;
    Ok(Arc::new(OpenRouter { api, learned: RwLock::new(Learned::default()), pulls: usage::Pulls::default() }))
}

/// One organisation on OpenRouter.
struct OpenRouter {
    api: Api,
    learned: RwLock<Learned>,
    pulls: usage::Pulls,
}

impl OpenRouter {
    fn learned(&self) -> Learned {
        self.learned.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, change: impl FnOnce(&mut Learned)) {
        change(&mut self.learned.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl Gateway for OpenRouter {
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
        let told = probe::run(&self.api, now).await?;
        self.learn(|known| known.take(&told.learned));
        Ok(Probe {
            version: None,
            capability: self.capability(),
            rights: Rights::Admin,
            clock_skew_millis: told.date.map(|date| date.as_millis() - now.as_millis()),
            findings: told.findings,
        })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        inventory::page(&self.api, &self.learned(), what, at).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        let learned = self.learned();
        match ask.grain {
            Grain::Day if learned.usage_days => {
                usage::page(&usage::Reader { api: &self.api, variant: learned.variant }, &self.pulls, ask, at).await
            }
            Grain::Day => Err(GatewayError::unsupported("tell usage by day")),
            Grain::Request => Err(GatewayError::unsupported("tell usage by request")),
        }
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        let writer = write::Writer::new(&self.api, self.learned(), now);
        let (outcome, lesson) = writer.apply(action).await?;
        self.learn(|known| known.heed(lesson));
        Ok(outcome)
    }
}

impl OpenRouter {
    fn capability(&self) -> Capability {
        config::capability(&self.learned())
    }
}

#[cfg(test)]
mod tests;
