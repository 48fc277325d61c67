//! Single requests: all there is where a gateway tells nothing else; behind day totals only what those cannot tell.

use domain::{Period, Timestamp, Zone};
use gateway::Cursor;

use super::span::Span;
use super::{Frame, USAGE_REQUEST, What, days, requests_of, utc_days};
use crate::AccountState;

/// Requests of all accounts, history included.
pub(super) fn all(frame: &Frame<'_>) -> Vec<What> {
    let floor = frame.days_ago(frame.policy.history_days.saturating_sub(1));
    let windows = span(frame, floor, frame.clock).windows(frame.state.cursor(USAGE_REQUEST));
    windows.into_iter().map(|(window, from)| What::Requests { window, account: None, from }).collect()
}

/// Requests behind day totals: the latest detail of all accounts, and before that the days of clients in other zones.
pub(super) fn behind_days(frame: &Frame<'_>) -> Vec<What> {
    let detail = detail(frame);
    let until = detail.first().map_or(frame.clock, |(window, _)| window.start());
    let accounts = frame.state.accounts.iter().filter(|account| account.needs_requests() && !account.gone);
    let mut pulls: Vec<What> = accounts.flat_map(|account| of_account(frame, account, until)).collect();
    pulls.extend(detail.into_iter().map(|(window, from)| What::Requests { window, account: None, from }));
    pulls
}

/// The latest requests of all accounts. Goes on from its watermark while that is recent; after a longer pause only the
/// days of the policy are asked for, and the gap stays with the day totals.
fn detail(frame: &Frame<'_>) -> Vec<(Period, Cursor)> {
    if frame.policy.detail_days == 0 {
        return vec![];
    }
    let recent = frame.days_ago(frame.policy.restate_days.max(frame.policy.detail_days));
    let cursor = frame.state.cursor(USAGE_REQUEST);
    let cursor = cursor.filter(|cursor| cursor.complete_through.is_none_or(|through| through >= recent));
    let goes_on = cursor.is_some_and(|cursor| cursor.complete_through.is_some());
    let afresh = frame.days_ago(frame.policy.detail_days - 1);
    let floor = if goes_on { recent.plus_millis(-frame.look_back_millis()) } else { afresh };
    span(frame, floor, frame.clock).windows(cursor)
}

/// The requests of one account up to where the detail of all accounts begins. Day totals that this sync does not ask
/// for anyway are asked for first, so that the two can be compared.
fn of_account(frame: &Frame<'_>, account: &AccountState, until: Timestamp) -> Vec<What> {
    let floor = frame.days_ago(frame.policy.zone_history_days.saturating_sub(1));
    let windows = span(frame, floor, until).windows(frame.state.cursor(&requests_of(&account.external_id)));
    let compared = days::fresh_from(frame);
    let mut pulls = Vec::new();
    for (window, from) in windows {
        let id = account.external_id.clone();
        if let Some(window) = before(&window, compared) {
            pulls.push(What::Days { window, account: Some(id.clone()), from: Cursor::start() });
        }
        pulls.push(What::Requests { window, account: Some(id), from });
    }
    pulls
}

/// The whole UTC days of a window that start before an instant.
fn before(window: &Period, instant: Timestamp) -> Option<Period> {
    let (first, last) = utc_days(window);
    let whole = Zone::utc().days(first, last);
    Period::new(whole.start(), whole.end().min(instant)).ok()
}

fn span(frame: &Frame<'_>, floor: Timestamp, end: Timestamp) -> Span {
    Span {
        floor,
        end,
        clock: frame.clock,
        back_millis: frame.look_back_millis(),
        chunk_days: frame.policy.chunk_days,
        whole_days: false,
    }
}
