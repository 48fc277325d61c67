//! Routes from New API's channels (recorded against v1.0.0-rc.22).

use domain::{HealthState, Route, RoutePrice, Target};
use gateway::{Cursor, ErrorKind, Gateway, Item, Resource};
use serde_json::json;

use super::fake::{ADMIN, Fake, Fault, now, recorded};
use super::list;

async fn routes(gateway: &dyn Gateway) -> Vec<Route> {
    let route = |item| if let Item::Route(route) = item { route } else { panic!("no route: {item:?}") };
    list(gateway, &Resource::Routes).await.into_iter().map(route).collect()
}

fn names(targets: &[Target]) -> Vec<&str> {
    targets.iter().map(|target| target.runs_at.as_ref().unwrap().as_str()).collect()
}

#[tokio::test]
async fn s0_14_s0_15_channels_are_ordered_by_priority_and_own_nodes_are_private() {
    tokio::time::pause();
    let fake = Fake::start().await;
    let gateway = fake.connect("newapi", ADMIN);
    gateway.probe(now()).await.unwrap();
    fake.fault("GET /api/pricing", Fault::Answer(200, vec![], recorded("pricing_own_node").1.to_string()));
    let routes = routes(&*gateway).await;
    let named = |model: &str| routes.iter().find(|route| route.model.as_str() == model).unwrap();
    let large = named("gpt-4o");
    assert_eq!(names(&large.primary), ["fake upstream"]);
    assert_eq!(names(large.backups.as_ref().unwrap()), ["second upstream"]);
    assert_eq!(large.price, RoutePrice::Priced);
    assert_eq!(large.primary[0].health.state, HealthState::Unknown, "it is tested, but no failure would take it out");
    let private = named("private-llama");
    assert_eq!(private.price, RoutePrice::Private);
    assert_eq!(private.primary[0].upstream.as_ref().unwrap().as_str(), "llama3.3:70b", "the mapping is followed");
    assert_eq!(fake.calls("GET /api/channel/test/:id"), 0, "a test costs, and would be logged as usage");
}

#[tokio::test]
async fn who_may_not_see_channels_is_told_so_by_type() {
    tokio::time::pause();
    let fake = Fake::start().await;
    for (role, product) in [(1, "newapi-own"), (10, "newapi")] {
        fake.change(|memory| memory.users[0]["role"] = json!(role));
        let gateway = fake.connect(product, ADMIN);
        // An administrator from whom that right was taken (v1.0.0-rc.16 and later).
        fake.fault("GET /api/channel/", Fault::Answer(403, vec![], r#"{"success":false,"message":"no"}"#.to_owned()));
        let capability = gateway.probe(now()).await.unwrap().capability;
        assert!(!capability.route_list && !capability.route_backups && !capability.route_health, "{role}");
        let error = gateway.inventory(&Resource::Routes, &Cursor::start()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{role}: {error}");
    }
}
