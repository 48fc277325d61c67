//! A statement with its names interned.

use domain::{GatewayId, RequestOutcome, UsageOrigin, UsageRecord};
use sha2::{Digest, Sha256};

use super::amounts::Amounts;
use super::intern::Names;
use super::{DAY_MILLIS, DAY_PLACES};
use crate::StoreResult;
use crate::column::days;

/// First 16 bytes of a SHA-256: of ten million requests, two share one with a chance of 1 in 10^24.
pub(crate) type Fingerprint = [u8; 16];

/// What a single request said. The order decides between two statements observed together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RequestFacts {
    pub(super) amounts: Amounts,
    pub(super) utc_day: i64,
    pub(super) day_millis: i64,
    pub(super) account: i64,
    pub(super) key: i64,
    pub(super) model: i64,
    pub(super) upstream: Option<i64>,
    pub(super) duration_millis: Option<i64>,
    pub(super) refused: bool,
}

/// What a day total is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct DayOrigin {
    pub(super) account: i64,
    pub(super) utc_day: i64,
    pub(super) key: i64,
    pub(super) model: i64,
}

/// What a day total said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DayFacts {
    pub(super) amounts: Amounts,
    pub(super) upstream: Option<i64>,
}

/// One statement.
pub(super) enum Statement {
    Request(Fingerprint, RequestFacts),
    Day(DayOrigin, DayFacts),
}

impl Statement {
    pub(super) fn of(gateway: GatewayId, record: &UsageRecord, names: &Names<'_>) -> StoreResult<Self> {
        let amounts = Amounts::of(record)?;
        let (account, key) = (names.account(record), names.key(record));
        let model = names.model(record.model.as_str());
        let upstream = record.upstream_model.as_ref().map(|name| names.model(name.as_str()));
        Ok(match &record.origin {
            UsageOrigin::Day(date) => {
                Self::Day(DayOrigin { account, utc_day: days(*date), key, model }, DayFacts { amounts, upstream })
            }
            UsageOrigin::Request(id) => {
                let at = record.occurred_at.as_millis();
                let facts = RequestFacts {
                    amounts,
                    utc_day: at.div_euclid(DAY_MILLIS),
                    day_millis: at.rem_euclid(DAY_MILLIS),
                    account,
                    key,
                    model,
                    upstream,
                    duration_millis: record.duration_millis.map(i64::from),
                    refused: record.outcome == RequestOutcome::Failed,
                };
                Self::Request(fingerprint(gateway, id.as_str()), facts)
            }
        })
    }

    /// The UTC day it is about.
    pub(super) fn utc_day(&self) -> i64 {
        match self {
            Self::Request(_, facts) => facts.utc_day,
            Self::Day(origin, _) => origin.utc_day,
        }
    }

    pub(super) fn account(&self) -> i64 {
        match self {
            Self::Request(_, facts) => facts.account,
            Self::Day(origin, _) => origin.account,
        }
    }
}

pub(crate) fn fingerprint(gateway: GatewayId, request: &str) -> Fingerprint {
    let digest = Sha256::new().chain_update(gateway.0.to_be_bytes()).chain_update(request).finalize();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}

/// The UTC day of a request's row number.
pub(super) fn day_of(id: i64) -> i64 {
    id.div_euclid(DAY_PLACES)
}
