//! J8: reconcile with the gateway's totals and with a bill. The sandbox knows the truth, which is what the bill says; the
//! gateway in front of it tells its usage with faults.

mod blurred;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use acceptance::Profile;
use app::command::account::client_from_account;
use app::command::bill::{bill_import, bill_preview, bill_remove};
use app::command::gateway::gateway_connect;
use app::command::sync::{sync_again, sync_plan, sync_run};
use app::query::audit::audit_list;
use app::query::bill::bill_list;
use app::query::client::account_list;
use app::query::leak::leak_report;
use app::query::reconcile::reconcile;
use app::query::usage::usage_table;
use app::wire::{
    AuditFilterInput, BillInput, Code, LeakReason, ReconcileCause, ReconcileInput, ReconcileSide, ReconcileStep,
    ReconcileView, SplitView, UsageGroup,
};
use app::{App, Origin};
use sandbox::Server;
use serde_json::Value;

use self::blurred::{Blurred, Faults};
use crate::stage::{self, HandClock, NOW, nanos};

const BY: Origin = Origin::Window;
const DAY: i64 = 86_400;
/// The period, all of it after the first sync.
const FIRST: &str = "2026-11-20";
const LAST: &str = "2026-11-26";
/// Of so many requests one is missing: 0.5 %.
const ONE_IN: usize = 200;

/// A gateway with faults, its usage of a week, and who was hit.
struct Story {
    app: App,
    gateway: String,
    profile: Profile,
    /// What really happened in the period.
    truth: Vec<Value>,
    faults: Faults,
    deleted_name: String,
    /// The account that stands for no client.
    nobody: String,
    _sandbox: Server,
    _blurred: Blurred,
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}

impl Story {
    async fn told() -> Self {
        let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
        let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn app::Clock>).await;
        let sandbox = stage::sandbox(Arc::clone(&clock), 8).await;
        let blurred = Blurred::before(&sandbox.base_url).await;
        let typed = stage::sandbox_at("Main", &blurred.base_url);
        let gateway = gateway_connect(&app, BY, typed, sandbox.admin_token.expose().to_owned()).await.unwrap().id;
        sync(&app).await;
        let accounts = account_list(&app).await.unwrap();
        let (nobody, owned) = accounts.split_last().expect("accounts");
        for account in owned {
            client_from_account(&app, BY, &account.id).await.unwrap();
        }
        clock.advance(10 * DAY);
        let path = format!("/admin/v1/usage/requests?start={FIRST}T00:00:00Z&end=2026-11-27T00:00:00Z&limit=5000");
        let truth = stage::sandbox_told(&stage::http(), &sandbox, &path).await;
        let keys = stage::sandbox_told(&stage::http(), &sandbox, "/admin/v1/keys?limit=1000").await;
        let nobody = nobody.external_id.clone();
        let faults = faults(&truth, &nobody);
        let name = keys.iter().find(|key| key["id"] == faults.deleted.as_str()).map(|key| text(key, "name"));
        blurred.blur(faults.clone());
        sync(&app).await;
        let deleted_name = name.expect("the deleted key has a name");
        Self { app, gateway, profile, truth, faults, deleted_name, nobody, _sandbox: sandbox, _blurred: blurred }
    }

    /// The upstream bill: what really happened.
    fn bill(&self) -> String {
        let mut csv = "request_id,time,account,key,model,input_tokens,output_tokens,cost,status\n".to_owned();
        for row in &self.truth {
            let status =
                if self.faults.aborted.contains(&text(row, "id")) { "aborted".to_owned() } else { text(row, "status") };
            let fields = ["id", "occurred_at", "account", "key", "model"].map(|name| text(row, name)).join(",");
            let tokens = [&row["input_tokens"], &row["output_tokens"]];
            writeln!(csv, "{fields},{},{},{},{status}", tokens[0], tokens[1], text(row, "cost")).unwrap();
        }
        csv
    }

    async fn import(&self) -> app::wire::BillDone {
        let path = self.profile.path().join("upstream-2026-11.csv");
        std::fs::write(&path, self.bill()).unwrap();
        let path = path.to_str().unwrap().to_owned();
        let preview = bill_preview(&self.app, &self.gateway, &path, None).await.unwrap();
        assert_eq!(preview.problems, []);
        let input = BillInput { gateway_id: self.gateway.clone(), path, columns: preview.columns };
        bill_import(&self.app, BY, &input).await.unwrap()
    }

    async fn reconciled(&self, bill: Option<&str>) -> ReconcileView {
        let input = ReconcileInput {
            gateway_id: self.gateway.clone(),
            first: FIRST.to_owned(),
            last: LAST.to_owned(),
            bill_id: bill.map(str::to_owned),
        };
        reconcile(&self.app, &input).await.unwrap()
    }

    /// Cost of the true requests that a rule picks, and how many they are.
    fn sum(&self, pick: impl Fn(&Value) -> bool) -> (u64, i128) {
        let picked = self.truth.iter().filter(|row| pick(row));
        picked.fold((0, 0), |(count, cost), row| (count + 1, cost + nanos(&text(row, "cost"))))
    }

    /// The bytes of everything that is kept.
    fn kept(&self) -> BTreeMap<String, Vec<u8>> {
        let name = |file: &std::path::Path| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = self.profile.files().into_iter().map(|file| (name(&file), file));
        let database = files.filter(|(name, _)| name.ends_with(".db") || name.ends_with(".db-wal"));
        database.map(|(name, file)| (name, std::fs::read(file).unwrap())).collect()
    }
}

