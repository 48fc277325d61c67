//! Routes from Bifrost's models, credentials and routing rules (recorded against 1.5.11).

use domain::{HealthState, Route, Told};
use gateway::{Cursor, Gateway, Item, Resource};

use super::fake::{ADMIN, Fake, RELEASES, now, recorded};

async fn routes(gateway: &dyn Gateway) -> Vec<Route> {
    let page = gateway.inventory(&Resource::Routes, &Cursor::start()).await.unwrap();
    let route = |item| if let Item::Route(route) = item { route } else { panic!("no route: {item:?}") };
    page.items.into_iter().map(route).collect()
}

#[tokio::test]
async fn credentials_tell_the_health_in_every_release() {
    for release in RELEASES {
        let fake = Fake::start(release).await;
        let gateway = fake.connect(Some(ADMIN));
        gateway.probe(now()).await.unwrap();
        let routes = routes(&*gateway).await;
        let route = routes.iter().find(|route| route.model.as_str() == "openai/gpt-4o").unwrap();
        assert_eq!(route.primary[0].health.state, HealthState::Healthy, "{release}");
        assert_eq!(route.primary[0].health.told_at, None, "{release}: it does not say when");
        assert_eq!(route.backups, Told::Told(vec![]), "{release}: there is no rule");
    }
}

#[tokio::test]
async fn s0_15_a_rule_about_one_model_is_its_route_and_any_other_leaves_the_rest_open() {
    let fake = Fake::start("1.5.11").await;
    let rules = recorded("1.5.11", "routing_rules").1["rules"].as_array().unwrap().clone();
    fake.change(|memory| memory.rules = rules);
    let routes = routes(&*fake.connect(Some(ADMIN))).await;
    let named = |model: &str| routes.iter().find(|route| route.model.as_str() == model).unwrap();
    let large = named("openai/gpt-4o");
    assert_eq!(large.primary[0].upstream.as_ref().unwrap().as_str(), "gpt-4o-mini", "the rule sends it there");
    let Told::Told(backups) = &large.backups else { panic!("the rule tells its fallbacks") };
    assert_eq!(backups[0].upstream.as_ref().unwrap().as_str(), "gpt-4o");
    assert_eq!(named("openai/gpt-4o-mini").backups, Told::NotTold, "a rule by header may concern it");
}
