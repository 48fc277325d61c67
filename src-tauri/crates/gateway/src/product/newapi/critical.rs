//! The narrow door: New API lets one address through 20 times in 20 minutes for logging in, making an access token and
//! showing a key, all together.
//!
//! What we sent is counted here, so that a person is told when to come back instead of being sent away. A 429 of this door
//! is believed over our own count: others may use it from the same address.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;

/// Calls in a window.
const CALLS: usize = 20;
/// The window.
pub const WINDOW: Duration = Duration::from_secs(20 * 60);

/// The calls through the narrow door of one instance.
#[derive(Debug, Default)]
pub struct Critical {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sent: VecDeque<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Critical {
    /// Notes one call now.
    ///
    /// # Errors
    /// How long until the next one may be sent; then none was noted.
    pub fn enter(&self, now: Timestamp) -> Result<(), Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = state.closed_until.filter(|until| *until > now) {
            return Err(between(now, until));
        }
        let over = |at: &Timestamp| between(*at, now) >= WINDOW;
        while state.sent.front().is_some_and(over) {
            state.sent.pop_front();
        }
        if let Some(first) = state.sent.front().filter(|_| state.sent.len() >= CALLS) {
            return Err(WINDOW.saturating_sub(between(*first, now)));
        }
        state.sent.push_back(now);
        Ok(())
    }

    /// The instance said 429; without a time a whole window is assumed. Tells for how long the door is closed.
    pub fn refused(&self, now: Timestamp, after: Option<Duration>) -> Duration {
        let wait = after.unwrap_or(WINDOW);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.sent.pop_back();
        state.closed_until = Some(now.plus_millis(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
        wait
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(to.as_millis() - from.as_millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_in_twenty_minutes() {
        let critical = Critical::default();
        let at = |seconds: i64| Timestamp::from_millis(1_795_000_000_000 + seconds * 1000);
        for second in 0..20 {
            assert_eq!(critical.enter(at(second)), Ok(()), "{second}");
        }
        assert_eq!(critical.enter(at(20)), Err(Duration::from_secs(1180)), "until the first is 20 minutes old");
        assert_eq!(critical.enter(at(1200)), Ok(()));
        assert_eq!(critical.enter(at(1200)), Err(Duration::from_secs(1)));
    }

    #[test]
    fn a_429_closes_the_door_for_as_long_as_it_says() {
        let critical = Critical::default();
        let at = |seconds: i64| Timestamp::from_millis(1_795_000_000_000 + seconds * 1000);
        assert_eq!(critical.enter(at(0)), Ok(()));
        assert_eq!(critical.refused(at(0), Some(Duration::from_secs(60))), Duration::from_secs(60));
        assert_eq!(critical.enter(at(10)), Err(Duration::from_secs(50)));
        assert_eq!(critical.enter(at(60)), Ok(()));
        assert_eq!(critical.refused(at(60), None), WINDOW, "older releases do not say: a whole window");
    }
}
