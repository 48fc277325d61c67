use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

#[test]
fn instants_are_read_in_every_form_gateways_send() {
    let same = [
        "2026-11-21T00:17:55.730Z",
        "2026-11-21T00:17:55.730+00:00",
        "2026-11-21T00:17:55.730000",
        "2026-11-21 00:17:55.730",
    ];
    for text in same {
        assert_eq!(at(text).as_millis(), 1_795_220_275_730, "{text}");
    }
    assert!("yesterday".parse::<Timestamp>().is_err());
    assert_eq!(at("2026-11-21T00:17:55.730Z").to_string(), "2026-11-21T00:17:55.73Z");
}

#[test]
fn a_day_belongs_to_the_clients_zone() {
    let moment = at("2026-03-01T18:45:00Z");
    let rows = [
        ("UTC", "2026-03-01"),
        ("Asia/Kolkata", "2026-03-02"),
        ("Asia/Kathmandu", "2026-03-02"),
        ("America/New_York", "2026-03-01"),
    ];
    for (name, date) in rows {
        assert_eq!(zone(name).date_of(moment).to_string(), date, "{name}");
    }
}

#[test]
fn days_have_the_length_the_zone_gives_them() {
    let rows = [
        ("Europe/Berlin", "2026-03-29", 23.0),
        ("Europe/Berlin", "2026-10-25", 25.0),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Kolkata", "2026-10-04", 24.0),
    ];
    for (name, date, hours) in rows {
        let day = zone(name).day(date.parse().unwrap());
        let millis = day.end().as_millis() - day.start().as_millis();
        assert_eq!(millis as f64 / 3_600_000.0, hours, "{name} {date}");
    }
}

#[test]
fn the_days_of_a_month_are_the_month_in_every_zone() {
    for name in jiff::tz::TimeZoneDatabase::bundled().available() {
        let Ok(zone) = name.as_str().parse::<Zone>() else { continue };
        for month in ["2026-03", "2026-10", "2024-02"] {
            let month: Month = month.parse().unwrap();
            let whole = month.period(&zone);
            let mut next = whole.start();
            for offset in 0..i32::from(month.days()) {
                let day = zone.day(month.first().plus_days(offset));
                assert_eq!(day.start(), next, "a gap or an overlap in {zone} {month}");
                next = day.end();
            }
            assert_eq!(next, whole.end(), "{zone} {month}");
        }
    }
}

#[test]
fn dates_survive_storage() {
    for text in ["1970-01-01", "2024-02-29", "2026-12-31", "1969-12-31"] {
        let date: Date = text.parse().unwrap();
        assert_eq!(Date::from_epoch_days(date.epoch_days()), date);
    }
    assert_eq!(Date::new(1970, 1, 2).unwrap().epoch_days(), 1);
    assert!("2026-02-30".parse::<Date>().is_err());
    assert!("2026-13".parse::<Month>().is_err());
    assert!("Mars/Olympus".parse::<Zone>().is_err());
}

#[test]
fn a_clock_far_out_of_range_is_clamped_not_a_crash() {
    for millis in [i64::MIN, i64::MAX] {
        let instant = Timestamp::from_millis(millis);
        let _ = zone("Pacific/Kiritimati").date_of(instant);
        let _ = zone("Pacific/Niue").date_of(instant);
    }
}

#[test]
fn times_without_an_offset_are_read_in_the_zone() {
    let kolkata: Zone = "Asia/Kolkata".parse().unwrap();
    let berlin: Zone = "Europe/Berlin".parse().unwrap();
    let rows = [
        (&kolkata, "2026-11-30T14:05:00Z", "2026-11-30T14:05:00Z"),
        (&kolkata, "2026-11-30T14:05:00+01:00", "2026-11-30T13:05:00Z"),
        (&kolkata, "2026-11-30 14:05", "2026-11-30T08:35:00Z"),
        (&kolkata, "2026-11-30", "2026-11-29T18:30:00Z"),
        (&berlin, "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        (&berlin, "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
    ];
    for (zone, text, instant) in rows {
        assert_eq!(zone.read(text), instant.parse(), "{text} in {zone}");
    }
    assert!(kolkata.read("30/11/2026").is_err());
}

#[test]
fn every_name_on_offer_is_a_zone() {
    let names = Zone::names();
    assert!(names.iter().any(|name| name == "Asia/Kolkata"));
    for name in names.iter().filter(|name| *name != "Etc/Unknown") {
        assert!(name.parse::<Zone>().is_ok(), "{name} is on offer");
    }
}
