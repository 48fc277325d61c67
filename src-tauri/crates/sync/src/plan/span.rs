//! From a cursor to the windows that are still to be pulled.

use domain::{Period, Timestamp, Zone};
use gateway::Cursor;
use store::table::StoredCursor;

/// What to pull for one cursor.
pub(crate) struct Span {
    /// Where to start without a watermark; also the earliest start with one.
    pub(crate) floor: Timestamp,
    /// Where to end.
    pub(crate) end: Timestamp,
    /// The latest believable watermark: the end of what can have happened.
    pub(crate) clock: Timestamp,
    /// How far to go back behind a watermark.
    pub(crate) back_millis: i64,
    /// The longest window, in UTC days, at least 1.
    pub(crate) chunk_days: u16,
    /// Whether a window may start in the middle of a UTC day.
    pub(crate) whole_days: bool,
}

impl Span {
    /// The windows, oldest first; the one with a point is where a pull that was cut off goes on.
    ///
    /// What was pulled before the cut was pulled at an unknown time, so what lies behind the watermark is read again
    /// first, and what follows starts as far back as it would after a finished pull.
    pub(crate) fn windows(&self, cursor: Option<&StoredCursor>) -> Vec<(Period, Cursor)> {
        let start = self.start(cursor);
        let fresh = |from, to| chunks(from, to, self.chunk_days).map(|window| (window, Cursor::start()));
        let Some(Point { window, at }) = self.resumable(cursor) else { return fresh(start, self.end).collect() };
        let behind = window.end().plus_millis(-self.back_millis).max(window.start());
        let mut windows: Vec<_> = fresh(start, window.start()).collect();
        windows.push((window, Cursor::at(at)));
        windows.extend(fresh(behind, self.end));
        windows
    }

    /// Where the first window starts, resumed or not; the end when there is nothing to pull.
    pub(crate) fn start(&self, cursor: Option<&StoredCursor>) -> Timestamp {
        let through = self.through(cursor);
        through.map_or(self.floor, |through| through.plus_millis(-self.back_millis)).max(self.floor)
    }

    /// The believable watermark; for whole days the midnight it lies before.
    fn through(&self, cursor: Option<&StoredCursor>) -> Option<Timestamp> {
        let through = cursor?.complete_through?.min(self.clock);
        Some(if self.whole_days { midnight_after(through) } else { through })
    }

    /// The unfinished window, if what comes before it is pulled, it does not reach beyond what can have happened, and
    /// going on saves anything over starting again.
    fn resumable(&self, cursor: Option<&StoredCursor>) -> Option<Point> {
        let point: Point = cursor?.point.as_deref().and_then(Point::read)?;
        let (window, pulled) = (point.window, self.through(cursor).unwrap_or(self.floor));
        let fits = window.start() <= pulled && self.floor < window.end() && window.end() <= self.end;
        let saves = self.start(cursor).max(window.start()) < window.end().plus_millis(-self.back_millis);
        (fits && saves).then_some(point)
    }
}

/// The first midnight UTC that is not before an instant.
fn midnight_after(at: Timestamp) -> Timestamp {
    const DAY: i64 = 86_400_000;
    let past = at.as_millis().rem_euclid(DAY);
    if past == 0 { at } else { at.plus_millis(DAY - past) }
}

/// Windows of at most so many UTC days, cut at midnight UTC.
pub(crate) fn chunks(start: Timestamp, end: Timestamp, days: u16) -> impl Iterator<Item = Period> {
    let utc = Zone::utc();
    let mut from = start;
    std::iter::from_fn(move || {
        let cut = utc.start_of(utc.date_of(from).plus_days(i32::from(days.max(1)))).min(end);
        let window = Period::new(from, cut).ok()?;
        from = cut;
        Some(window)
    })
}

/// A point inside an unfinished pull, as kept in its cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) window: Period,
    pub(crate) at: String,
}

impl Point {
    pub(crate) fn write(&self) -> String {
        format!("{}/{}/{}", self.window.start().as_millis(), self.window.end().as_millis(), self.at)
    }

    /// `None` for what another release may have written: the pull then starts again.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '/');
        let mut time = || parts.next()?.parse().ok().map(Timestamp::from_millis);
        let window = Period::new(time()?, time()?).ok()?;
        Some(Self { window, at: parts.next()?.to_owned() })
    }
}
