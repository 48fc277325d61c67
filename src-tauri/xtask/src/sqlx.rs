//! The committed query data of the store: is it what its queries and migrations give today?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::place;
use crate::step::{cargo, command, run, say};

const REMEDY: &str = "`cargo xtask queries` writes the query data anew; commit src-tauri/crates/store/.sqlx";

/// File name, a hash of the query, to content, which also tells the schema.
type Descriptions = BTreeMap<String, String>;

/// Compares the committed descriptions with what the queries and migrations give today.
///
/// # Errors
/// A migration or a query is wrong, or the committed files are not what came out.
pub fn check() -> Result<()> {
    let store = store();
    let committed = store.join(".sqlx");
    if !committed.is_dir() {
        ensure!(!checks_queries(&store)?, "the store checks queries but has no `.sqlx` folder; {REMEDY}");
        say("the store checks no query at compile time: there is no query data to compare");
        return Ok(());
    }
    compare(&read(&committed)?, &read(&describe(&store)?)?)
}

/// Writes the descriptions anew, and takes out those of queries that are gone.
///
/// # Errors
/// A migration or a query is wrong, or the folder cannot be written.
pub fn write() -> Result<()> {
    let store = store();
    let fresh = read(&describe(&store)?)?;
    let folder = store.join(".sqlx");
    fs::create_dir_all(&folder)?;
    for gone in read(&folder)?.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(folder.join(gone))?;
    }
    for (name, text) in &fresh {
        fs::write(folder.join(name), text)?;
    }
    say(format_args!("{} checked queries are described in {}", fresh.len(), folder.display()));
    Ok(())
}

fn store() -> PathBuf {
    place::root().join("src-tauri/crates/store")
}

/// Expands every checked query of the store against a database made by its migrations; gives the folder of descriptions.
fn describe(store: &Path) -> Result<PathBuf> {
    let scratch = place::target().join("sqlx");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    let fresh = scratch.join("queries");
    fs::create_dir_all(&fresh)?;
    let database = scratch.join("schema.db");
    migrate(&store.join("migrations"), &database)?;
    // The macros write only while they expand, so the check is made to differ from every earlier one by a flag.
    let flag = format!("described=\"{}\"", std::process::id());
    let mut check = cargo(&["rustc", "--package", "store", "--lib", "--profile", "check", "--", "--cfg", &flag]);
    check.env_remove("SQLX_OFFLINE").env("SQLX_OFFLINE_DIR", &fresh);
    check.env("DATABASE_URL", format!("sqlite://{}", database.display()));
    run(&mut check, "the compiler's message above names the query")?;
    Ok(fresh)
}

fn migrate(folder: &Path, database: &Path) -> Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("`{}` cannot be read", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "sql"))
        .filter(|path| !path.to_string_lossy().ends_with(".down.sql"))
        .collect();
    files.sort();
    for file in files {
        let mut sqlite = command("sqlite3");
        sqlite.arg("-bail").arg(database).stdin(Stdio::from(fs::File::open(&file)?));
        run(&mut sqlite, &format!("`{}` is the migration that failed", file.display()))?;
    }
    Ok(())
}

/// What is committed against what came out, file by file.
fn compare(committed: &Descriptions, fresh: &Descriptions) -> Result<()> {
    let changed = |(name, text): &(&String, &String)| committed.get(*name) != Some(*text);
    let missing: Vec<_> = fresh.iter().filter(changed).map(|(name, _)| name).collect();
    let gone: Vec<_> = committed.keys().filter(|name| !fresh.contains_key(*name)).collect();
    if missing.is_empty() && gone.is_empty() {
        say(format_args!("{} checked queries are described as committed", fresh.len()));
        return Ok(());
    }
    bail!("new or changed: {missing:?}; committed but gone: {gone:?}; {REMEDY}")
}

fn read(folder: &Path) -> Result<Descriptions> {
    let mut found = Descriptions::new();
    for entry in fs::read_dir(folder).with_context(|| format!("`{}` cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "json") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(found)
}

fn checks_queries(store: &Path) -> Result<bool> {
    let mut folders = vec![store.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_checked(&fs::read_to_string(&path).unwrap_or_default()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn is_checked(text: &str) -> bool {
    ["query!(", "query_as!(", "query_scalar!(", "query_file!(", "query_file_as!("]
        .iter()
        .any(|name| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_a_left_over_description_are_both_told() {
        let set = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let committed: Descriptions = set(&[("same", "1"), ("changed", "1"), ("old", "1")]);
        assert!(compare(&committed, &committed).is_ok());
        let fresh = set(&[("same", "1"), ("changed", "2"), ("new", "1")]);
        let error = compare(&committed, &fresh).expect_err("differs").to_string();
        assert!(error.contains(r#"new or changed: ["changed", "new"]"#), "{error}");
        assert!(error.contains(r#"gone: ["old"]"#), "{error}");
    }

    #[test]
    fn only_the_macros_count_as_checked() {
        assert!(is_checked("sqlx::query_as!(Row, \"SELECT 1\")"));
        assert!(!is_checked("sqlx::query_as::<_, Row>(\"SELECT 1\")"));
    }
}
