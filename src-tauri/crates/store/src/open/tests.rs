use super::*;
use crate::Tag;
use crate::testing::{add_gateway, at, client, request, temporary};

const DATABASE: &str = "purser.db";

/// The format that this release writes.
fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap()
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

#[tokio::test]
async fn the_file_is_opened_the_way_the_books_need() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let wants = [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")];
    for (pragma, want) in wants {
        let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
        let got: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *writer.tx).await.unwrap();
        assert_eq!(got, want, "{pragma}");
    }
    let version = writer.setting().read().get("app_version").await.unwrap();
    assert_eq!(version.as_deref(), Some("0.1.0"), "the release that opened the file is kept");
}

#[tokio::test]
async fn a_commit_tells_what_it_touched_and_a_drop_undoes_it() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    writer.client().add(&client("Kept", "UTC"), at("2026-01-01T00:00:00Z")).await.unwrap();
    writer.setting().set("theme", Some("dark")).await.unwrap();
    let changed = writer.commit().await.unwrap();
    assert_eq!((changed.tags, changed.origin), (vec![Tag::Clients, Tag::Settings], Origin::Window));
    let mut dropped = file.store.begin(Origin::Cli).await.unwrap();
    dropped.client().add(&client("Dropped", "UTC"), at("2026-01-01T00:00:00Z")).await.unwrap();
    drop(dropped);
    let writer = file.store.begin(Origin::Cli).await.unwrap();
    assert!(writer.commit().await.unwrap().tags.is_empty(), "a dropped writer lets the next one in");
    let names = file.store.reader().await.unwrap().client().list().await.unwrap();
    assert_eq!(names.len(), 1, "what was not committed is gone");
}

