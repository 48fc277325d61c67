use std::sync::Arc;

use domain::{
    Environment, ExternalId, Grain, KeySpec, Limit, ModelName, ModelScope, Period, RateLimit, Scope, Secret, Zone,
};

use super::*;
use crate::contract::{self, World};
use crate::{Connection, NoAccountSecrets};

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

async fn serve() -> ::sandbox::Server {
    let opened = ::sandbox::Sandbox::open(None, 1, Arc::new(now)).unwrap();
    opened.serve([9; 32]).await.unwrap()
}

fn connected(server: &::sandbox::Server, token: &Secret) -> Arc<dyn Gateway> {
    let connection = Connection { product: Product::new("sandbox"), base_url: server.base_url.clone() };
    crate::connect(&connection, Some(token.clone()), Arc::new(NoAccountSecrets)).unwrap()
}

fn world(server: &::sandbox::Server) -> World {
    World {
        now: now(),
        seed: 1,
        models: vec![ModelName::new("gpt-4.1-mini"), ModelName::new("deepseek-chat")],
        usage: Zone::utc().days("2026-11-10".parse().unwrap(), "2026-11-13".parse().unwrap()),
        usage_expected: true,
        credential: Some(server.admin_token.clone()),
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let server = serve().await;
    let report = contract::run(&*connected(&server, &server.admin_token), &world(&server)).await;
    assert!(report.is_kept(), "{report}");
    server.shutdown().await;
}

#[tokio::test]
async fn it_keeps_the_contract_with_a_read_only_token() {
    let server = serve().await;
    let gateway = connected(&server, &server.read_only_token);
    let report = contract::run(&*gateway, &world(&server)).await;
    assert!(report.is_kept(), "{report}");
    assert_eq!(gateway.probe(now()).await.unwrap().rights, Rights::ReadOnly);
    let pause = Action::AccountPause { account: ExternalId::new("acc_0"), paused: true };
    assert!(matches!(gateway.apply(&pause, now()).await, Ok(Outcome::Refused(reason)) if reason.status == Some(403)));
}

#[tokio::test]
async fn probing_tells_a_wrong_token_and_a_stranger_apart() {
    let server = serve().await;
    let wrong = connected(&server, &Secret::new("sbx-admin-wrong-wrong-wrong"));
    assert_eq!(wrong.probe(now()).await.unwrap_err().kind, ErrorKind::Unauthorized);
    let base_url = format!("{}/elsewhere", server.base_url);
    let connection = Connection { product: Product::new("sandbox"), base_url };
    let stranger = crate::connect(&connection, Some(server.admin_token.clone()), Arc::new(NoAccountSecrets)).unwrap();
    assert_eq!(stranger.probe(now()).await.unwrap_err().kind, ErrorKind::NotThisProduct);
    let probed = connected(&server, &server.admin_token).probe(now()).await.unwrap();
    assert_eq!((probed.clock_skew_millis, probed.findings.len()), (Some(0), 0));
}

async fn cost(gateway: &dyn Gateway, grain: Grain, window: Period) -> (usize, i64) {
    let ask = UsageAsk { window, grain, account: None };
    let (mut rows, mut cost, mut at, mut progress) = (0, 0, Cursor::start(), 0);
    loop {
        let page = gateway.usage(&ask, &at).await.unwrap();
        rows += page.items.len();
        cost += page.items.iter().map(|record| record.cost.0).sum::<i64>();
        assert!(page.progress.unwrap() >= progress, "progress never goes back");
        progress = page.progress.unwrap();
        match page.next {
            Some(next) => at = next,
            None => return (rows, cost),
        }
    }
}

#[tokio::test]
async fn months_of_usage_come_over_many_pages_and_both_grains_agree() {
    let server = serve().await;
    let gateway = connected(&server, &server.admin_token);
    let window = Zone::utc().days("2026-09-01".parse().unwrap(), "2026-10-31".parse().unwrap());
    let (requests, by_request) = cost(&*gateway, Grain::Request, window).await;
    let (days, by_day) = cost(&*gateway, Grain::Day, window).await;
    assert!(requests > 15_000, "{requests} requests are several pages");
    assert!(days < requests);
    assert_eq!(by_request, by_day);
}

#[tokio::test]
async fn an_unsendable_wish_is_refused_before_anything_is_made() {
    let server = serve().await;
    let gateway = connected(&server, &server.admin_token);
    let accounts = gateway.inventory(&Resource::Accounts, &Cursor::start()).await.unwrap().items;
    assert_eq!(accounts.len(), 12);
    let Item::Account(account) = &accounts[0] else { panic!("an account") };
    let spec = KeySpec {
        name: "acme-prod".parse().unwrap(),
        environment: Environment::Production,
        scope: Scope::Full,
        models: ModelScope::Only(vec![ModelName::new("gpt-9")]),
        budget: Limit::Unlimited,
        rate_limit: RateLimit::default(),
        expires_at: None,
    };
    let secret = Secret::new("sk-canary-0123456789-0123456789");
    let account = account.external_id.clone();
    let create = Action::KeyCreate { mark: domain::Mark::new([5; 16]), account, spec, secret: secret.clone() };
    let Ok(Outcome::Refused(reason)) = gateway.apply(&create, now()).await else { panic!("it is refused") };
    assert_eq!(reason.status, Some(422));
    assert!(reason.message.contains("gpt-9") && !reason.message.contains(secret.expose()), "{}", reason.message);
}
