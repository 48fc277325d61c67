//! Routes: as much as the capability says, and nothing that was guessed.

use std::collections::BTreeMap;

use domain::{Health, ModelName, Nanos, Route, RoutePrice, Target, Told};

use super::{Report, Suite, ensure, told};
use crate::{Item, Resource};

pub(super) async fn check(suite: &Suite<'_>, report: &mut Report) {
    if !suite.capability.route_list {
        return report.skipped.push("routes tell what they promise");
    }
    let routes = match routes(suite).await {
        Ok(routes) => routes,
        Err(instead) => return report.note("routes tell what they promise", Err(instead)),
    };
    report.note("routes tell what they promise", routes.iter().try_for_each(|route| as_promised(suite, route)));
    if suite.capability.model_list {
        report.note("a private model is offered at no price", private_offers(suite, &routes).await);
    }
}

async fn routes(suite: &Suite<'_>) -> Result<Vec<Route>, String> {
    let items = suite.list(&Resource::Routes).await.map_err(|error| told(&error))?;
    let route = |item| match item {
        Item::Route(route) => Ok(route),
        other => Err(format!("asked for routes, got {other:?}")),
    };
    items.into_iter().map(route).collect()
}

fn as_promised(suite: &Suite<'_>, route: &Route) -> Result<(), String> {
    let able = &suite.capability;
    let name = &route.model;
    ensure(!name.as_str().is_empty(), || "a route without a name".to_owned())?;
    let backups = route.backups.as_ref();
    ensure(able.route_backups || route.backups == Told::NotTold, || format!("{name} tells backups after all"))?;
    let mut targets = route.primary.iter().chain(backups.into_iter().flatten());
    let known = |target: &Target| target.health != Health::UNKNOWN;
    ensure(able.route_health || !targets.clone().any(known), || format!("{name} tells a health after all"))?;
    let empty = |target: &Target| target.upstream.is_none() && target.runs_at.is_none() && target.via.is_none();
    ensure(!targets.any(empty), || format!("a target of {name} says nothing at all"))?;
    ensure(route.price != RoutePrice::Private || !route.primary.is_empty(), || format!("{name} is private nowhere"))
}

/// What is charged nothing must not have a price beside it.
async fn private_offers(suite: &Suite<'_>, routes: &[Route]) -> Result<(), String> {
    let items = suite.list(&Resource::Models).await.map_err(|error| told(&error))?;
    let costs: BTreeMap<ModelName, bool> = items
        .into_iter()
        .filter_map(|item| if let Item::Model(offer) = item { Some(offer) } else { None })
        .map(|offer| {
            (offer.name, [offer.input_cost, offer.output_cost].iter().flatten().any(|cost| *cost > Nanos::ZERO))
        })
        .collect();
    let private = routes.iter().filter(|route| route.price == RoutePrice::Private);
    let priced = private.map(|route| &route.model).find(|model| costs.get(*model) == Some(&true));
    ensure(priced.is_none(), || format!("{priced:?} is private and has a price"))
}
