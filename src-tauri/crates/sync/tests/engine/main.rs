//! Whole syncs against a gateway with faults: whatever happens on the way, the books end the same.

#![allow(clippy::unwrap_used, reason = "tests")]

mod fake;
mod quiet;
mod world;

use std::sync::Arc;

use domain::{Grain, Mark, Nanos, Timestamp};
use gateway::ErrorKind;
use sync::{PullResult, SyncReport, What};
use tokio_util::sync::CancellationToken;

use fake::{Fake, Fault, account, row};
use world::{NOW, World};

/// Three accounts, ten days, a row every three hours, on a gateway of pages of seven.
fn busy(days: bool) -> Fake {
    let fake = Fake::new(days, 7);
    for name in ["alpha", "beta", "gamma"] {
        fake.account(account(name));
    }
    fake.rows(history());
    fake
}

fn history() -> Vec<domain::UsageRecord> {
    let names = ["alpha", "beta", "gamma"];
    let hours =
        (0..240).step_by(3).map(|hour| NOW.parse::<Timestamp>().unwrap().plus_millis(-3_600_000 * hour - 60_000));
    let cost = |number: usize| 1_000 + i64::try_from(number).unwrap() * 7;
    let rows = hours
        .enumerate()
        .map(|(number, at)| row(&format!("r{number:03}"), names[number % 3], &at.to_string(), cost(number)));
    rows.collect()
}

fn failed(report: &SyncReport) -> Vec<String> {
    let pulls = report.gateways.iter().flat_map(|gateway| &gateway.pulls);
    pulls
        .filter(|pull| !matches!(pull.result, PullResult::Done(_)))
        .map(|pull| format!("{} {:?}", pull.pull, pull.result))
        .collect()
}

async fn clean(days: bool, zone: &str) -> Vec<String> {
    let world = World::with(busy(days)).await;
    world.attribute("alpha", zone).await;
    let report = world.sync().await;
    assert!(report.is_complete(), "{:?}", failed(&report));
    world.books().await
}

#[tokio::test]
async fn r6_faults_on_the_way_leave_the_same_books_as_a_clean_sync() {
    for (days, zone) in [(false, "UTC"), (true, "UTC"), (true, "Asia/Kolkata")] {
        let expected = clean(days, zone).await;
        let token = CancellationToken::new();
        let faults: Vec<(&str, Fault)> = vec![
            ("too many requests", Fault::Error(ErrorKind::RateLimited)),
            ("cut page", Fault::Error(ErrorKind::Malformed)),
            ("gateway down", Fault::Error(ErrorKind::Unreachable)),
            ("repeated page", Fault::Repeat),
            ("page that points to itself", Fault::Stuck),
            ("cancelled", Fault::Cancel(token.clone())),
        ];
        for (name, fault) in faults {
            let world = World::with(busy(days)).await;
            world.attribute("alpha", zone).await;
            world.gateway.fault(7, fault);
            world.sync_until(token.clone()).await;
            let report = world.sync().await;
            assert!(report.is_complete(), "{name}: {:?}", failed(&report));
            assert_eq!(world.books().await, expected, "{name}, day totals {days}, {zone}");
        }
    }
}

/// A sum over half of the usage must not look like a sum: the first sync of a real gateway takes a while.
#[tokio::test]
async fn figures_are_as_of_the_last_sync_that_reached_its_end() {
    let world = World::with(busy(true)).await;
    let token = CancellationToken::new();
    world.gateway.fault(4, Fault::Cancel(token.clone()));
    assert!(!world.sync_until(token).await.is_complete());
    assert_eq!(world.as_of().await, None, "inventory and some usage were read, not all of it");
    assert!(world.sync().await.is_complete());
    let first = world.as_of().await;
    assert!(first.is_some(), "everything was read");
    world.gateway.fault(2, Fault::Error(ErrorKind::Unreachable));
    world.sync().await;
    assert_eq!(world.as_of().await, first, "a sync that fails leaves the figures as old as they were");
}

