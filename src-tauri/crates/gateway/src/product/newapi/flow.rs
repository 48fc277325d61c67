//! How many calls New API lets through, and waiting for a turn before it says no.
//!
//! New API counts every call of its admin API by the caller's address: 360 in 180 s (180 before v1.0.0-rc.11). One change
//! of ours makes several calls, so the pace is kept here, per call, and not per method as in `layer/throttle.rs`. A
//! person who looks is served at once; a long sync runs at 98.3 % of what is allowed and never trips it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// What New API counts over.
const WINDOW: Duration = Duration::from_secs(180);
/// Calls in a window that every release we know allows.
pub const CALLS_FEW: u32 = 180;
/// Calls in a window since v1.0.0-rc.11.
pub const CALLS_MANY: u32 = 360;
/// Calls that may be made at once, after the first; the rest of a window's calls is made steadily.
const BURST: u32 = 5;
/// Slowest that a shared address makes us, as a multiple of the usual distance: a change of a dozen calls still ends in
/// its time.
const SLOWEST: u32 = 4;
/// How long nothing was refused before we go at twice the pace again.
const CALM: Duration = Duration::from_secs(900);

/// The turns of one instance.
#[derive(Debug)]
pub struct Flow {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    calls: u32,
    /// How much slower than allowed: others call from our address too.
    slower: u32,
    /// When we last changed our pace.
    paced: Option<Instant>,
    /// When the next call would be due if calls came evenly.
    due: Option<Instant>,
}

impl Default for Flow {
    fn default() -> Self {
        Self { state: Mutex::new(State { calls: CALLS_FEW, slower: 1, paced: None, due: None }) }
    }
}

impl State {
    fn distance(&self) -> Duration {
        WINDOW / self.calls.saturating_sub(BURST + 1).max(1) * self.slower
    }

    /// How far ahead of an even pace a call may be.
    fn ahead(&self) -> Duration {
        self.distance() * BURST / self.slower
    }

    fn take(&mut self, now: Instant) -> Instant {
        if self.slower > 1 && self.paced.is_none_or(|paced| now.saturating_duration_since(paced) >= CALM) {
            self.slower /= 2;
            self.paced = Some(now);
        }
        let due = self.due.map_or(now, |due| due.max(now));
        self.due = Some(due + self.distance());
        due.checked_sub(self.ahead()).map_or(now, |start| start.max(now))
    }
}

impl Flow {
    /// Waits until one more call is within what is allowed.
    pub async fn turn(&self) {
        let start = self.lock().take(Instant::now());
        sleep_until(start).await;
    }

    /// Learns how many calls a window holds.
    pub fn allow(&self, calls: u32) {
        self.lock().calls = calls;
    }

    /// Somebody else calls from our address, or the instance allows less: goes at half the pace until it is calm.
    pub fn tripped(&self) {
        let mut state = self.lock();
        state.slower = (state.slower * 2).min(SLOWEST);
        state.paced = Some(Instant::now());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a thousand calls start, in milliseconds, if the caller never rests.
    fn starts(calls: u32) -> Vec<u128> {
        let mut state = State { calls, slower: 1, paced: None, due: None };
        let zero = Instant::now();
        let mut now = zero;
        (0..1000)
            .map(|_| {
                now = state.take(now);
                (now - zero).as_millis()
            })
            .collect()
    }

    #[test]
    fn no_window_holds_more_than_allowed_and_a_long_run_uses_96_per_cent() {
        for calls in [CALLS_FEW, CALLS_MANY] {
            let starts = starts(calls);
            let limit = calls as usize;
            for first in 0..starts.len() - limit {
                assert!(starts[first + limit] - starts[first] >= 180_000, "{calls}: from call {first}");
            }
            let used = 1000 * 180_000 / starts[999];
            assert!(used * 100 >= u128::from(calls) * 96, "{used} of {calls}");
            assert_eq!(starts[5], 0, "a person who looks does not wait");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_trip_halves_the_pace_until_it_is_calm() {
        let flow = Flow::default();
        let usual = flow.lock().distance();
        flow.tripped();
        assert_eq!(flow.lock().distance(), usual * 2);
        (0..9).for_each(|_| flow.tripped());
        assert_eq!(flow.lock().distance(), usual * SLOWEST, "and no slower than this");
        for times in [2, 1, 1] {
            tokio::time::advance(CALM).await;
            flow.turn().await;
            assert_eq!(flow.lock().distance(), usual * times);
        }
    }
}
