//! What a person could do about a difference. Every proposal is one: nothing is done by it.

use std::collections::BTreeSet;

use billing::reconcile::{Cause, Finding, Split};
use domain::{Date, Nanos};

use super::Scene;
use crate::wire::{ReconcileProposal, ReconcileSide, ReconcileStep};

/// Names listed in a sentence.
const NAMED: usize = 5;

/// What could be done, the greatest part first within a side.
pub(super) fn proposals(scene: &Scene, splits: &[(ReconcileSide, Split)]) -> Vec<ReconcileProposal> {
    let mut told = Vec::new();
    for (side, split) in splits {
        for cause in Cause::ALL {
            for more in [true, false] {
                let sign = |one: &&Finding| (one.amount >= Nanos::ZERO) == more;
                let of: Vec<&Finding> = split.findings().iter().filter(|one| one.cause == cause).filter(sign).collect();
                told.extend((!of.is_empty()).then(|| Case { scene, side: *side, cause, more, of }.told()).flatten());
            }
        }
    }
    told
}

/// Findings of one cause and direction.
struct Case<'a> {
    scene: &'a Scene,
    side: ReconcileSide,
    cause: Cause,
    /// Whether more is told than the rows say.
    more: bool,
    of: Vec<&'a Finding>,
}

impl Case<'_> {
    fn told(&self) -> Option<ReconcileProposal> {
        use ReconcileStep::{Ask, Attribute, Look, PullAgain};
        let count: u64 = self.of.iter().map(|one| one.count).sum();
        let who = if self.side == ReconcileSide::Bill { "whoever sent the bill" } else { "the gateway's operator" };
        let (sentence, step) = match (self.cause, self.more) {
            (Cause::Missing, _) => {
                (format!("Pull {} again: {} may have been told late.", self.days(), requests(count)), PullAgain)
            }
            (Cause::Duplicate, true) => {
                (format!("Ask {who} to credit what is billed again: {}.", requests(count)), Ask)
            }
            (Cause::Duplicate, false) => {
                (format!("Look at {} kept twice under different identifiers.", requests(count)), Look)
            }
            (Cause::Aborted, _) => (
                format!("Settle with {who} whether streams that end early are paid for: it is {}.", requests(count)),
                Ask,
            ),
            (Cause::Unattributed, _) if self.gone().is_empty() => {
                (format!("Say whose {} is, so that its usage is charged.", self.accounts()), Attribute)
            }
            (Cause::Unattributed, _) => (
                format!(
                    "Look at what was used with {}, which the gateway has deleted, and charge it by hand if it is due.",
                    self.gone()
                ),
                Look,
            ),
            (Cause::CounterError, _) => {
                (format!("Ask {who} about the counter of {}.{}", self.keys(), self.charged()), Ask)
            }
            (Cause::Unexplained, _) => (format!("Look at the requests of {}: no cause shows.", self.days()), Look),
            (Cause::Rounding, _) => return None,
        };
        let (first, last) = self.range();
        let command = self.command(step, first, last);
        let (first, last) = (first.to_string(), last.to_string());
        Some(ReconcileProposal { cause: self.cause.into(), sentence, step, command, first, last })
    }

    fn range(&self) -> (Date, Date) {
        let days = || self.of.iter().filter_map(|one| one.place.day);
        let span = &self.scene.span;
        (days().min().unwrap_or(span.first), days().max().unwrap_or(span.last))
    }

    fn days(&self) -> String {
        let (first, last) = self.range();
        if first == last { first.to_string() } else { format!("{first} to {last}") }
    }

    fn command(&self, step: ReconcileStep, first: Date, last: Date) -> Option<String> {
        match step {
            ReconcileStep::PullAgain => {
                Some(format!("purser sync {} --from {first} --to {last}", self.scene.span.gateway))
            }
            ReconcileStep::Attribute => {
                let account = self.of.iter().find_map(|one| one.place.account)?;
                Some(format!("purser account attribute {account} CLIENT"))
            }
            ReconcileStep::Look => Some(format!("purser requests --from {first} --to {last}")),
            ReconcileStep::Ask => None,
        }
    }

    fn accounts(&self) -> String {
        let accounts = self.of.iter().filter_map(|one| one.place.account).collect::<BTreeSet<_>>();
        let names = accounts.iter().filter_map(|id| self.scene.names.accounts.get(id));
        let names = names.map(|one| one.account.spec.name.to_string()).filter(|name| !name.is_empty());
        listed("account", names.collect())
    }

    fn keys(&self) -> String {
        let keys = self.of.iter().filter_map(|one| one.place.key).collect::<BTreeSet<_>>();
        let names = keys.iter().filter_map(|id| self.scene.keys.get(id));
        listed("key", names.map(|one| one.key.spec.name.to_string()).collect())
    }

    /// Keys among them that the gateway has deleted.
    fn gone(&self) -> String {
        let keys: BTreeSet<_> = self.of.iter().filter_map(|one| one.place.key).collect();
        let gone = keys.iter().filter(|id| self.scene.is_gone(Some(**id))).filter_map(|id| self.scene.keys.get(id));
        let names: Vec<String> = gone.map(|one| one.key.spec.name.to_string()).collect();
        if names.is_empty() { String::new() } else { listed("key", names) }
    }

    /// What the counter does to charges.
    fn charged(&self) -> &'static str {
        let counts = |one: &&&Finding| {
            one.place
                .account
                .zip(one.place.day)
                .is_some_and(|(account, day)| self.scene.sides.counts_total(account, day))
        };
        if self.of.iter().any(|one| counts(&one)) {
            " Clients are charged by what it says until it is put right."
        } else {
            ""
        }
    }
}

fn requests(count: u64) -> String {
    match count {
        1 => "1 request".to_owned(),
        count => format!("{} requests", crate::format::grouped(&count.to_string())),
    }
}

/// `key “a”`, `keys “a”, “b” and 3 more`.
fn listed(noun: &str, names: Vec<String>) -> String {
    let (shown, more) = (names.iter().take(NAMED), names.len().saturating_sub(NAMED));
    let shown: Vec<String> = shown.map(|name| format!("“{name}”")).collect();
    match (names.len(), more) {
        (0, _) => format!("an unnamed {noun}"),
        (1, _) => format!("{noun} {}", shown.join(", ")),
        (_, 0) => format!("{noun}s {}", shown.join(", ")),
        (_, more) => format!("{noun}s {} and {more} more", shown.join(", ")),
    }
}
