//! Day totals of all accounts.

use domain::{Timestamp, Zone};

use super::span::Span;
use super::{Frame, USAGE_DAY, What};

/// Day totals of all accounts: history first, the restated days again.
pub(super) fn all(frame: &Frame<'_>) -> Vec<What> {
    let windows = span(frame).windows(frame.state.cursor(USAGE_DAY));
    windows.into_iter().map(|(window, from)| What::Days { window, account: None, from }).collect()
}

/// From where on [`all`] asks for every day total anew in this sync, the pages of a cut-off pull left out.
pub(super) fn fresh_from(frame: &Frame<'_>) -> Timestamp {
    let windows = span(frame).windows(frame.state.cursor(USAGE_DAY));
    let cut_off = windows.iter().position(|(_, from)| from.point().is_some());
    let fresh = windows.get(cut_off.map_or(0, |place| place + 1));
    fresh.map_or(frame.clock, |(window, _)| window.start())
}

/// To the end of today, so that a day's total is asked for while the day lasts.
fn span(frame: &Frame<'_>) -> Span {
    Span {
        floor: frame.days_ago(frame.policy.history_days.saturating_sub(1)),
        end: Zone::utc().start_of(frame.today().plus_days(1)),
        clock: frame.clock,
        back_millis: i64::from(frame.policy.restate_days.max(1)) * 86_400_000,
        chunk_days: frame.policy.chunk_days,
        whole_days: true,
    }
}
