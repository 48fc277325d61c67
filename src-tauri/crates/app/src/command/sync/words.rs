//! What a pull is called in a plan and beside a progress bar.

use std::collections::HashMap;

use domain::{Date, ExternalId, Name, Period, Timestamp, Zone};
use sync::{Listing, Progress, Pull, What};

/// What a sync is doing, in words.
pub(super) fn step(at: &Progress, accounts: &HashMap<ExternalId, Name>) -> String {
    let pull = at.pull.as_ref().map_or_else(|| "asking what it can do".to_owned(), |pull| of(pull, accounts));
    match at.waits {
        Some(quiet) => format!("waiting {} s, as the gateway asked; then {pull}", quiet.as_secs()),
        None => pull,
    }
}

/// A pull in words, without its gateway. An account that `accounts` does not name is called by its identifier there.
pub(super) fn of(pull: &Pull, accounts: &HashMap<ExternalId, Name>) -> String {
    match &pull.what {
        What::Inventory(Listing::Accounts) => "accounts".to_owned(),
        What::Inventory(Listing::Keys) => "keys".to_owned(),
        What::Inventory(Listing::Routes) => "routes".to_owned(),
        What::Days { window, account, from } => {
            let going_on = from.point().is_some();
            format!("daily totals, {}{}", days(window), whose(account.as_ref(), accounts, going_on))
        }
        What::Requests { window, account, from } => {
            let going_on = from.point().is_some();
            format!("requests, {}{}", span(window), whose(account.as_ref(), accounts, going_on))
        }
    }
}

fn whose(account: Option<&ExternalId>, accounts: &HashMap<ExternalId, Name>, going_on: bool) -> String {
    let whose = match account.map(|id| accounts.get(id).map_or_else(|| id.to_string(), ToString::to_string)) {
        Some(name) => format!(", account {name}"),
        None => String::new(),
    };
    if going_on { format!("{whose} (going on where it stopped)") } else { whose }
}

/// Whole UTC days.
fn days(window: &Period) -> String {
    let utc = Zone::utc();
    let (first, last): (Date, Date) = (utc.date_of(window.start()), utc.date_of(window.end().plus_millis(-1)));
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

/// Whole UTC days by their dates, anything else to the minute.
fn span(window: &Period) -> String {
    let utc = Zone::utc();
    let whole = |at: Timestamp| utc.start_of(utc.date_of(at)) == at;
    if whole(window.start()) && whole(window.end()) {
        return days(window);
    }
    format!("{} to {} UTC", minute(window.start()), minute(window.end()))
}

/// To the minute: `2026-11-21 05:28`.
fn minute(at: Timestamp) -> String {
    at.to_string().chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use domain::GatewayId;
    use gateway::Cursor;

    use super::*;

    #[test]
    fn a_plan_names_accounts_and_no_row_of_ours() {
        let window = |start: &str, end: &str| Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
        let acme = ExternalId::new("purser-1");
        let names = HashMap::from([(acme.clone(), "Acme".parse().unwrap())]);
        let days = window("2026-11-19T00:00:00Z", "2026-11-22T00:00:00Z");
        let hour = window("2026-11-21T05:28:17.190Z", "2026-11-21T06:28:50.657Z");
        let rows = [
            (What::Inventory(Listing::Accounts), "accounts"),
            (
                What::Days { window: days, account: None, from: Cursor::start() },
                "daily totals, 2026-11-19 to 2026-11-21",
            ),
            (
                What::Requests { window: hour, account: Some(acme), from: Cursor::at("page-2") },
                "requests, 2026-11-21 05:28 to 2026-11-21 06:28 UTC, account Acme (going on where it stopped)",
            ),
        ];
        let whole = What::Requests { window: days, account: None, from: Cursor::start() };
        let pull = Pull { gateway: GatewayId(7), what: whole };
        assert_eq!(of(&pull, &names), "requests, 2026-11-19 to 2026-11-21", "whole days need no clock");
        for (what, words) in rows {
            assert_eq!(of(&Pull { gateway: GatewayId(7), what }, &names), words);
        }
    }

    #[test]
    fn a_wait_says_how_long_and_for_what() {
        let keys = Pull { gateway: GatewayId(7), what: What::Inventory(Listing::Keys) };
        let quiet = |pull| Progress {
            gateway: GatewayId(7),
            pull,
            number: 1,
            total: 3,
            done: None,
            rows: 0,
            waits: Some(std::time::Duration::from_secs(180)),
            changed: vec![],
        };
        let names = HashMap::new();
        assert_eq!(step(&quiet(Some(keys)), &names), "waiting 180 s, as the gateway asked; then keys");
        let first = step(&quiet(None), &names);
        assert_eq!(first, "waiting 180 s, as the gateway asked; then asking what it can do");
        assert_eq!(step(&Progress { waits: None, ..quiet(None) }, &names), "asking what it can do");
    }
}
