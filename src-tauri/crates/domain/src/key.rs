//! Keys: credentials that a client's software calls with.

use std::fmt;

use crate::{Budget, ExternalId, KeyFingerprint, KeyLabel, Limit, Mark, ModelName, Name, Nanos, Timestamp};

/// Which of a client's environments a key belongs to (S0-29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Serves the client's own customers.
    Production,
    /// For trying releases.
    Staging,
    /// For developers.
    Development,
    /// Not said.
    Other,
}

impl Environment {
    /// Every environment.
    pub const ALL: [Self; 4] = [Self::Production, Self::Staging, Self::Development, Self::Other];

    /// The stable short name used in key names, storage, JSON and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Production => "prod",
            Self::Staging => "staging",
            Self::Development => "dev",
            Self::Other => "other",
        }
    }

    /// The environment with this [`Environment::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|env| env.code() == code)
    }
}

/// What a key may do (S0-27).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Call models.
    Inference,
    /// Read its own usage only.
    ReadOnly,
    /// Both, as the gateway's default key may.
    Full,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Inference, Self::ReadOnly, Self::Full];

    /// The stable name used in storage, JSON and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inference => "inference",
            Self::ReadOnly => "read_only",
            Self::Full => "full",
        }
    }

    /// The scope with this [`Scope::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }
}

/// Which models may be called (S4-01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelScope {
    /// Every model of the account, or of the gateway.
    All,
    /// These and no other; an empty list refuses everything and is never sent by accident.
    Only(Vec<ModelName>),
}

/// Ceilings on speed; `None` is no ceiling of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests per minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens per minute.
    pub tokens_per_minute: Option<u64>,
    /// Requests at the same time.
    pub parallel: Option<u32>,
}

/// What we want a key to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpec {
    /// Name shown on the gateway, for example `harborlight-prod`.
    pub name: Name,
    /// Environment tag.
    pub environment: Environment,
    /// What it may do.
    pub scope: Scope,
    /// Models it may call.
    pub models: ModelScope,
    /// Its own ceiling on cost.
    pub budget: Limit<Budget>,
    /// Its own ceilings on speed.
    pub rate_limit: RateLimit,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyStatus {
    /// It works.
    Active,
    /// Stopped, can be resumed with the identical secret (U16).
    Paused,
    /// Past its expiry.
    Expired,
    /// Gone for good; kept for its history (product.md D19).
    Revoked,
}

impl KeyStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Expired, Self::Revoked];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The status with this [`KeyStatus::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A key as a gateway describes it. Never holds the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The gateway's identifier (LiteLLM: the SHA-256 of the secret).
    pub external_id: ExternalId,
    /// The account it belongs to; `None` when the gateway knows no owner.
    pub account: Option<ExternalId>,
    /// Our mark, if we made it.
    pub mark: Option<Mark>,
    /// Prefix and last four.
    pub label: KeyLabel,
    /// SHA-256 of the secret, where the gateway tells.
    pub fingerprint: Option<KeyFingerprint>,
    /// What it is set to.
    pub spec: KeySpec,
    /// Whether it works.
    pub status: KeyStatus,
    /// What the gateway says was spent in the current budget period, if it says.
    pub spent: Option<Nanos>,
    /// When the gateway will start the budget again.
    pub resets_at: Option<Timestamp>,
    /// When it was made, if the gateway says.
    pub created_at: Option<Timestamp>,
}
