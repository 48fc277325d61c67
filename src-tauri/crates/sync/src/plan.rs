//! What to pull: pure, and data that can be printed before anything is done (`purser sync --plan`).
//!
//! The rules:
//! * A gateway that tells requests only is asked for requests, from its watermark minus a look-back: a request is dated
//!   by its start and told after its end (litellm.md pitfall 7).
//! * A gateway that tells UTC-day totals is asked for those; the last days are asked for again each time, because they
//!   are restated. Requests are asked for besides, for the latest detail, and further back for the accounts of clients
//!   in other zones than UTC, whose days no UTC-day total can tell apart.
//! * Oldest first, in pieces, so that a cursor is a watermark and a sync that is cut off goes on where it was.
//! * A clock that jumps makes a pull longer, never negative, and never makes it miss anything: a watermark never
//!   passes the earlier of our clock and the gateway's, and one that lies ahead of both is drawn back.

mod again;
mod days;
mod requests;
mod span;

use std::fmt;

use domain::{Date, ExternalId, GatewayId, Period, Timestamp, Zone};
use gateway::Cursor;

use crate::GatewayState;

pub(crate) use again::again;
pub(crate) use span::Point;

/// How much to pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// UTC days of history that a first sync asks for.
    pub history_days: u16,
    /// UTC days of requests to ask for behind day totals, where a client's zone needs them. Before those, that client's
    /// days are UTC days.
    pub zone_history_days: u16,
    /// UTC days of requests to ask for behind day totals for all accounts, today included; 0 is none.
    pub detail_days: u16,
    /// UTC days of totals to ask for again each time, today included.
    pub restate_days: u16,
    /// The longest call a client makes, in seconds.
    pub longest_call_seconds: u32,
    /// The longest piece of history in one pull, in UTC days.
    pub chunk_days: u16,
    /// The longest quiet that a sync waits out when a gateway asks for it, in seconds; 0 waits for none.
    pub patience_seconds: u32,
}

impl Default for Policy {
    /// 400 days of totals, 93 days (any quarter) of requests for zones, today's detail, 3 days again, calls of an hour,
    /// and ten minutes of patience: New API keeps an address out for three once it called too often.
    fn default() -> Self {
        Self {
            history_days: 400,
            zone_history_days: 93,
            detail_days: 1,
            restate_days: 3,
            longest_call_seconds: 3600,
            chunk_days: 30,
            patience_seconds: 600,
        }
    }
}

/// What kind of thing is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listing {
    /// Accounts.
    Accounts,
    /// Keys, of every account.
    Keys,
    /// Routes: what answers a model name.
    Routes,
}

/// What to pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Everything of a kind that exists now.
    Inventory(Listing),
    /// Totals of whole UTC days.
    Days {
        /// From the start of the first to the end of the last.
        window: Period,
        /// Only this account.
        account: Option<ExternalId>,
        /// Where a pull that was cut off goes on.
        from: Cursor,
    },
    /// Single requests that started in a window.
    Requests {
        /// When they started.
        window: Period,
        /// Only this account.
        account: Option<ExternalId>,
        /// Where a pull that was cut off goes on.
        from: Cursor,
    },
}

/// One thing to pull from one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// The gateway.
    pub gateway: GatewayId,
    /// What.
    pub what: What,
}

/// Resource of the cursor of day totals.
pub(crate) const USAGE_DAY: &str = "usage_day";
/// Resource of the cursor of requests of all accounts.
pub(crate) const USAGE_REQUEST: &str = "usage_request";

/// Resource of the cursor of requests of one account.
pub(crate) fn requests_of(account: &ExternalId) -> String {
    format!("{USAGE_REQUEST}/{account}")
}

impl Pull {
    /// What its success or failure is noted under. A pull whose lane failed earlier in a sync is skipped.
    #[must_use]
    pub fn lane(&self) -> String {
        match &self.what {
            What::Inventory(Listing::Accounts) => "accounts".to_owned(),
            What::Inventory(Listing::Keys) => "keys".to_owned(),
            What::Inventory(Listing::Routes) => "routes".to_owned(),
            What::Days { account: None, .. } => USAGE_DAY.to_owned(),
            What::Requests { account: None, .. } => USAGE_REQUEST.to_owned(),
            What::Days { account: Some(account), .. } | What::Requests { account: Some(account), .. } => {
                requests_of(account)
            }
        }
    }
}