#[tokio::test]
async fn a_sync_cut_off_at_every_page_goes_on_where_it_was() {
    let expected = clean(false, "UTC").await;
    let world = World::with(busy(false)).await;
    world.attribute("alpha", "UTC").await;
    for _ in 0..40 {
        let token = CancellationToken::new();
        world.gateway.fault(2, Fault::Cancel(token.clone()));
        if world.sync_until(token).await.is_complete() {
            break;
        }
    }
    assert_eq!(world.books().await, expected);
    assert!(world.gateway.calls() < 40, "a page more each time, not all again: {}", world.gateway.calls());
}

#[tokio::test]
async fn r15_rows_that_arrive_while_paging_are_neither_lost_nor_doubled() {
    let early = row("early", "beta", "2026-11-12T00:00:30Z", 5);
    let late = row("late", "beta", "2026-11-21T02:30:00Z", 7);
    let world = World::with(busy(false)).await;
    world.gateway.fault(9, Fault::Insert(vec![early.clone(), late.clone()]));
    world.sync().await;
    let clean = World::with(busy(false)).await;
    clean.gateway.rows([late]);
    clean.sync().await;
    assert_eq!(world.books().await, clean.books().await, "what arrives ahead of the reader is read");
}

#[tokio::test]
async fn late_rows_within_the_look_back_and_restatements_are_taken() {
    let world = World::with(busy(true)).await;
    world.attribute("beta", "UTC").await;
    world.sync().await;
    world
        .gateway
        .rows([row("slow", "beta", "2026-11-21T02:10:00Z", 11), row("r000", "alpha", "2026-11-21T02:59:00Z", 1)]);
    world.pass(60_000);
    let report = world.sync().await;
    assert!(report.is_complete(), "{:?}", failed(&report));
    let fresh = World::with(busy(true)).await;
    fresh.attribute("beta", "UTC").await;
    fresh
        .gateway
        .rows([row("slow", "beta", "2026-11-21T02:10:00Z", 11), row("r000", "alpha", "2026-11-21T02:59:00Z", 1)]);
    fresh.sync().await;
    assert_eq!(world.books().await, fresh.books().await);
    assert_eq!(world.sync().await.gateways[0].count().inserted, 0, "a third sync finds nothing new");
}

#[tokio::test]
async fn a_client_in_another_zone_counts_requests_while_they_add_up() {
    let world = World::with(busy(true)).await;
    world.attribute("alpha", "Asia/Kolkata").await;
    let report = world.sync().await;
    assert!(report.gateways[0].mismatches.is_empty(), "{:?}", report.gateways[0].mismatches);
    assert_eq!(world.grain("alpha", "2026-11-15").await, Some(Grain::Request));
    assert_eq!(world.grain("alpha", "2026-11-21").await, Some(Grain::Request), "today's requests have their hours");
    assert_eq!(world.grain("beta", "2026-11-15").await, Some(Grain::Day), "nobody's account stays on day totals");
}

#[tokio::test]
async fn missing_rows_are_found_and_the_day_total_counts() {
    let fake = busy(true);
    fake.rows([row("gone", "alpha", "2026-11-15T12:00:00Z", 1_000_000)]);
    fake.lose("gone");
    let world = World::with(fake).await;
    world.attribute("alpha", "Asia/Kolkata").await;
    let report = world.sync().await;
    let found = &report.gateways[0].mismatches;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].day.to_string(), "2026-11-15");
    assert_eq!(found[0].day_total.0 - found[0].rows_total.0, 1_000_000, "{}", found[0]);
    assert_eq!(world.grain("alpha", "2026-11-15").await, Some(Grain::Day));
    assert_eq!(world.total().await, world.gateway_total(), "the money is right");
}

#[tokio::test]
async fn a_client_that_moves_zone_is_recounted_from_requests() {
    let world = World::with(busy(true)).await;
    world.attribute("alpha", "UTC").await;
    world.sync().await;
    assert_eq!(world.grain("alpha", "2026-11-14").await, Some(Grain::Day));
    world.attribute("alpha", "Asia/Kolkata").await;
    world.pass(60_000);
    let report = world.sync().await;
    assert!(report.is_complete(), "{:?}", failed(&report));
    assert_eq!(world.grain("alpha", "2026-11-14").await, Some(Grain::Request));
    assert_eq!(world.books().await, clean(true, "Asia/Kolkata").await);
}

