//! Time: instants in UTC, calendar dates in a zone, and the half-open periods between them.
//!
//! Three meanings of time are kept apart. *Occurred at* is when the gateway says a request started; *observed at* is
//! when we fetched the statement; a *local date* is the calendar day a client sees on an invoice, in that client's zone.
//! Twenty-five IANA zones are off whole hours, and a day may last 23, 23.5, 24 or 25 hours, so a local date is always
//! computed through the zone and never by dividing.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::tz::TimeZone;

/// Why a date, zone or period was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// No such zone in the IANA database.
    #[error("`{0}` is not a time zone: use an IANA name such as Europe/Berlin or Asia/Kolkata")]
    UnknownZone(String),
    /// Not a calendar date.
    #[error("`{0}` is not a date: write it as 2026-11-30")]
    NotADate(String),
    /// Not a month.
    #[error("`{0}` is not a month: write it as 2026-11")]
    NotAMonth(String),
    /// Not an instant.
    #[error("`{0}` is not a time: write it as 2026-11-30T14:05:00Z")]
    NotATimestamp(String),
    /// A period must end after it starts.
    #[error("the period ends before it starts")]
    EmptyPeriod,
    /// Outside the years that can be represented.
    #[error("the time is outside the years 0001 to 9999")]
    OutOfRange,
}

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Latest and earliest instants that have a calendar date in every zone (years 0001 to 9999, less two days).
    const RANGE: std::ops::RangeInclusive<i64> = -62_135_424_000_000..=253_402_041_600_000;

    /// An instant from milliseconds since the Unix epoch; values outside the years 0001 to 9999 are clamped.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        let (low, high) = (*Self::RANGE.start(), *Self::RANGE.end());
        Self(if millis < low {
            low
        } else if millis > high {
            high
        } else {
            millis
        })
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant `millis` later (earlier when negative).
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The instant a number of 24-hour days later. Not a calendar day: use [`Zone::start_of`] for those.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Reads RFC 3339 (`…Z`, `…+00:00`, any number of decimals) and the zoneless forms gateways send, taken as UTC.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::NotATimestamp(text.to_owned());
        let instant = text
            .parse::<jiff::Timestamp>()
            .or_else(|_| text.parse::<civil::DateTime>().and_then(|at| TimeZone::UTC.to_timestamp(at)))
            .map_err(|_| refused())?;
        Ok(Self::from_millis(instant.as_millisecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_jiff().strftime("%Y-%m-%dT%H:%M:%S%.fZ"))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A calendar date without a zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(civil::Date);

impl Date {
    /// A date from its parts.
    ///
    /// # Errors
    /// No such date.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        civil::Date::new(year, month, day)
            .map(Self)
            .map_err(|_| TimeError::NotADate(format!("{year:04}-{month:02}-{day:02}")))
    }

    /// Days since 1970-01-01: the form in which dates are stored.
    #[must_use]
    pub fn epoch_days(self) -> i32 {
        let since = self.0 - civil::date(1970, 1, 1);
        since.get_days()
    }

    /// The date a number of days after 1970-01-01, clamped to the years 0001 to 9998.
    #[must_use]
    pub fn from_epoch_days(days: i32) -> Self {
        let days = days.clamp(-719_162, 2_932_531);
        Self(civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days)))
    }

    /// The date a number of days later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_epoch_days(self.epoch_days().saturating_add(days))
    }

    /// Year, month (1 to 12) and day (1 to 31).
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// Days since the last Monday: 0 for Monday, 6 for Sunday.
    #[must_use]
    pub fn days_from_monday(self) -> i8 {
        self.0.weekday().to_monday_zero_offset()
    }

    /// The month this date lies in.
    #[must_use]
    pub fn month(self) -> Month {
        Month { year: self.0.year(), month: self.0.month() }
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let plain = text.len() == 10 && text.is_ascii();
        let date = plain.then(|| text.parse().ok()).flatten();
        date.map(Self).ok_or_else(|| TimeError::NotADate(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A calendar month: the usual service period of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The first day.
    #[must_use]
    pub fn first(self) -> Date {
        Date(civil::date(self.year, self.month, 1))
    }

    /// The last day.
    #[must_use]
    pub fn last(self) -> Date {
        Date(self.first().0.last_of_month())
    }

    /// Number of days, 28 to 31.
    #[must_use]
    pub fn days(self) -> i8 {
        self.first().0.days_in_month()
    }

    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Self {
        self.last().plus_days(1).month()
    }

    /// The month before this one.
    #[must_use]
    pub fn previous(self) -> Self {
        self.first().plus_days(-1).month()
    }

    /// The instants this month covers in a zone, half-open.
    #[must_use]
    pub fn period(self, zone: &Zone) -> Period {
        zone.days(self.first(), self.last())
    }
}

impl FromStr for Month {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let first: Result<Date, _> = format!("{text}-01").parse();
        first.map(Date::month).map_err(|_| TimeError::NotAMonth(text.to_owned()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A half-open span of time `[start, end)`; `start < end` by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    start: Timestamp,
    end: Timestamp,
}

impl Period {
    /// A period.
    ///
    /// # Errors
    /// `end` is not after `start`.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, TimeError> {
        if start < end { Ok(Self { start, end }) } else { Err(TimeError::EmptyPeriod) }
    }

    /// First instant inside.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// First instant after.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether an instant lies inside.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// The first half and the second half, or `None` when the period is a single millisecond.
    #[must_use]
    pub fn halves(&self) -> Option<(Self, Self)> {
        let middle = Timestamp(self.start.0 + (self.end.0 - self.start.0) / 2);
        Some((Self::new(self.start, middle).ok()?, Self::new(middle, self.end).ok()?))
    }
}

/// A time zone of the IANA database, bundled with the program so that it reads no file.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Every zone of the bundled database, by name.
    #[must_use]
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> =
            jiff::tz::TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// The IANA name, for example `Asia/Kolkata`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Whether local days are UTC days.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        matches!(self.name(), "UTC" | "Etc/UTC" | "Etc/GMT" | "Etc/Universal" | "Etc/Zulu")
    }

    /// The local date at an instant.
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        Date(self.0.to_datetime(at.to_jiff()).date())
    }

    /// The first instant of a local date. Where midnight is skipped (some daylight-saving changes), the first instant
    /// that exists.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Timestamp {
        let midnight = date.0.to_datetime(civil::Time::midnight());
        let start = self.0.to_ambiguous_timestamp(midnight).compatible();
        start.map_or(Timestamp(0), |at| Timestamp::from_millis(at.as_millisecond()))
    }

    /// The instants a local date covers: 23, 23.5, 24 or 25 hours.
    #[must_use]
    pub fn day(&self, date: Date) -> Period {
        self.days(date, date)
    }

    /// The instants from the start of one local date to the end of another; `last` is taken as `first` if earlier.
    #[must_use]
    pub fn days(&self, first: Date, last: Date) -> Period {
        let start = self.start_of(first);
        let end = self.start_of(last.max(first).plus_days(1));
        Period { start, end: end.max(start.plus_millis(1)) }
    }

    /// Reads a time as people and exports write it: RFC 3339 keeps its own offset; without one (`2026-11-30 14:05`, or
    /// a date alone) it is what the wall clock of this zone showed. Where a clock change makes it ambiguous, the earlier
    /// instant; where it was skipped, the clock before the change goes on.
    ///
    /// # Errors
    /// The text is no time.
    pub fn read(&self, text: &str) -> Result<Timestamp, TimeError> {
        let local = || text.parse::<civil::DateTime>().and_then(|at| self.0.to_timestamp(at));
        let instant = text.parse::<jiff::Timestamp>().or_else(|_| local());
        let instant = instant.map_err(|_| TimeError::NotATimestamp(text.to_owned()))?;
        Ok(Timestamp::from_millis(instant.as_millisecond()))
    }

    /// An instant as the wall clock of this zone shows it: date, hour, minute.
    #[must_use]
    pub fn clock(&self, at: Timestamp) -> (Date, i8, i8) {
        let local = self.0.to_datetime(at.to_jiff());
        (Date(local.date()), local.hour(), local.minute())
    }
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(name: &str) -> Result<Self, TimeError> {
        let refused = || TimeError::UnknownZone(name.to_owned());
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).map_err(|_| refused())?;
        if zone.iana_name().is_some() { Ok(Self(zone)) } else { Err(refused()) }
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests;
