//! Dates as HTTP writes them: `Sat, 21 Nov 2026 00:18:15 GMT`.

use domain::{Date, Timestamp, Zone};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads the one form that servers send today (RFC 9110 §5.6.7); `None` for anything else.
pub fn parse(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut parts = rest.split(' ');
    let day: i8 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|known| *known == name)?;
    let year: i16 = parts.next()?.parse().ok()?;
    let millis = millis_of_day(parts.next()?)?;
    (parts.next() == Some("GMT")).then_some(())?;
    let date = Date::new(year, i8::try_from(month).ok()? + 1, day).ok()?;
    Some(Zone::utc().start_of(date).plus_millis(millis))
}

fn millis_of_day(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':').map(|part| part.parse::<u8>().ok().map(i64::from));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    (hour < 24 && minute < 60 && second <= 60).then_some(((hour * 60 + minute) * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_dates_are_read() {
        let read = |text| parse(text).map(|at| at.to_string());
        assert_eq!(read("Sat, 21 Nov 2026 00:18:15 GMT").as_deref(), Some("2026-11-21T00:18:15Z"));
        for bad in ["", "60", "Sat, 32 Nov 2026 00:18:15 GMT", "Sat, 21 Nov 2026 25:18:15 GMT", "Sat, 21 Nov 2026"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
