//! One trait over every AI gateway an agency runs.
//!
//! **Owns:** that gateways differ. HTTP, wire formats, error shapes, paging, pitfalls: all of it stays in
//! `product/<name>/`. **Does not own:** clients, prices, the database, the audit log: an adapter knows none of them.
//!
//! [`connect`] turns a [`Connection`] and an admin credential into a `dyn Gateway` wrapped in the layers every adapter
//! shares. Reads may be retried; a write is sent once, and its outcome is *done*, *refused* or *unknown*.

pub mod account_secrets;
pub mod action;
pub mod capability;
pub mod contract;
pub mod detect;
pub mod error;
pub mod http;
pub mod json;
pub mod layer;
pub mod mark;
pub mod page;
pub mod probe;
pub mod product;

use async_trait::async_trait;
use domain::{Account, ExternalId, Key, Period, Product, Route, Timestamp, UsageRecord};

pub use account_secrets::{AccountSecrets, NoAccountSecrets};
pub use action::{Action, KeySecret, Outcome, Receipt, RefusalReason};
pub use capability::Capability;
pub use detect::{Detected, Recognised, detect};
pub use error::{ErrorKind, GatewayError, Retry};
pub use page::{Cursor, Page};
pub use probe::{Finding, FindingLevel, Probe, Rights};
pub use product::{CredentialNeed, ProductInfo, connect, product, products};

/// Where a gateway is and how it is spoken to. Holds no credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Which adapter speaks to it.
    pub product: Product,
    /// Base URL as the operator gave it, without a trailing slash; for the file product, the path of the file.
    pub base_url: String,
}

/// What a product is, before any instance of it is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Stable name.
    pub product: Product,
    /// Name for people, for example `LiteLLM`.
    pub title: &'static str,
    /// What an account is called there, for example `team`.
    pub account_noun: &'static str,
    /// What a key is called there, for example `virtual key`.
    pub key_noun: &'static str,
    /// What this instance can do, as far as probing has told.
    pub capability: Capability,
}

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// Every account.
    Accounts,
    /// One account.
    Account(ExternalId),
    /// Every key, or every key of one account. Revoked keys are listed where the gateway still knows them.
    Keys(Option<ExternalId>),
    /// One key.
    Key(ExternalId),
    /// Models on offer with their list prices.
    Models,
    /// Every model name that can be called, with what answers it. Never asks a gateway to try out an upstream: that costs.
    Routes,
}

/// One thing found by [`Gateway::inventory`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// An account.
    Account(Account),
    /// A key.
    Key(Key),
    /// A model on offer.
    Model(ModelOffer),
    /// A route.
    Route(Route),
}

/// A model on offer at a gateway, with the gateway's own unit costs where it tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelOffer {
    /// As the client calls it.
    pub name: domain::ModelName,
    /// The upstream model behind it.
    pub upstream: Option<domain::ModelName>,
    /// Cost of a million input tokens, in nano-units.
    pub input_cost: Option<domain::Nanos>,
    /// Cost of a million output tokens, in nano-units.
    pub output_cost: Option<domain::Nanos>,
}

/// Which usage to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageAsk {
    /// Requests that *started* in this period. For [`domain::Grain::Day`], whole UTC days.
    pub window: Period,
    /// How finely. The adapter answers [`ErrorKind::Unsupported`] to a grain its capability does not name.
    pub grain: domain::Grain,
    /// Only this account; `None` is all of them, the unattributed included.
    pub account: Option<ExternalId>,
}

/// An AI gateway we administer.
///
/// Every method is safe to drop half-way. Reads are idempotent. Times are arguments: an adapter never reads a clock for
/// anything it reports.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// What this instance is and can do. Answers at once, from what [`Gateway::probe`] last learned.
    fn describe(&self) -> Descriptor;

    /// Asks the instance who it is, what the credential may do, and what an operator should know about it.
    ///
    /// # Errors
    /// Unreachable, not this product, too old, or the credential was refused.
    async fn probe(&self, now: Timestamp) -> Result<Probe, GatewayError>;

    /// Lists accounts, keys, models or routes, page by page. Order is stable within one run over the pages.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a single item that does not exist; [`ErrorKind::Unsupported`] without the capability.
    async fn inventory(&self, what: &Resource, at: &Cursor) -> Result<Page<Item>, GatewayError>;

    /// Statements of consumption in a window, page by page. A record may be repeated on another page (the origin tells),
    /// none may be missing: where an answer could be capped, the adapter narrows the window itself.
    ///
    /// # Errors
    /// As for any read.
    async fn usage(&self, ask: &UsageAsk, at: &Cursor) -> Result<Page<UsageRecord>, GatewayError>;

    /// Changes something, once, and reads it back.
    ///
    /// # Errors
    /// An `Err` means the outcome is *unknown*: it may or may not have happened. Settle it by reading the object back
    /// ([`Action::settled_by`]); never send it again blindly.
    async fn apply(&self, action: &Action, now: Timestamp) -> Result<Outcome, GatewayError>;
}
