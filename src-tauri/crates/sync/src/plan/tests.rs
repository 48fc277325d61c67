//! The plan, as it is printed, for many states.

use domain::AccountId;
use domain::ClientId;
use expect_test::{Expect, expect};
use gateway::Capability;
use store::table::StoredCursor;

use super::*;
use crate::AccountState;

const NOW: &str = "2026-11-21T03:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn state(days: bool, requests: bool) -> GatewayState {
    let capability = Capability {
        usage_days: days,
        usage_days_by_model: days,
        usage_requests: requests,
        usage_delay_seconds: 20,
        ..Capability::default()
    };
    GatewayState { clock_skew_millis: Some(0), ..GatewayState::new(GatewayId(1), capability) }
}

fn cursor(resource: &str, through: Option<&str>, point: Option<Point>) -> StoredCursor {
    StoredCursor {
        gateway: GatewayId(1),
        resource: resource.to_owned(),
        point: point.map(|point| point.write()),
        complete_through: through.map(at),
        pulled_at: through.map(at),
        tried_at: at(NOW),
        error: None,
    }
}

fn account(name: &str, zone: &str) -> AccountState {
    let client = Some((ClientId(1), zone.parse().unwrap()));
    AccountState { id: AccountId(1), external_id: ExternalId::new(name), client, gone: false, models_merged: false }
}

fn point(start: &str, end: &str) -> Option<Point> {
    Some(Point { window: Period::new(at(start), at(end)).unwrap(), at: "page/2".to_owned() })
}

/// Short histories, so that a plan can be read.
fn short() -> Policy {
    Policy { history_days: 70, zone_history_days: 40, ..Policy::default() }
}

