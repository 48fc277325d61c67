//! Who is this proxy, what may the credential do, and what should the operator know?

use std::collections::BTreeMap;

use domain::{Timestamp, Zone};
use serde_json::value::RawValue;

use super::api::{ActivityAsk, Api, Fields, RowAsk};
use super::config::{Learned, ROWS_FEW, ROWS_MANY};
use super::wire::{Deployments, ModelGroups, OpenApi, Readiness};
use super::{error, map, route};
use crate::http::Http;
use crate::{ErrorKind, Finding, FindingLevel, GatewayError, Recognised, Rights};

/// Whether a call is there at all.
fn is_there<T>(found: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind, ErrorKind::Unsupported) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Asks everything; the third value is the proxy's clock.
pub async fn run(api: &Api, now: Timestamp) -> Result<(Learned, Vec<Finding>, Option<Timestamp>), GatewayError> {
    let (readiness, date) = identify(api).await?;
    let mut learned = Learned { rights: Rights::ReadOnly, ..Learned::default() };
    api.keys(1, None, false).await?;
    learned.rights = rights(api).await?;
    learned.version = version(api, readiness).await;
    let usage = usage(api, &mut learned, date.unwrap_or(now)).await?;
    learned.router_settings = route::if_told(api.router_settings().await)?.is_some();
    learned.health_kept = route::if_told(api.health_latest().await)?.is_some();
    let mut findings = Vec::new();
    findings.extend(usage);
    findings.extend(read_only(learned.rights));
    findings.extend(cost_config(api, "/config/cost_margin_config", margin).await?);
    findings.extend(cost_config(api, "/config/cost_discount_config", discount).await?);
    let shared = shared_upstream(api).await?;
    learned.usage_days_by_model = shared.is_none();
    findings.extend(shared);
    Ok((learned, findings, date))
}

/// LiteLLM tells strangers that it is ready, and which database it has.
pub async fn recognise(base_url: String) -> Option<Recognised> {
    let reply = Http::new(&base_url, None).ok()?.get("/health/readiness").send().await.ok()?;
    let readiness: Readiness = reply.json().ok()?;
    readiness.status.as_ref()?;
    readiness.db.as_ref()?;
    Some(Recognised { version: readiness.litellm_version })
}

/// Is it LiteLLM, and does it keep its keys in a database?
async fn identify(api: &Api) -> Result<(Readiness, Option<Timestamp>), GatewayError> {
    let reply = api.http.get("/health/readiness").anonymous().send().await?;
    if (300..400).contains(&reply.status) || reply.is_html() {
        return Err(error::error(&reply));
    }
    let readiness: Readiness = reply.json().unwrap_or_default();
    let (Some(_), Some(db)) = (&readiness.status, &readiness.db) else {
        let message = "something answers there, but it is not LiteLLM: check the address and the port";
        return Err(reply.error(ErrorKind::NotThisProduct, message));
    };
    if db == "Not connected" {
        let message = "this LiteLLM runs without a database, so it has no keys to administer: give it a DATABASE_URL";
        return Err(reply.error(ErrorKind::Unsupported, message));
    }
    Ok((readiness, reply.date))
}

/// Read and write, or read only? A write that names nothing tells: an admin is told what is missing (422), a viewer is
/// sent away (403) before that. Nothing can change.
async fn rights(api: &Api) -> Result<Rights, GatewayError> {
    let reply = api.write("/team/update", &Fields::default()).await?;
    match error::error(&reply).kind {
        ErrorKind::Forbidden | ErrorKind::Unauthorized => Ok(Rights::ReadOnly),
        ErrorKind::Rejected => Ok(Rights::Admin),
        _ => Err(error::error(&reply)),
    }
}

/// The release: told to admins, in older releases to everyone, or in the API's description. Never worth failing for.
async fn version(api: &Api, readiness: Readiness) -> Option<String> {
    if readiness.litellm_version.is_some() {
        return readiness.litellm_version;
    }
    let details = api.http.get("/health/readiness/details").send().await.ok()?;
    let told = details.json::<Readiness>().ok().and_then(|details| details.litellm_version);
    if told.is_some() {
        return told;
    }
    let described = api.http.get("/openapi.json").anonymous().send().await.ok()?;
    described.json::<OpenApi>().ok().and_then(|described| described.info.version)
}

