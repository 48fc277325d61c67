//! Charts: golden drawings, edge cases, and the promise of a strict content security policy.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a sample that cannot be made fails the test"
)]

use domain::{Currency, Date};
use render::chart::{ChartKind, Heading, Rgb, Series, Unit};
use render::{Chart, ChartSpec, Theme, chart};
use rust_decimal::Decimal;

fn usd() -> Unit {
    Unit::Money { what: "charge".to_owned(), currency: Currency::USD }
}

fn days(count: i32) -> Vec<Date> {
    let first = Date::new(2026, 11, 1).unwrap();
    (0..count).map(|day| first.plus_days(day)).collect()
}

/// A repeatable wave of values with weekends lower, in nano-units.
fn wave(seed: i64, count: i32, high: i64) -> Vec<Decimal> {
    let value = |day: i64| {
        let noise = (day * 7919 + seed * 104_729) % 97;
        let week = if (day + seed) % 7 < 2 { 35 } else { 100 };
        Decimal::from_i128_with_scale(i128::from(high * (55 + noise / 2) * week), 7)
    };
    (0..i64::from(count)).map(value).collect()
}

fn spec(kind: ChartKind, count: i32, names: &[&str]) -> ChartSpec {
    let mut spec = ChartSpec::new(kind, "Daily charge by model", usd());
    spec.points = days(count);
    let highs = [420_000, 260_000, 140_000, 90_000, 60_000, 45_000, 30_000, 22_000, 15_000, 9_000];
    let series = names.iter().zip(highs).zip(1..);
    spec.series = series
        .map(|((name, high), seed)| Series { name: (*name).to_owned(), values: wave(seed, count, high) })
        .collect();
    spec
}

const MODELS: [&str; 10] = [
    "gpt-4o",
    "claude-sonnet-4",
    "gemini-2.5-flash",
    "deepseek-chat",
    "mistral-large",
    "llama-3.3-70b",
    "text-embedding-3-large",
    "whisper-1",
    "qwen-max",
    "a-model-with-a-very-long-name-that-somebody-configured",
];

fn gallery() -> Vec<(&'static str, ChartSpec)> {
    let mut titled = spec(ChartKind::StackedBars, 30, &MODELS[..5]);
    titled.heading = Heading::Full;
    let mut budget = spec(ChartKind::Cumulative { budget: Some(Decimal::from(1500)) }, 30, &MODELS[..3]);
    budget.series.iter_mut().for_each(|series| series.values.truncate(22));
    let mut under = spec(ChartKind::Cumulative { budget: Some(Decimal::from(4000)) }, 30, &MODELS[..3]);
    under.series.iter_mut().for_each(|series| series.values.truncate(15));
    let mut spark = spec(ChartKind::Sparkline, 30, &MODELS[..1]);
    (spark.width, spark.height) = (120, 32);
    let mut flat = spec(ChartKind::StackedBars, 30, &MODELS[..2]);
    flat.series.iter_mut().for_each(|series| series.values.fill(Decimal::ZERO));
    let mut huge = spec(ChartKind::StackedBars, 30, &MODELS[..2]);
    huge.series[0].values[12] = "9123456789.123456789".parse().unwrap();
    let mut loss = spec(ChartKind::StackedArea, 30, &MODELS[..2]);
    loss.series[1].values.iter_mut().step_by(3).for_each(|value| *value = -*value);
    let mut narrow = spec(ChartKind::StackedBars, 30, &MODELS[..4]);
    (narrow.width, narrow.height) = (420, 220);
    vec![
        ("bars", titled),
        ("area", spec(ChartKind::StackedArea, 60, &MODELS[..8])),
        ("other", spec(ChartKind::StackedBars, 90, &MODELS)),
        ("year", spec(ChartKind::StackedArea, 365, &MODELS[..4])),
        ("budget", budget),
        ("under", under),
        ("spark", spark),
        ("one", spec(ChartKind::StackedArea, 1, &MODELS[..3])),
        ("two", spec(ChartKind::StackedArea, 2, &MODELS[..3])),
        ("none", spec(ChartKind::StackedBars, 0, &[])),
        ("flat", flat),
        ("huge", huge),
        ("loss", loss),
        ("narrow", narrow),
    ]
}

fn drawn(spec: &ChartSpec) -> Chart {
    chart(spec, &Theme::light()).unwrap()
}

