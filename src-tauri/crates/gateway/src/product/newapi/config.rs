//! What was learned about one instance, and what it can do because of it.

use domain::{BudgetPeriod, Enforcement, Meter, Nanos};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Mode;
use super::naming::TokenName;
use crate::Capability;

/// Most that a wallet, a key or a row can hold: columns are 32 bits wide on most databases.
pub const QUOTA_MAX: i64 = 2_147_483_647;
/// The wallet of an account without a budget: New API has no unlimited user. $4,000 at the default rate.
pub const WALLET_FULL: i64 = 2_000_000_000;
/// Below this an unlimited wallet is filled again at the next change of its account.
pub const WALLET_LOW: i64 = WALLET_FULL / 2;
/// Longest time a pause takes to bite. Measured 0.01 s on one node; nodes share Redis, which is told at once.
pub const PAUSE_BOUND_SECONDS: u32 = 5;
/// A request is dated at its start, but at most this long before the row that tells of it: see `usage.rs`.
pub const LOOK_AHEAD_SECONDS: i64 = 900;
/// How late a row may appear after the start it is dated at: the look-ahead, and a minute for a slow database.
pub const USAGE_DELAY_SECONDS: u32 = 960;

/// How many units of quota are one dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(Decimal);

impl Default for Rate {
    fn default() -> Self {
        Self(Decimal::from(500_000))
    }
}

impl Rate {
    /// A rate; nothing below or at zero.
    pub fn new(per_dollar: Decimal) -> Option<Self> {
        (per_dollar > Decimal::ZERO).then_some(Self(per_dollar))
    }

    /// Units as money, to the nearest nano-dollar.
    pub fn money(self, units: i64) -> Nanos {
        self.cost(units, Decimal::ONE).unwrap_or_default()
    }

    /// Units that were charged at a ratio, as what they cost before it; rounded once. `None` for a ratio of zero.
    pub fn cost(self, units: i64, ratio: Decimal) -> Option<Nanos> {
        let dollars = Decimal::from(units).checked_div(self.0.checked_mul(ratio)?)?;
        Nanos::nearest(dollars).ok()
    }

    /// Money in whole units, rounded down: a ceiling is not raised by rounding. Money itself is to the nearest
    /// nano-dollar, so half of one is added first: units that were turned into money come back the same.
    pub fn units(self, money: Nanos) -> Option<i64> {
        let half = Decimal::new(5, 10);
        money.to_decimal().checked_add(half)?.checked_mul(self.0)?.floor().to_i64()
    }

    /// The cost of a million tokens at a model ratio.
    pub fn per_million(self, ratio: Decimal) -> Option<Nanos> {
        Nanos::nearest(ratio.checked_mul(Decimal::from(1_000_000))?.checked_div(self.0)?).ok()
    }
}

/// What probing has told. Starts as the common case.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    /// Whether the instance was asked at all.
    pub asked: bool,
    /// Release, where told.
    pub version: Option<String>,
    /// Units per dollar.
    pub rate: Rate,
    /// The user whose credential we hold.
    pub me: u64,
    /// Whether that user is an administrator.
    pub is_admin: bool,
    /// A login needs a riddle solved in a browser.
    pub login_has_riddle: bool,
    /// Row numbers are places in a list and not identities (a ClickHouse log database).
    pub rows_are_places: bool,
    /// The credential may see channels.
    pub channels: bool,
}

/// What an instance can do.
pub fn capability(learned: &Learned, mode: Mode) -> Capability {
    let funded = BudgetPeriod::ALL.map(|period| (period, enforcement(period))).to_vec();
    let tagged = mode == Mode::OwnKeys;
    Capability {
        account_list: true,
        account_write: true,
        account_pause: true,
        account_budget_periods: if tagged { Vec::new() } else { funded.clone() },
        account_models: false,
        account_credential: !tagged,
        key_list: true,
        key_write: true,
        key_pause: true,
        key_models: true,
        key_scope: false,
        key_rate_limit: false,
        key_expiry: true,
        key_expiry_change: true,
        key_reveal: true,
        key_name_bytes: u16::try_from(TokenName::room(tagged)).ok(),
        budget_periods: funded,
        budget_stop_status: None,
        pause_bound_seconds: PAUSE_BOUND_SECONDS,
        usage_requests: learned.is_admin || !learned.asked,
        usage_days: false,
        usage_days_by_model: false,
        usage_delay_seconds: USAGE_DELAY_SECONDS,
        usage_meters: vec![
            Meter::Requests,
            Meter::InputTokens,
            Meter::OutputTokens,
            Meter::CacheReadTokens,
            Meter::CacheWriteTokens,
        ],
        model_list: true,
        route_list: learned.channels,
        route_backups: learned.channels,
        route_health: learned.channels,
    }
}

/// New API knows one ceiling, for good; what starts again is funded by Purser.
const fn enforcement(period: BudgetPeriod) -> Enforcement {
    match period {
        BudgetPeriod::Total => Enforcement::Gateway,
        BudgetPeriod::Daily | BudgetPeriod::Weekly | BudgetPeriod::Monthly => Enforcement::App,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3_03_quota_is_money_both_ways_and_rounds_once() {
        let rate = Rate::default();
        assert_eq!(rate.money(500_000), Nanos::units(1));
        assert_eq!(rate.money(-1), Nanos(-2_000), "a refund");
        assert_eq!(rate.units(Nanos(12_345_000_000)), Some(6_172_500));
        assert_eq!(rate.units(Nanos(1_999)), Some(0), "never more than was granted");
        let ratio = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(rate.cost(9_375, ratio("1.25")), Some(Nanos(15_000_000)), "a markup of 25 % is taken off");
        assert_eq!(rate.cost(1, ratio("3")), Some(Nanos(667)), "to the nearest nano-dollar");
        assert_eq!(rate.cost(5, Decimal::ZERO), None);
        assert_eq!(rate.per_million(ratio("1.25")), Some(Nanos(2_500_000_000)), "$2.50 for a million");
        let odd = Rate::new(ratio("730000")).unwrap();
        assert_eq!(odd.units(odd.money(1_000_001)), Some(1_000_001), "a rate that does not divide evenly");
        assert_eq!(Rate::new(Decimal::ZERO), None);
    }
}