#[tokio::test]
async fn an_open_day_becomes_settled_and_is_then_compared() {
    let world = World::with(busy(true)).await;
    world.attribute("alpha", "Asia/Kolkata").await;
    world.attribute("beta", "UTC").await;
    world
        .gateway
        .rows([row("lost-a", "alpha", "2026-11-21T01:00:00Z", 90), row("lost-b", "beta", "2026-11-21T01:00:00Z", 80)]);
    world.gateway.rows([row("kept-b", "beta", "2026-11-21T01:30:00Z", 70)]);
    world.gateway.lose("lost-a");
    world.gateway.lose("lost-b");
    assert!(world.sync().await.gateways[0].mismatches.is_empty(), "the day is not over");
    for _ in 0..30 {
        world.pass(3_600_000);
        let report = world.sync().await;
        let names: Vec<_> = report.gateways[0].mismatches.iter().map(|found| found.external_id.as_str()).collect();
        if !names.is_empty() {
            assert_eq!(names, ["alpha", "beta"]);
            assert_eq!(world.grain("alpha", "2026-11-21").await, Some(Grain::Day));
            return assert_eq!(world.total().await, world.gateway_total());
        }
    }
    panic!("the mismatch of a day that is over was never found");
}

#[tokio::test]
async fn one_dead_gateway_does_not_stop_another() {
    let world = World::with(busy(false)).await;
    let (dead_id, dead) = world.another("dead").await;
    dead.die(true);
    let report = world.sync_all(vec![(dead_id, dead.clone()), (world.id, world.gateway.clone())]).await;
    assert_eq!(report.gateways[0].gateway, dead_id, "reports come in the order of the gateways");
    assert!(report.gateways[0].error.is_some() && report.gateways[0].pulls.is_empty());
    assert!(report.gateways[1].is_complete(), "{:?}", failed(&report));
    let noted = world.error(dead_id).await;
    assert!(noted.as_deref().is_some_and(|sentence| sentence.contains("Unreachable")), "{noted:?}");
    dead.die(false);
    world.sync_all(vec![(dead_id, dead)]).await;
    assert_eq!(world.error(dead_id).await, None, "a success clears the failure");
}

#[tokio::test]
async fn a_failed_pull_skips_what_needs_it_and_nothing_else() {
    let world = World::with(busy(true)).await;
    world.gateway.fault(1, Fault::Error(ErrorKind::Malformed));
    let report = world.sync().await;
    for pull in &report.gateways[0].pulls {
        let first = matches!(pull.result, PullResult::Failed(_));
        let fine = match pull.pull.what {
            What::Inventory(_) => matches!(pull.result, PullResult::Done(_)),
            _ => first || matches!(pull.result, PullResult::Skipped),
        };
        assert!(fine, "{} {:?}", pull.pull, pull.result);
    }
    assert!(world.sync().await.is_complete());
}

#[tokio::test]
async fn a_clock_that_jumps_neither_skips_nor_hides_anything() {
    for skew in [Some(()), None] {
        let world = World::with(busy(false)).await;
        let jump = |millis: i64| {
            world.pass(millis);
            let ours = world.jumped();
            world.gateway.skew(skew.map(|()| -ours));
        };
        jump(365 * 86_400_000);
        world.sync().await;
        jump(-366 * 86_400_000);
        world
            .gateway
            .rows([row("new", "gamma", "2026-11-21T02:59:30Z", 77), row("r001", "beta", "2026-11-20T23:59:00Z", 3)]);
        world.sync().await;
        jump(86_400_000 + 60_000);
        let report = world.sync().await;
        assert!(report.is_complete(), "{:?}", failed(&report));
        assert_eq!(world.total().await, world.gateway_total(), "gateway's clock known: {}", skew.is_some());
    }
}

