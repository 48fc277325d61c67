//! Listings, probing and usage beyond what the contract asks.

use domain::{BudgetPeriod, ExternalId, Grain, KeyStatus, Meter, Nanos, UsageRecord, Zone};
use gateway::{Cursor, ErrorKind, Finding, FindingLevel, Gateway, Item, Page, Resource, UsageAsk};
use serde_json::json;

use super::fake::{ADMIN, Fake, Fault, now};
use super::{days, history};

async fn list(gateway: &dyn Gateway, what: &Resource) -> Vec<Item> {
    let (mut at, mut items) = (Cursor::start(), Vec::new());
    loop {
        let Page { items: found, next, .. } = gateway.inventory(what, &at).await.unwrap();
        items.extend(found);
        match next {
            Some(next) => at = next,
            None => return items,
        }
    }
}

async fn usage(gateway: &dyn Gateway, account: Option<&str>, window: domain::Period) -> Vec<UsageRecord> {
    let ask = UsageAsk { window, grain: Grain::Day, account: account.map(ExternalId::new) };
    let (mut at, mut records) = (Cursor::start(), Vec::new());
    loop {
        let page = gateway.usage(&ask, &at).await.unwrap();
        records.extend(page.items);
        match page.next {
            Some(next) => at = next,
            None => return records,
        }
    }
}

fn requests(records: &[UsageRecord]) -> u64 {
    records.iter().map(|record| record.quantities.get(Meter::Requests)).sum()
}

fn level(findings: &[Finding], code: &str) -> Option<FindingLevel> {
    findings.iter().find(|finding| finding.code == code).map(|finding| finding.level)
}

#[tokio::test]
async fn keys_of_every_workspace_are_listed_the_disabled_and_expired_ones_too() {
    let fake = Fake::start().await;
    fake.change(|memory| {
        history(memory);
        memory.key_page = 2;
        for number in 0..45 {
            let id = memory.workspace(&format!("Client {number}"), &format!("client-{number}"));
            memory.key(&id, "prod");
        }
        memory.saved.keys[1]["disabled"] = json!(true);
        memory.saved.keys[2]["expires_at"] = json!("2026-01-01T00:00:00Z");
    });
    let gateway = fake.connect(ADMIN);
    let keys = list(&*gateway, &Resource::Keys(None)).await;
    assert_eq!(keys.len(), 49);
    let count = |status| keys.iter().filter(|item| matches!(item, Item::Key(key) if key.status == status)).count();
    assert_eq!((count(KeyStatus::Paused), count(KeyStatus::Expired)), (1, 1));
    assert_eq!(list(&*gateway, &Resource::Accounts).await.len(), 48, "the default workspace is an account too");
}

#[tokio::test]
async fn keys_that_come_and_go_while_pages_are_read_leave_no_gap() {
    let fake = Fake::start().await;
    let id = fake.change(|memory| {
        memory.key_page = 3;
        let id = memory.workspace("Client", "client");
        for number in 0..10 {
            memory.key(&id, &format!("key {number}"));
        }
        id
    });
    let gateway = fake.connect(ADMIN);
    let all = Resource::Keys(Some(ExternalId::new(id)));
    let whole = list(&*gateway, &all).await;
    assert_eq!(whole.len(), 10);
    let mut pages = 0;
    for change in [
        // The newest is removed: every later row moves up.
        (|saved: &mut super::fake::Saved| drop(saved.keys.pop())) as fn(&mut super::fake::Saved),
        // One is added in front: every later row moves down.
        |saved| {
            let mut key = saved.keys[3].clone();
            key["hash"] = json!("f".repeat(64));
            saved.keys.push(key);
        },
    ] {
        fake.fault("GET /keys", Fault::Meanwhile(|_| {}));
        fake.fault("GET /keys", Fault::Meanwhile(change));
        let found = list(&*gateway, &all).await;
        let rest = whole.iter().filter(|item| found.contains(item)).count();
        assert_eq!(rest, 9, "the nine that were there all the time");
        let mut ids: Vec<String> = found.iter().map(|item| format!("{item:?}")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), found.len(), "and none twice");
        pages += found.len();
    }
    assert!((18..=20).contains(&pages), "{pages}");
}

