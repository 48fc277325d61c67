//! Purity of `domain` and `billing`, and one place for the clock (never-arrows 1, 4 and 11).

use super::sources::{Tree, has_word};
use super::{Offence, keeps, proves};

const PURE: [&str; 2] = ["src-tauri/crates/domain/src/", "src-tauri/crates/billing/src/"];
const IMPURE: [&str; 11] = [
    "async fn",
    "std::fs",
    "std::io",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "Instant::now",
    "println!",
    "eprintln!",
    "serde::",
];

/// Crates whose times are arguments. The clock lives in `app::context`; the window's and the terminal's own waiting is
/// not business time.
const TIMELESS: [&str; 8] = [
    "src-tauri/crates/domain/src/",
    "src-tauri/crates/billing/src/",
    "src-tauri/crates/gateway/src/",
    "src-tauri/crates/store/src/",
    "src-tauri/crates/sync/src/",
    "src-tauri/crates/render/src/",
    "src-tauri/crates/sandbox/src/",
    "src-tauri/crates/app/src/",
];
const CLOCKS: [&str; 5] = ["SystemTime::now", "Timestamp::now", "Zoned::now", "Utc::now", "OffsetDateTime::now_utc"];
const CLOCK_HOME: &str = "src-tauri/crates/app/src/context";

fn pure(tree: &Tree) -> Vec<Offence> {
    let told =
        ("domain and billing know no IO, clock, thread or wire format", "make it an argument, or move it up to `app`");
    let breaks = |line: &str| IMPURE.iter().any(|part| line.contains(part)) || has_word(line, "rand");
    tree.rust(&PURE).flat_map(|file| file.offences(&file.shipped(), told, breaks)).collect()
}

fn one_clock(tree: &Tree) -> Vec<Offence> {
    let told = ("only `app::context` reads the clock", "take the time as an argument");
    let breaks = |line: &str| CLOCKS.iter().any(|clock| line.contains(clock));
    let files = tree.rust(&TIMELESS).filter(|file| !file.is_in(&[CLOCK_HOME]));
    files.flat_map(|file| file.offences(&file.shipped(), told, breaks)).collect()
}

#[test]
fn domain_and_billing_are_pure_by_source() {
    let bad = [
        ("src-tauri/crates/domain/src/a.rs", "use std::fs;\n"),
        ("src-tauri/crates/billing/src/a.rs", "pub async fn rate() {}\n"),
        ("src-tauri/crates/billing/src/b.rs", "let x = rand::random();\n"),
    ];
    let good = [
        ("src-tauri/crates/domain/src/a.rs", "/// std::fs is elsewhere\npub fn rate(brand: &str) {}\n"),
        ("src-tauri/crates/domain/src/b.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n"),
        ("src-tauri/crates/store/src/a.rs", "use std::fs;\n"),
    ];
    proves(pure, &bad, &good);
    keeps(pure);
}

#[test]
fn the_clock_is_read_in_one_place() {
    let line = "let now = jiff::Timestamp::now();\n";
    let bad = [("src-tauri/crates/sync/src/plan.rs", line), ("src-tauri/crates/render/src/pdf.rs", line)];
    proves(one_clock, &bad, &[("src-tauri/crates/app/src/context.rs", line), ("src-tauri/cli/src/main.rs", line)]);
    keeps(one_clock);
}
