//! Users: their wallets, their remarks, their tokens.

use domain::{ExternalId, Limit, Mark, Nanos, Secret};
use gateway::{Action, Item, Outcome, Resource};
use serde_json::json;

use super::fake::{ADMIN, Fake, Fault, NEWEST, OLD_AUTH, now};
use super::{account, account_create, account_spec, done, list, refused, total};

fn user(fake: &Fake) -> serde_json::Value {
    fake.change(|memory| memory.users[1].clone())
}

fn update(account: &ExternalId, name: &str, budget: Limit<domain::Budget>) -> Action {
    Action::AccountUpdate { account: account.clone(), spec: domain::AccountSpec { budget, ..account_spec(name) } }
}

async fn read(gateway: &dyn gateway::Gateway, id: &ExternalId) -> domain::Account {
    match list(gateway, &Resource::Account(id.clone())).await.into_iter().next() {
        Some(Item::Account(account)) => account,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_wallet_holds_what_is_left_of_a_ceiling() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let id = account(&*gateway, 1).await;
    assert_eq!(user(&fake)["quota"], json!(2_000_000_000), "without a budget: a very large wallet");
    done(gateway.apply(&update(&id, "Harborlight", total(50_000_000_000)), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(25_000_000));
    fake.change(|memory| {
        memory.users[1]["quota"] = json!(20_000_000);
        memory.users[1]["used_quota"] = json!(5_000_000);
    });
    let spent = read(&*gateway, &id).await;
    assert_eq!((spent.spec.budget, spent.spent), (total(50_000_000_000), Some(Nanos::units(10))));
    done(gateway.apply(&update(&id, "Harborlight", total(60_000_000_000)), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(25_000_000), "ten dollars more");
    done(gateway.apply(&update(&id, "Harborlight", total(5_000_000_000)), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(0), "a ceiling below what was spent leaves nothing");
    done(gateway.apply(&update(&id, "Harborlight", Limit::Unlimited), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(2_000_000_000));
    let too_much = refused(gateway.apply(&update(&id, "Harborlight", total(4_400_000_000_000)), now()).await.unwrap());
    assert!(too_much.message.contains("at most 4294.967294 USD"), "{}", too_much.message);
}

#[tokio::test]
async fn a_very_large_wallet_that_runs_low_is_told_and_filled_again() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let id = account(&*gateway, 1).await;
    fake.change(|memory| memory.users[1]["quota"] = json!(999_999_999));
    let findings = gateway.probe(now()).await.unwrap().findings;
    let low = findings.iter().find(|finding| finding.code == "wallet_low").expect("a finding");
    assert!(low.message.contains("Harborlight Dental"), "{}", low.message);
    done(gateway.apply(&update(&id, "Harborlight Dental", Limit::Unlimited), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(2_000_000_000));
    let findings = gateway.probe(now()).await.unwrap().findings;
    assert!(findings.iter().all(|finding| finding.code != "wallet_low"), "{findings:?}");
}

#[tokio::test]
async fn a_rename_does_not_touch_the_wallet_and_a_calls_reservation_is_not_paid_twice() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let id = account(&*gateway, 1).await;
    done(gateway.apply(&update(&id, "Harborlight", total(50_000_000_000)), now()).await.unwrap());
    // A call in flight has set aside two dollars, which come back when it ends.
    fake.change(|memory| memory.users[1]["quota"] = json!(24_000_000));
    done(gateway.apply(&update(&id, "Harborlight Dental", total(50_000_000_000)), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(24_000_000));
    assert_eq!(fake.calls("POST /api/user/manage"), 2, "the two changes of the ceiling, and no more");
}

#[tokio::test]
async fn names_round_trip_and_the_operators_words_and_group_stay() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let id = account(&*gateway, 1).await;
    fake.change(|memory| {
        let ours = memory.users[1]["remark"].as_str().unwrap().to_owned();
        memory.users[1]["remark"] = json!(format!("{ours} | VIP, call first"));
        memory.users[1]["group"] = json!("vip");
    });
    let long = "A name that is longer than twenty letters | with a bar";
    done(gateway.apply(&update(&id, long, Limit::Unlimited), now()).await.unwrap());
    assert_eq!(read(&*gateway, &id).await.spec.name.as_str(), long);
    let saved = user(&fake);
    assert_eq!(saved["display_name"], json!("A name that is longe"), "what New API has room for");
    assert!(saved["remark"].as_str().unwrap().ends_with(" | VIP, call first"), "{saved}");
    assert_eq!(saved["group"], json!("vip"), "an omitted group would be emptied");
    fake.change(|memory| memory.users[1]["display_name"] = json!("Renamed there"));
    assert_eq!(read(&*gateway, &id).await.spec.name.as_str(), "Renamed there");
    let text = "x".repeat(250);
    fake.change(|memory| memory.users[1]["remark"] = json!(text));
    let reason = refused(gateway.apply(&update(&id, "New", Limit::Unlimited), now()).await.unwrap());
    assert!(reason.message.contains("shorten"), "{}", reason.message);
    assert_eq!(user(&fake)["remark"], json!(text), "nothing was overwritten");
}

#[tokio::test]
async fn an_old_release_that_cannot_change_wallets_is_found_out() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let id = account(&*gateway, 1).await;
    fake.fault("POST /api/user/manage", Fault::Forget);
    let reason = refused(gateway.apply(&update(&id, "Harborlight", total(9_000_000_000)), now()).await.unwrap());
    assert!(reason.accepted_but_not_saved && reason.message.contains("0.12.7"), "{}", reason.message);
    done(gateway.apply(&update(&id, "Harborlight", total(9_000_000_000)), now()).await.unwrap());
    assert_eq!(user(&fake)["quota"], json!(4_500_000), "asked again, it is done: the remark never claimed it");
}

#[tokio::test]
async fn the_token_of_a_new_user_is_fetched_once_and_kept() {
    tokio::time::pause();
    for release in [NEWEST, OLD_AUTH] {
        let fake = Fake::release(release).await;
        let gateway = fake.connect("newapi", ADMIN);
        let id = account(&*gateway, 1).await;
        let kept = gateway::AccountSecrets::get(&*fake.secrets, &id).await.unwrap().expect("a token");
        assert!(kept.expose().starts_with(&format!("{id}:throwaway-pat-")), "{release}");
        done(gateway.apply(&account_create(1, "Harborlight Dental"), now()).await.unwrap());
        assert_eq!(fake.calls("GET /api/user/token"), 1, "a second token would end the first");
        assert_eq!(fake.change(|memory| memory.users.len()), 2, "and there is one user");
    }
}

#[tokio::test]
async fn a_login_that_needs_more_leaves_the_account_without_a_token() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    fake.change(|memory| memory.second_factor = true);
    let one = account(&*gateway, 1).await;
    fake.change(|memory| memory.second_factor = false);
    fake.fault("POST /api/user/login", Fault::Answer(200, vec![], r#"{"success": false, "message": "关闭"}"#.into()));
    let two = account(&*gateway, 2).await;
    fake.change(|memory| memory.critical = 20);
    let three = account(&*gateway, 3).await;
    fake.change(|memory| memory.status["turnstile_check"] = json!(true));
    let gateway = fake.connect("newapi", ADMIN);
    let findings = gateway.probe(now()).await.unwrap().findings;
    assert!(findings.iter().any(|finding| finding.code == "login_riddle"), "{findings:?}");
    let logins = fake.calls("POST /api/user/login");
    let four = account(&*gateway, 4).await;
    assert_eq!(fake.calls("POST /api/user/login"), logins, "a riddle is not tried");
    for id in [one, two, three, four] {
        assert!(gateway::AccountSecrets::get(&*fake.secrets, &id).await.unwrap().is_none(), "{id}");
        let reason = refused(gateway.apply(&super::key_create(&id, 9), now()).await.unwrap());
        assert!(reason.message.contains("entrust it here"), "{}", reason.message);
    }
}

#[tokio::test]
async fn a_user_is_ours_from_the_first_moment_and_finished_later() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    gateway.probe(now()).await.unwrap();
    fake.fault("POST /api/user/", Fault::LoseReply);
    assert!(gateway.apply(&account_create(1, "Harborlight Dental"), now()).await.is_err(), "nobody knows");
    let found = list(&*gateway, &Resource::Accounts).await;
    let ours = |item: &&Item| matches!(item, Item::Account(account) if account.mark == Some(Mark::new([1; 16])));
    assert_eq!(found.iter().filter(ours).count(), 1, "the mark finds it before anything else was said: {found:?}");
    let made = done(gateway.apply(&account_create(1, "Harborlight Dental"), now()).await.unwrap());
    assert_eq!(made.account.unwrap().spec.name.as_str(), "Harborlight Dental");
    assert_eq!(fake.calls("POST /api/user/"), 1, "sent once");
}

#[tokio::test]
async fn what_a_user_cannot_have_is_not_sent() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let mut models = account_spec("a");
    models.models = domain::ModelScope::Only(vec![domain::ModelName::new("m")]);
    let mut speed = account_spec("a");
    speed.rate_limit.parallel = Some(1);
    let mut monthly = account_spec("a");
    let period = domain::BudgetPeriod::Monthly;
    monthly.budget = Limit::Limited(domain::Budget::new(Nanos::units(5), domain::Currency::USD, period).unwrap());
    for (spec, random, words) in [
        (models, "r", "list of models"),
        (speed, "r", "speed"),
        (monthly, "r", "Purser funds"),
        (account_spec("a"), "", "randomness"),
    ] {
        let action = Action::AccountCreate { mark: Mark::new([5; 16]), spec, secret: Secret::new(random) };
        let reason = refused(gateway.apply(&action, now()).await.unwrap());
        assert!(reason.message.contains(words), "{words}: {}", reason.message);
    }
    assert_eq!(fake.calls("POST /api/user/"), 0, "nothing was sent");
}

#[tokio::test]
async fn a_deleted_user_is_no_account_and_its_name_is_not_taken_over() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let id = account(&*gateway, 1).await;
    fake.change(|memory| memory.users[1]["DeletedAt"] = json!("2026-11-20T00:00:00Z"));
    assert_eq!(list(&*gateway, &Resource::Accounts).await.len(), 1, "the operator's own");
    assert!(matches!(
        gateway.apply(&Action::AccountPause { account: id, paused: true }, now()).await,
        Ok(Outcome::Refused(_))
    ));
    let reason = refused(gateway.apply(&account_create(1, "Harborlight Dental"), now()).await.unwrap());
    assert!(reason.message.contains("deleted"), "{}", reason.message);
}

#[tokio::test]
async fn accounts_of_many_pages_come_once_each_in_both_orders() {
    tokio::time::pause();
    for release in [NEWEST, OLD_AUTH] {
        let fake = Fake::release(release).await;
        fake.change(|memory| {
            let template = memory.users[0].clone();
            for id in 2..=250 {
                let mut user = template.clone();
                user["id"] = json!(id);
                user["username"] = json!(format!("u{id}"));
                user["role"] = json!(1);
                memory.users.push(user);
            }
        });
        let gateway = fake.connect("newapi", ADMIN);
        let first = gateway.inventory(&Resource::Accounts, &gateway::Cursor::start()).await.unwrap();
        // A user is made between two pages: where the newest come first, every later page shifts by one.
        fake.change(|memory| {
            let mut user = memory.users[1].clone();
            user["id"] = json!(251);
            memory.users.push(user);
        });
        let (mut ids, mut next) = (first.items, first.next);
        while let Some(at) = next {
            let page = gateway.inventory(&Resource::Accounts, &at).await.unwrap();
            ids.extend(page.items);
            next = page.next;
        }
        let mut names: Vec<String> = ids
            .iter()
            .map(|item| if let Item::Account(account) = item { account.external_id.to_string() } else { String::new() })
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "{release}: each once");
        assert!(all >= 250, "{release}: {all}");
    }
}
