//! SQL stays in the store, and pages by key.

use super::sources::{Source, Tree, has_word};
use super::{Offence, keeps, proves};

const STORE: [&str; 1] = ["src-tauri/crates/store/"];

/// Keyset paging only: the cost of `OFFSET` grows with the page, and rows that arrive meanwhile shift it.
fn no_offset(tree: &Tree) -> Vec<Offence> {
    let told = ("paging is by key", "continue after the last key: `WHERE key > $1 ORDER BY key LIMIT $2`");
    let breaks = |line: &str| {
        let comment = line.trim_start().starts_with("//") || line.trim_start().starts_with("--");
        !comment && (has_word(line, "OFFSET") || line.contains(" offset ?") || line.contains(" offset $"))
    };
    let files = tree.files.iter().filter(|file| file.is_in(&STORE) && (is(file, "rs") || is(file, "sql")));
    files.flat_map(|file| file.offences(&file.text, told, breaks)).collect()
}

/// Rows never leave the store (never-arrow 7): nobody else names the library, not even through a re-export.
fn rows_stay(tree: &Tree) -> Vec<Offence> {
    let told = ("sqlx stays in the store", "return a domain noun from a named query");
    let files = tree.rust(&["src-tauri/"]).filter(|file| !file.is_in(&STORE) && !file.is_in(&["src-tauri/xtask/"]));
    let breaks = |line: &str| has_word(line, "sqlx");
    let leaks = files.flat_map(|file| file.offences(&file.shipped(), told, breaks));
    let exports =
        tree.rust(&STORE).flat_map(|file| file.offences(&file.shipped(), told, |line| line.contains("pub use sqlx")));
    leaks.chain(exports).collect()
}

fn is(file: &Source, kind: &str) -> bool {
    file.path.ends_with(&format!(".{kind}"))
}

#[test]
fn paging_is_by_key() {
    let bad = [
        ("src-tauri/crates/store/src/query/usage.rs", "\"SELECT id FROM usage LIMIT $1 OFFSET $2\"\n"),
        ("src-tauri/crates/store/queries/a.sql", "SELECT 1 limit 5 offset ?2\n"),
    ];
    let good = [
        ("src-tauri/crates/store/src/query/usage.rs", "// no OFFSET here\nlet utc_offset = 3;\n"),
        ("src-tauri/crates/domain/src/time.rs", "const OFFSET: i64 = 1;\n"),
    ];
    proves(no_offset, &bad, &good);
    keeps(no_offset);
}

#[test]
fn rows_never_leave_the_store() {
    let bad = [
        ("src-tauri/crates/app/src/query/usage.rs", "use sqlx::Row;\n"),
        ("src-tauri/crates/store/src/lib.rs", "pub use sqlx::SqlitePool;\n"),
    ];
    proves(rows_stay, &bad, &[("src-tauri/crates/store/src/table/key.rs", "use sqlx::Row;\n")]);
    keeps(rows_stay);
}
