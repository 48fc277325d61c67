//! Differences for people: names instead of row numbers, and sentences.

use billing::reconcile::{Cause, Finding, Split};
use domain::{Date, KeyId, Nanos};
use store::table::StoredBill;

use super::{Billed, Scene};
use crate::format;
use crate::rating::model_text;
use crate::wire::{AmountRole, AmountView, ReconcileCause, ReconcileSide, SplitFinding, SplitPart, SplitView};

/// Findings told; the parts hold all of them.
const FINDINGS: usize = 200;

impl From<Cause> for ReconcileCause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Missing => Self::Missing,
            Cause::Duplicate => Self::Duplicate,
            Cause::Aborted => Self::Aborted,
            Cause::Unattributed => Self::Unattributed,
            Cause::CounterError => Self::CounterError,
            Cause::Rounding => Self::Rounding,
            Cause::Unexplained => Self::Unexplained,
        }
    }
}

impl Scene {
    fn cost(&self, nanos: Nanos) -> AmountView {
        format::cost(nanos, self.names.currency(self.span.gateway), AmountRole::Cost)
    }

    fn exact(&self, nanos: Nanos) -> AmountView {
        format::exact_cost(nanos, self.names.currency(self.span.gateway), AmountRole::Cost)
    }

    /// Whether a key is known and no listing has it any more.
    pub(super) fn is_gone(&self, key: Option<KeyId>) -> bool {
        key.and_then(|key| self.keys.get(&key)).is_some_and(|key| key.gone_at.is_some())
    }
}

/// A difference to show.
pub(super) fn split(scene: &Scene, side: ReconcileSide, split: &Split) -> SplitView {
    let parts = split.parts().into_iter().map(|part| SplitPart {
        cause: part.cause.into(),
        count: format::count(part.count),
        amount: scene.exact(part.amount),
    });
    let found = split.findings();
    SplitView {
        side,
        told: scene.exact(split.told()),
        rows: scene.exact(split.rows()),
        difference: scene.exact(split.difference()),
        parts: parts.collect(),
        findings: found.iter().take(FINDINGS).map(|finding| self::finding(scene, side, finding)).collect(),
        more: u32::try_from(found.len().saturating_sub(FINDINGS)).unwrap_or(u32::MAX),
    }
}

fn finding(scene: &Scene, side: ReconcileSide, finding: &Finding) -> SplitFinding {
    let place = &finding.place;
    let account = place.account.and_then(|id| scene.names.accounts.get(&id));
    let client = account.and_then(|account| account.client);
    let key = place.key.and_then(|id| scene.keys.get(&id));
    let counts = |(account, day)| scene.sides.counts_total(account, day) && scene.sides.is_detailed(account, day);
    SplitFinding {
        cause: finding.cause.into(),
        day: place.day.map(|day| day.to_string()),
        account: account.map(|account| account.account.spec.name.to_string()).filter(|name| !name.is_empty()),
        client_id: client.map(|id| id.to_string()),
        client: client.map(|id| scene.names.client(id)),
        key_id: place.key.map(|id| id.to_string()),
        key: key.map(|key| key.key.spec.name.to_string()).or_else(|| place.named.clone()),
        key_gone: scene.is_gone(place.key),
        model: place.model.as_ref().map(model_text),
        count: format::count(finding.count),
        amount: scene.cost(finding.amount),
        example: finding.example.clone(),
        charged_as_told: side == ReconcileSide::Gateway && place.account.zip(place.day).is_some_and(counts),
    }
}

/// What to know about the figures.
pub(super) fn notes(scene: &Scene, asked_last: Date, bill: (Option<&StoredBill>, Option<&Billed>)) -> Vec<String> {
    let (span, mut notes) = (&scene.span, Vec::new());
    if span.last < span.first {
        notes.push(
            "No whole UTC day of this period is known to its end yet: sync, or choose an earlier one.".to_owned(),
        );
    } else if span.last < asked_last {
        let from = span.last.plus_days(1);
        notes.push(format!("Days from {from} on are not over, or not yet told to their end, and are left out."));
    }
    if !scene.names.capability(span.gateway).usage_days {
        notes.push("This gateway tells no totals of its own: only a bill can be compared with its rows.".to_owned());
    }
    if let (Some(bill), Some(billed)) = bill {
        if billed.outside > 0 {
            notes.push(format!("{} lines of the bill lie outside these days and are not compared.", billed.outside));
        }
        if bill.first > span.first || bill.last < span.last {
            let (first, last) = (bill.first, bill.last);
            notes.push(format!(
                "The bill has lines from {first} to {last} only; rows of other days stand against none."
            ));
        }
    }
    notes
}
