//! Nothing half done is committed.

use super::sources::Tree;
use super::{Offence, keeps, proves};

const RULE: &str = "nothing half done";
const FIX: &str = "do it now, or open an issue and take the mark out";

/// Put together, so that this file holds none of them.
const MARKS: [&str; 4] = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X:"), concat!("HA", "CK:")];

fn marks(tree: &Tree) -> Vec<Offence> {
    let kinds = [".rs", ".ts", ".svelte", ".sql", ".sh", ".typ", ".css"];
    let ours = tree.files.iter().filter(|file| kinds.iter().any(|kind| file.path.ends_with(kind)));
    let breaks = |line: &str| MARKS.iter().any(|mark| line.contains(mark));
    ours.flat_map(|file| file.offences(&file.text, (RULE, FIX), breaks)).collect()
}

fn unwritten(tree: &Tree) -> Vec<Offence> {
    let breaks = |line: &str| ["todo!(", "unimplemented!(", "#[ignore"].iter().any(|mark| line.contains(mark));
    tree.kind("rs").flat_map(|file| file.offences(&file.code(), (RULE, FIX), breaks)).collect()
}

fn skipped_in_ui(tree: &Tree) -> Vec<Offence> {
    let skips = ["it.skip(", "test.skip(", "describe.skip(", "it.only(", "test.only(", "describe.only(", "it.todo("];
    let breaks = |line: &str| skips.iter().any(|skip| line.contains(skip)) || line.contains("@ts-ignore");
    tree.kind("ts").flat_map(|file| file.offences(&file.text, (RULE, FIX), breaks)).collect()
}

#[test]
fn no_mark_is_left() {
    let line = format!("// {} later\n", MARKS[0]);
    proves(marks, &[("src-tauri/src/a.rs", &line), ("ui/src/a.ts", &line)], &[("ARCHITECTURE.md", &line)]);
    keeps(marks);
}

#[test]
fn nothing_is_unwritten_or_ignored() {
    let bad = [("a.rs", "fn f() { todo!() }\n"), ("b.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}\n")];
    proves(unwritten, &bad, &[("a.rs", "// todo!() is banned\nlet ignored = 1;\n")]);
    keeps(unwritten);
}

#[test]
fn no_ui_test_is_skipped() {
    let bad = [("ui/src/a.test.ts", "it.skip('adds', () => {})\n"), ("ui/src/b.ts", "// @ts-ignore\n")];
    proves(skipped_in_ui, &bad, &[("ui/src/a.test.ts", "it('skips rows', () => {})\n")]);
    keeps(skipped_in_ui);
}
