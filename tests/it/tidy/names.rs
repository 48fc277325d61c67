//! Names are the trade's nouns.

use super::sources::{Source, Tree};
use super::{Offence, keeps, proves};

/// Say nothing about what is inside.
const EMPTY: [&str; 14] = [
    "manager",
    "service",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "misc",
    "base",
    "processor",
    "handler",
    "handlers",
    "data",
    "types",
];
/// Endings that turn a noun into a doer of unknown deeds.
const ENDINGS: [&str; 8] = ["Manager", "Service", "Helper", "Util", "Utils", "Processor", "Handler", "Impl"];

const RULE: &str = "names are nouns of the trade";
const FIX: &str = "say what it is or owns, in a word an agency's operator would know";

fn file_names(tree: &Tree) -> Vec<Offence> {
    let code = tree.files.iter().filter(|file| file.is_in(&["src-tauri/", "ui/src/", "tests/"]));
    let code = code.filter(|file| [".rs", ".ts", ".svelte"].iter().any(|kind| file.path.ends_with(kind)));
    code.filter_map(badly_named).collect()
}

fn badly_named(file: &Source) -> Option<Offence> {
    let parts: Vec<&str> = file.path.split('/').collect();
    let (name, folders) = parts.split_last()?;
    let stem = name.split('.').next()?;
    let bad = |word: &str| EMPTY.contains(&word.to_lowercase().as_str()) || word == "info";
    let worst = folders.iter().copied().find(|folder| bad(folder)).or_else(|| bad(stem).then_some(stem));
    let what = match worst {
        Some(word) => format!("`{word}` says nothing"),
        None if *name == "mod.rs" => "`mod.rs` hides its name".to_owned(),
        None => return None,
    };
    Some(Offence { rule: RULE, at: format!("{}:1", file.path), what, fix: FIX })
}

fn type_names(tree: &Tree) -> Vec<Offence> {
    let breaks = |line: &str| {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let defines = |word: &str| ["struct", "enum", "trait", "type"].contains(&word);
        let name = words.by_ref().find(|word| defines(word)).and_then(|_| words.next());
        name.is_some_and(|name| ENDINGS.iter().any(|ending| name.ends_with(ending)))
    };
    tree.rust(&["src-tauri/", "tests/"]).flat_map(|file| file.offences(&file.code(), (RULE, FIX), breaks)).collect()
}

#[test]
fn files_are_named_by_nouns() {
    let bad = [
        ("src-tauri/crates/app/src/utils.rs", ""),
        ("src-tauri/crates/app/src/common/key.rs", ""),
        ("ui/src/lib/types.ts", ""),
        ("src-tauri/crates/app/src/key/mod.rs", ""),
    ];
    proves(file_names, &bad, &[("src-tauri/crates/app/src/database.rs", ""), ("ui/src/lib/ui/DataTable.svelte", "")]);
    keeps(file_names);
}

#[test]
fn types_are_named_by_nouns() {
    let bad = [("src-tauri/src/a.rs", "pub struct KeyManager;\n"), ("src-tauri/src/b.rs", "trait SyncService {\n")];
    proves(type_names, &bad, &[("src-tauri/src/a.rs", "pub struct Handlers;\nlet manager = KeyRing;\n")]);
    keeps(type_names);
}
