//! Bifrost's own traps, by the number they have in the adapter's README.

use domain::{
    Budget, BudgetPeriod, Currency, Enforcement, Environment, ExternalId, KeyStatus, Limit, ModelName, ModelScope,
    Name, Nanos,
};
use gateway::{Action, Cursor, Gateway, Item, Outcome, Resource};
use serde_json::{Value, json};

use super::fake::{ADMIN, Fake, RELEASES, now};
use super::faults::{account, create, done, keys, refused, wish};

async fn made(fake: &Fake, gateway: &dyn Gateway) -> (ExternalId, ExternalId) {
    let account = account(gateway).await;
    let key = done(gateway.apply(&create(&account, 7, wish("prod")), now()).await.unwrap()).key.unwrap();
    assert_eq!(fake.change(|memory| memory.keys.len()), 1);
    (account, key.external_id)
}

async fn paused(gateway: &dyn Gateway, account: &ExternalId) -> bool {
    let found = gateway.inventory(&Resource::Account(account.clone()), &Cursor::start()).await.unwrap();
    let listed = gateway.inventory(&Resource::Accounts, &Cursor::start()).await.unwrap();
    let (Item::Account(one), Item::Account(same)) = (&found.items[0], &listed.items[0]) else { panic!("no account") };
    assert_eq!(one.paused, same.paused, "alone and in the list");
    one.paused
}

#[tokio::test]
async fn pitfall_1_no_change_takes_a_key_from_its_customer() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        let (account, key) = made(&fake, &*gateway).await;
        let mut spec = wish("renamed");
        spec.environment = Environment::Development;
        spec.models = ModelScope::Only(vec![ModelName::new("openai/gpt-4o")]);
        spec.rate_limit.requests_per_minute = Some(60);
        let weekly = Budget::new(Nanos(12_345_000_000), Currency::USD, BudgetPeriod::Weekly).unwrap();
        let changes = [
            Action::KeyUpdate { key: key.clone(), spec },
            Action::KeyBudget { key: key.clone(), budget: Limit::Limited(weekly) },
            Action::KeyPause { key: key.clone(), paused: true },
            Action::KeyPause { key: key.clone(), paused: false },
            Action::AccountPause { account: account.clone(), paused: true },
            Action::AccountPause { account: account.clone(), paused: false },
        ];
        for change in changes {
            done(gateway.apply(&change, now()).await.unwrap());
            let owner = fake.change(|memory| memory.keys[0]["customer_id"].clone());
            assert_eq!(owner, json!(account.as_str()), "{release}: {}", change.code());
        }
        // A key of a team stays in its team.
        fake.change(|memory| {
            memory.teams.push(json!({ "id": "team-1", "customer_id": account.as_str() }));
            let team = memory.teams[0].clone();
            let key = &mut memory.keys[0];
            (key["customer_id"], key["team_id"], key["team"]) = (Value::Null, json!("team-1"), team);
        });
        assert_eq!(keys(&*gateway, &account).await.len(), 1, "{release}: keys of its teams are its keys");
        done(gateway.apply(&Action::KeyPause { key: key.clone(), paused: true }, now()).await.unwrap());
        assert_eq!(fake.change(|memory| memory.keys[0]["team_id"].clone()), json!("team-1"), "{release}");
    }
}

#[tokio::test]
async fn pitfall_6_the_end_of_a_pause_wakes_only_what_it_stopped() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        let (account, first) = made(&fake, &*gateway).await;
        let second = done(gateway.apply(&create(&account, 8, wish("spare")), now()).await.unwrap()).key.unwrap();
        done(gateway.apply(&Action::KeyPause { key: first.clone(), paused: true }, now()).await.unwrap());
        let pause = |paused| Action::AccountPause { account: account.clone(), paused };
        let receipt = done(gateway.apply(&pause(true), now()).await.unwrap());
        assert!(receipt.account.unwrap().paused && paused(&*gateway, &account).await, "{release}");
        assert!(fake.change(|memory| memory.keys.iter().all(|key| key["is_active"] == false)), "{release}");

        let wake = Action::KeyPause { key: second.external_id.clone(), paused: false };
        assert!(refused(gateway.apply(&wake, now()).await.unwrap()).message.contains("account is paused"));
        let another = create(&account, 9, wish("late"));
        assert!(refused(gateway.apply(&another, now()).await.unwrap()).message.contains("resume it first"));
        let renamed = Action::AccountUpdate { account: account.clone(), spec: super::faults::customer("Harborlight") };
        assert!(
            done(gateway.apply(&renamed, now()).await.unwrap()).account.unwrap().paused,
            "renamed, and still paused"
        );

        fake.change(|memory| memory.keys[1]["is_active"] = json!(true));
        assert!(!paused(&*gateway, &account).await, "{release}: woken on the gateway, so it is paused no longer");
        done(gateway.apply(&pause(true), now()).await.unwrap());
        done(gateway.apply(&pause(false), now()).await.unwrap());
        let statuses: Vec<_> = keys(&*gateway, &account).await.into_iter().map(|key| key.status).collect();
        assert_eq!(statuses, [KeyStatus::Paused, KeyStatus::Active], "{release}: a person stopped the first");
        assert!(!paused(&*gateway, &account).await);
    }
}

