//! Routes: the channels that serve a model, by priority, and what New API found out about each of them.
//!
//! Nothing here tests a channel: a test calls the model, costs, and is written to the log as usage.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Health, HealthState, ModelName, Name, Route, RoutePrice, Target, Timestamp, Told};
use rust_decimal::Decimal;

use super::NewApi;
use super::api::PAGE;
use super::inventory::{is_plain_no, settle};
use super::wire::{Channel, OtherInfo, Priced, Pricing, Ratio};
use crate::http::address::is_near;
use crate::{ErrorKind, GatewayError};

/// A channel that serves.
const ON: u32 = 1;
/// A channel that New API took out by itself, after a failure.
const OUT: u32 = 3;
/// Channels to programs on hardware of one's own: Ollama and Xinference.
const OWN_NODES: [u32; 2] = [4, 47];

/// Every route.
pub async fn routes(newapi: &NewApi) -> Result<Vec<Route>, GatewayError> {
    if !newapi.known().await?.channels {
        return Err(GatewayError::unsupported("tell routes: the credential may not see New API's channels"));
    }
    let channels = channels(newapi).await?;
    let prices = match newapi.api.pricing().await {
        Ok(pricing) => prices(pricing),
        // The operator closed the page.
        Err(error) if is_plain_no(&error) => BTreeMap::new(),
        Err(error) if matches!(error.kind, ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::Unsupported) => {
            BTreeMap::new()
        }
        Err(error) => return Err(error),
    };
    Ok(map(&channels, &prices))
}

/// Every channel once, by number. A page without a new one was told before.
async fn channels(newapi: &NewApi) -> Result<Vec<Channel>, GatewayError> {
    let mut unique: BTreeMap<u64, Channel> = BTreeMap::new();
    for page in 1.. {
        let list = match newapi.api.channels(page).await {
            Ok(list) => list,
            Err(error) => return Err(settle(&newapi.api, true, error).await),
        };
        let (full, before) = (list.items.len() as u64 >= PAGE, unique.len());
        unique.extend(list.items.into_iter().map(|channel| (channel.id, channel)));
        if !full || unique.len() == before || page.saturating_mul(PAGE) >= list.total {
            break;
        }
    }
    Ok(unique.into_values().collect())
}

/// Whether each model that is priced costs nothing.
fn prices(pricing: Pricing) -> BTreeMap<String, bool> {
    let free = |ratio: Option<Ratio>| ratio.is_some_and(|Ratio(ratio)| ratio == Decimal::ZERO);
    let is_free = |priced: &Priced| match priced.quota_type {
        0 => priced.billing_mode != "tiered_expr" && free(priced.model_ratio),
        _ => free(priced.model_price),
    };
    pricing.data.into_iter().map(|priced| (priced.model_name.clone(), is_free(&priced))).collect()
}

fn map(channels: &[Channel], prices: &BTreeMap<String, bool>) -> Vec<Route> {
    // A channel that a person switched off is no route.
    let mut serving: Vec<&Channel> = channels.iter().filter(|channel| matches!(channel.status, ON | OUT)).collect();
    serving.sort_by_key(|channel| (std::cmp::Reverse(channel.priority), channel.id));
    let models: BTreeSet<&str> = serving.iter().flat_map(|channel| channel.models()).collect();
    models.into_iter().map(|model| route(model, &serving, prices)).collect()
}

/// New API draws among the channels of the highest priority and goes down one step with each retry.
fn route(model: &str, serving: &[&Channel], prices: &BTreeMap<String, bool>) -> Route {
    let of_model: Vec<&Channel> =
        serving.iter().filter(|one| one.models().any(|name| name == model)).copied().collect();
    let highest = of_model.iter().map(|channel| channel.priority).max();
    let (primary, backups): (Vec<&Channel>, Vec<&Channel>) =
        of_model.iter().copied().partition(|channel| Some(channel.priority) == highest);
    let targets = |channels: Vec<&Channel>| channels.into_iter().map(|channel| target(model, channel)).collect();
    let price = match prices.get(model) {
        Some(true) if of_model.iter().all(|channel| is_own_node(channel)) => RoutePrice::Private,
        Some(_) => RoutePrice::Priced,
        None => RoutePrice::NotTold,
    };
    Route {
        model: ModelName::new(model),
        primary: targets(primary),
        backups: Told::Told(targets(backups)),
        last_switch: Told::NotTold,
        price,
    }
}

