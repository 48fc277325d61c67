//! Remote changes as data: the same value goes to the adapter, the audit log and the confirmation dialog.

use domain::{Account, AccountSpec, Budget, ExternalId, Key, KeySpec, Limit, Mark, Secret};

/// A change to make on a gateway.
#[derive(Debug, Clone)]
pub enum Action {
    /// Make an account that carries our mark.
    AccountCreate {
        /// Found again by this after a lost reply.
        mark: Mark,
        /// What it is to be.
        spec: AccountSpec,
    },
    /// Change an account to this specification.
    AccountUpdate {
        /// Which.
        account: ExternalId,
        /// What it is to be.
        spec: AccountSpec,
    },
    /// Refuse (`true`) or serve (`false`) every key of an account.
    AccountPause {
        /// Which.
        account: ExternalId,
        /// Whether to refuse.
        paused: bool,
    },
    /// Make a key that carries our mark. The secret is generated here, so that a lost reply loses nothing.
    KeyCreate {
        /// Found again by this after a lost reply.
        mark: Mark,
        /// Its account.
        account: ExternalId,
        /// What it is to be.
        spec: KeySpec,
        /// The secret to use. An adapter whose gateway insists on its own returns that one in the receipt instead.
        secret: Secret,
    },
    /// Change a key to this specification. The secret stays.
    KeyUpdate {
        /// Which.
        key: ExternalId,
        /// What it is to be.
        spec: KeySpec,
    },
    /// Set or clear a key's own budget and nothing else.
    KeyBudget {
        /// Which.
        key: ExternalId,
        /// The new ceiling.
        budget: Limit<Budget>,
    },
    /// Stop (`true`) or resume (`false`) a key; the secret stays the same (U16).
    KeyPause {
        /// Which.
        key: ExternalId,
        /// Whether to stop.
        paused: bool,
    },
    /// Stop a key for good. Its history stays.
    KeyRevoke {
        /// Which.
        key: ExternalId,
    },
}

impl Action {
    /// The stable name in the audit log: noun first.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AccountCreate { .. } => "account_create",
            Self::AccountUpdate { .. } => "account_update",
            Self::AccountPause { paused: true, .. } => "account_pause",
            Self::AccountPause { paused: false, .. } => "account_resume",
            Self::KeyCreate { .. } => "key_create",
            Self::KeyUpdate { .. } => "key_update",
            Self::KeyBudget { .. } => "key_budget",
            Self::KeyPause { paused: true, .. } => "key_pause",
            Self::KeyPause { paused: false, .. } => "key_resume",
            Self::KeyRevoke { .. } => "key_revoke",
        }
    }

    /// What to read to learn whether an action of unknown outcome happened.
    #[must_use]
    pub fn settled_by(&self) -> crate::Resource {
        use crate::Resource;
        match self {
            Self::AccountCreate { .. } => Resource::Accounts,
            Self::AccountUpdate { account, .. } | Self::AccountPause { account, .. } => {
                Resource::Account(account.clone())
            }
            Self::KeyCreate { account, .. } => Resource::Keys(Some(account.clone())),
            Self::KeyUpdate { key, .. }
            | Self::KeyBudget { key, .. }
            | Self::KeyPause { key, .. }
            | Self::KeyRevoke { key } => Resource::Key(key.clone()),
        }
    }
}

/// How a change ended. Both are final.
#[derive(Debug, Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "made once per change by a person; a box would cost every reader a dereference"
)]
pub enum Outcome {
    /// It happened, and was read back.
    Done(Receipt),
    /// The gateway said no, or accepted and did not save (product.md D37). Nothing changed, or what changed is said.
    Refused(RefusalReason),
}

/// What was read back after a change.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The account as it now is.
    pub account: Option<Account>,
    /// The key as it now is.
    pub key: Option<Key>,
    /// The secret, when the gateway insisted on making it; shown once and kept nowhere.
    pub secret: Option<Secret>,
    /// How long the change may take to bite everywhere, in seconds; 0 is at once (litellm.md: up to 60).
    pub effective_within_seconds: u32,
}

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalReason {
    /// A sentence for people: what was refused and why, in the gateway's own words where they help; never a secret.
    pub message: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// Whether the gateway accepted the change and then did not hold it.
    pub accepted_but_not_saved: bool,
}
