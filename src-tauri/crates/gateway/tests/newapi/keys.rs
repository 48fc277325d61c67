//! Keys: a whole token is overwritten at every change, so nothing may be lost or handed back.

use domain::{Environment, ExternalId, KeyStatus, Limit, Mark, ModelName, ModelScope, Nanos, Secret};
use gateway::{Action, ErrorKind, Item, KeySecret, Outcome, Resource};
use serde_json::json;

use super::fake::{ADMIN, Fake, Fault, NEWEST, OLD_AUTH, now};
use super::{account, done, key, key_create, key_spec, list, refused, total};

fn token(fake: &Fake) -> serde_json::Value {
    fake.change(|memory| memory.tokens[0].clone())
}

async fn read(gateway: &dyn gateway::Gateway, id: &ExternalId) -> domain::Key {
    let Some(Item::Key(key)) = list(gateway, &Resource::Key(id.clone())).await.into_iter().next() else {
        panic!("no key")
    };
    key
}

#[tokio::test]
async fn the_gateway_makes_the_secret_and_shows_it_again() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, secret) = key(&*gateway, &account, 7).await;
    assert!(secret.expose().starts_with("sk-throwaway"), "with the prefix that clients send");
    assert_eq!(made.label.as_str(), "sk-thro…0105".replace("0105", &secret.expose()[47..]));
    let shown = done(gateway.apply(&Action::KeyReveal { key: made.external_id.clone() }, now()).await.unwrap());
    assert!(matches!(&shown.secret, KeySecret::Told(again) if again.expose() == secret.expose()));
    assert!(!format!("{shown:?} {made:?}").contains("throwaway"), "shown once, printed never");
    fake.change(|memory| memory.missing.push("POST /api/token/batch/keys"));
    let shown = done(gateway.apply(&Action::KeyReveal { key: made.external_id }, now()).await.unwrap());
    assert!(matches!(shown.secret, KeySecret::Told(_)), "an older release shows one at a time");
}

#[tokio::test]
async fn spend_between_reading_and_writing_is_never_handed_back() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    let id = made.external_id;
    let number = token(&fake)["id"].as_u64().unwrap();
    done(gateway.apply(&Action::KeyBudget { key: id.clone(), budget: total(10_000_000_000) }, now()).await.unwrap());
    let sums = |fake: &Fake| {
        let token = token(fake);
        (token["remain_quota"].as_i64().unwrap() + token["used_quota"].as_i64().unwrap(), token["used_quota"].clone())
    };
    assert_eq!(sums(&fake), (5_000_000, json!(0)));
    fake.fault("PUT /api/token/", Fault::Spend(number, 1_000_000));
    let rename = Action::KeyUpdate {
        key: id.clone(),
        spec: domain::KeySpec { budget: total(10_000_000_000), ..key_spec("renamed") },
    };
    done(gateway.apply(&rename, now()).await.unwrap());
    assert_eq!(sums(&fake), (5_000_000, json!(1_000_000)), "the call was charged while the key was renamed");
    for _ in 0..3 {
        fake.fault("PUT /api/token/", Fault::Spend(number, 10));
    }
    let reason = refused(gateway.apply(&rename, now()).await.unwrap());
    assert!(reason.accepted_but_not_saved && reason.message.contains("pause the key"), "{}", reason.message);
    assert!(reason.message.contains("10.00002"), "and it says what the ceiling is now: {}", reason.message);
    done(gateway.apply(&rename, now()).await.unwrap());
    assert_eq!(sums(&fake).0, 5_000_000, "asked again, it is right again");
}

#[tokio::test]
async fn an_exhausted_key_is_revived_by_a_higher_ceiling_and_stays_off_below_it() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    let budget = |nanos| Action::KeyBudget { key: made.external_id.clone(), budget: total(nanos) };
    done(gateway.apply(&budget(1_000_000_000), now()).await.unwrap());
    fake.change(|memory| {
        memory.tokens[0]["used_quota"] = json!(500_100);
        memory.tokens[0]["remain_quota"] = json!(-100);
        memory.tokens[0]["status"] = json!(4);
    });
    let over = read(&*gateway, &made.external_id).await;
    assert_eq!((over.status, over.spent), (KeyStatus::Active, Some(Nanos(1_000_200_000))), "over budget, not paused");
    let lower = done(gateway.apply(&budget(500_000_000), now()).await.unwrap()).key.unwrap();
    assert_eq!(token(&fake)["remain_quota"], json!(0), "nothing is left below what was spent");
    assert_eq!(lower.spec.budget, total(1_000_200_000), "and the ceiling reads as what was spent");
    assert_eq!(token(&fake)["status"], json!(4));
    done(gateway.apply(&budget(2_000_000_000), now()).await.unwrap());
    assert_eq!(token(&fake)["status"], json!(1), "the second call");
    assert_eq!(token(&fake)["remain_quota"], json!(499_900));
    done(gateway.apply(&Action::KeyPause { key: made.external_id.clone(), paused: true }, now()).await.unwrap());
    done(gateway.apply(&budget(3_000_000_000), now()).await.unwrap());
    assert_eq!(token(&fake)["status"], json!(2), "a paused key is not revived by its budget");
}

