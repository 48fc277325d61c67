//! Routes from LiteLLM's deployments, its router's settings and the checks it kept (recorded against 1.106.2).

use domain::{HealthState, Route, RoutePrice, Target, Told};
use gateway::{Cursor, Gateway, Item, Resource};

use super::fake::{ADMIN, Fake, VIEWER, now};

async fn routes(gateway: &dyn Gateway) -> Vec<Route> {
    let page = gateway.inventory(&Resource::Routes, &Cursor::start()).await.unwrap();
    let route = |item| if let Item::Route(route) = item { route } else { panic!("no route: {item:?}") };
    page.items.into_iter().map(route).collect()
}

fn named<'a>(routes: &'a [Route], model: &str) -> &'a Route {
    routes.iter().find(|route| route.model.as_str() == model).unwrap_or_else(|| panic!("no {model}"))
}

fn upstreams(targets: &[Target]) -> Vec<&str> {
    targets.iter().map(|target| target.upstream.as_ref().unwrap().as_str()).collect()
}

#[tokio::test]
async fn s0_14_s0_15_aliases_order_fallbacks_and_own_nodes() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.models = "model_info_routes");
    let gateway = fake.connect(ADMIN);
    gateway.probe(now()).await.unwrap();
    let routes = routes(&*gateway).await;

    let chat = named(&routes, "atlas-chat");
    assert_eq!(upstreams(&chat.primary), ["openai/gpt-4o-mini-b"], "it has an `order`");
    assert_eq!(upstreams(chat.backups.as_ref().unwrap()), ["openai/gpt-4o-mini"], "and the other has none");
    let alias = named(&routes, "atlas-default");
    assert_eq!((&alias.primary, &alias.backups), (&chat.primary, &chat.backups), "an alias leads to the same");

    let flaky = named(&routes, "atlas-flaky");
    let backups = flaky.backups.as_ref().unwrap();
    assert_eq!(upstreams(backups), ["openai/gpt-4o-mini-b", "openai/gpt-4o-mini", "openai/gpt-4o"]);
    assert_eq!(backups[2].via.as_ref().unwrap().as_str(), "atlas-large");
    assert_eq!(flaky.primary[0].health.state, HealthState::Unhealthy);
    assert!(
        flaky.primary[0].health.told_at.unwrap().to_string().starts_with("2026-11-21T13:14:22"),
        "when it was found"
    );
    assert_eq!(chat.primary[0].health.state, HealthState::Unknown, "nobody checked it");
    assert_eq!(flaky.last_switch, Told::NotTold);

    let price = |model: &str| named(&routes, model).price;
    assert_eq!(price("nova-local"), RoutePrice::Private, "Ollama has no price");
    assert_eq!(price("atlas-free"), RoutePrice::Private, "somebody wrote 0");
    assert_eq!(price("atlas-embed"), RoutePrice::Priced);
    assert_eq!(named(&routes, "nova-local").primary[0].runs_at.as_ref().unwrap().as_str(), "ollama");
}

#[tokio::test]
async fn no_model_is_ever_called_to_learn_its_health() {
    let fake = Fake::start().await;
    let gateway = fake.connect(ADMIN);
    gateway.probe(now()).await.unwrap();
    routes(&*gateway).await;
    assert_eq!(fake.calls("GET /health"), 0);
    assert_eq!(fake.calls("GET /health/latest"), 2, "once to learn that it is there, once for the routes");
}

#[tokio::test]
async fn what_a_release_does_not_have_is_not_told() {
    let fake = Fake::start().await;
    fake.change(|memory| memory.missing.extend(["GET /router/settings", "GET /health/latest"]));
    let gateway = fake.connect(VIEWER);
    let capability = gateway.probe(now()).await.unwrap().capability;
    assert_eq!((capability.route_list, capability.route_backups, capability.route_health), (true, false, false));
    for route in routes(&*gateway).await {
        assert_eq!(route.backups, Told::NotTold, "{}", route.model);
        assert_eq!(route.primary[0].health, domain::Health::UNKNOWN, "{}", route.model);
    }
}
