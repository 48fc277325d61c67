//! The register of numbers: the last number given of each series, in a file beside the documents and apart from the books,
//! so that books restored from an older copy cannot give a number a second time (invoice.md §7).
//!
//! **Owns:** the file, and what is said when it knows of more than the books do. **Does not own:** taking a number (the
//! store, in the finalising transaction). The file follows the books: it is written after a commit and caught up with at each
//! start, so a crash between the two alarms nobody.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::PathBuf;

use serde_json::{Value, json};
use store::Writer;

use crate::export;
use crate::wire::Code;
use crate::{App, AppError};

/// The setting that tells these books from others.
const BOOK: &str = "book.id";
/// The file's name.
const FILE: &str = "invoice-numbers.json";
/// What a person who opens the file should know.
const ABOUT: &str = "The last invoice number that Purser gave, per book and series. Keep it: it stops a restored backup from \
                     giving a number twice.";

/// The last number of each series.
type Series = BTreeMap<String, i64>;

/// The series of each book.
type Books = BTreeMap<String, Series>;

/// Numbers that were given and that these books do not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ahead {
    /// The series.
    pub(crate) series: String,
    /// The last number in the books.
    pub(crate) known: i64,
    /// The last number given.
    pub(crate) given: i64,
}

/// Gives new books their identity, and catches the file up with the books.
///
/// # Errors
/// The store cannot be read; no randomness.
pub(crate) async fn at_start(app: &App) -> Result<(), AppError> {
    let mut reader = app.store().reader().await?;
    if reader.setting().get(BOOK).await?.is_none() {
        drop(reader);
        let mut writer = app.store().begin(store::Origin::System).await?;
        writer.setting().set(BOOK, Some(&app.mark()?.to_string())).await?;
        let _nobody_shows_it = writer.commit().await?;
    } else {
        let series = reader.invoice().series().await?;
        drop(reader);
        if !series.is_empty() {
            raise(app, series).await;
        }
    }
    Ok(())
}

/// Refuses a number that was given before these books were restored.
///
/// # Errors
/// `Conflict` with what to do; the file cannot be read.
pub(crate) async fn must_be_new(app: &App, writer: &mut Writer, series: &str, number: i64) -> Result<(), AppError> {
    let Some(book) = writer.setting().read().get(BOOK).await? else { return Ok(()) };
    let given = read(app)?.get(&book).and_then(|known| known.get(series)).copied().unwrap_or(0);
    if number > given {
        return Ok(());
    }
    let message = format!(
        "{series}-{given:04} was given already, but these books end at {series}-{:04}: they were restored from an older copy",
        number - 1
    );
    Err(AppError::conflict(message).hint(format!(
        "Restore the newer copy. If it is lost, `purser invoice continue {series}` goes on after {series}-{given:04}."
    )))
}

/// Series of which more was given than these books have.
///
/// # Errors
/// The store or the file cannot be read.
pub(crate) async fn ahead(app: &App) -> Result<Vec<Ahead>, AppError> {
    let mut reader = app.store().reader().await?;
    let Some(book) = reader.setting().get(BOOK).await? else { return Ok(Vec::new()) };
    let known: Series = reader.invoice().series().await?.into_iter().collect();
    let given = read(app)?.remove(&book).unwrap_or_default();
    let ahead = given.into_iter().map(|(series, given)| {
        let known = known.get(&series).copied().unwrap_or(0);
        Ahead { series, known, given }
    });
    Ok(ahead.filter(|one| one.given > one.known).collect())
}

/// Notes the last number of a series after its commit. The invoice stands whatever becomes of the file: what could not be
/// written now is at the next start.
pub(crate) async fn note(app: &App, series: &str) {
    let last = async { Ok::<_, AppError>(app.store().reader().await?.invoice().last_number(series).await?) };
    match last.await {
        Ok(last) => raise(app, vec![(series.to_owned(), last)]).await,
        Err(error) => tracing::warn!("the register of invoice numbers was not brought up to date: {error}"),
    }
}

async fn raise(app: &App, series: Vec<(String, i64)>) {
    let book = async { Ok::<_, AppError>(app.store().reader().await?.setting().get(BOOK).await?) };
    let raised = book.await.and_then(|book| raised(app, &book.unwrap_or_default(), series));
    if let Err(error) = raised {
        tracing::warn!("the register of invoice numbers was not brought up to date: {error}");
    }
}

/// The window and a command line may do this at once: the lock lets one after the other.
fn raised(app: &App, book: &str, series: Vec<(String, i64)>) -> Result<(), AppError> {
    let folder = app.profile().documents_dir.clone();
    std::fs::create_dir_all(&folder).map_err(|why| unusable(app, &why))?;
    let lock = lock(app).map_err(|why| unusable(app, &why))?;
    let mut books = read(app)?;
    let known = books.entry(book.to_owned()).or_default();
    for (series, last) in series {
        let given = known.entry(series).or_insert(0);
        *given = last.max(*given);
    }
    let text = format!("{:#}\n", json!({ "about": ABOUT, "books": books }));
    export::save(&folder, FILE, text.as_bytes())?;
    drop(lock);
    Ok(())
}

fn lock(app: &App) -> std::io::Result<File> {
    let path = app.profile().documents_dir.join(format!(".{FILE}.lock"));
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

fn path(app: &App) -> PathBuf {
    app.profile().documents_dir.join(FILE)
}

fn read(app: &App) -> Result<Books, AppError> {
    let text = match std::fs::read_to_string(path(app)) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Books::new()),
        Err(why) => return Err(unusable(app, &why)),
    };
    let books = serde_json::from_str(&text).map(|mut whole: Value| whole["books"].take());
    books.and_then(serde_json::from_value).map_err(|why| unusable(app, &why))
}

fn unusable(app: &App, why: &dyn std::fmt::Display) -> AppError {
    let message = format!("the register of invoice numbers, {}, cannot be used: {why}", path(app).display());
    AppError::new(Code::Storage, message)
        .hint("Repair it or make it readable. Without it nobody can tell whether a number was given before.")
}
