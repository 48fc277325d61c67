//! Time as an argument, and the order in which statements were fetched.

use std::sync::Arc;

use domain::Timestamp;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Times at which things were fetched from one gateway. Never the same twice and never backwards, also when the
/// machine's clock is set back: of two statements about one thing the one fetched later holds, so a clock that jumps
/// back must not make the later one look old.
pub(crate) struct Fetches {
    clock: Clock,
    last: Timestamp,
}

impl Fetches {
    /// Goes on after the latest fetch that is on record.
    pub(crate) fn after(clock: Clock, last: Option<Timestamp>) -> Self {
        Self { clock, last: last.unwrap_or(Timestamp::from_millis(0)) }
    }

    /// The time of a fetch that is about to start.
    pub(crate) fn next(&mut self) -> Timestamp {
        self.last = (self.clock)().max(self.last.plus_millis(1));
        self.last
    }

    /// What the machine's clock says.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn fetches_follow_each_other_when_the_clock_is_set_back() {
        let time = Arc::new(AtomicI64::new(5_000));
        let shown = Arc::clone(&time);
        let clock: Clock = Arc::new(move || Timestamp::from_millis(shown.load(Ordering::Relaxed)));
        let mut fetches = Fetches::after(clock, Some(Timestamp::from_millis(4_000)));
        assert_eq!(fetches.next().as_millis(), 5_000, "an honest clock is taken as it is");
        time.store(1_000, Ordering::Relaxed);
        assert_eq!(fetches.next().as_millis(), 5_001, "set back, the order of fetches still shows");
        assert_eq!(fetches.now().as_millis(), 1_000);
    }
}
