//! Who is this credential, what does the organisation's plan have, and what should the operator know?

use domain::{Date, Nanos, Timestamp, Zone};

use super::api::{self, Api};
use super::config::Learned;
use super::usage::Reader;
use super::wire::{Data, Me, Meta, Model};
use super::{error, list};
use crate::http::Http;
use crate::{ErrorKind, Finding, FindingLevel, GatewayError, Recognised};

/// The one host there is.
const HOST: &str = "openrouter.ai";
/// What usage cannot do without.
const METRICS: [&str; 5] = ["request_count", "tokens_prompt", "tokens_completion", "cached_tokens", "total_usage"];
/// What usage is asked by.
const DIMENSIONS: [&str; 3] = ["model", "api_key_id", "workspace"];
/// Credits below which the operator is warned.
const LOW: Nanos = Nanos::units(10);
/// Days back that both sources of usage have settled.
const SETTLED_DAYS: i32 = -2;
/// How far apart two sources of one day may be, in nano-units, for the noise of adding floats.
const NOISE: u64 = 10_000;

/// What probing told.
pub struct Told {
    pub learned: Learned,
    pub findings: Vec<Finding>,
    /// OpenRouter's clock.
    pub date: Option<Timestamp>,
}

/// Recognises OpenRouter by its host and its list of models. A gateway that passes that list on is not OpenRouter.
pub async fn recognise(base_url: String) -> Option<Recognised> {
    let host = api::host(&base_url)?;
    if host != HOST && host.strip_suffix(HOST).is_none_or(|rest| !rest.ends_with('.')) {
        return None;
    }
    let http = Http::new(&api::complete(&base_url), None).ok()?;
    let reply = http.get("/models").query("limit", 1).anonymous().send().await.ok()?;
    let models: Data<Vec<Model>> = reply.json().ok()?;
    models.data.first()?.canonical_slug.as_ref()?;
    Some(Recognised { version: None })
}

/// Asks everything. Nothing is written.
pub async fn run(api: &Api, now: Timestamp) -> Result<Told, GatewayError> {
    let date = identify(api).await?;
    let mut told = Told { learned: Learned::default(), findings: Vec::new(), date };
    account_budgets(api, &mut told).await?;
    guardrails(api, &mut told).await?;
    credits(api, &mut told).await?;
    analytics(api, &mut told).await?;
    if told.learned.usage_days {
        let day = Zone::utc().date_of(date.unwrap_or(now)).plus_days(SETTLED_DAYS);
        activity(api, &mut told, day).await?;
    }
    Ok(told)
}

fn note(told: &mut Told, level: FindingLevel, code: &'static str, message: impl Into<String>) {
    told.findings.push(Finding { level, code, message: message.into() });
}

/// What an instance lacks, as opposed to what went wrong.
fn is_there<T>(found: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    let lacks = [ErrorKind::Forbidden, ErrorKind::NotFound, ErrorKind::Unsupported, ErrorKind::Rejected];
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if lacks.contains(&error.kind) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Is it OpenRouter, and is the credential one that may administer?
async fn identify(api: &Api) -> Result<Option<Timestamp>, GatewayError> {
    let reply = api.http.get("/key").send().await?;
    if !reply.is_success() || reply.is_html() {
        return Err(match error::error(&reply) {
            // OpenRouter itself always answers this call.
            error if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Unsupported) => other(&reply),
            error => error,
        });
    }
    let Ok(Data { data: Me { is_management_key, is_provisioning_key }, .. }) = reply.json::<Data<Me>>() else {
        return Err(if is_json(&reply) { other(&reply) } else { reply.malformed("not JSON") });
    };
    match is_management_key.or(is_provisioning_key) {
        None => Err(other(&reply)),
        Some(true) => Ok(reply.date),
        Some(false) => {
            let message = "this key of OpenRouter calls models and cannot administer: make a management key under \
                           Settings, Management keys, and paste that one";
            Err(reply.error(ErrorKind::Forbidden, message))
        }
    }
}

fn is_json(reply: &crate::http::Reply) -> bool {
    serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok()
}

fn other(reply: &crate::http::Reply) -> GatewayError {
    let message = "something answers there, but it is not OpenRouter: check the address (https://openrouter.ai/api/v1)";
    reply.error(ErrorKind::NotThisProduct, message)
}

