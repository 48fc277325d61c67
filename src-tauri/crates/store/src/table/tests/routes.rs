//! Routes: as last listed, and what was private when.

use domain::{Health, HealthState, ModelName, Route, RoutePrice, Target, Timestamp, Told};

use crate::Origin;
use crate::testing::{add_gateway, temporary};

fn at(day: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + day * 86_400_000)
}

fn target(upstream: &str, state: HealthState) -> Target {
    Target {
        upstream: Some(ModelName::new(upstream)),
        runs_at: Some("Rack 2".parse().unwrap()),
        via: None,
        health: Health { state, told_at: Some(at(0)) },
    }
}

fn route(model: &str, price: RoutePrice) -> Route {
    Route {
        model: ModelName::new(model),
        primary: vec![target("up-1", HealthState::Unhealthy), target("up-2", HealthState::Unknown)],
        backups: Told::Told(vec![target("spare", HealthState::Healthy)]),
        last_switch: Told::Told(Some(at(0))),
        price,
    }
}

#[tokio::test]
async fn a_route_is_read_back_as_it_was_told_and_gone_when_it_is_not() {
    let base = temporary().await;
    let mut writer = base.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let _changed = writer.commit().await.unwrap();
    let silent = Route {
        backups: Told::NotTold,
        last_switch: Told::NotTold,
        primary: vec![],
        ..route("b", RoutePrice::NotTold)
    };
    let never = Route { backups: Told::Told(vec![]), last_switch: Told::Told(None), ..route("c", RoutePrice::Priced) };
    let told = [route("a", RoutePrice::Private), silent, never];
    let mut writer = base.store.begin(Origin::System).await.unwrap();
    for route in &told {
        writer.route().put(gateway, route, at(1)).await.unwrap();
    }
    let _changed = writer.commit().await.unwrap();
    let mut reader = base.store.reader().await.unwrap();
    let read: Vec<Route> = reader.route().list().await.unwrap().into_iter().map(|stored| stored.route).collect();
    assert_eq!(read, told);
    drop(reader);

    let mut writer = base.store.begin(Origin::System).await.unwrap();
    writer.route().put(gateway, &told[0], at(2)).await.unwrap();
    assert_eq!(writer.route().forget_unlisted(gateway, at(2)).await.unwrap(), 2);
    let _changed = writer.commit().await.unwrap();
    let left = base.store.reader().await.unwrap().route().list().await.unwrap();
    assert_eq!(left.iter().map(|stored| stored.route.model.as_str()).collect::<Vec<_>>(), ["a"]);
}

#[tokio::test]
async fn s0_14_what_was_private_when_is_kept_for_good() {
    let base = temporary().await;
    let mut writer = base.store.begin(Origin::System).await.unwrap();
    let gateway = add_gateway(&mut writer, "main").await;
    let _changed = writer.commit().await.unwrap();
    let story = [
        (0, "always", RoutePrice::Private),
        (0, "later", RoutePrice::Priced),
        (1, "later", RoutePrice::Private),
        (2, "later", RoutePrice::Private),
        (3, "later", RoutePrice::NotTold),
        (4, "later", RoutePrice::Private),
    ];
    for (day, model, price) in story {
        let mut writer = base.store.begin(Origin::System).await.unwrap();
        writer.route().put(gateway, &route(model, price), at(day)).await.unwrap();
        let _changed = writer.commit().await.unwrap();
    }
    let mut writer = base.store.begin(Origin::System).await.unwrap();
    assert_eq!(writer.route().forget_unlisted(gateway, at(9)).await.unwrap(), 2);
    let _changed = writer.commit().await.unwrap();
    let spans = base.store.reader().await.unwrap().route().private_spans().await.unwrap();
    let told: Vec<_> = spans.iter().map(|span| (span.model.as_str(), span.from, span.until)).collect();
    let begin = Timestamp::from_millis(0);
    assert_eq!(told, [("always", begin, None), ("later", at(1), Some(at(3))), ("later", at(4), None)]);
}