#[tokio::test]
async fn pitfall_6_a_key_stopped_while_its_account_is_paused_stays_stopped() {
    let fake = Fake::start("1.5.11").await;
    let gateway = fake.connect(Some(ADMIN));
    let (account, key) = made(&fake, &*gateway).await;
    done(gateway.apply(&Action::AccountPause { account: account.clone(), paused: true }, now()).await.unwrap());
    done(gateway.apply(&Action::KeyPause { key, paused: true }, now()).await.unwrap());
    done(gateway.apply(&Action::AccountPause { account: account.clone(), paused: false }, now()).await.unwrap());
    assert_eq!(keys(&*gateway, &account).await[0].status, KeyStatus::Paused);
}

#[tokio::test]
async fn pitfall_6_a_pause_that_fails_half_way_says_so_and_can_be_asked_again() {
    let fake = Fake::start("1.5.11").await;
    let gateway = fake.connect(Some(ADMIN));
    let (account, _) = made(&fake, &*gateway).await;
    done(gateway.apply(&create(&account, 8, wish("spare")), now()).await.unwrap());
    let pause = Action::AccountPause { account: account.clone(), paused: true };
    let denied = super::fake::Fault::Answer(403, vec![], r#"{"error": {"message": "read only"}}"#.to_owned());
    fake.fault("PUT /api/governance/virtual-keys/{id}", denied);
    let reason = refused(gateway.apply(&pause, now()).await.unwrap());
    assert!(reason.message.contains("`prod`; 0 of 2"), "{}", reason.message);
    assert!(!paused(&*gateway, &account).await, "not as long as a key works");
    done(gateway.apply(&pause, now()).await.unwrap());
    assert!(paused(&*gateway, &account).await);
}

#[tokio::test]
async fn pitfalls_2_3_4_configurations_keep_what_is_not_ours() {
    let fake = Fake::start("1.5.11").await;
    fake.change(|memory| memory.providers = vec!["openai", "anthropic"]);
    let gateway = fake.connect(Some(ADMIN));
    let (account, key) = made(&fake, &*gateway).await;
    let configs = |fake: &Fake| fake.change(|memory| memory.keys[0]["provider_configs"].clone());
    let all = configs(&fake);
    let open = |config: &Value| config["allowed_models"] == json!(["*"]) && config["allow_all_keys"] == true;
    assert!(all.as_array().unwrap().len() == 2 && all.as_array().unwrap().iter().all(open), "{all}");
    fake.change(|memory| {
        memory.keys[0]["description"] =
            json!(format!("the one on the wall {}", memory.keys[0]["description"].as_str().unwrap()));
        memory.keys[0]["provider_configs"][0]["weight"] = json!(0.25);
        memory.keys[0]["provider_configs"][0]["allow_all_keys"] = json!(false);
        memory.keys[0]["provider_configs"][0]["keys"] = json!([{ "key_id": "k-1", "name": "eu" }]);
    });
    let mut spec = wish("prod");
    spec.environment = Environment::Staging;
    spec.models = ModelScope::Only(vec![ModelName::new("openai/gpt-4o"), ModelName::new("openai/org/x")]);
    done(gateway.apply(&Action::KeyUpdate { key: key.clone(), spec: spec.clone() }, now()).await.unwrap());
    let one = configs(&fake);
    assert_eq!(one.as_array().unwrap().len(), 1, "the other provider is refused");
    assert_eq!((&one[0]["id"], &one[0]["weight"]), (&all[0]["id"], &json!(0.25)), "it is the same configuration");
    assert_eq!((&one[0]["keys"][0]["key_id"], &one[0]["allow_all_keys"]), (&json!("k-1"), &json!(false)));
    let text = fake.change(|memory| memory.keys[0]["description"].clone());
    assert!(text.as_str().unwrap().starts_with("the one on the wall [purser:"), "{text}");
    assert_eq!(keys(&*gateway, &account).await[0].spec, spec);

    fake.change(|memory| memory.providers.push("mistral"));
    spec.models = ModelScope::Only(vec![ModelName::new("openai/*"), ModelName::new("anthropic/*")]);
    done(gateway.apply(&Action::KeyUpdate { key, spec: spec.clone() }, now()).await.unwrap());
    assert_eq!(keys(&*gateway, &account).await[0].spec.models, spec.models, "two of three providers are not all");
}

#[tokio::test]
async fn pitfall_4_an_empty_list_is_read_as_its_release_means_it() {
    for (release, expected) in [("1.4.19", ModelScope::All), ("1.5.2", ModelScope::Only(vec![]))] {
        let fake = Fake::start(release).await;
        super::populate(&fake);
        let listed = keys(&*fake.connect(Some(ADMIN)), &ExternalId::new("cust-a")).await;
        assert_eq!(listed[0].spec.models, expected, "{release}");
    }
}

#[tokio::test]
async fn pitfall_8_months_are_enforced_only_where_they_are_calendar_months() {
    let month = (BudgetPeriod::Monthly, Enforcement::Gateway);
    for (release, customers) in [("1.4.19", true), ("1.5.2", false), ("1.5.11", true)] {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        let probe = gateway.probe(now()).await.unwrap();
        assert!(probe.capability.budget_periods.contains(&month), "{release}: keys are aligned");
        assert_eq!(probe.capability.account_budget_periods.contains(&month), customers, "{release}");
        let id = account(&*gateway).await;
        let mut spec = super::faults::customer("Harborlight");
        let budget = |period| Limit::Limited(Budget::new(Nanos::units(50), Currency::USD, period).unwrap());
        for period in BudgetPeriod::ALL {
            spec.budget = budget(period);
            let update = Action::AccountUpdate { account: id.clone(), spec: spec.clone() };
            let read = done(gateway.apply(&update, now()).await.unwrap()).account.unwrap();
            assert_eq!(read.spec.budget, spec.budget, "{release}");
            assert_eq!(read.resets_at.is_none(), period == BudgetPeriod::Total, "{release}: {period:?}");
        }
        let first = "2026-12-01T00:00:00Z".parse().ok();
        spec.budget = budget(BudgetPeriod::Monthly);
        let update = Action::AccountUpdate { account: id, spec };
        let read = done(gateway.apply(&update, now()).await.unwrap()).account.unwrap();
        assert_eq!(read.resets_at == first, customers, "{release}: {:?}", read.resets_at);
    }
}

#[tokio::test]
async fn pitfall_8_a_budget_made_by_hand_is_aligned_only_when_it_is_changed() {
    for (release, aligned) in [("1.5.2", false), ("1.5.11", true)] {
        let fake = Fake::start(release).await;
        super::populate(&fake);
        let gateway = fake.connect(Some(ADMIN));
        let by_hand = json!([{ "max_limit": 5, "reset_duration": "1M", "last_reset": "2026-11-21T09:42:10Z", "current_usage": 2 }]);
        fake.change(|memory| {
            memory.keys[0]["budgets"] = by_hand.clone();
            memory.keys[0]["calendar_aligned"] = json!(false);
        });
        let found = keys(&*gateway, &ExternalId::new("cust-a")).await.remove(0);
        let (key, mut spec) = (found.external_id, found.spec);
        spec.name = Name::lossy("renamed", "?");
        done(gateway.apply(&Action::KeyUpdate { key: key.clone(), spec }, now()).await.unwrap());
        assert_eq!(fake.change(|memory| memory.keys[0]["budgets"].clone()), by_hand, "{release}: its counter goes on");
        let six = Budget::new(Nanos::units(6), Currency::USD, BudgetPeriod::Monthly).unwrap();
        let outcome = gateway.apply(&Action::KeyBudget { key, budget: Limit::Limited(six) }, now()).await.unwrap();
        match outcome {
            Outcome::Done(_) => assert!(aligned, "{release}"),
            Outcome::Refused(reason) => {
                assert!(!aligned && reason.accepted_but_not_saved, "{release}: {}", reason.message);
                assert!(reason.message.contains("alignment with the calendar"), "{}", reason.message);
            }
        }
    }
}

#[tokio::test]
async fn pitfall_9_counters_come_from_memory_for_one_key() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        let (account, key) = made(&fake, &*gateway).await;
        let ten = Budget::new(Nanos::units(10), Currency::USD, BudgetPeriod::Daily).unwrap();
        done(gateway.apply(&Action::KeyBudget { key: key.clone(), budget: Limit::Limited(ten) }, now()).await.unwrap());
        assert_eq!(keys(&*gateway, &account).await[0].spent, Some(Nanos(18_663_750)), "{release}: the database's");
        let found = gateway.inventory(&Resource::Key(key), &Cursor::start()).await.unwrap();
        let Item::Key(live) = &found.items[0] else { panic!("no key") };
        assert_eq!(live.spent, Some(Nanos(250_000_000)), "{release}: ten seconds ahead");
    }
}

