//! Budgets and ceilings on speed, both ways.

use domain::{Budget, BudgetPeriod, Currency, Limit, Nanos, RateLimit, Timestamp, Zone};
use serde::Serialize;

use super::super::wire;
use crate::json::JsonNanos;

/// A hundred years, in hours. Not `99Y`: a budget in years whose owner is aligned to the calendar starts again each
/// first of January, one in hours never does.
const FOREVER: &str = "876000h";
/// From here on a duration is no period but "for good": ten years.
const FOREVER_MILLIS: i64 = 10 * 365 * DAY_MILLIS;
const DAY_MILLIS: i64 = 86_400_000;
/// The only length of a speed limit that we have a word for.
const MINUTE: &str = "1m";

/// A budget on its way to Bifrost.
#[derive(Debug, Clone, Serialize)]
pub struct BudgetBody {
    max_limit: JsonNanos,
    reset_duration: &'static str,
    /// Read in 1.4 only, where an unset one would leave an alignment that the new duration may not have.
    calendar_aligned: bool,
}

/// A speed limit on its way to Bifrost; without any ceiling it is `{}`, which deletes it.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct RateBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_max_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_reset_duration: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_max_limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_reset_duration: Option<&'static str>,
}

/// What a budget's counter says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counter {
    pub spent: Option<Nanos>,
    pub resets_at: Option<Timestamp>,
}

/// Amount, period, and whether the period is a calendar's: what Bifrost holds. Warnings are kept by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    pub amount: Nanos,
    pub period: BudgetPeriod,
    pub aligned: bool,
}

impl Ceiling {
    /// The ceiling that a budget becomes where calendars can be kept, or not.
    pub fn wanted(budget: &Limit<Budget>, aligned: bool) -> Option<Self> {
        let Limit::Limited(budget) = budget else { return None };
        let period = budget.period();
        Some(Self { amount: budget.amount(), period, aligned: aligned && period != BudgetPeriod::Total })
    }

    /// The ceiling of an object with one budget or several, of which the first is shown.
    pub fn found(one: Option<&wire::Budget>, several: &[wire::Budget], owner_aligned: Option<bool>) -> Option<Self> {
        let budget = one.or(several.first())?;
        let period = period(&budget.reset_duration);
        let aligned = owner_aligned.or(budget.calendar_aligned).unwrap_or(false) && period != BudgetPeriod::Total;
        Some(Self { amount: budget.max_limit.0, period, aligned })
    }

    /// As a budget of ours.
    pub fn budget(found: Option<&Self>) -> Limit<Budget> {
        let Some(found) = found else { return Limit::Unlimited };
        let amount = found.amount.clamp(Nanos::ZERO, Budget::MAX);
        Budget::new(amount, Currency::USD, found.period).ok().into()
    }

    /// As Bifrost takes it.
    pub fn body(self) -> BudgetBody {
        BudgetBody {
            max_limit: JsonNanos(self.amount),
            reset_duration: duration(self.period),
            calendar_aligned: self.aligned,
        }
    }

    /// Whether both are one, but for what a double cannot hold of a very large amount.
    pub fn is(self, other: Self) -> bool {
        let apart = self.amount.0.abs_diff(other.amount.0);
        apart <= self.amount.0.unsigned_abs() >> 50 && (self.period, self.aligned) == (other.period, other.aligned)
    }
}

/// Whether two ceilings, or their absence, are one.
pub fn same(a: Option<Ceiling>, b: Option<Ceiling>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.is(b),
        _ => false,
    }
}

/// Whether two ceilings, or their absence, are one in amount and period.
pub fn same_but_for_alignment(a: Option<Ceiling>, b: Option<Ceiling>) -> bool {
    let aligned = |ceiling: Option<Ceiling>| ceiling.map(|ceiling| Ceiling { aligned: true, ..ceiling });
    same(aligned(a), aligned(b))
}

/// The ceiling to end with. One that is as wanted in amount and period stays as it is: aligning it would set its counter
/// to zero, and nobody asked for that.
pub fn keep(found: Option<Ceiling>, wanted: Option<Ceiling>) -> Option<Ceiling> {
    if same_but_for_alignment(found, wanted) { found } else { wanted }
}

/// What the shown budget's counter says, and when it starts again.
pub fn counter(one: Option<&wire::Budget>, several: &[wire::Budget], ceiling: Option<Ceiling>) -> Counter {
    let (Some(budget), Some(ceiling)) = (one.or(several.first()), ceiling) else { return Counter::default() };
    let last: Option<Timestamp> = budget.last_reset.as_deref().and_then(|at| at.parse().ok());
    let rolling = || last.map(|last| last.plus_millis(millis(&budget.reset_duration).unwrap_or(DAY_MILLIS)));
    let utc = Zone::utc();
    let calendar = || last.and_then(|at| ceiling.period.next_reset(utc.date_of(at))).map(|date| utc.start_of(date));
    let resets_at = match (ceiling.period, ceiling.aligned) {
        (BudgetPeriod::Total, _) => None,
        (_, true) => calendar(),
        (_, false) => rolling(),
    };
    Counter { spent: budget.current_usage.map(|spent| spent.0), resets_at }
}

const fn duration(period: BudgetPeriod) -> &'static str {
    match period {
        BudgetPeriod::Daily => "1d",
        BudgetPeriod::Weekly => "1w",
        BudgetPeriod::Monthly => "1M",
        BudgetPeriod::Total => FOREVER,
    }
}

