//! Who is this Bifrost, what can its release do, and what should the operator know?

use std::collections::BTreeSet;

use domain::Timestamp;

use super::api::{Api, ROWS_PAGE, RowAsk};
use super::config::{Features, release};
use super::wire::{ClientConfig, Customer, SignIn, VirtualKey};
use super::{error, map};
use crate::http::{Http, Reply};
use crate::{ErrorKind, Finding, FindingLevel, GatewayError, Recognised};

/// How far back requests without a cost are looked for.
const PRICES_LOOK_BACK_DAYS: i64 = 7;
/// Models without a price that are named at most.
const NAMED: usize = 8;

/// What probing found.
pub struct Found {
    pub version: Option<String>,
    pub features: Features,
    pub logs: bool,
    pub findings: Vec<Finding>,
    /// The gateway's clock.
    pub date: Option<Timestamp>,
}

/// Asks everything.
pub async fn run(api: &Api, now: Timestamp) -> Result<Found, GatewayError> {
    let sign_in = identify(api).await?;
    let config = api.config().await?;
    if config.value.is_db_connected == Some(false) {
        let message = "this Bifrost runs without a config store, so it has no keys to administer: switch `config_store` \
                       on in its configuration";
        return Err(GatewayError::new(ErrorKind::Unsupported, "GET /api/config", message));
    }
    let version = api.version().await.ok();
    let features = features_of(api, version.as_deref()).await?;
    let logs = config.value.is_logs_connected != Some(false);
    let mut findings = Vec::new();
    findings.extend(open_admin(sign_in));
    findings.extend(optional_keys(&config.value.client_config));
    findings.extend(no_logs(&config.value.client_config, logs));
    findings.extend(rolling(features));
    if logs {
        findings.extend(without_price(api, config.date.unwrap_or(now)).await?);
    }
    Ok(Found { version, features, logs, findings, date: config.date })
}

/// Bifrost tells strangers whether sign-in is on.
pub async fn recognise(base_url: String) -> Option<Recognised> {
    let http = Http::new(&base_url, None).ok()?;
    let reply = http.get("/api/session/is-auth-enabled").send().await.ok()?;
    sign_in(&reply)?;
    // Public from 1.5 on.
    let told = http.get("/api/version").send().await.ok();
    let version = told.filter(Reply::is_success).and_then(|reply| reply.json::<String>().ok());
    Some(Recognised { version: version.as_deref().map(plain) })
}

fn sign_in(reply: &Reply) -> Option<bool> {
    let told = reply.is_success().then(|| reply.json::<SignIn>().ok()).flatten()?;
    Some(told.is_auth_enabled)
}

fn plain(version: &str) -> String {
    version.trim_start_matches('v').to_owned()
}

/// Is it Bifrost, and is sign-in on?
async fn identify(api: &Api) -> Result<bool, GatewayError> {
    let reply = api.http.get("/api/session/is-auth-enabled").anonymous().send().await?;
    if let Some(enabled) = sign_in(&reply) {
        return Ok(enabled);
    }
    let told = error::error(&reply, api.signed_in);
    if matches!(told.kind, ErrorKind::Unavailable | ErrorKind::RateLimited) || reply.is_html() {
        return Err(told);
    }
    if (300..400).contains(&reply.status) {
        return Err(told);
    }
    let message = "something answers there, but it is not Bifrost: check the address and the port";
    Err(reply.error(ErrorKind::NotThisProduct, message))
}

/// In what this release differs from others.
pub async fn features(api: &Api) -> Result<Features, GatewayError> {
    let version = api.version().await.ok();
    features_of(api, version.as_deref()).await
}

/// Objects tell; the number decides where there is no object to look at.
async fn features_of(api: &Api, version: Option<&str>) -> Result<Features, GatewayError> {
    let number = version.and_then(release);
    let since = |major, minor, patch| number.is_some_and(|number| number >= (major, minor, patch));
    let keys = api.keys().await?;
    let customers = api.customers().await?;
    let empty_refuses = match keys.first() {
        Some(key) => map::empty_refuses(key, false),
        None => has_overrides(api).await?,
    };
    let older_aligned = budgets_tell_alignment(&keys, &customers).unwrap_or(since(1, 4, 19));
    let owner_tells = customers.first().map(|customer| customer.calendar_aligned.is_some());
    Ok(Features {
        empty_refuses,
        keys_aligned: empty_refuses || older_aligned,
        customers_aligned: match empty_refuses {
            // 1.5.2 does not know it, 1.5.11 does.
            true => owner_tells.unwrap_or(since(1, 5, 11)),
            false => older_aligned,
        },
        expiry: since(2, 0, 0) || keys.iter().any(|key| key.expires_at.is_some()),
        reveal: keys.first().map_or(!since(2, 0, 0), |key| key.value.0.is_some()),
    })
}

