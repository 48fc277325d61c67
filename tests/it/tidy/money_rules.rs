//! Each money rule of the five source systems has a test whose name begins with its id.

use std::collections::BTreeSet;

use super::sources::{Source, Tree};
use super::{Offence, keeps, proves};

/// By source system, the rules that say what is charged, at which price, who pays it, from which credit, up to which cap,
/// and when.
const RULES: [(&str, &[&str]); 5] = [
    ("S0", &["08", "10", "11", "13", "14", "16", "17", "18", "19", "20", "21", "23", "24", "25"]),
    ("S1", &["01", "03", "04", "07", "15", "16"]),
    ("S2", &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"]),
    ("S3", &["01", "02", "03", "04", "05", "07"]),
    ("S4", &["02", "07", "09", "11"]),
];

/// The ids that a test's name begins with: `s0_16_s0_18_j5_the_first_…` names two.
fn ids(name: &str) -> Vec<String> {
    let mut parts = name.split('_');
    let mut found = Vec::new();
    while let (Some(source), Some(rule)) = (parts.next(), parts.next()) {
        let system = source.strip_prefix('s').filter(|digit| digit.len() == 1 && is_number(digit));
        match system.filter(|_| rule.len() == 2 && is_number(rule)) {
            Some(system) => found.push(format!("S{system}-{rule}")),
            None => break,
        }
    }
    found
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ids that the tests of a file are named by. A function without a test's attribute is none.
fn named(file: &Source) -> Vec<String> {
    let code = file.code();
    let mut attributes = Vec::new();
    let mut found = Vec::new();
    for line in code.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((_, name)) = line.split_once("fn ") else {
            attributes.push(line);
            attributes.retain(|line| line.starts_with("#["));
            continue;
        };
        if attributes.iter().any(|line| ["#[test]", "#[tokio::test"].iter().any(|test| line.starts_with(test))) {
            found.extend(ids(name.split('(').next().unwrap_or(name)));
        }
        attributes.clear();
    }
    found
}

fn without_test(tree: &Tree, rules: &[(&str, &[&str])]) -> Vec<Offence> {
    let named: BTreeSet<String> = tree.kind("rs").flat_map(named).collect();
    let wanted = rules.iter().flat_map(|(system, rules)| rules.iter().map(move |rule| format!("{system}-{rule}")));
    let offence = |rule| Offence {
        rule: "every money rule of the source systems is named by a test",
        at: rule,
        what: "no test's name begins with it".to_owned(),
        fix: "write the test that fails when the rule is broken, and begin its name with the id: `s2_05_…`",
    };
    wanted.filter(|rule| !named.contains(rule)).map(offence).collect()
}

fn every_rule(tree: &Tree) -> Vec<Offence> {
    without_test(tree, &RULES)
}

fn one_rule(tree: &Tree) -> Vec<Offence> {
    without_test(tree, &[("S2", &["05"])])
}

#[test]
fn money_rules_are_named_by_tests() {
    let bad = [
        ("src-tauri/crates/billing/src/a.rs", "fn s2_05_is_no_test() {}\n"),
        ("src-tauri/crates/billing/src/a.rs", "#[test]\nfn a() {}\nfn s2_05_is_none_either() {}\n"),
        ("src-tauri/crates/billing/src/a.rs", "// #[test]\nfn s2_05_is_told_of() {}\n"),
        ("src-tauri/crates/billing/src/a.rs", "#[test]\nfn an_example_of_s2_05() {}\n#[test]\nfn s2_051_x() {}\n"),
    ];
    let good = [
        ("src-tauri/crates/billing/src/a.rs", "#[test]\nfn s2_05_the_worked_example() {}\n"),
        ("tests/it/a.rs", "#[tokio::test(flavor = \"multi_thread\")]\nasync fn s2_01_s2_05_both() {}\n"),
    ];
    proves(one_rule, &bad, &good);
    keeps(every_rule);
}