#[tokio::test]
async fn a_key_is_read_with_its_limit_and_what_was_spent_of_it() {
    let fake = Fake::start().await;
    let rows = [
        (json!("daily"), false, BudgetPeriod::Daily, 1_000_000_000),
        (json!("weekly"), true, BudgetPeriod::Weekly, 12_000_000_000),
        (json!("monthly"), false, BudgetPeriod::Monthly, 3_000_000_000),
        (json!(null), true, BudgetPeriod::Total, 44_000_000_000),
    ];
    let hash = fake.change(|memory| {
        let id = memory.workspace("Client", "client");
        memory.key(&id, "made in the console")
    });
    for (reset, byok, period, spent) in rows {
        fake.change(|memory| {
            let key = &mut memory.saved.keys[0];
            for (place, name) in (1..).zip(["usage_daily", "usage_weekly", "usage_monthly", "usage"]) {
                key[name] = json!(place);
                key[format!("byok_{name}")] = json!(place * 10 - if place == 2 { 10 } else { 0 });
            }
            key["limit"] = json!(100.25);
            key["limit_reset"] = reset;
            key["include_byok_in_limit"] = json!(byok);
        });
        let Item::Key(key) = list(&*fake.connect(ADMIN), &Resource::Key(ExternalId::new(&hash))).await.remove(0) else {
            panic!("no key")
        };
        let budget = key.spec.budget.clone().as_option().unwrap();
        assert_eq!((budget.period(), budget.amount()), (period, Nanos(100_250_000_000)));
        assert_eq!(key.spent, Some(Nanos(spent)), "{period:?}");
        assert_eq!(key.resets_at.is_some(), period != BudgetPeriod::Total);
        assert_eq!((key.mark, key.spec.name.as_str()), (None, "made in the console"));
    }
}

#[tokio::test]
async fn models_have_prices_per_million_and_routers_none() {
    let fake = Fake::start().await;
    let items = list(&*fake.connect(ADMIN), &Resource::Models).await;
    let told: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Model(offer) => format!("{} {:?} {:?}", offer.name, offer.input_cost, offer.output_cost),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told[0], "openai/gpt-4.1 Some(Nanos(2000000000)) Some(Nanos(8000000000))");
    assert_eq!(told[2], "deepseek/deepseek-r1 Some(Nanos(70000000)) Some(Nanos(200000000))");
    assert_eq!(told[3], "deepseek/deepseek-r1:free Some(Nanos(0)) Some(Nanos(0))");
    assert_eq!(told[4], "openrouter/auto None None");
}

#[tokio::test]
async fn probing_tells_credits_and_what_the_plan_lacks() {
    let fake = Fake::start().await;
    let rows = [
        ((100.0, 25.5), FindingLevel::Note, "USD 74.5"),
        ((30.0, 25.5), FindingLevel::Warning, "USD 4.5"),
        ((25.0, 25.5), FindingLevel::Danger, "USD -0.5"),
    ];
    for (credits, expected, words) in rows {
        fake.change(|memory| memory.credits = credits);
        let probe = fake.connect(ADMIN).probe(now()).await.unwrap();
        assert_eq!(level(&probe.findings, "credits"), Some(expected), "{:?}", probe.findings);
        assert!(format!("{:?}", probe.findings).contains(words), "{:?}", probe.findings);
        assert_eq!(probe.capability.account_budget_periods.len(), 4);
        assert_eq!(level(&probe.findings, "account_budgets_unproven"), Some(FindingLevel::Note), "read, never set");
    }
    fake.change(|memory| memory.budgets_read = false);
    let meta = json!({ "data": { "metrics": [{ "name": "request_count" }], "dimensions": [], "granularities": [],
                                 "operators": [] } });
    let refusal = json!({ "error": { "code": 403, "message": "Only management keys can perform this operation" } });
    fake.fault("GET /guardrails/assignments/keys", Fault::Answer(403, vec![], refusal.to_string()));
    fake.fault("GET /analytics/meta", Fault::Answer(200, vec![], meta.to_string()));
    let probe = fake.connect(ADMIN).probe(now()).await.unwrap();
    assert_eq!(level(&probe.findings, "account_budgets_missing"), Some(FindingLevel::Note));
    assert_eq!(level(&probe.findings, "guardrails_missing"), Some(FindingLevel::Warning));
    assert_eq!(level(&probe.findings, "usage_missing"), Some(FindingLevel::Danger));
    let able = probe.capability;
    assert!(able.account_budget_periods.is_empty() && !able.key_models && !able.usage_days, "{able:?}");
    assert_eq!(fake.change(|memory| memory.calls.iter().filter(|call| !call.starts_with("GET")).count()), 3, "queries");
}

