//! Usage records: a gateway's statements of consumption. Facts before they are prices.

use crate::{Date, ExternalId, ModelName, Nanos, Quantities, Timestamp};

/// How finely a statement counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// One record per request.
    Request,
    /// One record per account, key, model and UTC day.
    Day,
}

impl Grain {
    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Day => "day",
        }
    }
}

/// What makes two statements be about the same consumption. A later statement with the same origin *restates* the
/// earlier one; it never adds to it (product.md R6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum UsageOrigin {
    /// A request, by the gateway's own identifier.
    Request(ExternalId),
    /// A UTC day's total of one account, key and model.
    Day(Date),
}

impl UsageOrigin {
    /// The grain of the statement.
    #[must_use]
    pub const fn grain(&self) -> Grain {
        match self {
            Self::Request(_) => Grain::Request,
            Self::Day(_) => Grain::Day,
        }
    }
}

/// Whether a request was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestOutcome {
    /// Served.
    Succeeded,
    /// Refused or failed; usually costs nothing (litellm.md pitfall 9).
    Failed,
}

/// One statement of consumption. Holds no prompt, no reply and no secret: there is no field for them (S0-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRecord {
    /// What it is a statement about.
    pub origin: UsageOrigin,
    /// When the request started; for a day, its first instant in UTC.
    pub occurred_at: Timestamp,
    /// The account that pays; `None` is unattributed.
    pub account: Option<ExternalId>,
    /// The key that called; `None` when the gateway does not know one.
    pub key: Option<ExternalId>,
    /// The model as the client called it.
    pub model: ModelName,
    /// The upstream model that answered, where it is told apart.
    pub upstream_model: Option<ModelName>,
    /// What was consumed. [`crate::Meter::Requests`] counts served requests.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// What the gateway says it cost the agency, margins of the gateway included.
    pub cost: Nanos,
    /// Time to the end of the answer in milliseconds; only for a single request.
    pub duration_millis: Option<u32>,
    /// The status of a single request.
    pub outcome: RequestOutcome,
}