#[tokio::test]
async fn s3_07_no_cap_is_said_as_such_and_a_cap_of_zero_stops_everything() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    let quota = |fake: &Fake| (token(fake)["unlimited_quota"].clone(), token(fake)["remain_quota"].clone());
    assert_eq!((quota(&fake).0, made.spec.budget), (json!(true), Limit::Unlimited), "up to the account's balance");
    let budget = |budget| Action::KeyBudget { key: made.external_id.clone(), budget };
    done(gateway.apply(&budget(total(0)), now()).await.unwrap());
    assert_eq!(quota(&fake), (json!(false), json!(0)), "New API reads a bare zero as nothing left");
    assert_eq!(read(&*gateway, &made.external_id).await.spec.budget, total(0));
    done(gateway.apply(&budget(Limit::Unlimited), now()).await.unwrap());
    assert_eq!(quota(&fake).0, json!(true), "and never as no cap");
    assert_eq!(read(&*gateway, &made.external_id).await.spec.budget, Limit::Unlimited);
}

#[tokio::test]
async fn a_key_that_is_not_ours_keeps_what_we_have_no_word_for() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let (made, _) = key(&*gateway, &account, 7).await;
    fake.change(|memory| {
        memory.tokens[0]["name"] = json!("  Müller & Söhne 🚀 ");
        memory.tokens[0]["allow_ips"] = json!("10.0.0.0/8\n192.168.1.1");
        memory.tokens[0]["group"] = json!("vip");
        memory.tokens[0]["cross_group_retry"] = json!(true);
    });
    let foreign = read(&*gateway, &made.external_id).await;
    assert_eq!((foreign.mark, foreign.spec.environment), (None, Environment::Other));
    assert_eq!(foreign.spec.name.as_str(), "Müller & Söhne 🚀");
    let mut spec = foreign.spec.clone();
    spec.models = ModelScope::Only(vec![ModelName::new("gpt-4o")]);
    done(gateway.apply(&Action::KeyUpdate { key: made.external_id.clone(), spec: spec.clone() }, now()).await.unwrap());
    let saved = token(&fake);
    assert_eq!(saved["name"], json!("  Müller & Söhne 🚀 "), "to the letter");
    assert_eq!((&saved["group"], &saved["cross_group_retry"]), (&json!("vip"), &json!(true)));
    assert_eq!(saved["allow_ips"], json!("10.0.0.0/8\n192.168.1.1"));
    assert_eq!(saved["model_limits"], json!("gpt-4o"));
    spec.environment = Environment::Staging;
    done(gateway.apply(&Action::KeyUpdate { key: made.external_id, spec }, now()).await.unwrap());
    assert_eq!(token(&fake)["name"], json!("  Müller & Söhne 🚀 ~s"));
}

#[tokio::test]
async fn what_new_api_would_misunderstand_is_not_sent() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let account = account(&*gateway, 1).await;
    let with = |change: fn(&mut domain::KeySpec)| {
        let mut spec = key_spec("prod");
        change(&mut spec);
        spec
    };
    let rows = [
        (with(|spec| spec.models = ModelScope::Only(vec![])), "every model"),
        (with(|spec| spec.models = ModelScope::Only(vec![ModelName::new("a,b")])), "commas"),
        (with(|spec| spec.scope = domain::Scope::ReadOnly), "no scopes"),
        (with(|spec| spec.rate_limit.requests_per_minute = Some(1)), "no ceiling on speed"),
        (with(|spec| spec.expires_at = Some(now().plus_days(-1))), "past"),
        (with(|spec| spec.name = domain::Name::lossy(&"n".repeat(27), "?")), "room for 26 bytes"),
        (with(|spec| spec.budget = total(5_000_000_000_000)), "at most 4294.967294 USD"),
        (
            with(|spec| {
                let daily = domain::BudgetPeriod::Daily;
                spec.budget =
                    Limit::Limited(domain::Budget::new(Nanos::units(5), domain::Currency::USD, daily).unwrap());
            }),
            "Purser funds",
        ),
        (
            with(|spec| {
                let period = domain::BudgetPeriod::Total;
                spec.budget =
                    Limit::Limited(domain::Budget::new(Nanos::units(5), domain::Currency::EUR, period).unwrap());
            }),
            "USD",
        ),
    ];
    for (spec, words) in rows {
        let action =
            Action::KeyCreate { mark: Mark::new([9; 16]), account: account.clone(), spec, secret: Secret::new("x") };
        let reason = refused(gateway.apply(&action, now()).await.unwrap());
        assert!(reason.message.contains(words), "{words}: {}", reason.message);
    }
    assert_eq!(fake.calls("POST /api/token/"), 0, "nothing was sent");
}

