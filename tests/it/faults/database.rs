//! A database that another program holds, that a later Purser wrote, or that is damaged.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use acceptance::Profile;
use app::command::client::client_create;
use app::command::gateway::gateway_connect;
use app::command::sync::sync_run;
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

const SMALL: &str = "PURSER_TEST_SMALL_DISK";

/// Runs a script that may mount, as nobody in particular; `None` where the system does not allow it.
fn mounting(script: &str, env: &[(&str, &str)]) -> Option<std::process::ExitStatus> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).envs(env.iter().copied());
    unshare.stdin(Stdio::null()).stdout(Stdio::null()).status().ok()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    let profile = Profile::new().unwrap();
    let exe = std::env::current_exe().unwrap();
    let env = [(SMALL, profile.path().to_str().unwrap()), ("EXE", exe.to_str().unwrap())];
    let mount = format!("mount -t tmpfs -o size=2m small \"${SMALL}\"");
    if !mounting(&mount, &env).is_some_and(|status| status.success()) {
        eprintln!("this system mounts nothing for tests: a full disk is not tried");
        return;
    }
    let run = format!("{mount} && exec \"$EXE\" --exact faults::database::child_on_a_small_disk --nocapture");
    assert!(mounting(&run, &env).expect("it starts").success(), "see what it printed");
}

/// Not a test of its own: it runs where its profile is a disk of two megabytes.
#[tokio::test(flavor = "multi_thread")]
async fn child_on_a_small_disk() {
    let Some(home) = std::env::var_os(SMALL) else { return };
    let clock = HandClock::at(NOW);
    let server = stage::sandbox(Arc::clone(&clock), 13).await;
    let app = stage::open(Path::new(&home), clock as Arc<dyn Clock>).await;
    client_create(&app, BY, stage::client("Before", &[])).await.unwrap();
    let token = server.admin_token.expose().to_owned();
    gateway_connect(&app, BY, stage::sandbox_at("A", &server.base_url), token).await.unwrap();
    let full = match sync_run(&app, BY, None).await {
        Ok(report) => report.lines[0].problem.clone().expect("a disk of two megabytes is too small"),
        Err(error) => error.message,
    };
    super::sentence("a sync", &full);
    assert!(full.contains("the disk is full") && full.contains("free some space"), "{full}");
    let ballast = Path::new(&home).join("ballast");
    // Whatever is left is taken, so that not even a small write finds room.
    let _full = std::fs::write(&ballast, vec![1; 2 << 20]);
    let error = client_create(&app, BY, stage::client(&"After ".repeat(20), &[])).await;
    if let Err(error) = error {
        must(
            "a client",
            &error,
            &Wanted { code: Code::Storage, cause: &["disk is full"], remedy: &["free some space"] },
        );
    }
    assert!(overview(&app).await.is_ok(), "reading goes on");
    let more = Command::new("mount").args(["-o", "remount,size=512m"]).arg(&home).status().unwrap();
    assert!(more.success(), "room is made");
    let report = sync_run(&app, BY, None).await.unwrap();
    assert!(report.complete, "with room it goes on: {report:?}");
    app.store().check().await.expect("the file is sound");
    assert_eq!(app.store().reader().await.unwrap().usage().rollup_differences().await.unwrap(), 0);
    let clients = app::query::client::client_list(&app).await.unwrap();
    assert!(clients.iter().any(|client| client.name == "Before"), "nothing is lost");
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
