//! Who may depend on whom, read off the manifests (never-arrows 1 to 6), and which crate alone may name a library.

use super::manifest::{Package, packages};
use super::sources::Tree;
use super::{Offence, keeps, proves};

const ARROWS: &str = "arrows point down to `domain` only";

/// What each crate may depend on outside tests, where that is a closed list (never-arrow 1), with the reason.
const ONLY: [(&str, &[&str], &str); 3] = [
    (
        "domain",
        &["eu-vat", "iban_validate", "jiff", "rust_decimal", "secrecy", "thiserror"],
        "domain is pure: give it what it needs as an argument",
    ),
    (
        "billing",
        &["domain", "jiff", "rust_decimal", "thiserror"],
        "billing is pure: give it what it needs as an argument",
    ),
    ("xtask", &["anyhow"], "xtask must build within seconds on a fresh checkout"),
];

/// What each crate must never depend on outside tests, with the way out.
const NEVER: [(&str, &[&str], &str); 6] = [
    (
        "gateway",
        &["store", "billing", "app", "sync", "render", "sandbox"],
        "return what was read; the caller knows prices and rows",
    ),
    (
        "store",
        &["gateway", "sync", "render", "app", "sandbox"],
        "take the value as an argument; the store never calls out",
    ),
    (
        "render",
        &["store", "gateway", "sync", "app", "sandbox"],
        "take the value as an argument; render draws what it is handed",
    ),
    ("sync", &["billing", "render", "app", "sandbox"], "usage is a fact before it is a price; rate it in `app`"),
    ("app", &["tauri", "clap", "cli", "purser"], "the app knows no window and no argument"),
    ("sandbox", &["app", "billing", "gateway", "render", "store", "sync"], "the sandbox depends on `domain` only"),
];

/// Libraries that only these packages may name outside tests, with the way out.
const RESERVED: [(&str, &[&str], &str); 12] = [
    ("sqlx", &["store"], "ask the store for a named query"),
    ("reqwest", &["gateway"], "only an adapter speaks HTTP"),
    ("typst", &["render"], "only render makes documents"),
    ("typst-pdf", &["render"], "only render makes documents"),
    ("plotters", &["render"], "only render draws"),
    ("keyring", &["app"], "ask `app::vault`"),
    ("specta", &["app", "purser"], "types for the window live in `app::wire`"),
    ("tauri", &["purser"], "put it behind an `app` function; the shell only forwards"),
    ("tauri-specta", &["purser"], "only the shell registers commands"),
    ("clap", &["cli"], "only the command line parses arguments"),
    ("cli", &[], "nothing depends on the command line"),
    ("purser", &[], "nothing depends on the shell"),
];

fn closed_lists(tree: &Tree) -> Vec<Offence> {
    each(tree, |package, name| {
        let (_, allowed, fix) = ONLY.iter().find(|(of, ..)| *of == package.name)?;
        (!allowed.contains(&name)).then_some(*fix)
    })
}

fn never(tree: &Tree) -> Vec<Offence> {
    each(tree, |package, name| {
        let (_, banned, fix) = NEVER.iter().find(|(of, ..)| *of == package.name)?;
        banned.contains(&name).then_some(*fix)
    })
}

fn reserved(tree: &Tree) -> Vec<Offence> {
    each(tree, |package, name| {
        let (_, owners, fix) = RESERVED.iter().find(|(library, ..)| *library == name)?;
        (!owners.contains(&package.name.as_str())).then_some(*fix)
    })
}

/// Every shipped dependency to which `judge` has a fix. The acceptance package is all tests.
fn each(tree: &Tree, judge: impl Fn(&Package, &str) -> Option<&'static str>) -> Vec<Offence> {
    let mut found = Vec::new();
    for package in packages(tree).iter().filter(|package| package.name != "acceptance") {
        for used in package.dependencies.iter().filter(|used| !used.dev) {
            if let Some(fix) = judge(package, &used.name) {
                let what = format!("`{}` depends on `{}`", package.name, used.name);
                found.push(Offence { rule: ARROWS, at: used.at.clone(), what, fix });
            }
        }
    }
    found
}

const GATEWAY: &str = "[package]\nname = \"gateway\"\n[dependencies]\n";

#[test]
fn domain_and_billing_are_pure_by_manifest() {
    let bad = "[package]\nname = \"domain\"\n[dependencies]\nserde.workspace = true\n";
    let good =
        "[package]\nname = \"domain\"\n[dependencies]\njiff.workspace = true\n[dev-dependencies]\nproptest = \"1\"\n";
    proves(
        closed_lists,
        &[("src-tauri/crates/domain/Cargo.toml", bad)],
        &[("src-tauri/crates/domain/Cargo.toml", good)],
    );
    keeps(closed_lists);
}

#[test]
fn arrows_that_must_never_be() {
    let bad = format!("{GATEWAY}store.workspace = true\n");
    let good = format!("{GATEWAY}domain.workspace = true\n[dev-dependencies]\nsandbox.workspace = true\n");
    proves(never, &[("Cargo.toml", &bad)], &[("Cargo.toml", &good)]);
    keeps(never);
}

#[test]
fn libraries_have_one_owner() {
    let bad = format!("{GATEWAY}sqlx.workspace = true\n");
    let good = format!("{GATEWAY}reqwest.workspace = true\n");
    proves(reserved, &[("Cargo.toml", &bad)], &[("Cargo.toml", &good)]);
    keeps(reserved);
}
