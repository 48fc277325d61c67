//! Opening the file: who may, in which format, with a copy kept before it is changed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use crate::change::Touched;
use crate::{Origin, Reader, StoreError, StoreResult, Writer};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a writer waits for another process.
const BUSY: Duration = Duration::from_secs(10);
/// How long a session waits for its turn inside this process.
const TURN: Duration = Duration::from_secs(30);
/// Snapshots at the same time: enough for a window with a few panels, few enough to keep their caches small.
pub const READERS: u32 = 4;

/// An open database. Cheap to clone; every clone is the same database.
#[derive(Debug, Clone)]
pub struct Store {
    path: Arc<PathBuf>,
    readers: SqlitePool,
    /// One connection, so that writers of this process queue instead of failing.
    writer: SqlitePool,
}

impl Store {
    /// Opens the database at `path`, making it if it does not exist. An older file is backed up beside itself
    /// (`<file>.before-vN.bak`) and then migrated. `app_version` is recorded as the release that last opened the file.
    ///
    /// # Errors
    /// `TooNew`, `Corrupt`, `Busy`, `Full` or `Io`.
    pub async fn open(path: &Path, app_version: &str) -> StoreResult<Self> {
        Self::open_with(path, app_version, &MIGRATIONS).await.map_err(|error| error.about(path, latest_backup(path)))
    }

    async fn open_with(path: &Path, app_version: &str, migrations: &Migrator) -> StoreResult<Self> {
        let options = options(path).create_if_missing(true);
        let mut first = options.connect().await?;
        bring_up_to_date(&mut first, path, migrations).await?;
        // SQLite ends a transaction by itself when the disk is full, which sqlx does not see: such a connection counts as
        // inside a transaction for ever and would refuse every further write.
        let pool = |max| {
            let options = SqlitePoolOptions::new().max_connections(max).acquire_timeout(TURN).idle_timeout(None);
            options.before_acquire(|conn, _| {
                let usable = !conn.is_in_transaction();
                Box::pin(async move { Ok(usable) })
            })
        };
        let writer = pool(1).connect_lazy_with(options.clone().pragma("cache_size", "-32768"));
        let readers = pool(READERS).connect_lazy_with(options.read_only(true).create_if_missing(false));
        let store = Self { path: Arc::new(path.to_owned()), readers, writer };
        store.record_version(app_version).await?;
        // Not before another connection is there: the last one to close folds the whole write-ahead log into the file,
        // and after a crash in a large sync the window would wait for that.
        first.close().await?;
        Ok(store)
    }

