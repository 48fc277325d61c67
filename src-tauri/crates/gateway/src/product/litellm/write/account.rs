//! Changes to teams.

use domain::{Account, AccountSpec, ExternalId, Mark};

use super::super::api::{Api, Fields};
use super::super::config::PAUSE_BOUND_SECONDS;
use super::super::{error, inventory, map};
use super::{before, differing, impossible, step};
use crate::{GatewayError, Outcome};

/// Makes a team under an identifier of our own. If it is there already with our mark, an earlier try made it.
pub async fn create(api: &Api, mark: &Mark, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible(&spec.models, &spec.budget).or_else(|| no_parallel(spec)) {
        return Ok(refused);
    }
    let id = map::team_id(mark);
    let mut fields = Fields::default();
    fields.set("team_id", &id.as_str()).set("team_alias", &spec.name.as_str());
    fields.set("metadata", &map::team_metadata(mark));
    fields.set("rpm_limit", &spec.rate_limit.requests_per_minute).set("tpm_limit", &spec.rate_limit.tokens_per_minute);
    map::set_models(&mut fields, &spec.models);
    map::set_budget(&mut fields, &spec.budget);
    let reply = api.write("/team/new", &fields).await?;
    let ours_already = reply.status == 400 && error::said(&reply).message.contains("already exists");
    if !reply.is_success() && !ours_already {
        return error::refusal(&reply);
    }
    let account = inventory::account(api, &id).await?;
    Ok(settled(account, spec, Some(mark), 0))
}

/// Changes what differs.
pub async fn update(api: &Api, id: &ExternalId, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible(&spec.models, &spec.budget).or_else(|| no_parallel(spec)) {
        return Ok(refused);
    }
    let now = step!(before(inventory::account(api, id).await));
    let mut fields = Fields::default();
    if now.spec.name != spec.name {
        fields.set("team_alias", &spec.name.as_str());
    }
    if now.spec.models != spec.models {
        map::set_models(&mut fields, &spec.models);
    }
    if map::ceiling(&now.spec.budget) != map::ceiling(&spec.budget) {
        map::set_budget(&mut fields, &spec.budget);
    }
    if now.spec.rate_limit.requests_per_minute != spec.rate_limit.requests_per_minute {
        fields.set("rpm_limit", &spec.rate_limit.requests_per_minute);
    }
    if now.spec.rate_limit.tokens_per_minute != spec.rate_limit.tokens_per_minute {
        fields.set("tpm_limit", &spec.rate_limit.tokens_per_minute);
    }
    if fields.is_empty() {
        return Ok(Outcome::done_account(now, 0));
    }
    fields.set("team_id", &id.as_str());
    let reply = api.write("/team/update", &fields).await?;
    if !reply.is_success() {
        return error::refusal(&reply);
    }
    Ok(settled(inventory::account(api, id).await?, spec, None, 0))
}

/// Pauses or resumes by `/team/update`: `/team/block` leaves cached keys working for up to a minute even on one worker.
pub async fn pause(api: &Api, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let _there = step!(before(inventory::account(api, id).await));
    let mut fields = Fields::default();
    fields.set("team_id", &id.as_str()).set("blocked", &paused);
    let reply = api.write("/team/update", &fields).await?;
    if !reply.is_success() {
        return error::refusal(&reply);
    }
    let account = inventory::account(api, id).await?;
    if account.paused == paused {
        return Ok(Outcome::done_account(account, PAUSE_BOUND_SECONDS));
    }
    Ok(error::not_saved("change", &[if paused { "pause" } else { "resumption" }]))
}

fn no_parallel(spec: &AccountSpec) -> Option<Outcome> {
    let message = "LiteLLM has no ceiling on requests at the same time for a whole team: set it on the keys instead";
    spec.rate_limit.parallel.map(|_| Outcome::refused(message, None))
}

fn settled(account: Account, spec: &AccountSpec, mark: Option<&Mark>, seconds: u32) -> Outcome {
    let fields = differing(&[
        ("name", account.spec.name == spec.name),
        ("models", account.spec.models == spec.models),
        ("budget", map::ceiling(&account.spec.budget) == map::ceiling(&spec.budget)),
        ("rate limit", account.spec.rate_limit == spec.rate_limit),
        ("mark", mark.is_none() || account.mark.as_ref() == mark),
    ]);
    if fields.is_empty() { Outcome::done_account(account, seconds) } else { error::not_saved("team", &fields) }
}