async fn sync(app: &App) {
    let report = sync_run(app, BY, None).await.unwrap();
    assert!(report.complete, "{report:?}");
}

/// 0.5 % missing, three told twice, twelve aborted streams, a deleted key and a counter at 2×, each of a client's own.
fn faults(truth: &[Value], nobody: &str) -> Faults {
    let costs = |row: &&Value| row["account"] != nobody && nanos(&text(row, "cost")) > 0;
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    truth.iter().filter(costs).for_each(|row| *keys.entry(text(row, "key")).or_default() += 1);
    let mut keys: Vec<(usize, String)> = keys.into_iter().map(|(key, count)| (count, key)).collect();
    keys.sort();
    let (deleted, doubled) = (keys[keys.len() / 2].1.clone(), keys[keys.len() - 1].1.clone());
    let usable: Vec<String> =
        truth.iter().filter(costs).filter(|row| row["key"] != deleted.as_str()).map(|row| text(row, "id")).collect();
    assert!(usable.len() > 4 * ONE_IN, "enough happened: {}", usable.len());
    let lost = truth.len() / ONE_IN;
    let missing: BTreeSet<String> =
        usable.iter().skip(3).step_by(usable.len() / lost - 1).take(lost).cloned().collect();
    let (aborted, twice) = (usable.iter().step_by(17).skip(1), usable.iter().step_by(101).skip(1));
    let fresh = |id: &&String| !missing.contains(*id);
    let aborted: BTreeSet<String> = aborted.filter(fresh).take(12).cloned().collect();
    let twice = twice.filter(fresh).filter(|id| !aborted.contains(*id)).take(3).cloned().collect();
    let mut faults = Faults { missing, twice, aborted, deleted, doubled, days: BTreeMap::new() };
    faults.days = faults.days(truth);
    faults
}

fn side(view: &ReconcileView, side: ReconcileSide) -> &SplitView {
    view.splits.iter().find(|split| split.side == side).expect("this side was compared")
}

/// The count and the nano-units of a cause.
fn part(split: &SplitView, cause: ReconcileCause) -> (u64, i128) {
    let part = split.parts.iter().find(|part| part.cause == cause).expect("every cause is told");
    (part.count.value.parse().unwrap(), nanos(&part.amount.amount))
}

