//! ARCHITECTURE.md tells the truth about crates and dependencies.
//!
//! It has a `## Crates` section with one `### name` or one table row starting `` | `name` `` for each package of the
//! workspace, and a `## Dependencies` section with one table row starting `` | `name` `` for each external crate in
//! `[workspace.dependencies]` whose choice is not obvious.

use std::collections::BTreeSet;

use super::manifest::{Dependency, packages, workspace_dependencies};
use super::sources::{Source, Tree};
use super::{Offence, keeps, proves};

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Dependencies that need no reason: anyone would expect them.
const OBVIOUS: [&str; 16] = [
    "anyhow",
    "async-trait",
    "clap",
    "clap_complete",
    "csv",
    "serde",
    "serde_json",
    "tauri",
    "tauri-build",
    "tempfile",
    "thiserror",
    "tokio",
    "tokio-util",
    "tracing",
    "tracing-appender",
    "tracing-subscriber",
];

fn crates_described(tree: &Tree) -> Vec<Offence> {
    let packages: BTreeSet<String> = packages(tree).into_iter().map(|package| package.name).collect();
    compare(tree, "Crates", &packages, &BTreeSet::new())
}

fn dependencies_explained(tree: &Tree) -> Vec<Offence> {
    let all: BTreeSet<String> = workspace_dependencies(tree).into_iter().map(|one| one.name).collect();
    let (obvious, wanted) = all.into_iter().partition(|name| OBVIOUS.contains(&name.as_str()));
    compare(tree, "Dependencies", &wanted, &obvious)
}

fn dependencies_used(tree: &Tree) -> Vec<Offence> {
    let packages = packages(tree);
    let used: BTreeSet<&str> =
        packages.iter().flat_map(|package| &package.dependencies).map(|one| one.name.as_str()).collect();
    let unused = workspace_dependencies(tree).into_iter().filter(|one| !used.contains(one.name.as_str()));
    let offence = |one: Dependency| Offence {
        rule: "every workspace dependency is used by a package",
        at: one.at,
        what: format!("nobody depends on `{}`", one.name),
        fix: "take it out of [workspace.dependencies]",
    };
    unused.map(offence).collect()
}

/// What a section names against what there is; what is in `optional` may be named or not.
fn compare(tree: &Tree, section: &str, wanted: &BTreeSet<String>, optional: &BTreeSet<String>) -> Vec<Offence> {
    let rule = "ARCHITECTURE.md describes every crate and every dependency that needs a reason, and none that is gone";
    let offence = |line: usize, what: String, fix| Offence { rule, at: format!("{ARCHITECTURE}:{line}"), what, fix };
    let Some(document) = tree.file(ARCHITECTURE) else {
        return vec![offence(1, "there is no ARCHITECTURE.md".to_owned(), "write it")];
    };
    let told = named(document, section);
    let names: BTreeSet<&String> = told.iter().map(|(name, _)| name).collect();
    let missing = wanted.iter().filter(|name| !names.contains(name));
    let missing = missing.map(|name| offence(1, format!("`## {section}` does not tell of `{name}`"), "add it"));
    let gone = told.iter().filter(|(name, _)| !wanted.contains(name) && !optional.contains(name));
    let gone = gone.map(|(name, line)| offence(*line, format!("there is no `{name}` any more"), "take it out"));
    missing.chain(gone).collect()
}

/// Names with their lines: `### name` headings and table rows that start with a name in backticks.
fn named(document: &Source, section: &str) -> Vec<(String, usize)> {
    let mut inside = false;
    let mut names = Vec::new();
    for (index, line) in document.text.lines().enumerate() {
        if let Some(title) = line.strip_prefix("## ") {
            inside = title.trim() == section;
        } else if inside && let Some(name) = name_in(line) {
            names.push((name.to_owned(), index + 1));
        }
    }
    names
}

fn name_in(line: &str) -> Option<&str> {
    if let Some(title) = line.strip_prefix("### ") {
        return title.trim().trim_matches('`').split([' ', '`']).next();
    }
    line.strip_prefix('|')?.trim_start().strip_prefix('`')?.split('`').next()
}

const MEMBER: (&str, &str) = ("src-tauri/crates/store/Cargo.toml", "[package]\nname = \"store\"\n");

#[test]
fn every_crate_is_described_and_none_that_is_gone() {
    let found = |text: &str| crates_described(&Tree::of(&[MEMBER, (ARCHITECTURE, text)])).len();
    assert_eq!(found("## Crates\n### store\n"), 0, "a heading describes");
    assert_eq!(found("## Crates\n| `store` | rows |\n"), 0, "a table row describes");
    assert_eq!(found("## Crates\n## Other\n### store\n"), 1, "elsewhere does not count");
    assert_eq!(found("## Crates\n### store\n### gone\n"), 1, "a crate that is gone is told");
    proves(crates_described, &[MEMBER], &[]);
    keeps(crates_described);
}

#[test]
fn every_dependency_has_a_reason() {
    let top = ("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\nplotters = \"0.3\"\n");
    let found = |text: &str| dependencies_explained(&Tree::of(&[top, (ARCHITECTURE, text)])).len();
    assert_eq!(found("## Dependencies\n| `plotters` | charts |\n"), 0, "serde needs no reason");
    assert_eq!(found("## Dependencies\n| `plotters` | charts |\n| `serde` | wire |\n"), 0, "but may have one");
    assert_eq!(found("## Dependencies\n| `chrono` | time |\n| `plotters` | charts |\n"), 1, "chrono is gone");
    assert_eq!(found("## Dependencies\n"), 1, "plotters lacks a reason");
    keeps(dependencies_explained);
}

#[test]
fn every_dependency_is_used() {
    let used = "[workspace.dependencies]\nserde = \"1\"\n[package]\nname = \"purser\"\n[dependencies]\nserde.workspace = true\n";
    let unused = used.replace("serde = ", "serde = \"1\"\nrand = ");
    proves(dependencies_used, &[("Cargo.toml", &unused)], &[("Cargo.toml", used)]);
    keeps(dependencies_used);
}