/// Whether budgets of workspaces can be read. Reading changes nothing, and does not prove that they can be set; a
/// refusal later switches them off.
async fn account_budgets(api: &Api, told: &mut Told) -> Result<(), GatewayError> {
    let Some(workspaces) = is_there(list::workspaces(api).await)? else {
        let message = "the credential cannot list workspaces: use a management key of the organisation";
        return Err(GatewayError::new(ErrorKind::Forbidden, "GET /workspaces", message));
    };
    let Some(first) = workspaces.first() else { return Ok(()) };
    let found = is_there(api.budgets(&first.id).await)?;
    told.learned.account_budgets = found.is_some();
    let (code, message) = match found {
        Some(budgets) if !budgets.is_empty() => return Ok(()),
        Some(_) => (
            "account_budgets_unproven",
            "OpenRouter lets budgets of workspaces be read, which does not prove that the plan has them: until the first \
             one is set, give the keys budgets as well",
        ),
        None => (
            "account_budgets_missing",
            "budgets of whole workspaces need OpenRouter's Enterprise plan: each key has a budget of its own, and several \
             keys of one client can spend the sum",
        ),
    };
    note(told, FindingLevel::Note, code, message);
    Ok(())
}

async fn guardrails(api: &Api, told: &mut Told) -> Result<(), GatewayError> {
    told.learned.guardrails = is_there(api.assignments(0).await)?.is_some();
    if !told.learned.guardrails {
        let message = "the credential cannot read guardrails, so keys cannot be limited to models: use a management key \
                       of an administrator of the organisation";
        note(told, FindingLevel::Warning, "guardrails_missing", message);
    }
    Ok(())
}

/// The credits are of the whole organisation: when they are gone, every client stops.
async fn credits(api: &Api, told: &mut Told) -> Result<(), GatewayError> {
    let Some(credits) = is_there(api.credits().await)? else { return Ok(()) };
    let left = Nanos(credits.total_credits.0.0.saturating_sub(credits.total_usage.0.0));
    let (level, advice) = match left {
        left if left <= Nanos::ZERO => (FindingLevel::Danger, ": calls are refused until credits are bought"),
        left if left < LOW => {
            (FindingLevel::Warning, ": buy more, or switch on auto top-up, before every client stops")
        }
        _ => (FindingLevel::Note, " for all clients together"),
    };
    note(told, level, "credits", format!("OpenRouter holds credits of USD {left}{advice}"));
    Ok(())
}

async fn analytics(api: &Api, told: &mut Told) -> Result<(), GatewayError> {
    let Some(Meta { metrics, dimensions }) = is_there(api.meta().await)? else {
        told.learned.usage_days = false;
        let message = "the credential cannot read OpenRouter's statistics, so usage stays empty: use a management key of \
                       the organisation";
        note(told, FindingLevel::Danger, "usage_missing", message);
        return Ok(());
    };
    let lacking: Vec<&str> = METRICS
        .into_iter()
        .filter(|name| metrics.iter().all(|known| known.name != *name))
        .chain(DIMENSIONS.into_iter().filter(|name| dimensions.iter().all(|known| known.name != *name)))
        .collect();
    told.learned.variant = dimensions.iter().any(|known| known.name == "variant");
    told.learned.usage_days = lacking.is_empty();
    if !lacking.is_empty() {
        let message =
            format!("OpenRouter's statistics no longer tell {}: update Purser to read usage", lacking.join(", "));
        note(told, FindingLevel::Danger, "usage_missing", message);
    }
    Ok(())
}

/// Two sources tell what a day cost: statistics, which know keys, and activity, which knows providers. Where they
/// differ, one of them is not finished, or counts something the other does not.
async fn activity(api: &Api, told: &mut Told, day: Date) -> Result<(), GatewayError> {
    let Some(rows) = is_there(api.activity(day).await)? else { return Ok(()) };
    let reader = Reader { api, variant: told.learned.variant };
    let Some(Some(totals)) = is_there(reader.totals((day, day), None, None).await)? else { return Ok(()) };
    let nanos = |amount: Option<crate::json::JsonNanos>| amount.map_or(0, |amount| amount.0.0);
    let there = rows.iter().flat_map(|row| [nanos(row.usage), nanos(row.byok_usage_inference)]);
    let there = there.fold(0, i64::saturating_add);
    let here = totals.cells().map(|(_, cell)| cell.cost.0).fold(0, i64::saturating_add);
    if there.abs_diff(here) > NOISE {
        let message = format!(
            "OpenRouter tells two costs for {day}: USD {} in its statistics, which Purser counts, and USD {} in its \
             activity: compare that day with the bill",
            Nanos(here),
            Nanos(there)
        );
        note(told, FindingLevel::Warning, "usage_sources_differ", message);
    }
    Ok(())
}