#[tokio::test]
async fn pitfall_10_a_ceiling_on_speed_can_go_alone() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        let (account, key) = made(&fake, &*gateway).await;
        let mut spec = wish("prod");
        for (requests, tokens) in [(Some(60), Some(1000)), (None, Some(1000)), (Some(5), None), (None, None)] {
            spec.rate_limit.requests_per_minute = requests;
            spec.rate_limit.tokens_per_minute = tokens;
            done(gateway.apply(&Action::KeyUpdate { key: key.clone(), spec: spec.clone() }, now()).await.unwrap());
            assert_eq!(keys(&*gateway, &account).await[0].spec.rate_limit, spec.rate_limit, "{release}");
            let mut customer = super::faults::customer("Harborlight");
            customer.rate_limit = spec.rate_limit;
            let update = Action::AccountUpdate { account: account.clone(), spec: customer };
            let read = done(gateway.apply(&update, now()).await.unwrap()).account.unwrap();
            assert_eq!(read.spec.rate_limit, spec.rate_limit, "{release}");
        }
    }
}

#[tokio::test]
async fn pitfall_11_a_release_without_owners_in_its_rows_is_asked_for_its_keys() {
    let fake = Fake::start("1.4.19").await;
    super::populate(&fake);
    let gateway = fake.connect(Some(ADMIN));
    let before = super::fetch(&*gateway, Some("cust-b")).await;
    assert!(!before.is_empty(), "the keys of its teams pay from its purse");
    fake.change(|memory| memory.keys.retain(|key| key["id"] != "vk-b"));
    assert_eq!(super::fetch(&*gateway, Some("cust-b")).await, before, "a key deleted since is remembered");
    for release in ["1.5.2", "1.5.11"] {
        let fake = Fake::start(release).await;
        super::populate(&fake);
        super::fetch(&*fake.connect(Some(ADMIN)), None).await;
        assert_eq!(fake.calls("GET /api/governance/virtual-keys"), 0, "{release} tells it in each row");
    }
}