#[tokio::test]
async fn accounts_come_change_and_go_and_keep_their_client() {
    let world = World::with(busy(false)).await;
    world.sync().await;
    world.attribute("alpha", "UTC").await;
    let spent = Some(Nanos(42));
    world.gateway.account(domain::Account { paused: true, spent, ..account("alpha") });
    world.gateway.remove_account("gamma");
    world.pass(-5_000);
    world.sync().await;
    let alpha = world.stored("alpha").await;
    assert!(alpha.client.is_some() && alpha.account.paused && alpha.account.spent == spent, "{alpha:?}");
    assert!(alpha.gone_at.is_none() && world.stored("gamma").await.gone_at.is_some(), "also with a clock set back");
    assert!(world.stored("beta").await.client.is_none(), "a new account stands for nobody");
    world.gateway.account(account("gamma"));
    world.sync().await;
    assert!(world.stored("gamma").await.gone_at.is_none(), "what comes back is no longer gone");
}

#[tokio::test]
async fn r12_a_lost_creation_is_found_by_its_mark_and_settled_once() {
    let world = World::with(busy(false)).await;
    let mark = Mark::new([9; 16]);
    let client = world.intend_account(mark).await;
    let now = world.now();
    let gateways: Vec<(_, Arc<dyn gateway::Gateway>)> = vec![(world.id, world.gateway.clone())];
    let settled = sync::settle(&world.store, &gateways, now).await.unwrap();
    assert_eq!(settled[0].verdict, sync::Verdict::Unknown, "it may still be under way: {}", settled[0].message);
    world.gateway.account(domain::Account { mark: Some(mark), ..account("delta") });
    let settled = sync::settle(&world.store, &gateways, now).await.unwrap();
    assert_eq!(settled[0].verdict, sync::Verdict::Happened);
    assert_eq!(world.stored("delta").await.client, Some(client), "it stands for whom it was made for");
    assert!(sync::settle(&world.store, &gateways, now).await.unwrap().is_empty(), "settled once");
    world.intend_account(Mark::new([8; 16])).await;
    let settled = sync::settle(&world.store, &gateways, now.plus_millis(3_600_000)).await.unwrap();
    assert_eq!(settled[0].verdict, sync::Verdict::NotHappened);
    world.intend_account(Mark::new([6; 16])).await;
    world.gateway.die(true);
    let settled = sync::settle(&world.store, &gateways, now.plus_millis(9_600_000)).await.unwrap();
    assert_eq!(settled[0].verdict, sync::Verdict::Unknown, "a dead gateway tells nothing");
}

#[tokio::test]
async fn a_sync_before_settling_attributes_by_the_open_intent() {
    let world = World::with(busy(false)).await;
    let mark = Mark::new([9; 16]);
    let client = world.intend_account(mark).await;
    world.gateway.account(domain::Account { mark: Some(mark), ..account("delta") });
    world.sync().await;
    assert_eq!(world.stored("delta").await.client, Some(client));
}

#[tokio::test]
async fn importing_a_file_twice_changes_nothing() {
    let world = World::with(Fake::new(false, 7)).await;
    let records = history();
    let first = sync::import(&world.store, world.id, &records, world.now()).await.unwrap();
    assert_eq!(first.ingested.inserted, records.len() as u64);
    let books = world.books().await;
    let again = sync::import(&world.store, world.id, &records, world.now()).await.unwrap();
    assert_eq!((again.ingested.inserted, again.ingested.restated), (0, 0));
    assert_eq!(world.books().await, books);
}

#[tokio::test]
async fn a_point_the_gateway_no_longer_understands_starts_the_window_again() {
    let world = World::with(busy(false)).await;
    let token = CancellationToken::new();
    world.gateway.fault(8, Fault::Cancel(token.clone()));
    world.sync_until(token).await;
    world.gateway.fault(2, Fault::Error(ErrorKind::Rejected));
    let report = world.sync().await;
    assert!(report.is_complete(), "{:?}", failed(&report));
    assert_eq!(world.total().await, world.gateway_total());
}
