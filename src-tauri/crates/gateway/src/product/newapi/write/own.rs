//! Changes to groups of the operator's own tokens.

use domain::{AccountSpec, ExternalId, Limit, Mark};

use super::super::config::PAUSE_BOUND_SECONDS;
use super::super::own::{self, Marker};
use super::super::wire::{Token, TokenEdit};
use super::super::{NewApi, error, inventory, map};
use super::{before, differing, impossible_account, sent, sent_after, step};
use crate::{GatewayError, Outcome};

/// Makes the token that stands for an account: off, and without quota.
pub async fn create(newapi: &NewApi, mark: &Mark, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_account(spec).or_else(|| no_budget(spec)) {
        return Ok(refused);
    }
    let markers = step!(before(own::markers(newapi).await));
    let tag = own::tag(mark);
    if let Some((_, other)) = markers.iter().find(|(_, marker)| own::tag(&marker.mark) == tag) {
        if other.mark == *mark {
            return update(newapi, &own::account_id(&tag), spec).await;
        }
        return Ok(Outcome::refused("another account has the same tag by chance: try again", None));
    }
    let marker = Marker { mark: *mark, name: spec.name.as_str().to_owned(), paused: false, off: Vec::new() };
    step!(sent(newapi.api.token_create(&with(map::new_edit(String::new()), &marker)).await));
    let (token, _) = own::marker(newapi, &own::account_id(&tag)).await?;
    step!(sent_after("the account is made", newapi.api.token_status(token.id, map::TOKEN_DISABLED).await));
    settled(newapi, &own::account_id(&tag), spec).await
}

fn no_budget(spec: &AccountSpec) -> Option<Outcome> {
    let message = "a group of keys of your own has no budget on New API: set budgets on its keys";
    (spec.budget != Limit::Unlimited).then(|| Outcome::refused(message, None))
}

/// A token that says what a marker holds, and serves nothing.
fn with(mut edit: TokenEdit, marker: &Marker) -> TokenEdit {
    edit.name = marker.token_name();
    edit.model_limits = marker.text();
    edit.model_limits_enabled = true;
    edit.unlimited_quota = false;
    edit.remain_quota = 0;
    edit
}

/// Changes the name.
pub async fn update(newapi: &NewApi, id: &ExternalId, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_account(spec).or_else(|| no_budget(spec)) {
        return Ok(refused);
    }
    let (token, mut marker) = step!(before(own::marker(newapi, id).await));
    spec.name.as_str().clone_into(&mut marker.name);
    step!(sent(newapi.api.token_edit(&with(map::edit(&token), &marker)).await));
    settled(newapi, id, spec).await
}

async fn settled(newapi: &NewApi, id: &ExternalId, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    let account = own::account(newapi, id).await?;
    let fields = differing(&[("name", account.spec.name == spec.name)]);
    Ok(if fields.is_empty() { Outcome::done_account(account, 0) } else { error::not_saved("account", &fields) })
}

/// Stops every key of an account, or lets those go on that were not off before. Which were is noted before the first key
/// is touched, so that a change that breaks off can be asked for again.
pub async fn pause(newapi: &NewApi, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let (token, mut marker) = step!(before(own::marker(newapi, id).await));
    let keys = step!(before(tokens(newapi, id).await));
    if paused && !marker.paused {
        marker.off = keys.iter().filter(|key| key.status == map::TOKEN_DISABLED).map(|key| key.id).collect();
        marker.paused = true;
        step!(sent(newapi.api.token_edit(&with(map::edit(&token), &marker)).await));
    }
    let status = if paused { map::TOKEN_DISABLED } else { map::TOKEN_ENABLED };
    let to_change = keys.iter().filter(|key| match paused {
        true => key.status != map::TOKEN_DISABLED,
        false => marker.paused && key.status == map::TOKEN_DISABLED && !marker.off.contains(&key.id),
    });
    for key in to_change {
        step!(sent_after("some keys are changed", newapi.api.token_status(key.id, status).await));
    }
    if !paused && marker.paused {
        marker.paused = false;
        marker.off.clear();
        step!(sent_after("the keys are resumed", newapi.api.token_edit(&with(map::edit(&token), &marker)).await));
    }
    confirmed(newapi, id, paused).await
}

async fn confirmed(newapi: &NewApi, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let account = own::account(newapi, id).await?;
    let on = tokens(newapi, id).await?.iter().any(|key| key.status == map::TOKEN_ENABLED);
    let fields = differing(&[("pause", account.paused == paused), ("pause of every key", !paused || !on)]);
    Ok(if fields.is_empty() {
        Outcome::done_account(account, PAUSE_BOUND_SECONDS)
    } else {
        error::not_saved("change", &fields)
    })
}

/// The tokens of an account's keys.
async fn tokens(newapi: &NewApi, id: &ExternalId) -> Result<Vec<Token>, GatewayError> {
    let all = inventory::tokens(&newapi.api).await?;
    let reading = inventory::reading(newapi, all.date).await?;
    let theirs = |token: &Token| !own::is_marker(&token.name) && map::key(token, reading).account.as_ref() == Some(id);
    Ok(all.value.into_iter().filter(theirs).collect())
}
