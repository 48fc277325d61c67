//! No float where money is (never-arrow 11).

use super::sources::{Tree, has_word};
use super::{Offence, keeps, proves};

const EXACT: [&str; 3] =
    ["src-tauri/crates/domain/src/", "src-tauri/crates/billing/src/", "src-tauri/crates/store/src/"];

fn no_float(tree: &Tree) -> Vec<Offence> {
    let told = (
        "no float in domain, billing or store",
        "use `Nanos`, `Money` or `Decimal`; a ratio for display is made in `app` or `render`",
    );
    let breaks = |line: &str| has_word(line, "f64") || has_word(line, "f32");
    tree.rust(&EXACT).flat_map(|file| file.offences(&file.shipped(), told, breaks)).collect()
}

fn no_real_column(tree: &Tree) -> Vec<Offence> {
    let told = ("no REAL column or cast", "store integers, or a decimal as TEXT");
    let breaks = |line: &str| {
        let line = line.split("--").next().unwrap_or(line).to_uppercase();
        ["REAL", "FLOAT", "DOUBLE"].iter().any(|kind| has_word(&line, kind))
    };
    tree.kind("sql").flat_map(|file| file.offences(&file.text, told, breaks)).collect()
}

#[test]
fn money_is_never_a_float() {
    let bad = [("src-tauri/crates/billing/src/a.rs", "let share: f64 = 0.1;\n")];
    let good = [
        ("src-tauri/crates/billing/src/a.rs", "/// Not an f64.\nlet x = \"f64\";\n"),
        ("src-tauri/crates/render/src/a.rs", "let x: f64 = 0.1;\n"),
    ];
    proves(no_float, &bad, &good);
    keeps(no_float);
}

#[test]
fn no_column_is_a_float() {
    proves(
        no_real_column,
        &[("src-tauri/crates/store/migrations/0001.sql", "  amount REAL NOT NULL,\n")],
        &[("src-tauri/crates/store/migrations/0001.sql", "  amount INTEGER NOT NULL, -- never REAL\n")],
    );
    keeps(no_real_column);
}
