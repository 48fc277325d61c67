//! Days that a person wants pulled again, whatever is known of them. Moves no watermark: the next sync goes on where the
//! last one ended.

use domain::{Date, Zone};
use gateway::Cursor;

use super::span::chunks;
use super::{Policy, Pull, What};
use crate::GatewayState;

/// Day totals before the requests that are compared with them, oldest first, to the end of `last`, which is inclusive.
pub(crate) fn again(state: &GatewayState, (first, last): (Date, Date), policy: &Policy) -> Vec<Pull> {
    let whole = Zone::utc().days(first, last);
    let windows = || chunks(whole.start(), whole.end(), policy.chunk_days);
    let days = windows().map(|window| What::Days { window, account: None, from: Cursor::start() });
    let requests = windows().map(|window| What::Requests { window, account: None, from: Cursor::start() });
    let days = days.filter(|_| state.capability.usage_days);
    let requests = requests.filter(|_| state.capability.usage_requests);
    days.chain(requests).map(|what| Pull { gateway: state.gateway, what }).collect()
}

#[cfg(test)]
mod tests {
    use domain::GatewayId;
    use gateway::Capability;

    use super::*;

    #[test]
    fn days_are_asked_for_again_in_both_grains_and_in_pieces() {
        let capability = Capability { usage_days: true, usage_requests: true, ..Capability::default() };
        let state = GatewayState::new(GatewayId(1), capability);
        let policy = Policy { chunk_days: 2, ..Policy::default() };
        let days = ("2026-11-01".parse().unwrap(), "2026-11-03".parse().unwrap());
        let told: Vec<String> = again(&state, days, &policy).iter().map(ToString::to_string).collect();
        let wanted = [
            "gw_1 days 2026-11-01 to 2026-11-02 of all accounts",
            "gw_1 days 2026-11-03 to 2026-11-03 of all accounts",
            "gw_1 requests 2026-11-01T00:00:00Z to 2026-11-03T00:00:00Z of all accounts",
            "gw_1 requests 2026-11-03T00:00:00Z to 2026-11-04T00:00:00Z of all accounts",
        ];
        assert_eq!(told, wanted);
    }
}