#[tokio::test]
async fn two_sources_of_usage_that_differ_are_told() {
    let at = "2026-11-21T12:00:00Z".parse().unwrap();
    for (more, expected) in [(0.0, None), (0.5, Some(FindingLevel::Warning))] {
        let fake = Fake::start().await;
        fake.change(|memory| {
            history(memory);
            memory.activity_more = more;
        });
        let me = json!({ "data": { "is_management_key": true } }).to_string();
        let date = vec![("date", "Sat, 21 Nov 2026 12:00:00 GMT".to_owned())];
        fake.fault("GET /key", Fault::Answer(200, date, me));
        let probe = fake.connect(ADMIN).probe(at).await.unwrap();
        assert_eq!(level(&probe.findings, "usage_sources_differ"), expected, "{:?}", probe.findings);
    }
}

#[tokio::test]
async fn what_keys_and_workspaces_that_are_gone_consumed_is_not_lost() {
    let fake = Fake::start().await;
    fake.change(history);
    let gateway = fake.connect(ADMIN);
    let records = usage(&*gateway, None, days()).await;
    let wanted: u64 = fake.change(|memory| {
        let inside = memory.saved.rows.iter().filter(|row| ("2026-11-18"..="2026-11-20").contains(&row.day));
        inside.map(|row| row.requests).sum()
    });
    assert_eq!(requests(&records), wanted, "every request once");
    let nobody: Vec<&UsageRecord> = records.iter().filter(|record| record.account.is_none()).collect();
    assert_eq!((nobody.len(), nobody[0].quantities.get(Meter::Requests)), (1, 11), "of a workspace that is gone");
    let gone = records.iter().filter(|record| record.account.is_some() && record.key.is_none());
    assert_eq!(gone.map(|record| record.quantities.get(Meter::Requests)).sum::<u64>(), 15, "of a key that is gone");
    let models: std::collections::BTreeSet<&str> = records.iter().map(|record| record.model.as_str()).collect();
    let expected = ["acme/gone-model", "deepseek/deepseek-r1:free", "openai/gpt-4.1"];
    assert_eq!(models.into_iter().collect::<Vec<_>>(), expected, "as clients call them");
    let one = records.iter().find(|record| record.model.as_str() == "openai/gpt-4.1").unwrap();
    let count = |meter| one.quantities.get(meter);
    let tokens = (count(Meter::InputTokens), count(Meter::CacheReadTokens), count(Meter::OutputTokens));
    let requests = count(Meter::Requests);
    assert_eq!(tokens, (requests * 50, requests * 50, requests * 25), "cached tokens are not counted twice");
}

#[tokio::test]
async fn a_revoked_keys_consumption_stays_with_its_account() {
    let fake = Fake::start().await;
    fake.change(history);
    let gateway = fake.connect(ADMIN);
    let before = usage(&*gateway, None, days()).await;
    let key = before.iter().find_map(|record| record.key.clone()).unwrap();
    let account = before.iter().find(|record| record.key.as_ref() == Some(&key)).unwrap().account.clone();
    super::write::done(&*gateway, &gateway::Action::KeyRevoke { key }).await;
    let after = usage(&*gateway, None, days()).await;
    let of = |records: &[UsageRecord]| {
        let mine: Vec<_> = records.iter().filter(|record| record.account == account).cloned().collect();
        (requests(&mine), mine.iter().map(|record| record.cost.0).sum::<i64>())
    };
    assert_eq!(of(&before).0, of(&after).0);
    assert!((of(&before).1 - of(&after).1).abs() < 10, "but for the noise of adding floats");
}