#[tokio::test]
async fn pitfall_12_hostile_names_from_the_gateway_are_tamed() {
    let fake = Fake::start("1.5.11").await;
    super::populate(&fake);
    fake.change(|memory| {
        memory.customers[0]["name"] = json!("evil\u{202e}txt\u{0}<img src=x onerror=alert(1)>");
        memory.customers[1]["name"] = json!("=HYPERLINK(".repeat(1000));
        memory.keys[0]["description"] = json!("[purser:not a mark]");
        memory.keys[0]["name"] = json!("");
    });
    let gateway = fake.connect(Some(ADMIN));
    let page = gateway.inventory(&Resource::Accounts, &Cursor::start()).await.unwrap();
    let name =
        |item: &Item| if let Item::Account(account) = item { account.spec.name.to_string() } else { String::new() };
    let names: Vec<String> = page.items.iter().map(name).collect();
    assert_eq!(names[0], "eviltxt<img src=x onerror=alert(1)>");
    assert_eq!(names[1].chars().count(), 120);
    let found = keys(&*gateway, &ExternalId::new("cust-a")).await;
    assert_eq!((found[0].mark, found[0].spec.name.as_str()), (None, "vk-a"), "a key without a name has its identifier");
}

#[tokio::test]
async fn a_newer_release_lets_keys_expire() {
    let fake = Fake::start("1.5.11").await;
    fake.change(|memory| memory.newer = true);
    let gateway = fake.connect(Some(ADMIN));
    fake.fault("GET /api/version", super::fake::Fault::Answer(200, vec![], "\"v2.1.1\"".to_owned()));
    assert!(gateway.probe(now()).await.unwrap().capability.key_expiry);
    let account = account(&*gateway).await;
    let mut spec = wish("prod");
    spec.expires_at = Some(now().plus_days(1));
    let key = done(gateway.apply(&create(&account, 7, spec.clone()), now()).await.unwrap()).key.unwrap();
    assert_eq!(key.spec.expires_at, spec.expires_at);
    spec.expires_at = Some(now().plus_days(-1));
    let past = Action::KeyUpdate { key: key.external_id.clone(), spec: spec.clone() };
    assert!(refused(gateway.apply(&past, now()).await.unwrap()).message.contains("past"));
    fake.change(|memory| memory.keys[0]["expires_at"] = json!("2026-01-01T00:00:00Z"));
    assert_eq!(keys(&*gateway, &account).await[0].status, KeyStatus::Expired);
    spec.expires_at = None;
    let never = Action::KeyUpdate { key: key.external_id, spec };
    let key = done(gateway.apply(&never, now()).await.unwrap()).key.unwrap();
    assert_eq!((key.spec.expires_at, key.status), (None, KeyStatus::Active));
}
