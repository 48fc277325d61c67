//! A database that another program holds, that a later Purser wrote, or that is damaged.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use acceptance::Profile;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::query::overview::overview;
use app::wire::Code;
use app::{App, AppError, Clock, Origin};

use super::{Wanted, must};
use crate::stage::{self, HandClock, NOW};

const BY: Origin = Origin::Window;

fn sqlite(database: &Path) -> Child {
    let mut sqlite = Command::new("sqlite3");
    let sqlite = sqlite.arg(database).stdin(Stdio::piped()).stdout(Stdio::piped());
    sqlite.spawn().expect("`sqlite3` is there; `cargo xtask setup` installs it")
}

/// Another process that has begun an exclusive transaction.
fn lock(database: &Path) -> Child {
    let mut holder = sqlite(database);
    let stdin = holder.stdin.as_mut().expect("a pipe");
    stdin.write_all(b".timeout 5000\nBEGIN EXCLUSIVE;\nSELECT 'held';\n").expect("it listens");
    let mut told = [0; 5];
    std::io::Read::read_exact(holder.stdout.as_mut().expect("a pipe"), &mut told).expect("it answers");
    assert_eq!(&told, b"held\n");
    holder
}

async fn try_open(profile: &Profile) -> Result<App, AppError> {
    App::open(app::Profile::at(profile.path()), stage::options(HandClock::at(NOW))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_use_is_said_and_nothing_is_sent() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&clock), 9).await;
    let app = stage::open(profile.path(), clock as Arc<dyn Clock>).await;
    let token = server.admin_token.expose().to_owned();
    let gateway = gateway_connect(&app, BY, stage::sandbox_at("A", &server.base_url), token).await.unwrap();
    let held = Wanted { code: Code::Storage, cause: &["in use by another program"], remedy: &["close the other"] };
    let mut holder = lock(&app.profile().database());
    assert!(overview(&app).await.is_ok(), "reading goes on");
    let typed = stage::client("Acme", &[&gateway.id]);
    let (write, open) = tokio::join!(client_create(&app, BY, typed.clone()), try_open(&profile));
    let write = write.unwrap_err();
    must("a write", &write, &held);
    assert!(write.retryable, "trying again can help");
    must("a second window", &open.unwrap_err(), &held);
    let there = stage::sandbox_told(&stage::http(), &server, "/admin/v1/accounts?limit=500").await;
    assert_eq!(there.len(), 12, "without a noted intent nothing is sent");
    holder.kill().unwrap();
    holder.wait().unwrap();
    client_create(&app, BY, typed).await.expect("as soon as the database is free");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_or_damaged_database_is_left_alone() {
    let profile = Profile::new().unwrap();
    let app = try_open(&profile).await.unwrap();
    let database = app.profile().database();
    client_create(&app, BY, stage::client("Acme", &[])).await.unwrap();
    app.close().await;
    let good = std::fs::read(&database).unwrap();
    let mut sqlite = sqlite(&database);
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0);\n";
    sqlite.stdin.take().unwrap().write_all(later.as_bytes()).unwrap();
    assert!(sqlite.wait().unwrap().success());
    let newer = std::fs::read(&database).unwrap();
    let error = try_open(&profile).await.unwrap_err();
    let wanted = Wanted { code: Code::Storage, cause: &["newer purser (format 9999)"], remedy: &["update purser"] };
    must("a newer database", &error, &wanted);
    assert_eq!(std::fs::read(&database).unwrap(), newer, "not a byte was changed");

    let mut damaged = good.clone();
    damaged[..4096].fill(0x5a);
    std::fs::write(&database, &damaged).unwrap();
    let error = try_open(&profile).await.unwrap_err();
    let wanted = Wanted { code: Code::Storage, cause: &["is damaged"], remedy: &["backup"] };
    must("a damaged database", &error, &wanted);
    assert_eq!(std::fs::read(&database).unwrap(), damaged, "nor was this one");
    std::fs::write(&database, &good).unwrap();
    let app = try_open(&profile).await.unwrap();
    assert_eq!(app::query::client::client_list(&app).await.unwrap().len(), 1, "the backup is all there");
}
