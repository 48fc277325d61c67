//! A clock that jumps: what was pulled stays, what is new comes, and nothing is counted twice.

use std::sync::Arc;

use acceptance::Profile;
use app::command::gateway::gateway_connect;
use app::command::sync::sync_run;
use app::query::usage::usage_table;
use app::wire::UsageGroup;
use app::{App, Clock, Origin};

use crate::stage::{self, HandClock, NOW, nanos};

const BY: Origin = Origin::Window;
const DAY: i64 = 86_400;

async fn synced(app: &App) -> (i128, String) {
    let report = sync_run(app, BY, None).await.unwrap();
    assert!(report.complete, "{report:?}");
    let table = usage_table(app, &stage::usage("2025-06-01", "2028-01-01", UsageGroup::Model)).await.unwrap();
    let differences = app.store().reader().await.unwrap().usage().rollup_differences().await.unwrap();
    assert_eq!(differences, 0, "roll-ups are exact");
    (nanos(&table.total.cost.amount), table.total.requests.value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_loses_and_doubles_nothing() {
    let (profile, clock, theirs) = (Profile::new().unwrap(), HandClock::at(NOW), HandClock::at(NOW));
    let server = stage::sandbox(Arc::clone(&theirs), 8).await;
    let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
    let token = server.admin_token.expose().to_owned();
    gateway_connect(&app, BY, stage::sandbox_at("A", &server.base_url), token).await.unwrap();
    let before = synced(&app).await;
    assert!(before.0 > 0);
    clock.advance(-DAY);
    assert_eq!(synced(&app).await, before, "a day back");
    assert!(app::query::overview::overview(&app).await.is_ok(), "and the screens still work");
    clock.advance(366 * DAY);
    assert_eq!(synced(&app).await, before, "a year forward");
    assert!(app::query::overview::overview(&app).await.is_ok());
    clock.advance(-365 * DAY);
    theirs.advance(3 * 3600);
    clock.advance(3 * 3600);
    let after = synced(&app).await;
    assert!(after.0 > before.0, "what happened since comes: {before:?} {after:?}");
    let fresh = Profile::new().unwrap();
    let other = stage::open(fresh.path(), Arc::clone(&clock) as Arc<dyn Clock>).await;
    let token = server.admin_token.expose().to_owned();
    gateway_connect(&other, BY, stage::sandbox_at("A", &server.base_url), token).await.unwrap();
    assert_eq!(after, synced(&other).await, "and it is what a clock that never jumped would have");
}