/// Prices of one's own came with the release that turned the meaning of empty lists round. Older ones answer with their
/// web console.
async fn has_overrides(api: &Api) -> Result<bool, GatewayError> {
    let reply = api.http.get("/api/governance/pricing-overrides").send().await?;
    match reply.status {
        200 => Ok(!reply.is_html()),
        404 | 405 => Ok(false),
        _ => Err(error::error(&reply, api.signed_in)),
    }
}

/// Whether budgets of 1.4 say how they are aligned; `None` where there is none.
fn budgets_tell_alignment(keys: &[VirtualKey], customers: &[Customer]) -> Option<bool> {
    let of_keys = keys.iter().filter_map(|key| key.budget.as_ref());
    let of_customers = customers.iter().filter_map(|customer| customer.budget.as_ref());
    of_keys.chain(of_customers).next().map(|budget| budget.calendar_aligned.is_some())
}

fn finding(level: FindingLevel, code: &'static str, message: impl Into<String>) -> Finding {
    Finding { level, code, message: message.into() }
}

fn open_admin(sign_in: bool) -> Option<Finding> {
    let message = "sign-in is off: whoever reaches this Bifrost may read every key and change everything; switch \
                   dashboard sign-in on (Config, Security), or let only this machine reach it";
    (!sign_in).then(|| finding(FindingLevel::Danger, "admin_open", message))
}

fn optional_keys(config: &ClientConfig) -> Option<Finding> {
    let enforced = config.enforce_auth_on_inference.or(config.enforce_governance_header);
    let message = "calls are served without a virtual key too: they are charged to nobody and pass every budget and pause; \
                   switch `Enforce virtual keys` on (enforce_auth_on_inference)";
    (enforced == Some(false)).then(|| finding(FindingLevel::Danger, "keys_optional", message))
}

fn no_logs(config: &ClientConfig, logs: bool) -> Option<Finding> {
    let message = match (logs, config.enable_logging) {
        (false, _) => "Bifrost has no log store, so it tells no usage: switch `logs_store` on in its configuration",
        (true, Some(false)) => {
            "logging is off, so nothing is told of new requests and they cannot be charged: switch `Enable logs` on; \
             prompts need not be logged for that"
        }
        _ => return None,
    };
    Some(finding(FindingLevel::Danger, "logging_off", message))
}

fn rolling(features: Features) -> Option<Finding> {
    if features.keys_aligned && features.customers_aligned {
        return None;
    }
    let whose = if features.keys_aligned { "customers" } else { "customers and keys" };
    let message = format!(
        "in this release budgets of {whose} run from the moment they were made, and a month is 30 days: daily and weekly \
         ones start at odd hours, monthly ones drift against the calendar; update Bifrost for calendar months"
    );
    Some(finding(FindingLevel::Note, "budgets_roll", message))
}

/// Requests that were served and cost nothing: their model has no price, or a price of zero, in Bifrost's catalogue.
async fn without_price(api: &Api, now: Timestamp) -> Result<Option<Finding>, GatewayError> {
    let from = now.plus_days(-PRICES_LOOK_BACK_DAYS);
    let ask =
        RowAsk { from, to: now, customer: None, missing_cost: true, limit: ROWS_PAGE, offset: 0, ascending: false };
    let rows = match api.rows(ask).await {
        // A log of millions may take too long to look through; that is no reason to say nothing else.
        Err(error) if error.kind == ErrorKind::Unavailable => return Ok(None),
        rows => rows?.logs,
    };
    let used = rows.iter().filter(|row| row.status == "success" && super::usage::is_consumption(row));
    let models: BTreeSet<String> = used.map(|row| map::models::name(&row.provider, &row.model)).collect();
    if models.is_empty() {
        return Ok(None);
    }
    let named: Vec<&str> = models.iter().map(String::as_str).take(NAMED).collect();
    let more = if models.len() > NAMED { format!(" and {} more", models.len() - NAMED) } else { String::new() };
    let message = format!(
        "requests of the last {PRICES_LOOK_BACK_DAYS} days have no cost, because Bifrost has no price for {}{more}: add a \
         pricing override, or synchronise its prices, then recalculate the costs of its logs",
        named.join(", ")
    );
    Ok(Some(finding(FindingLevel::Warning, "prices_missing", message)))
}