fn target(model: &str, channel: &Channel) -> Target {
    let mapping: BTreeMap<String, String> = serde_json::from_str(&channel.model_mapping).unwrap_or_default();
    let number = format!("channel {}", channel.id);
    Target {
        upstream: Some(ModelName::new(mapping.get(model).map_or(model, String::as_str))),
        runs_at: Some(Name::lossy(&channel.name, &number)),
        via: None,
        health: health(channel),
    }
}

/// A test that fails takes the channel out, unless it was told not to: then a test says nothing here.
fn health(channel: &Channel) -> Health {
    let at = |seconds: i64| (seconds > 0).then(|| Timestamp::from_millis(seconds.saturating_mul(1000)));
    let info: OtherInfo = serde_json::from_str(&channel.other_info).unwrap_or_default();
    match channel.status {
        OUT => Health { state: HealthState::Unhealthy, told_at: at(info.status_time) },
        ON if channel.auto_ban == 1 && channel.test_time > 0 => {
            Health { state: HealthState::Healthy, told_at: at(channel.test_time) }
        }
        _ => Health::UNKNOWN,
    }
}

/// A program of one's own by its kind, or any by an address that leads to no other network.
fn is_own_node(channel: &Channel) -> bool {
    OWN_NODES.contains(&channel.kind) || is_near(&channel.base_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(text: &str) -> Channel {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn s0_15_priorities_are_the_order_and_what_was_switched_off_is_gone() {
        let channels = [
            channel(r#"{"id":1,"status":1,"name":"low","models":"gpt-4o","priority":-5}"#),
            channel(
                r#"{"id":2,"status":1,"name":"top","models":"gpt-4o, x","priority":9,"model_mapping":"{\"gpt-4o\":\"up\"}"}"#,
            ),
            channel(r#"{"id":3,"status":2,"name":"off","models":"gpt-4o","priority":99}"#),
            channel(
                r#"{"id":4,"status":3,"name":"out","models":"gpt-4o","priority":9,"other_info":"{\"status_time\":1795253703}"}"#,
            ),
        ];
        let routes = map(&channels, &BTreeMap::new());
        let route = &routes[0];
        let names =
            |targets: &[Target]| targets.iter().map(|t| t.runs_at.clone().unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!(names(&route.primary), ["top", "out"]);
        assert_eq!(names(route.backups.as_ref().unwrap()), ["low"]);
        assert_eq!(route.primary[0].upstream, Some(ModelName::new("up")));
        assert_eq!(route.primary[0].health, Health::UNKNOWN, "it was never tested");
        assert_eq!(route.primary[1].health.state, HealthState::Unhealthy);
        assert_eq!(route.primary[1].health.told_at.unwrap().to_string(), "2026-11-21T09:35:03Z");
        assert_eq!(route.price, RoutePrice::NotTold, "the price page is closed");
        assert_eq!(routes[1].model, ModelName::new("x"));
    }

    #[test]
    fn s0_14_a_private_node_is_free_and_near() {
        let free = BTreeMap::from([("m".to_owned(), true)]);
        let rows = [
            (r#"{"id":1,"status":1,"type":4,"models":"m"}"#, RoutePrice::Private),
            (r#"{"id":1,"status":1,"type":1,"base_url":"http://10.0.0.9:8000","models":"m"}"#, RoutePrice::Private),
            (r#"{"id":1,"status":1,"type":1,"base_url":"http://gpu.lan/v1","models":"m"}"#, RoutePrice::Private),
            (r#"{"id":1,"status":1,"type":1,"base_url":"https://api.example.com","models":"m"}"#, RoutePrice::Priced),
            (r#"{"id":1,"status":1,"type":1,"base_url":null,"models":"m"}"#, RoutePrice::Priced),
        ];
        for (text, expected) in rows {
            assert_eq!(map(&[channel(text)], &free)[0].price, expected, "{text}");
        }
        let priced = BTreeMap::from([("m".to_owned(), false)]);
        assert_eq!(map(&[channel(rows[0].0)], &priced)[0].price, RoutePrice::Priced, "an own node that is sold");
    }

    #[test]
    fn a_test_says_something_only_where_failing_has_a_consequence() {
        let rows = [
            (r#"{"id":1,"status":1,"auto_ban":1,"test_time":1795253720}"#, HealthState::Healthy),
            (r#"{"id":1,"status":1,"auto_ban":0,"test_time":1795253720}"#, HealthState::Unknown),
            (r#"{"id":1,"status":1,"auto_ban":1,"test_time":0}"#, HealthState::Unknown),
        ];
        for (text, expected) in rows {
            assert_eq!(health(&channel(text)).state, expected, "{text}");
        }
    }
}
