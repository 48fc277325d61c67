//! Remote changes as data: the same value goes to the adapter, the audit log and the confirmation dialog.

use std::time::Duration;

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
        /// Randomness for a password, where an account has one to log in with.
        secret: Secret,
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
    /// Entrust a credential of the account's own, for a gateway that lets only the account manage its keys
    /// ([`crate::Capability::account_credential`]). It is tried before it is kept.
    AccountCredential {
        /// Which.
        account: ExternalId,
        /// The account's own credential.
        credential: Secret,
    },
    /// Make a key that carries our mark. The secret is generated here, so that a lost reply loses nothing.
    KeyCreate {
        /// Found again by this after a lost reply.
        mark: Mark,
        /// Its account.
        account: ExternalId,
        /// What it is to be.
        spec: KeySpec,
        /// The secret to use. An adapter whose gateway insists on its own says so in the receipt ([`KeySecret`]).
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
    /// Show the secret of a key again, where the gateway can ([`crate::Capability::key_reveal`]). Changes nothing; it is
    /// a change all the same, for the audit log and for the gateway's limits.
    KeyReveal {
        /// Which.
        key: ExternalId,
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
            Self::AccountCredential { .. } => "account_credential",
            Self::KeyCreate { .. } => "key_create",
            Self::KeyUpdate { .. } => "key_update",
            Self::KeyBudget { .. } => "key_budget",
            Self::KeyPause { paused: true, .. } => "key_pause",
            Self::KeyPause { paused: false, .. } => "key_resume",
            Self::KeyReveal { .. } => "key_reveal",
            Self::KeyRevoke { .. } => "key_revoke",
        }
    }

    /// What to read to learn whether an action of unknown outcome happened.
    #[must_use]
    pub fn settled_by(&self) -> crate::Resource {
        use crate::Resource;
        match self {
            Self::AccountCreate { .. } => Resource::Accounts,
            Self::AccountUpdate { account, .. }
            | Self::AccountPause { account, .. }
            | Self::AccountCredential { account, .. } => Resource::Account(account.clone()),
            Self::KeyCreate { account, .. } => Resource::Keys(Some(account.clone())),
            Self::KeyUpdate { key, .. }
            | Self::KeyBudget { key, .. }
            | Self::KeyPause { key, .. }
            | Self::KeyReveal { key }
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
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// The account as it now is.
    pub account: Option<Account>,
    /// The key as it now is.
    pub key: Option<Key>,
    /// Which secret a new or revealed key has.
    pub secret: KeySecret,
    /// How long the change may take to bite everywhere, in seconds; 0 is at once (litellm.md: up to 60).
    pub effective_within_seconds: u32,
}

impl Outcome {
    /// The account as it was read back; the change bites everywhere within so many seconds.
    #[must_use]
    pub fn done_account(account: Account, effective_within_seconds: u32) -> Self {
        Self::Done(Receipt { account: Some(account), effective_within_seconds, ..Receipt::default() })
    }

    /// The key as it was read back; the change bites everywhere within so many seconds.
    #[must_use]
    pub fn done_key(key: Key, effective_within_seconds: u32) -> Self {
        Self::Done(Receipt { key: Some(key), effective_within_seconds, ..Receipt::default() })
    }

    /// The gateway, or the adapter before it sent anything, said no.
    #[must_use]
    pub fn refused(message: impl Into<String>, status: Option<u16>) -> Self {
        let message = message.into();
        Self::Refused(RefusalReason { message, status, accepted_but_not_saved: false, after: None })
    }

    /// The gateway said yes and then did not hold it (product.md D37).
    #[must_use]
    pub fn not_saved(message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Refused(RefusalReason { message, status: Some(200), accepted_but_not_saved: true, after: None })
    }
}

/// Which secret a key has after a change.
#[derive(Debug, Clone, Default)]
pub enum KeySecret {
    /// The one that was asked for; or the change was about something else.
    #[default]
    AsAsked,
    /// One that the gateway made; shown once and kept nowhere.
    Told(Secret),
    /// One that the gateway made, and tells no earlier than after this time ([`Action::KeyReveal`]).
    Later(Duration),
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
    /// When the same may be asked again, where waiting is all that is needed.
    pub after: Option<Duration>,
}