#[tokio::test]
async fn a_reader_sees_one_moment() {
    let file = temporary().await;
    let mut reader = file.store.reader().await.unwrap();
    let mut writer = file.store.begin(Origin::Window).await.unwrap();
    writer.client().add(&client("Later", "UTC"), at("2026-01-01T00:00:00Z")).await.unwrap();
    let _ = writer.commit().await.unwrap();
    assert!(reader.client().list().await.unwrap().is_empty(), "a snapshot does not grow");
    drop(reader);
    assert_eq!(file.store.reader().await.unwrap().client().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_older_file_is_backed_up_and_then_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(DATABASE);
    let first = MIGRATIONS.iter().take(1).cloned().collect();
    let old = Store::open_with(&path, "0.0.1", &Migrator::with_migrations(first)).await.unwrap();
    let mut writer = old.begin(Origin::Window).await.unwrap();
    // As the first release wrote them: its tables have fewer columns.
    for sql in [
        "INSERT INTO client VALUES (1, 'Old hand', 'USD', 'UTC', 'active', '', '', '', '', '', '', '', 14, 0)",
        "INSERT INTO price_version (effective_from, note, created_at) VALUES (20454, 'first', 0)",
        "INSERT INTO price_rule (version, pattern, charge, per_cent) VALUES (1, '*', 'markup_on_cost', '25')",
    ] {
        sqlx::query(sql).execute(&mut *writer.tx).await.unwrap();
    }
    let _ = writer.commit().await.unwrap();
    old.close().await;

    let store = Store::open(&path, "0.1.0").await.unwrap();
    let prices = store.reader().await.unwrap().price().list().await.unwrap();
    let rule = &prices[0].rules[0];
    assert_eq!((rule.pattern.as_str(), rule.per_cent), ("*", Some(25.into())), "an old price version still reads");
    assert_eq!((&rule.flat_fee, rule.steps.len()), (&None, 0));
    let names = store.reader().await.unwrap().client().list().await.unwrap();
    assert_eq!(names[0].client.name.as_str(), "Old hand", "nothing is lost by migrating");
    assert!(store.reader().await.unwrap().usage().rollup_differences().await.is_ok(), "the new tables are there");
    let backup = folder.path().join(format!("purser.db.before-v{}.bak", newest()));
    let mut copy = raw(&backup).await;
    assert_eq!(format_of(&mut copy).await.unwrap(), 1, "the backup is as the file was before");
    let kept: String = sqlx::query_scalar("SELECT name FROM client").fetch_one(&mut copy).await.unwrap();
    assert_eq!(kept, "Old hand");
}

/// The table of entries is made anew by the fourteenth migration.
#[tokio::test]
async fn ledgers_survive_a_migration_that_makes_their_table_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(DATABASE);
    let before = MIGRATIONS.iter().filter(|migration| migration.version < 14).cloned().collect();
    let old = Store::open_with(&path, "0.0.1", &Migrator::with_migrations(before)).await.unwrap();
    let mut writer = old.begin(Origin::Window).await.unwrap();
    let id = writer.client().add(&client("Old hand", "UTC"), at("2026-01-01T00:00:00Z")).await.unwrap();
    for sql in [
        "INSERT INTO ledger_entry (id, client, number, posted_at, valued_at, kind, key, reason, currency)
         VALUES (41, 1, 1, 0, 0, 'deposit', 'pi_1', 'by card', 'EUR')",
        "INSERT INTO ledger_posting VALUES (41, 0, 'cash', '10'), (41, 1, 'lot:1', '-10')",
        "INSERT INTO ledger_lot VALUES (41, 1, 1, 'paid', '10', 0, NULL, NULL)",
    ] {
        sqlx::query(sql).execute(&mut *writer.tx).await.unwrap();
    }
    let _ = writer.commit().await.unwrap();
    old.close().await;

    let store = Store::open(&path, "0.1.0").await.unwrap();
    let entries = store.reader().await.unwrap().ledger().entries(id).await.unwrap();
    assert_eq!((entries.len(), entries[0].parts().reason.as_str()), (1, "by card"));
    assert!(entries[0].parts().lot.is_some() && entries[0].parts().postings.len() == 2, "{entries:?}");
    let mut conn = raw(&path).await;
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut conn).await.unwrap();
    assert!(broken.is_empty(), "postings and lots find their entry");
    let left = "SELECT count(*) FROM sqlite_schema WHERE name = 'ledger_entry_before'";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&mut conn).await.unwrap(), 0);
    let removed = sqlx::query("DELETE FROM ledger_entry").execute(&mut conn).await.unwrap_err();
    assert!(removed.to_string().contains("never changes"), "the triggers are back: {removed}");
}

#[tokio::test]
async fn a_current_file_is_not_backed_up() {
    let file = temporary().await;
    file.store.close().await;
    Store::open(file.store.path(), "0.1.1").await.unwrap();
    assert_eq!(latest_backup(file.store.path()), None, "opening twice leaves no litter");
}

#[tokio::test]
async fn a_newer_file_is_refused_with_a_sentence() {
    let file = temporary().await;
    file.store.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'future', 1, x'00', 0)";
    sqlx::query(newer).execute(&mut raw(file.store.path()).await).await.unwrap();
    let error = Store::open(file.store.path(), "0.1.0").await.unwrap_err();
    assert_eq!(error, StoreError::TooNew { file: 9999, app: newest() });
    assert!(error.to_string().contains("update Purser"), "the sentence says what to do: {error}");
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_its_backup_named() {
    let file = temporary().await;
    file.store.close().await;
    let path = file.store.path();
    let backup = file.folder.path().join("purser.db.before-v2.bak");
    std::fs::copy(path, &backup).unwrap();
    std::fs::write(path, b"this was a database once, and a long time ago at that").unwrap();
    let error = Store::open(path, "0.1.0").await.unwrap_err();
    assert_eq!(error, StoreError::Corrupt { file: Some(path.to_owned()), backup: Some(backup) });
    assert!(error.to_string().contains("before-v2.bak"), "the sentence names the backup: {error}");
}

