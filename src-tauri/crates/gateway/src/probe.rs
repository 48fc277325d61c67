//! What a connection test tells.

use crate::Capability;

/// The answer of a connected instance about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Release, where the instance tells.
    pub version: Option<String>,
    /// What it can do with this credential.
    pub capability: Capability,
    /// What the credential may do.
    pub rights: Rights,
    /// The instance's clock minus ours, in milliseconds, from its `Date` header (whole seconds).
    pub clock_skew_millis: Option<i64>,
    /// What an operator should know.
    pub findings: Vec<Finding>,
}

/// What an admin credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights {
    /// Read and write.
    Admin,
    /// Read only: enough to sync, not to change anything.
    ReadOnly,
}

/// Something an operator should know about an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: FindingLevel,
    /// Stable name, for tests and translation.
    pub code: &'static str,
    /// A sentence: what was found and what to do.
    pub message: String,
}

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingLevel {
    /// Good to know.
    Note,
    /// Should be put right.
    Warning,
    /// Money or access is at risk.
    Danger,
}
