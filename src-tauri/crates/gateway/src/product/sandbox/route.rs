//! Routes of the API as ours.

use domain::{Health, HealthState, ModelName, Name, Route, RoutePrice, Target, Told};

use super::map::instant;
use super::{malformed, wire};
use crate::GatewayError;

/// A route of the API as ours.
pub fn route(route: wire::Route) -> Result<Route, GatewayError> {
    Ok(Route {
        primary: targets(route.primary)?,
        backups: Told::Told(targets(route.backups)?),
        last_switch: Told::Told(route.last_switch.as_deref().map(instant).transpose()?),
        price: RoutePrice::from_code(&route.price).ok_or_else(|| malformed("the price of a route"))?,
        model: ModelName::new(route.model),
    })
}

fn targets(told: Vec<wire::Target>) -> Result<Vec<Target>, GatewayError> {
    told.into_iter().map(target).collect()
}

fn target(target: wire::Target) -> Result<Target, GatewayError> {
    let state = HealthState::from_code(&target.health).ok_or_else(|| malformed("the health of a route"))?;
    Ok(Target {
        runs_at: Some(Name::lossy(&target.runs_at, "?")),
        upstream: Some(ModelName::new(target.upstream)),
        via: None,
        health: Health { state, told_at: target.checked_at.as_deref().map(instant).transpose()? },
    })
}