    /// Records the release that opens the file. An unchanged one is not written again: a commit waits for the disk.
    async fn record_version(&self, version: &str) -> StoreResult<()> {
        let mut session = self.begin(Origin::System).await?;
        if session.setting().read().get("app_version").await?.as_deref() != Some(version) {
            session.setting().set("app_version", Some(version)).await?;
        }
        let _ = session.commit().await?;
        Ok(())
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One consistent snapshot to read from; later writes do not show in it. Keep it short.
    ///
    /// # Errors
    /// `Busy` when every reader is taken for 30 s; `Corrupt`; `Io`.
    pub async fn reader(&self) -> StoreResult<Reader> {
        let mut tx = self.readers.begin().await?;
        // SQLite takes the snapshot at the first read, not at BEGIN.
        sqlx::query("SELECT 1 FROM sqlite_schema LIMIT 1").execute(&mut *tx).await.map_err(|e| self.about(e))?;
        Ok(Reader { tx })
    }

    /// The single writer. Waits for another writer of this process, or up to 10 s for one of another process.
    ///
    /// # Errors
    /// `Busy`, `Corrupt` or `Io`.
    pub async fn begin(&self, origin: Origin) -> StoreResult<Writer> {
        let tx = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(|e| self.about(e))?;
        Ok(Writer { tx, origin, touched: Touched::default(), numbers_open: 0 })
    }

    /// Waits for every connection to close, folding the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Writes a verified copy of the database to `to`, which must not exist.
    ///
    /// # Errors
    /// `Full` or `Io`.
    pub async fn backup(&self, to: &Path) -> StoreResult<()> {
        let mut conn = self.readers.acquire().await?;
        copy(&mut conn, to).await
    }

    /// Reads the whole file and proves that it is sound. Slow on a large file: for a check the operator asks for.
    ///
    /// # Errors
    /// `Corrupt`, naming the latest backup.
    pub async fn check(&self) -> StoreResult<()> {
        let mut conn = self.readers.acquire().await?;
        sound(&mut conn).await.map_err(|error| error.about(&self.path, latest_backup(&self.path)))
    }

    fn about(&self, error: sqlx::Error) -> StoreError {
        StoreError::from(error).about(&self.path, latest_backup(&self.path))
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .pragma("cache_size", "-8192")
        .pragma("trusted_schema", "OFF")
        // Identifiers have no order, so each batch touches most pages of their index: fold them into the file less often.
        .pragma("wal_autocheckpoint", "16384")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(200)
}

/// Refuses a newer file; copies an older one aside, then migrates it.
async fn bring_up_to_date(conn: &mut SqliteConnection, path: &Path, migrations: &Migrator) -> StoreResult<()> {
    let app = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
    let file = format_of(conn).await?;
    if file > app {
        return Err(StoreError::TooNew { file, app });
    }
    if file > 0 && file < app {
        let backup = beside(path, &format!(".before-v{app}.bak"));
        remove_file(&backup)?;
        copy(conn, &backup).await?;
        tracing::info!(from = file, to = app, "the database was backed up before its migration");
    }
    migrations.run_direct(None, conn, false).await.map_err(migration_error)
}

/// The format of the file: its newest migration, 0 for an empty file.
async fn format_of(conn: &mut SqliteConnection) -> StoreResult<i64> {
    let known = "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    if sqlx::query_scalar::<_, i64>(known).fetch_one(&mut *conn).await? == 0 {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
    Ok(sqlx::query_scalar(newest).fetch_one(conn).await?)
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Io { cause: format!("its format is not one that a released Purser wrote ({other})") },
    }
}

/// Copies what the connection sees into a new file, and proves the copy sound before giving it its name.
async fn copy(conn: &mut SqliteConnection, to: &Path) -> StoreResult<()> {
    if to.exists() {
        return Err(StoreError::Io { cause: format!("`{}` exists already", to.display()) });
    }
    let part = beside(to, ".part");
    remove_file(&part)?;
    sqlx::query("VACUUM INTO ?").bind(part.to_string_lossy().into_owned()).execute(conn).await?;
    let mut copied = SqliteConnectOptions::new().filename(&part).read_only(true).connect().await?;
    sound(&mut copied).await?;
    copied.close().await?;
    std::fs::rename(&part, to).map_err(io)
}

async fn sound(conn: &mut SqliteConnection) -> StoreResult<()> {
    let answer: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(conn).await?;
    if answer == "ok" { Ok(()) } else { Err(StoreError::Corrupt { file: None, backup: None }) }
}

fn remove_file(path: &Path) -> StoreResult<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(error)),
        _ => Ok(()),
    }
}

fn io(error: std::io::Error) -> StoreError {
    StoreError::Io { cause: error.to_string() }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

/// The newest `.bak` file whose name starts with the database's.
fn latest_backup(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let folder = path.parent()?.read_dir().ok()?;
    let backups = folder.flatten().filter(|entry| {
        let found = entry.file_name().to_string_lossy().into_owned();
        found.starts_with(&name) && found.ends_with(".bak")
    });
    backups.max_by_key(|entry| entry.metadata().and_then(|meta| meta.modified()).ok()).map(|entry| entry.path())
}

#[cfg(test)]
mod tests;