#[tokio::test]
async fn questions_end_when_nothing_is_left_to_explain() {
    let fake = Fake::start().await;
    let id = fake.change(|memory| {
        let id = memory.workspace("Client", "client");
        for number in 0..60 {
            memory.key(&id, &format!("key {number}"));
        }
        id
    });
    let gateway = fake.connect(ADMIN);
    assert!(usage(&*gateway, None, days()).await.is_empty());
    assert_eq!(fake.calls("POST /analytics/query"), 1, "nobody consumed anything");
    fake.change(|memory| {
        let key = memory.saved.keys[7]["hash"].as_str().unwrap().to_owned();
        memory.saved.keys[7]["usage"] = json!(5);
        let (day, model, variant) = ("2026-11-19", "openai/gpt-4.1-2025-04-14", "standard");
        memory.saved.rows.push(super::Row {
            day,
            workspace: id,
            key,
            model,
            variant,
            requests: 4,
            prompt: 8,
            cost: 5.0,
        });
    });
    assert_eq!(requests(&usage(&*gateway, None, days()).await), 4);
    assert_eq!(fake.calls("POST /analytics/query"), 5, "all, two workspaces, and the one key that spent");
    fake.change(|memory| memory.saved.keys[7]["usage"] = json!(0));
    let records = usage(&*gateway, None, days()).await;
    assert_eq!(requests(&records), 4, "also when the key that spent is the last to be asked");
    assert!(records.iter().all(|record| record.key.is_some()), "over several pages: {records:?}");
}

#[tokio::test]
async fn a_pull_that_forgot_where_it_was_starts_its_span_again() {
    let fake = Fake::start().await;
    fake.change(|memory| {
        let id = memory.workspace("Client", "client");
        for number in 0..60 {
            let key = memory.key(&id, &format!("key {number}"));
            let (day, model, variant) = ("2026-11-19", "openai/gpt-4.1-2025-04-14", "standard");
            let workspace = id.clone();
            memory.saved.rows.push(super::Row {
                day,
                workspace,
                key,
                model,
                variant,
                requests: 1,
                prompt: 8,
                cost: 0.1,
            });
        }
    });
    let ask = UsageAsk { window: days(), grain: Grain::Day, account: None };
    let first = fake.connect(ADMIN).usage(&ask, &Cursor::start()).await.unwrap();
    let next = first.next.expect("sixty keys do not fit on a page");
    let other = fake.connect(ADMIN);
    let again = other.usage(&ask, &next).await.unwrap();
    assert_eq!(requests(&again.items), requests(&first.items), "from the start");
    let rest = other.usage(&ask, &again.next.unwrap()).await.unwrap();
    assert_eq!(requests(&again.items) + requests(&rest.items), 60);
    assert!(rest.next.is_none());
}

#[tokio::test]
async fn an_answer_that_was_cut_off_is_asked_for_in_parts() {
    let fake = Fake::start().await;
    fake.change(history);
    let whole = usage(&*fake.connect(ADMIN), None, days()).await;
    fake.change(|memory| memory.rows_max = 3);
    assert_eq!(requests(&usage(&*fake.connect(ADMIN), None, days()).await), requests(&whole));
    fake.change(|memory| memory.rows_max = 1);
    let ask = UsageAsk { window: days(), grain: Grain::Day, account: None };
    let error = fake.connect(ADMIN).usage(&ask, &Cursor::start()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable, "one day that cannot be told whole is told as such: {error}");
}

#[tokio::test]
async fn a_year_is_asked_for_in_spans() {
    let fake = Fake::start().await;
    fake.change(history);
    let year = Zone::utc().days("2025-12-01".parse().unwrap(), "2026-11-30".parse().unwrap());
    let records = usage(&*fake.connect(ADMIN), None, year).await;
    let all: u64 = fake.change(|memory| memory.saved.rows.iter().map(|row| row.requests).sum());
    assert_eq!(requests(&records), all);
    assert!(fake.calls("POST /analytics/query") >= 4, "four quarters");
}

#[tokio::test]
async fn openrouter_is_recognised_by_its_host_only() {
    let fake = Fake::start().await;
    let found = gateway::detect(&format!("http://{}/api/v1", fake.address)).await.unwrap();
    assert!(
        found.products.iter().all(|(name, _)| *name != "openrouter"),
        "the same answers from another host: {found:?}"
    );
}