/// Every split adds up, to the nano-unit.
fn assert_adds_up(view: &ReconcileView) {
    for split in &view.splits {
        let parts: i128 = split.parts.iter().map(|part| nanos(&part.amount.amount)).sum();
        let difference = nanos(&split.told.amount) - nanos(&split.rows.amount);
        assert_eq!((parts, nanos(&split.difference.amount)), (difference, difference), "{split:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn j8_a_difference_is_split_into_causes_that_sum_to_it_and_nothing_is_changed() {
    use ReconcileCause::{Aborted, CounterError, Duplicate, Missing, Rounding, Unattributed, Unexplained};
    let story = Story::told().await;
    let usage = stage::usage("2026-11-01", "2026-11-30", UsageGroup::Client);
    let before_bill = usage_table(&story.app, &usage).await.unwrap().total;
    let bill = story.import().await;
    assert!(!bill.known);
    assert_eq!(nanos(&bill.bill.cost.amount), story.sum(|_| true).1);
    assert_eq!(usage_table(&story.app, &usage).await.unwrap().total, before_bill, "a bill is no usage");
    assert!(story.import().await.known, "the same file is the same bill");
    assert_eq!(bill_list(&story.app).await.unwrap().len(), 1);

    // Where only day totals are known, days are compared as a whole: it adds up all the same.
    let coarse = story.reconciled(Some(&bill.bill.id)).await;
    assert_adds_up(&coarse);
    let pull = coarse.proposals.iter().find(|one| one.step == ReconcileStep::PullAgain).expect("a proposal");
    let command = pull.command.as_deref().unwrap_or_default();
    assert_eq!(command, format!("purser sync {} --from {} --to {}", story.gateway, pull.first, pull.last));
    let next = sync_plan(&story.app, None).await.unwrap();
    let report = sync_again(&story.app, BY, &story.gateway, FIRST, LAST).await.unwrap();
    assert!(report.complete, "{report:?}");
    assert_eq!(sync_plan(&story.app, None).await.unwrap(), next, "the next sync goes on where the last one ended");

    let kept = story.kept();
    assert!(kept.keys().any(|name| name.ends_with(".db")), "the database is looked at: {:?}", kept.keys());
    let log = audit_list(&story.app, &everything()).await.unwrap();
    let view = story.reconciled(Some(&bill.bill.id)).await;
    leak_report(&story.app, None, FIRST, LAST).await.unwrap();
    assert_eq!(audit_list(&story.app, &everything()).await.unwrap(), log, "nothing was done");
    assert!(story.kept() == kept, "not a byte of what is kept has changed");
    assert_adds_up(&view);

    let Faults { missing, twice, aborted, deleted, doubled, .. } = &story.faults;
    let hit = |ids: &BTreeSet<String>| story.sum(|row| ids.contains(&text(row, "id")));
    let negative = |(count, cost): (u64, i128)| (count, -cost);
    let gone = story.sum(|row| row["key"] == deleted.as_str());
    let nobodys = story.sum(|row| row["account"] == story.nobody.as_str());
    let billed = side(&view, ReconcileSide::Bill);
    assert_eq!((aborted.len(), twice.len(), missing.len()), (12, 3, story.truth.len() / ONE_IN));
    assert_eq!(part(billed, Missing), hit(missing), "0.5 % of {} requests", story.truth.len());
    assert_eq!(part(billed, Duplicate), negative(hit(twice)));
    assert_eq!(part(billed, Aborted), hit(aborted));
    assert_eq!(part(billed, Unattributed), (gone.0 + nobodys.0, gone.1 + nobodys.1));
    for cause in [CounterError, Rounding, Unexplained] {
        assert_eq!(part(billed, cause), (0, 0), "{cause:?} of the bill");
    }

    let told = side(&view, ReconcileSide::Gateway);
    let listed = |key: &str| key == doubled.as_str();
    let counted: i128 = story
        .faults
        .told(&story.truth)
        .iter()
        .filter(|row| listed(&text(row, "key")))
        .map(|row| nanos(&text(row, "cost")))
        .sum();
    assert_eq!(part(told, CounterError).1, counted, "the counter says twice what the key's requests come to");
    assert_eq!(part(told, Unattributed).1, nobodys.1);
    for cause in [Missing, Duplicate, Aborted, Rounding, Unexplained] {
        assert_eq!(part(told, cause), (0, 0), "{cause:?} of the gateway's totals");
    }
    let counters: Vec<_> = told.findings.iter().filter(|one| one.cause == CounterError).collect();
    assert!(counters.iter().all(|one| one.charged_as_told), "the day total counts, and is what clients are charged");
    assert_eq!(nanos(&view.counted.amount) - nanos(&view.rows.amount), counted);

    let found: Vec<_> = billed.findings.iter().filter(|one| one.key_gone).collect();
    assert!(!found.is_empty() && found.iter().all(|one| one.cause == Unattributed), "{found:?}");
    assert!(found.iter().all(|one| one.key.as_deref() == Some(&story.deleted_name)), "still named: {found:?}");
    let about = |cause, word: &str| view.proposals.iter().any(|one| one.cause == cause && one.sentence.contains(word));
    assert!(about(Unattributed, &story.deleted_name), "{:?}", view.proposals);
    assert!(about(CounterError, "charged by what it says"), "{:?}", view.proposals);
    assert!(view.proposals.iter().any(|one| one.step == ReconcileStep::Attribute), "{:?}", view.proposals);

    bill_remove(&story.app, BY, &bill.bill.id).await.unwrap();
    let without = story.reconciled(None).await;
    assert_eq!((without.splits.len(), &without.rows), (1, &view.rows), "a bill goes and nothing with it");
    let again = bill_remove(&story.app, BY, &bill.bill.id).await.unwrap_err();
    assert_eq!(again.code, Code::NotFound);
}

fn everything() -> AuditFilterInput {
    AuditFilterInput { client_id: None, gateway_id: None, after: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn d36_a_leak_is_told_by_client_and_model_with_its_reason() {
    let story = Story::told().await;
    let report = leak_report(&story.app, None, FIRST, LAST).await.unwrap();
    let sum: i128 = report.leaks.iter().map(|row| nanos(&row.amount.amount)).sum();
    assert_eq!((nanos(&report.leaked.amount), &report.leaked.amount), (sum, &report.cost.amount), "no rule, no charge");
    let reasons: BTreeSet<String> = report.leaks.iter().map(|row| format!("{:?}", row.reason)).collect();
    assert_eq!(reasons, BTreeSet::from(["NoRule".to_owned(), "Unattributed".to_owned()]));
    let worst: Vec<i128> = report.leaks.iter().map(|row| nanos(&row.amount.amount)).collect();
    assert!(worst.is_sorted_by(|a, b| a >= b), "the worst is first");
    let nobody = report.leaks.iter().find(|row| row.reason == LeakReason::Unattributed).expect("an account of nobody");
    assert_eq!((nobody.client_id.as_deref(), nobody.client.as_str()), (None, "Unattributed"));
    assert!(report.costless.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reconciled_is_refused_in_a_sentence() {
    let (profile, clock) = (Profile::new().unwrap(), HandClock::at(NOW));
    let app = stage::open(profile.path(), Arc::clone(&clock) as Arc<dyn app::Clock>).await;
    let ask = |gateway: &str, first: &str, last: &str| ReconcileInput {
        gateway_id: gateway.to_owned(),
        first: first.to_owned(),
        last: last.to_owned(),
        bill_id: None,
    };
    for (input, code, field) in [
        (ask("gw_9", FIRST, LAST), Code::NotFound, None),
        (ask("main", FIRST, LAST), Code::Invalid, Some("gatewayId")),
        (ask("gw_9", LAST, FIRST), Code::Invalid, Some("last")),
        (ask("gw_9", "November", LAST), Code::Invalid, Some("first")),
        (ask("gw_9", "2020-01-01", LAST), Code::Invalid, Some("first")),
    ] {
        let refused = reconcile(&app, &input).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (code, field), "{refused}");
    }
    let sandbox = stage::sandbox(clock, 9).await;
    let typed = stage::sandbox_at("Main", &sandbox.base_url);
    let gateway = gateway_connect(&app, BY, typed, sandbox.admin_token.expose().to_owned()).await.unwrap().id;
    let view = reconcile(&app, &ask(&gateway, FIRST, LAST)).await.unwrap();
    assert!(view.empty && view.splits.iter().all(|split| split.findings.is_empty()), "nothing is known yet: {view:?}");
    let ahead = sync_again(&app, BY, &gateway, "2026-11-18", "2026-12-01").await.unwrap_err();
    assert_eq!((ahead.code, ahead.field.as_deref()), (Code::Invalid, Some("last")), "{ahead}");
}