/// The period nearest to a duration; one that we have no word for is shown as the longest of ours that fits in it.
pub fn period(duration: &str) -> BudgetPeriod {
    match millis(duration) {
        Some(FOREVER_MILLIS..) => BudgetPeriod::Total,
        Some(length) if length >= 28 * DAY_MILLIS => BudgetPeriod::Monthly,
        Some(length) if length >= 7 * DAY_MILLIS => BudgetPeriod::Weekly,
        _ => BudgetPeriod::Daily,
    }
}

/// A duration such as `30s`, `1d`, `1M` (30 days) or `1Y` (365 days).
fn millis(duration: &str) -> Option<i64> {
    let digits = duration.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = duration.split_at(digits);
    let unit = match unit {
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => DAY_MILLIS,
        "w" => 7 * DAY_MILLIS,
        "M" => 30 * DAY_MILLIS,
        "Y" => 365 * DAY_MILLIS,
        _ => return None,
    };
    count.parse::<i64>().ok()?.checked_mul(unit)
}

/// Ceilings per minute; one over any other length has no word of ours and is left alone.
pub fn rate_limit(found: &wire::RateLimit) -> RateLimit {
    let minute = |length: &Option<String>| matches!(length.as_deref(), Some(MINUTE | "60s"));
    let requests = found.request_max_limit.filter(|_| minute(&found.request_reset_duration));
    let tokens = found.token_max_limit.filter(|_| minute(&found.token_reset_duration));
    RateLimit {
        requests_per_minute: requests.and_then(|count| u32::try_from(count).ok()),
        tokens_per_minute: tokens,
        parallel: None,
    }
}

/// Ceilings as Bifrost takes them.
pub fn rate_body(limit: &RateLimit) -> RateBody {
    RateBody {
        request_max_limit: limit.requests_per_minute,
        request_reset_duration: limit.requests_per_minute.map(|_| MINUTE),
        token_max_limit: limit.tokens_per_minute,
        token_reset_duration: limit.tokens_per_minute.map(|_| MINUTE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s0_10_durations_become_periods() {
        let rows = [
            ("1d", BudgetPeriod::Daily),
            ("24h", BudgetPeriod::Daily),
            ("30s", BudgetPeriod::Daily),
            ("1w", BudgetPeriod::Weekly),
            ("7d", BudgetPeriod::Weekly),
            ("1M", BudgetPeriod::Monthly),
            ("30d", BudgetPeriod::Monthly),
            ("1Y", BudgetPeriod::Monthly),
            ("99Y", BudgetPeriod::Total),
            ("876000h", BudgetPeriod::Total),
            ("", BudgetPeriod::Daily),
            ("99999999999999999999Y", BudgetPeriod::Daily),
            ("nonsense", BudgetPeriod::Daily),
        ];
        for (text, expected) in rows {
            assert_eq!(period(text), expected, "{text}");
        }
        for expected in BudgetPeriod::ALL {
            assert_eq!(period(duration(expected)), expected, "what we write must be read back");
        }
    }

    #[test]
    fn a_budget_for_good_is_in_hours_and_never_aligned() {
        let total = Budget::new(Nanos::units(5), Currency::USD, BudgetPeriod::Total).unwrap();
        let body = serde_json::to_string(&Ceiling::wanted(&Limit::Limited(total), true).unwrap().body()).unwrap();
        assert_eq!(body, r#"{"max_limit":5,"reset_duration":"876000h","calendar_aligned":false}"#);
    }

    #[test]
    fn counters_start_again_with_the_calendar_or_after_their_length() {
        let read = |text: &str| serde_json::from_str::<wire::Budget>(text).unwrap();
        let month = r#"{"max_limit": 10, "reset_duration": "1M", "last_reset": "2026-11-01T00:00:00Z", "current_usage": 0.018664}"#;
        let rows = [
            (month, Some(true), Some("2026-12-01T00:00:00Z")),
            (month, Some(false), Some("2026-12-01T00:00:00Z")),
            (
                r#"{"max_limit": 1, "reset_duration": "1w", "last_reset": "2026-11-16T00:00:00Z"}"#,
                Some(true),
                Some("2026-11-23T00:00:00Z"),
            ),
            (
                r#"{"max_limit": 1, "reset_duration": "1d", "last_reset": "2026-11-21T09:30:00.5Z"}"#,
                None,
                Some("2026-11-22T09:30:00.5Z"),
            ),
            (r#"{"max_limit": 1, "reset_duration": "99Y", "last_reset": "2026-11-21T09:30:00Z"}"#, None, None),
            (r#"{"max_limit": 1}"#, None, None),
        ];
        for (text, aligned, resets_at) in rows {
            let budget = read(text);
            let ceiling = Ceiling::found(Some(&budget), &[], aligned);
            let told = counter(Some(&budget), &[], ceiling);
            assert_eq!(told.resets_at, resets_at.map(|at| at.parse().unwrap()), "{text}");
        }
        let told = counter(None, &[read(month)], Ceiling::found(None, &[read(month)], None));
        assert_eq!(told.spent, Some(Nanos(18_664_000)), "the first of several is shown");
    }

    #[test]
    fn only_limits_per_minute_have_a_word() {
        let read = |text: &str| rate_limit(&serde_json::from_str(text).unwrap());
        let both = read(
            r#"{"request_max_limit": 5, "request_reset_duration": "1m", "token_max_limit": 7, "token_reset_duration": "60s"}"#,
        );
        assert_eq!((both.requests_per_minute, both.tokens_per_minute), (Some(5), Some(7)));
        let hours = read(r#"{"request_max_limit": 5, "request_reset_duration": "1h", "token_current_usage": 3}"#);
        assert_eq!(hours, RateLimit::default());
        assert_eq!(serde_json::to_string(&rate_body(&RateLimit::default())).unwrap(), "{}", "this deletes the limit");
    }
}
