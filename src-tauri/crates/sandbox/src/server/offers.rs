//! What the gateway is and what it offers.

use axum::Json;
use axum::extract::State as Held;
use domain::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::Desk;
use super::caller::Reader;
use crate::catalogue::{MODELS, Model};
use crate::routing::{Fares, ROUTES, Route, Target};
use crate::wire::{Amount, Stamp};

/// Requests per minute of each tier (S1-08).
pub(super) const TIERS: [(&str, u32); 3] = [("free", 10), ("elevated", 60), ("paid", 300)];

/// Tokens that unit costs are quoted for.
const QUOTED: u64 = 1_000_000;

pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

pub(super) async fn version() -> Json<Value> {
    Json(json!({ "product": "purser-sandbox", "version": env!("CARGO_PKG_VERSION") }))
}

pub(super) async fn me(reader: Reader, Held(desk): Held<Desk>) -> Json<Value> {
    let rights = if reader.writes { "admin" } else { "read_only" };
    Json(json!({ "rights": rights, "now": Stamp((desk.clock)()) }))
}

#[derive(Serialize)]
pub(super) struct Offer {
    name: &'static str,
    upstream: &'static str,
    input_cost: Amount,
    cache_read_cost: Amount,
    output_cost: Amount,
}

impl Offer {
    fn of(model: &Model) -> Self {
        let cost = |nanos: u64| Amount(domain::Nanos(i64::try_from(nanos * QUOTED).unwrap_or(i64::MAX)));
        Self {
            name: model.name,
            upstream: model.upstream,
            input_cost: cost(model.input),
            cache_read_cost: cost(model.cache_read),
            output_cost: cost(model.output),
        }
    }
}

pub(super) async fn models(_: Reader) -> Json<Value> {
    let offers: Vec<Offer> = MODELS.iter().map(Offer::of).collect();
    Json(json!({ "items": offers, "next": null }))
}

#[derive(Serialize)]
struct RouteBody {
    model: &'static str,
    primary: Vec<TargetBody>,
    backups: Vec<TargetBody>,
    last_switch: Option<Stamp>,
    price: &'static str,
}

#[derive(Serialize)]
struct TargetBody {
    upstream: &'static str,
    runs_at: &'static str,
    health: &'static str,
    checked_at: Option<Stamp>,
}

impl RouteBody {
    fn of(route: &Route, now: Timestamp) -> Self {
        let mut targets: Vec<TargetBody> = route.targets.iter().map(|target| TargetBody::of(target, now)).collect();
        let backups = targets.split_off(1.min(targets.len()));
        Self {
            model: route.model,
            primary: targets,
            backups,
            last_switch: route.last_switch(now).map(Stamp),
            price: if route.is_private() { "private" } else { "priced" },
        }
    }
}

impl TargetBody {
    fn of(target: &Target, now: Timestamp) -> Self {
        let health = match target.fares {
            Fares::Well => "healthy",
            Fares::Badly => "unhealthy",
            Fares::Unseen => "unknown",
        };
        let checked_at = target.checked_at(now).map(Stamp);
        Self { upstream: target.upstream, runs_at: target.runs_at, health, checked_at }
    }
}

pub(super) async fn routes(_: Reader, Held(desk): Held<Desk>) -> Json<Value> {
    let now = (desk.clock)();
    let items: Vec<RouteBody> = ROUTES.iter().map(|route| RouteBody::of(route, now)).collect();
    Json(json!({ "items": items, "next": null }))
}

pub(super) async fn tiers(_: Reader) -> Json<Value> {
    let tier = |(name, requests): (&str, u32)| json!({ "name": name, "requests_per_minute": requests });
    Json(json!({ "items": TIERS.map(tier), "next": null }))
}

/// The tier whose ceiling this is.
pub(super) fn tier(requests_per_minute: Option<u32>) -> Option<&'static str> {
    TIERS.iter().find(|(_, requests)| Some(*requests) == requests_per_minute).map(|(name, _)| *name)
}
