//! New API: a key is a *token* of a user. Two ways to stand for a client: a **user** per client with a wallet of its own
//! (`newapi`), or a group of tokens of the operator's own user (`newapi-own`).
//!
//! **Owns:** everything that is particular to New API. `README.md` beside this folder lists every pitfall observed and
//! where it is handled. Releases are told apart by trying, not by their number.

mod allowance;
mod api;
mod config;
mod critical;
mod error;
mod flow;
mod inventory;
mod map;
mod naming;
mod own;
mod probe;
mod route;
mod usage;
mod wire;
mod write;

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use domain::{ExternalId, Grain, Product, Timestamp, UsageRecord};

use crate::http::Http;
use crate::layer::Pace;
use crate::product::{CredentialNeed, Opening, ProductInfo};
use crate::{
    AccountSecrets, Action, Capability, Cursor, Descriptor, ErrorKind, Gateway, GatewayError, Item, Outcome, Page,
    Probe, Resource, Rights, UsageAsk,
};

use allowance::Allowance;
use api::{Api, Credential};
use config::Learned;

/// The registry entry for one user per client.
pub const PRODUCT: ProductInfo = ProductInfo {
    name: "newapi",
    title: "New API",
    summary: "New API with a user per client, each with its own wallet; releases 0.12.7 and later",
    account_noun: "user",
    key_noun: "token",
    credential: CredentialNeed::Required,
    credential_hint: "An administrator's number and system access token, as `1:token`. The token is made in New API under \
                      Personal Settings, Account Management, System Access Token (a new one ends the one before); the \
                      number stands beside the user's name in the list of users. From v1.0.0-rc.22 on the token alone \
                      is enough.",
    needs_url: true,
    address_example: "https://newapi.example.com",
    pace: Pace::GENTLE,
    recognise: Some(|base_url| Box::pin(probe::recognise(base_url))),
    open: |opening| open(opening, Mode::Users),
};

/// The registry entry for tokens that all belong to the operator's own user.
pub const PRODUCT_OWN: ProductInfo = ProductInfo {
    name: "newapi-own",
    title: "New API (own keys)",
    summary: "New API where all keys belong to your own user and spend its wallet; a client is a group of keys",
    account_noun: "group of tokens",
    open: |opening| open(opening, Mode::OwnKeys),
    ..PRODUCT
};

/// What stands for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A user of its own.
    Users,
    /// A group of tokens of the operator's user.
    OwnKeys,
}

fn open(opening: Opening, mode: Mode) -> Result<Arc<dyn Gateway>, GatewayError> {
    let http = Http::new(&opening.connection.base_url, None)?;
    let credential = opening.credential.as_ref().map(Credential::parse);
    let allowance = allowance::at(&opening.connection.base_url);
    Ok(Arc::new(NewApi {
        api: Api::new(&http, credential.as_ref(), Arc::clone(&allowance))?,
        mode,
        accounts: opening.accounts,
        learned: RwLock::new(Learned::default()),
        allowance,
    }))
}

/// One New API instance.
struct NewApi {
    /// Spoken to as the operator's own user.
    api: Api,
    mode: Mode,
    accounts: Arc<dyn AccountSecrets>,
    learned: RwLock<Learned>,
    allowance: Arc<Allowance>,
}

impl NewApi {
    fn learned(&self) -> Learned {
        self.learned.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, learned: Learned) {
        *self.learned.write().unwrap_or_else(PoisonError::into_inner) = learned;
    }

    /// What the instance is like, asked once: every amount needs to know how much a unit of quota is.
    async fn known(&self) -> Result<Learned, GatewayError> {
        let known = self.learned();
        if known.asked {
            return Ok(known);
        }
        let learned = probe::learn(&self.api).await?.learned;
        self.learn(learned.clone());
        Ok(learned)
    }

    const fn product(&self) -> &'static ProductInfo {
        match self.mode {
            Mode::Users => &PRODUCT,
            Mode::OwnKeys => &PRODUCT_OWN,
        }
    }

    /// Speaks as the user who owns an account's keys.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`] when that user's token was not entrusted to us.
    async fn as_owner(&self, user: u64) -> Result<Api, GatewayError> {
        if self.known().await?.me == user {
            return Ok(self.api.clone());
        }
        let Some(kept) = self.accounts.get(&ExternalId::new(user.to_string())).await? else {
            let message = format!(
                "New API lets only user {user} manage its keys, and its token is not here: log in to New API as that \
                 user, make a system access token under Personal Settings, and entrust it here"
            );
            return Err(GatewayError::new(ErrorKind::Forbidden, "speak as the user", message));
        };
        let credential = Credential { user: Some(user), token: Credential::parse(&kept).token };
        self.api.as_user(Some(&credential))
    }
}

#[async_trait]
impl Gateway for NewApi {
    fn describe(&self) -> Descriptor {
        let info = self.product();
        Descriptor {
            product: Product::new(info.name),
            title: info.title,
            account_noun: info.account_noun,
            key_noun: info.key_noun,
            capability: self.capability(),
        }
    }

    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError> {
        let probed = probe::run(&self.api, self.mode).await?;
        let version = probed.learned.version.clone();
        self.learn(probed.learned);
        Ok(Probe {
            version,
            capability: self.capability(),
            rights: Rights::Admin,
            clock_skew_millis: probed.date.map(|date| date.as_millis() - now.as_millis()),
            findings: probed.findings,
        })
    }

    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError> {
        inventory::page(self, what, at).await
    }

    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError> {
        match ask.grain {
            Grain::Request => usage::page(self, ask, at).await,
            Grain::Day => Err(GatewayError::unsupported("tell usage by day")),
        }
    }

    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError> {
        write::apply(self, action, now).await
    }
}

impl NewApi {
    fn capability(&self) -> Capability {
        config::capability(&self.learned(), self.mode)
    }
}

#[cfg(test)]
mod tests;
