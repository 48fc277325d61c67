//! What no compiler checks: the direction of the arrows, the size of files and functions, names, and that the documents
//! tell the truth. Each failure prints the rule, the offender and the fix; each rule has a test that it can fail.

mod arrows;
mod clock;
mod documents;
mod leftovers;
mod manifest;
mod money;
mod money_rules;
mod names;
mod secrets;
mod size;
mod sources;
mod sql;
mod web;
mod wire;

use std::fmt;

use sources::Tree;

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offence {
    rule: &'static str,
    at: String,
    what: String,
    fix: &'static str,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, at, what, fix } = self;
        write!(f, "{at}: {what}\n    rule: {rule}\n    fix:  {fix}")
    }
}

/// A rule: reads the tree, names the offenders.
pub(crate) type Rule = fn(&Tree) -> Vec<Offence>;

/// Holds a rule against the repository.
fn keeps(rule: Rule) {
    let offences = rule(Tree::repository());
    let told: Vec<String> = offences.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{} offences\n{}", told.len(), told.join("\n"));
}

/// Proves that a rule can fail and does not cry wolf: it finds exactly one offence in each bad file, none in a good one.
fn proves(rule: Rule, bad: &[(&str, &str)], good: &[(&str, &str)]) {
    for (path, text) in bad {
        let found = rule(&Tree::of(&[(path, text)]));
        assert_eq!(found.len(), 1, "this must be one offence at {path}:\n{text}\nfound: {found:?}");
    }
    for (path, text) in good {
        let found = rule(&Tree::of(&[(path, text)]));
        assert!(found.is_empty(), "this is no offence at {path}:\n{text}\nfound: {found:?}");
    }
}