/// Writes the gallery for people to look at: `RENDER_GALLERY=dir cargo test -p render --test charts`.
#[test]
fn every_chart_of_the_gallery_draws_in_both_themes() {
    let folder = std::env::var_os("RENDER_GALLERY");
    for (name, spec) in gallery() {
        for (tone, theme) in [("light", Theme::light()), ("dark", Theme::dark())] {
            let chart = chart(&spec, &theme).unwrap();
            assert_eq!(chart.svg, render::chart(&spec, &theme).unwrap().svg, "{name}: the same input, the same bytes");
            if let Some(folder) = &folder {
                std::fs::write(std::path::Path::new(folder).join(format!("{name}-{tone}.svg")), chart.svg).unwrap();
            }
        }
    }
}

#[test]
fn drawings_are_golden() {
    for (name, spec) in gallery() {
        if ["budget", "spark", "one", "two", "none", "huge"].contains(&name) {
            let path = format!("{}/tests/golden/{name}.svg", env!("CARGO_MANIFEST_DIR"));
            expect_test::expect_file![path].assert_eq(&drawn(&spec).svg);
        }
    }
}

#[test]
fn a_drawing_passes_a_strict_content_security_policy() {
    let mut hostile =
        spec(ChartKind::StackedBars, 3, &["<img src=x onerror=alert(1)>", "\" onload=\"x", "a\u{202e}b\u{0}c&d"]);
    hostile.title = "\"><script>alert(1)</script>".to_owned();
    hostile.heading = Heading::Full;
    for (name, spec) in gallery().into_iter().chain([("hostile", hostile)]) {
        let svg = drawn(&spec).svg;
        for forbidden in
            ["style=", "<style", "<script", "href", "<img", "onload=\"", " id=", "class=", "\u{202e}", "\u{0}"]
        {
            assert!(!svg.contains(forbidden), "R34: `{forbidden}` in the drawing {name}");
        }
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{name} is one element");
    }
}

#[test]
fn the_map_and_the_rows_say_what_is_drawn() {
    let spec = spec(ChartKind::StackedBars, 30, &MODELS);
    let chart = drawn(&spec);
    assert_eq!((chart.map.width, chart.map.height), (960.0, 320.0), "CSS pixels");
    assert_eq!(chart.map.points.len(), 30);
    let names: Vec<_> = chart.map.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, [&MODELS[..7], &["other"]].concat(), "more than eight series: the seven largest and the rest");
    assert_eq!(chart.map.series[7].color, Theme::light().other);
    let [left, top, right, bottom] = chart.map.plot;
    for (point, row) in chart.map.points.iter().zip(&chart.rows) {
        assert!(left < point.x && point.x < right, "{} lies in the plot", point.label);
        assert_eq!(point.label, row.date);
    }
    for series in &chart.map.series {
        assert!(series.top.iter().all(|y| (top..=bottom).contains(y)), "{} lies in the plot", series.name);
    }
    let drawn: Decimal = chart.rows.iter().map(|row| row.total).sum();
    let given: Decimal = spec.series.iter().flat_map(|series| &series.values).sum();
    assert_eq!(drawn, given, "what is drawn adds up to what was given, exactly");
}

#[test]
fn a_budget_is_marked_and_spend_beyond_it_turns_red() {
    let theme = Theme::light();
    let red = theme.over.to_string().to_uppercase();
    let mut spec = spec(ChartKind::Cumulative { budget: Some(Decimal::from(10_000)) }, 30, &MODELS[..3]);
    let over = drawn(&spec);
    assert!(over.svg.contains(&red), "the month ends above the budget");
    for mark in ["50%", "75%", "90%", "100%", "Budget"] {
        assert!(over.svg.contains(&format!("\n{mark}\n")), "{mark} is marked");
    }
    let sums = &over.map.series[0].values;
    assert!(sums.is_sorted(), "a running sum of charges never falls");
    spec.kind = ChartKind::Cumulative { budget: Some(Decimal::from(1_000_000)) };
    assert!(!drawn(&spec).svg.contains(&red), "far below the budget nothing is red");
}

#[test]
fn a_series_with_too_many_values_is_refused() {
    let mut spec = spec(ChartKind::StackedBars, 30, &MODELS[..1]);
    spec.points.truncate(10);
    let refused = render::RenderError::TooManyValues { series: "gpt-4o".to_owned(), values: 30, points: 10 };
    assert_eq!(chart(&spec, &Theme::light()), Err(refused));
}

#[test]
fn colours_are_the_callers() {
    let mut theme = Theme::dark();
    theme.series[0] = Rgb(1, 2, 3);
    let chart = chart(&spec(ChartKind::StackedBars, 3, &MODELS[..1]), &theme).unwrap();
    assert!(chart.svg.contains("#010203"), "the first series has the first colour");
}
