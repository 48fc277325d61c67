//! How fast keys and accounts go: requests and tokens per calendar minute.

use std::collections::HashMap;

use domain::Timestamp;

use crate::state::Holder;
use crate::wire::RateBody;

/// Milliseconds in a window.
const MINUTE: i64 = 60_000;

/// What has been used in the present minute.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    minutes: HashMap<Holder, Minute>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    number: i64,
    requests: u32,
    tokens: u64,
}

/// A ceiling on requests and what is left of it, for the `x-ratelimit-*` headers (S1-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests per minute.
    pub(crate) limit: u32,
    /// Requests left in this minute.
    pub(crate) remaining: u32,
    /// When the next minute starts, in seconds since the Unix epoch.
    pub(crate) reset: i64,
}

impl Pace {
    /// What is left of a ceiling on requests; `None` without one.
    pub(crate) fn allowance(&self, holder: Holder, limit: RateBody, now: Timestamp) -> Option<Allowance> {
        let limit = limit.requests_per_minute?;
        let used = self.minute(holder, now).requests;
        Some(Allowance { limit, remaining: limit.saturating_sub(used), reset: reset(now) })
    }

    /// Whether a holder may make one more request now.
    pub(crate) fn admits(&self, holder: Holder, limit: RateBody, now: Timestamp) -> bool {
        let used = self.minute(holder, now);
        let requests = limit.requests_per_minute.is_none_or(|most| used.requests < most);
        requests && limit.tokens_per_minute.is_none_or(|most| used.tokens < most)
    }

    /// Counts a request.
    pub(crate) fn count(&mut self, holder: Holder, tokens: u64, now: Timestamp) {
        let mut minute = self.minute(holder, now);
        minute.requests = minute.requests.saturating_add(1);
        minute.tokens = minute.tokens.saturating_add(tokens);
        self.minutes.insert(holder, minute);
    }

    fn minute(&self, holder: Holder, now: Timestamp) -> Minute {
        let number = now.as_millis().div_euclid(MINUTE);
        let kept = self.minutes.get(&holder).filter(|minute| minute.number == number);
        kept.copied().unwrap_or(Minute { number, ..Minute::default() })
    }
}

/// The start of the next minute, in seconds since the Unix epoch.
pub(crate) fn reset(now: Timestamp) -> i64 {
    (now.as_millis().div_euclid(MINUTE) + 1) * (MINUTE / 1000)
}

/// Whole seconds until the next minute, at least 1 (S1-12).
pub(crate) fn retry_after(now: Timestamp) -> i64 {
    let left = reset(now) * 1000 - now.as_millis();
    (left + 999).div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s1_08_a_minute_holds_its_limit_and_the_next_starts_afresh() {
        let mut pace = Pace::default();
        let (holder, tier) = (Holder::Key(1), RateBody { requests_per_minute: Some(2), ..RateBody::default() });
        let at = Timestamp::from_millis;
        for millis in [61_000, 62_000] {
            assert!(pace.admits(holder, tier, at(millis)));
            pace.count(holder, 10, at(millis));
        }
        assert!(!pace.admits(holder, tier, at(119_999)), "the third in the same minute");
        let left = pace.allowance(holder, tier, at(119_999)).unwrap();
        assert_eq!((left.limit, left.remaining, left.reset), (2, 0, 120));
        assert_eq!(retry_after(at(61_000)), 59);
        assert_eq!(retry_after(at(119_999)), 1, "never told to retry at once");
        assert!(pace.admits(holder, tier, at(120_000)));
    }

    #[test]
    fn a_ceiling_on_tokens_lets_the_crossing_request_through() {
        let mut pace = Pace::default();
        let (holder, tier) = (Holder::Key(1), RateBody { tokens_per_minute: Some(100), ..RateBody::default() });
        pace.count(holder, 99, Timestamp::from_millis(0));
        assert!(pace.admits(holder, tier, Timestamp::from_millis(1)));
        pace.count(holder, 50, Timestamp::from_millis(1));
        assert!(!pace.admits(holder, tier, Timestamp::from_millis(2)));
    }
}