#[tokio::test]
async fn r26_damage_inside_the_file_is_found_by_the_check() {
    let file = temporary().await;
    file.store.check().await.unwrap();
    file.store.close().await;
    let mut bytes = std::fs::read(file.store.path()).unwrap();
    for page in 2..bytes.len() / 4096 {
        bytes[page * 4096..page * 4096 + 64].fill(0xa5);
    }
    std::fs::write(file.store.path(), bytes).unwrap();
    match Store::open(file.store.path(), "0.1.0").await {
        Ok(store) => assert!(matches!(store.check().await, Err(StoreError::Corrupt { .. }))),
        Err(error) => assert!(matches!(error, StoreError::Corrupt { .. }), "{error}"),
    }
}

#[tokio::test]
async fn a_locked_file_is_busy() {
    let file = temporary().await;
    let mut patient = file.store.begin(Origin::Window).await.unwrap();
    sqlx::query("PRAGMA busy_timeout = 0").execute(&mut *patient.tx).await.unwrap();
    let _ = patient.commit().await.unwrap();
    let mut other = raw(file.store.path()).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = file.store.begin(Origin::Window).await.unwrap_err();
    assert_eq!(error, StoreError::Busy);
    assert!(error.to_string().contains("try again"), "the sentence says what to do: {error}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert!(file.store.begin(Origin::Window).await.is_ok(), "afterwards all is well");
}

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let file = temporary().await;
    let mut writer = file.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *writer.tx).await.unwrap();
    let limit = format!("PRAGMA max_page_count = {}", pages + 8);
    sqlx::query(sqlx::AssertSqlSafe(limit)).execute(&mut *writer.tx).await.unwrap();
    let _ = writer.commit().await.unwrap();

    let many: Vec<_> = (0..5_000).map(|n| request(&format!("r{n}"), "2026-03-01T10:00:00Z", "a", n)).collect();
    let mut writer = file.store.begin(Origin::Sync(gateway)).await.unwrap();
    let batch = crate::IngestBatch {
        gateway,
        records: &many,
        observed_at: at("2026-03-02T00:00:00Z"),
        prefer: domain::Grain::Day,
    };
    let error = writer.usage().ingest(&batch).await.unwrap_err();
    assert_eq!(error, StoreError::Full);
    assert!(error.to_string().contains("free some space"), "the sentence says what to do: {error}");
    drop(writer);
    file.store.check().await.unwrap();
    assert_eq!(file.store.reader().await.unwrap().usage().rollup_differences().await.unwrap(), 0);
}

#[tokio::test]
async fn a_copy_on_request_is_sound_and_never_overwrites() {
    let file = temporary().await;
    let to = file.folder.path().join("copy.db");
    file.store.backup(&to).await.unwrap();
    assert!(file.store.backup(&to).await.is_err(), "an existing file is not overwritten");
    assert!(Store::open(&to, "0.1.0").await.is_ok());
}

#[tokio::test]
async fn opening_after_a_crash_does_not_wait_for_the_log_to_be_folded_in() {
    let file = crate::testing::temporary().await;
    let crashed = tempfile::tempdir().unwrap();
    for part in ["purser.db", "purser.db-wal"] {
        std::fs::copy(file.folder.path().join(part), crashed.path().join(part)).unwrap();
    }
    let log = crashed.path().join("purser.db-wal");
    let before = std::fs::metadata(&log).unwrap().len();
    assert!(before > 0, "what was written is in the log alone");
    let store = Store::open(&crashed.path().join("purser.db"), "0.1.0").await.unwrap();
    assert_eq!(std::fs::metadata(&log).unwrap().len(), before, "the log is read where it is");
    let version = store.reader().await.unwrap().setting().get("app_version").await.unwrap();
    assert_eq!(version.as_deref(), Some("0.1.0"), "and nothing in it is lost");
}