#[tokio::test]
async fn the_narrow_door_is_counted_and_believed() {
    tokio::time::pause();
    for release in [NEWEST, OLD_AUTH] {
        let fake = Fake::release(release).await;
        let gateway = fake.connect("newapi", ADMIN);
        let account = account(&*gateway, 1).await;
        fake.change(|memory| memory.critical = 20);
        let made = done(gateway.apply(&key_create(&account, 7), now()).await.unwrap());
        let KeySecret::Later(wait) = made.secret else { panic!("the door is closed") };
        assert_eq!(wait.as_secs(), 1200, "{release}: told, or a whole window");
        let reveal = Action::KeyReveal { key: made.key.unwrap().external_id };
        let asked = fake.calls("POST /api/token/batch/keys");
        let reason = refused(gateway.apply(&reveal, now().plus_millis(60_000)).await.unwrap());
        assert_eq!(reason.after.map(|after| after.as_secs()), Some(1140), "{}", reason.message);
        assert_eq!(fake.calls("POST /api/token/batch/keys"), asked, "it is not even asked");
        fake.change(|memory| memory.critical = 0);
        let shown = done(gateway.apply(&reveal, now().plus_millis(1_200_000)).await.unwrap());
        assert!(matches!(shown.secret, KeySecret::Told(_)), "after the wait it is shown");
        for _ in 0..19 {
            done(gateway.apply(&reveal, now().plus_millis(1_300_000)).await.unwrap());
        }
        let reason = refused(gateway.apply(&reveal, now().plus_millis(1_310_000)).await.unwrap());
        assert_eq!(reason.after.map(|after| after.as_secs()), Some(1090), "our own count says so: {}", reason.message);
    }
}

#[tokio::test]
async fn a_user_whose_token_is_not_here_does_not_hide_the_others() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    let (one, two, three) = (account(&*gateway, 1).await, account(&*gateway, 2).await, account(&*gateway, 3).await);
    for (place, account) in [(7, &one), (8, &two), (9, &three)] {
        key(&*gateway, account, place).await;
    }
    gateway::AccountSecrets::forget(&*fake.secrets, &two).await.unwrap();
    fake.change(|memory| memory.pats.retain(|_, user| user.to_string() != three.as_str()));
    let keys = list(&*gateway, &Resource::Keys(None)).await;
    assert_eq!(keys.len(), 1, "only the first user's can be seen: {keys:?}");
    for (account, words) in [(&two, "entrust it here"), (&three, "entrust a new token")] {
        let error = gateway.inventory(&Resource::Keys(Some(account.clone())), &gateway::Cursor::start()).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden, "one account's keys are not passed off as none: {error}");
        assert!(error.message.contains(words), "{error}");
        let reason = refused(gateway.apply(&key_create(account, 20), now()).await.unwrap());
        assert!(reason.message.contains(words), "{}", reason.message);
    }
    let wrong = Action::AccountCredential { account: two.clone(), credential: Secret::new("throwaway-root-pat") };
    let reason = refused(gateway.apply(&wrong, now()).await.unwrap());
    assert!(reason.message.contains("user 1's"), "{}", reason.message);
    fake.change(|memory| memory.pats.insert("throwaway-new-pat".to_owned(), two.as_str().parse().unwrap()));
    let right = Action::AccountCredential { account: two.clone(), credential: Secret::new("throwaway-new-pat") };
    assert!(matches!(gateway.apply(&right, now()).await.unwrap(), Outcome::Done(_)));
    assert_eq!(list(&*gateway, &Resource::Keys(Some(two))).await.len(), 1);
}