impl fmt::Display for Pull {
    /// One line of a printed plan.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.gateway)?;
        match &self.what {
            What::Inventory(Listing::Accounts) => f.write_str("accounts"),
            What::Inventory(Listing::Keys) => f.write_str("keys"),
            What::Inventory(Listing::Routes) => f.write_str("routes"),
            What::Days { window, account, from } => {
                let (first, last) = utc_days(window);
                write!(f, "days {first} to {last}")?;
                narrowed(f, account.as_ref(), from)
            }
            What::Requests { window, account, from } => {
                write!(f, "requests {} to {}", window.start(), window.end())?;
                narrowed(f, account.as_ref(), from)
            }
        }
    }
}

fn narrowed(f: &mut fmt::Formatter<'_>, account: Option<&ExternalId>, from: &Cursor) -> fmt::Result {
    match account {
        Some(account) => write!(f, " of account {account}")?,
        None => f.write_str(" of all accounts")?,
    }
    if from.point().is_some() { f.write_str(", going on") } else { Ok(()) }
}

/// The first and last UTC day of a window.
pub(crate) fn utc_days(window: &Period) -> (Date, Date) {
    let utc = Zone::utc();
    (utc.date_of(window.start()), utc.date_of(window.end().plus_millis(-1)))
}

/// What to pull now, in order. Pulls of one gateway depend on the ones before (see [`Pull::lane`]); gateways do not
/// depend on each other.
#[must_use]
pub fn plan(now: Timestamp, states: &[GatewayState], policy: &Policy) -> Vec<Pull> {
    let whole = |state| [inventory(state), usage(now, state, policy)].concat();
    states.iter().flat_map(whole).collect()
}

/// The listings of one gateway: accounts before keys, which name them.
pub(crate) fn inventory(state: &GatewayState) -> Vec<Pull> {
    let able = &state.capability;
    let listings =
        [(able.account_list, Listing::Accounts), (able.key_list, Listing::Keys), (able.route_list, Listing::Routes)];
    let possible = listings.into_iter().filter(|(can, _)| *can);
    possible.map(|(_, listing)| Pull { gateway: state.gateway, what: What::Inventory(listing) }).collect()
}

/// The usage of one gateway: day totals before the requests that are compared with them.
pub(crate) fn usage(now: Timestamp, state: &GatewayState, policy: &Policy) -> Vec<Pull> {
    let frame = Frame { state, policy, clock: state.clock(now) };
    let what = match (state.capability.usage_days, state.capability.usage_requests) {
        (true, true) => [days::all(&frame), requests::behind_days(&frame)].concat(),
        (true, false) => days::all(&frame),
        (false, true) => requests::all(&frame),
        (false, false) => vec![],
    };
    what.into_iter().map(|what| Pull { gateway: state.gateway, what }).collect()
}

/// What every rule looks at.
pub(crate) struct Frame<'a> {
    pub(crate) state: &'a GatewayState,
    pub(crate) policy: &'a Policy,
    /// The end of what can have happened.
    pub(crate) clock: Timestamp,
}

impl Frame<'_> {
    pub(crate) fn today(&self) -> Date {
        Zone::utc().date_of(self.clock)
    }

    /// The start of the UTC day so many days ago; 0 is today.
    pub(crate) fn days_ago(&self, days: u16) -> Timestamp {
        Zone::utc().start_of(self.today().plus_days(-i32::from(days)))
    }

    /// How far back a statement may still be missing.
    pub(crate) fn look_back_millis(&self) -> i64 {
        look_back_millis(self.state, self.policy)
    }
}

/// How long after the start of a request its statement may first appear.
pub(crate) fn look_back_millis(state: &GatewayState, policy: &Policy) -> i64 {
    (i64::from(state.capability.usage_delay_seconds) + i64::from(policy.longest_call_seconds)) * 1000
}

#[cfg(test)]
mod tests;