/// Which sources of usage there are, and whether they agree that there was any.
async fn usage(api: &Api, learned: &mut Learned, now: Timestamp) -> Result<Option<Finding>, GatewayError> {
    let rows = is_there(count_rows(api, learned, now).await)?;
    let today = Zone::utc().date_of(now);
    let ask = ActivityAsk { first: today.plus_days(-1), last: today, team: None, key: None };
    let days = is_there(api.activity(ask, 1).await)?;
    learned.usage_requests = rows.is_some();
    learned.usage_days = days.is_some();
    let (Some(rows), Some(days)) = (rows, days) else {
        let message = "this LiteLLM is too old to tell its usage page by page: update it to release 1.81 or later";
        return Err(GatewayError::new(ErrorKind::TooOld, "GET /spend/logs/v2", message));
    };
    if rows > 0 || days.metadata.total_api_requests == 0 {
        return Ok(None);
    }
    learned.usage_requests = false;
    let message = "LiteLLM counts usage by day but keeps no single requests (`disable_spend_logs`, or a short retention): \
                   totals are complete, the request list stays empty";
    Ok(Some(Finding { level: FindingLevel::Warning, code: "rows_missing", message: message.to_owned() }))
}

/// How many rows there are of the last two days; learns how many may be asked for at once on the way.
async fn count_rows(api: &Api, learned: &mut Learned, now: Timestamp) -> Result<u64, GatewayError> {
    let ask = |from, to, page_size| RowAsk { from, to, team: None, page: 1, page_size, sort: ("startTime", "asc") };
    let total = api.rows(ask(now.plus_days(-2), now.plus_days(1), 1)).await?.total.unwrap_or(0);
    let nothing = now.plus_days(3650);
    learned.page_size = match api.rows(ask(nothing, nothing, ROWS_MANY)).await {
        Err(error) if error.status == Some(422) => ROWS_FEW,
        found => found.map(|_| ROWS_MANY)?,
    };
    Ok(total)
}

fn read_only(rights: Rights) -> Option<Finding> {
    let message = "the credential may read but not change anything: it is right for syncing; give an admin's key to \
                   create, pause or revoke keys";
    let finding = Finding { level: FindingLevel::Note, code: "read_only", message: message.to_owned() };
    (rights == Rights::ReadOnly).then_some(finding)
}

async fn cost_config(
    api: &Api,
    path: &str,
    finding: fn(&BTreeMap<String, Box<RawValue>>) -> Finding,
) -> Result<Option<Finding>, GatewayError> {
    let config = match api.cost_config(path).await {
        Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::Forbidden | ErrorKind::NotFound) => None,
        config => Some(config?),
    };
    Ok(config.filter(|config| !config.values.is_empty()).map(|config| finding(&config.values)))
}

fn margin(values: &BTreeMap<String, Box<RawValue>>) -> Finding {
    let message = format!(
        "LiteLLM adds a margin of its own to every cost ({}), so a markup here is charged on top of it: remove it under \
         Cost Tracking on the gateway, or set the markup here to zero",
        listed(values)
    );
    Finding { level: FindingLevel::Danger, code: "cost_margin", message }
}

fn discount(values: &BTreeMap<String, Box<RawValue>>) -> Finding {
    let message = format!(
        "LiteLLM takes a discount off every cost ({}): costs shown here are below list price; keep it only if your \
         provider grants it to you",
        listed(values)
    );
    Finding { level: FindingLevel::Warning, code: "cost_discount", message }
}

fn listed(values: &BTreeMap<String, Box<RawValue>>) -> String {
    let pairs: Vec<String> = values.iter().map(|(name, value)| format!("{name}: {}", value.get())).collect();
    pairs.join(", ")
}

/// LiteLLM's daily table has one row per *upstream* model: two public names for one upstream model are counted under
/// whichever was called first that day.
async fn shared_upstream(api: &Api) -> Result<Option<Finding>, GatewayError> {
    let (Ok(deployments), Ok(groups)) = (api.deployments().await, api.model_groups().await) else { return Ok(None) };
    let shared = shared(&deployments, &groups);
    if shared.is_empty() {
        return Ok(None);
    }
    let message = format!(
        "LiteLLM's daily totals cannot tell these models apart, because they share an upstream model or are aliases: {}; \
         price them alike, or rely on single requests",
        shared.join("; ")
    );
    Ok(Some(Finding { level: FindingLevel::Warning, code: "models_share_upstream", message }))
}

/// Groups of public names that share an upstream model, and names without a deployment of their own (aliases).
fn shared(deployments: &Deployments, groups: &ModelGroups) -> Vec<String> {
    let upstream = map::upstream(deployments);
    let mut by_model: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, models) in &upstream {
        for model in models {
            by_model.entry(model).or_default().push(name);
        }
    }
    let mut shared: Vec<String> =
        by_model.values().filter(|names| names.len() > 1).map(|names| names.join(" = ")).collect();
    let alias = |name: &&str| !upstream.contains_key(name) && !name.contains('*');
    shared
        .extend(groups.data.iter().map(|group| group.model_group.as_str()).filter(alias).map(|a| format!("alias {a}")));
    shared
}
