//! Accounts: the object on a gateway that stands for a client (LiteLLM team, New API user, Bifrost customer).

use crate::{Budget, ExternalId, Limit, Mark, ModelScope, Name, Nanos, RateLimit, Timestamp};

/// What we want an account to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSpec {
    /// Name shown on the gateway.
    pub name: Name,
    /// Models its keys may call.
    pub models: ModelScope,
    /// Ceiling over all its keys.
    pub budget: Limit<Budget>,
    /// Ceiling on speed over all its keys.
    pub rate_limit: RateLimit,
}

/// An account as a gateway describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The gateway's identifier.
    pub external_id: ExternalId,
    /// Our mark, if we made it.
    pub mark: Option<Mark>,
    /// What it is set to.
    pub spec: AccountSpec,
    /// Whether the gateway refuses its keys at present.
    pub paused: bool,
    /// What the gateway says was spent in the current budget period, if it says.
    pub spent: Option<Nanos>,
    /// When the gateway will start the budget again.
    pub resets_at: Option<Timestamp>,
}