fn check(now: &str, state: &GatewayState, policy: &Policy, expected: &Expect) {
    let lines: Vec<String> = plan(at(now), std::slice::from_ref(state), policy).iter().map(Pull::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_first_sync_of_requests_asks_for_history_oldest_first() {
    let state = state(false, true);
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
        gw_1 requests 2026-09-13T00:00:00Z to 2026-10-13T00:00:00Z of all accounts
        gw_1 requests 2026-10-13T00:00:00Z to 2026-11-12T00:00:00Z of all accounts
        gw_1 requests 2026-11-12T00:00:00Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn requests_go_on_behind_the_watermark_by_delay_and_longest_call() {
    let mut state = state(false, true);
    state.cursors.push(cursor(USAGE_REQUEST, Some("2026-11-21T02:55:00Z"), None));
    check(
        NOW,
        &state,
        &short(),
        &expect!["gw_1 requests 2026-11-21T01:54:40Z to 2026-11-21T03:00:00Z of all accounts"],
    );
}

#[test]
fn listings_come_first_and_only_where_there_are_any() {
    let mut both = state(false, false);
    both.capability.account_list = true;
    both.capability.key_list = true;
    check(
        NOW,
        &both,
        &short(),
        &expect![[r#"
        gw_1 accounts
        gw_1 keys"#]],
    );
    check(NOW, &state(false, false), &short(), &expect![[""]]);
}

#[test]
fn a_first_sync_of_both_grains_takes_days_for_history_and_requests_for_today() {
    let mut state = state(true, true);
    state.accounts.push(account("utc", "UTC"));
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
        gw_1 days 2026-09-13 to 2026-10-12 of all accounts
        gw_1 days 2026-10-13 to 2026-11-11 of all accounts
        gw_1 days 2026-11-12 to 2026-11-21 of all accounts
        gw_1 requests 2026-11-21T00:00:00Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn a_client_in_another_zone_gets_its_requests_further_back() {
    let mut state = state(true, true);
    state.accounts.push(account("kolkata", "Asia/Kolkata"));
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
        gw_1 days 2026-09-13 to 2026-10-12 of all accounts
        gw_1 days 2026-10-13 to 2026-11-11 of all accounts
        gw_1 days 2026-11-12 to 2026-11-21 of all accounts
        gw_1 requests 2026-10-13T00:00:00Z to 2026-11-12T00:00:00Z of account kolkata
        gw_1 requests 2026-11-12T00:00:00Z to 2026-11-21T00:00:00Z of account kolkata
        gw_1 requests 2026-11-21T00:00:00Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn later_syncs_read_three_days_again_and_one_window_of_requests_for_all() {
    let mut state = state(true, true);
    state.accounts.push(account("kolkata", "Asia/Kolkata"));
    let names = [USAGE_DAY.to_owned(), USAGE_REQUEST.to_owned(), requests_of(&ExternalId::new("kolkata"))];
    for name in names {
        state.cursors.push(cursor(&name, Some("2026-11-21T02:55:00Z"), None));
    }
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
        gw_1 days 2026-11-19 to 2026-11-21 of all accounts
        gw_1 requests 2026-11-21T01:54:40Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn a_client_that_moves_zone_later_gets_its_day_totals_again_to_compare_with() {
    let mut state = state(true, true);
    state.accounts.push(account("lisbon", "Europe/Lisbon"));
    for name in [USAGE_DAY, USAGE_REQUEST] {
        state.cursors.push(cursor(name, Some("2026-11-21T02:55:00Z"), None));
    }
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
        gw_1 days 2026-11-19 to 2026-11-21 of all accounts
        gw_1 days 2026-10-13 to 2026-11-11 of account lisbon
        gw_1 requests 2026-10-13T00:00:00Z to 2026-11-12T00:00:00Z of account lisbon
        gw_1 days 2026-11-12 to 2026-11-18 of account lisbon
        gw_1 requests 2026-11-12T00:00:00Z to 2026-11-21T01:54:40Z of account lisbon
        gw_1 requests 2026-11-21T01:54:40Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn after_a_long_pause_details_start_afresh_and_zones_lose_nothing() {
    let mut state = state(true, true);
    state.accounts.push(account("kolkata", "Asia/Kolkata"));
    let names = [USAGE_DAY.to_owned(), USAGE_REQUEST.to_owned(), requests_of(&ExternalId::new("kolkata"))];
    for name in names {
        state.cursors.push(cursor(&name, Some("2026-11-10T12:00:00Z"), None));
    }
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
        gw_1 days 2026-11-08 to 2026-11-21 of all accounts
        gw_1 requests 2026-11-10T10:59:40Z to 2026-11-21T00:00:00Z of account kolkata
        gw_1 requests 2026-11-21T00:00:00Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn without_detail_only_zones_ask_for_requests() {
    let mut state = state(true, true);
    state.accounts.push(account("utc", "UTC"));
    let policy = Policy { detail_days: 0, zone_history_days: 2, history_days: 3, ..Policy::default() };
    check(NOW, &state, &policy, &expect!["gw_1 days 2026-11-19 to 2026-11-21 of all accounts"]);
    state.accounts.push(account("kolkata", "Asia/Kolkata"));
    check(
        NOW,
        &state,
        &policy,
        &expect![[r#"
        gw_1 days 2026-11-19 to 2026-11-21 of all accounts
        gw_1 requests 2026-11-20T00:00:00Z to 2026-11-21T03:00:00Z of account kolkata"#]],
    );
}

#[test]
fn a_pull_that_was_cut_off_goes_on_inside_its_window() {
    let mut state = state(false, true);
    let unfinished = point("2026-10-13T00:00:00Z", "2026-11-12T00:00:00Z");
    state.cursors.push(cursor(USAGE_REQUEST, Some("2026-10-13T00:00:00Z"), unfinished));
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
            gw_1 requests 2026-10-12T22:59:40Z to 2026-10-13T00:00:00Z of all accounts
            gw_1 requests 2026-10-13T00:00:00Z to 2026-11-12T00:00:00Z of all accounts, going on
            gw_1 requests 2026-11-11T22:59:40Z to 2026-11-21T03:00:00Z of all accounts"#]],
    );
}

#[test]
fn a_point_of_another_window_or_release_is_not_followed() {
    let mut ahead = state(false, true);
    let unfinished = point("2026-11-20T00:00:00Z", "2027-11-21T00:00:00Z");
    ahead.cursors.push(cursor(USAGE_REQUEST, Some("2026-11-20T00:00:00Z"), unfinished));
    check(
        NOW,
        &ahead,
        &short(),
        &expect!["gw_1 requests 2026-11-19T22:59:40Z to 2026-11-21T03:00:00Z of all accounts"],
    );
    let mut foreign = state(false, true);
    let unread =
        StoredCursor { point: Some("v2:abc".to_owned()), ..cursor(USAGE_REQUEST, Some("2026-11-20T00:00:00Z"), None) };
    foreign.cursors.push(unread);
    check(
        NOW,
        &foreign,
        &short(),
        &expect!["gw_1 requests 2026-11-19T22:59:40Z to 2026-11-21T03:00:00Z of all accounts"],
    );
}

#[test]
fn a_cut_off_pull_of_days_is_finished_and_its_last_days_are_read_again() {
    let mut state = state(true, false);
    let unfinished = point("2026-10-13T00:00:00Z", "2026-11-12T00:00:00Z");
    state.cursors.push(cursor(USAGE_DAY, Some("2026-10-13T00:00:00Z"), unfinished));
    check(
        NOW,
        &state,
        &short(),
        &expect![[r#"
            gw_1 days 2026-10-10 to 2026-10-12 of all accounts
            gw_1 days 2026-10-13 to 2026-11-11 of all accounts, going on
            gw_1 days 2026-11-09 to 2026-11-21 of all accounts"#]],
    );
}

#[test]
fn a_clock_set_back_asks_again_and_never_backwards() {
    let mut state = state(false, true);
    state.cursors.push(cursor(USAGE_REQUEST, Some("2026-11-21T02:55:00Z"), None));
    check(
        "2026-11-20T12:00:00Z",
        &state,
        &short(),
        &expect!["gw_1 requests 2026-11-20T10:59:40Z to 2026-11-20T12:00:00Z of all accounts"],
    );
    state.clock_skew_millis = None;
    check(
        "1970-01-02T00:00:00Z",
        &state,
        &short(),
        &expect!["gw_1 requests 1970-01-01T22:59:40Z to 1970-01-02T00:00:00Z of all accounts"],
    );
}

#[test]
fn the_gateways_clock_outranks_ours() {
    let mut state = state(false, true);
    state.cursors.push(cursor(USAGE_REQUEST, Some("2026-11-21T02:55:00Z"), None));
    state.clock_skew_millis = Some(-365 * 86_400_000);
    check(
        "2027-11-21T03:00:00Z",
        &state,
        &short(),
        &expect!["gw_1 requests 2026-11-21T01:54:40Z to 2026-11-21T03:00:00Z of all accounts"],
    );
}

#[test]
fn no_state_makes_an_empty_or_negative_window() {
    let clocks = ["1970-01-01T00:00:00Z", "2026-11-20T23:59:59.999Z", "2026-11-21T00:00:00Z", "9998-01-01T00:00:00Z"];
    let marks = [None, Some("1970-01-01T00:00:00Z"), Some("2026-11-21T00:00:00Z"), Some("2999-01-01T00:00:00Z")];
    for (clock, through) in clocks.iter().flat_map(|clock| marks.iter().map(move |mark| (clock, *mark))) {
        let mut state = state(true, true);
        state.accounts.push(account("kolkata", "Asia/Kolkata"));
        let names = [USAGE_DAY.to_owned(), USAGE_REQUEST.to_owned(), requests_of(&ExternalId::new("kolkata"))];
        state.cursors.extend(names.map(|name| cursor(&name, through, None)));
        let pulls = plan(at(clock), &[state], &short());
        assert!(!pulls.is_empty(), "{clock} {through:?}: something is always asked for");
        for pull in pulls {
            let (What::Days { window, .. } | What::Requests { window, .. }) = pull.what else { continue };
            assert!(window.start() < window.end(), "{clock} {through:?}: {window:?}");
            let days = (window.end().as_millis() - window.start().as_millis()) / 86_400_000;
            assert!(days <= 31, "{clock} {through:?}: {window:?} is longer than a piece");
        }
    }
}
