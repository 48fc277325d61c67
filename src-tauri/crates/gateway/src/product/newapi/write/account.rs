//! Changes to users.

use domain::{Account, AccountSpec, ExternalId, Limit, Mark, Secret, Timestamp};

use super::super::api::{Api, ROLE_ADMIN};
use super::super::config::{PAUSE_BOUND_SECONDS, Rate, WALLET_FULL, WALLET_LOW};
use super::super::naming::{self, Asked, Remark};
use super::super::wire::{Manage, User, UserEdit};
use super::super::{NewApi, error, inventory, map};
use super::{Step, before, differing, impossible_account, login, quota, sent, sent_after, step};
use crate::{ErrorKind, GatewayError, Outcome};

/// Readings of a wallet after a change, before what it holds is taken as it is: calls in flight move it too.
const READINGS: u32 = 3;

/// The user that is wanted.
#[derive(Clone, Copy)]
pub struct New<'a> {
    pub mark: &'a Mark,
    pub spec: &'a AccountSpec,
    pub secret: &'a Secret,
}

/// Makes a user. New API tells no number, so it is found again by its name, which is the first part of its mark. If it is
/// there already, an earlier try made it, and what is missing is done.
pub async fn create(newapi: &NewApi, new: New<'_>, now: Timestamp) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_account(new.spec) {
        return Ok(refused);
    }
    if new.secret.expose().is_empty() {
        return Ok(Outcome::refused("a user needs a password, and no randomness was given to make one", None));
    }
    let rate = newapi.known().await?.rate;
    if let Some(units) = quota::ceiling(rate, &new.spec.budget) {
        let _fits = step!(quota::left(rate, units, 0));
    }
    let (name, display) = naming::new_user(new.mark);
    let password = naming::password(new.secret.expose());
    let user = match step!(before(named(&newapi.api, &name).await)) {
        Some(user) => user,
        None => {
            step!(sent(newapi.api.user_create(&name, &password, &display).await));
            match named(&newapi.api, &name).await? {
                Some(user) => user,
                None => return Ok(error::not_saved("user", &["existence"])),
            }
        }
    };
    if user.deleted_at.is_some() {
        return Ok(Outcome::refused("this user was deleted on New API: make the client's account anew", None));
    }
    step!(settle(newapi, &user, new.spec, Some(new.mark)).await);
    login::fetch_token(newapi, login::Door { user: user.id, name: &name, password: &password }, now).await?;
    let account = inventory::account(newapi, &ExternalId::new(user.id.to_string())).await?;
    Ok(settled(account, new.spec, Some(new.mark)))
}

/// The user of exactly this name, deleted or not.
async fn named(api: &Api, name: &str) -> Result<Option<User>, GatewayError> {
    let found = match api.users_like(name).await {
        Err(error) => return Err(inventory::settle(api, true, error).await),
        found => found?,
    };
    Ok(found.items.into_iter().find(|user| user.username == name))
}

/// Changes what differs.
pub async fn update(newapi: &NewApi, id: &ExternalId, spec: &AccountSpec) -> Result<Outcome, GatewayError> {
    if let Some(refused) = impossible_account(spec) {
        return Ok(refused);
    }
    let number = step!(before(inventory::user_number(id)));
    let user = step!(before(inventory::user(newapi, number).await));
    step!(settle(newapi, &user, spec, None).await);
    Ok(settled(inventory::account(newapi, id).await?, spec, None))
}

/// Brings wallet, name and remark to what is asked. The wallet comes first: the remark then says what was done to it, so
/// that a lost reply leads to doing it again and never to believing that it was done.
async fn settle(
    newapi: &NewApi,
    user: &User,
    spec: &AccountSpec,
    mark: Option<&Mark>,
) -> Result<Step<()>, GatewayError> {
    let rate = newapi.known().await?.rate;
    let was = Remark::parse(&user.remark);
    let asked = quota::ceiling(rate, &spec.budget).map_or(Asked::Unlimited, Asked::Units);
    let remark = Remark {
        mark: was.mark.or(mark.copied()),
        asked,
        name: Some(spec.name.as_str().to_owned()),
        rest: was.rest.clone(),
    };
    let Some(text) = remark.text() else {
        let message = "name and remark do not fit into New API's 255 characters: shorten the user's remark there";
        return Ok(Step::End(Outcome::refused(message, None)));
    };
    if was.asked != asked || asked == Asked::Unlimited {
        match wallet(newapi, rate, user, asked).await? {
            Step::On(()) => {}
            end @ Step::End(_) => return Ok(end),
        }
    }
    let display = naming::short(spec.name.as_str());
    if text == user.remark && display == user.display_name {
        return Ok(Step::On(()));
    }
    // Read again at once before it is overwritten: the wallet may have moved, and old releases overwrite it.
    let fresh = newapi.api.user(user.id).await?;
    let edit = UserEdit {
        id: fresh.id,
        username: &fresh.username,
        display_name: &display,
        group: &fresh.group,
        remark: &text,
        quota: fresh.quota,
    };
    sent_after("the user's wallet is set", newapi.api.user_edit(&edit).await)
}

/// Moves the wallet by the difference. Never to an absolute value: with Redis, New API would go on with the old one.
async fn wallet(newapi: &NewApi, rate: Rate, user: &User, asked: Asked) -> Result<Step<()>, GatewayError> {
    let change = match asked {
        Asked::Nothing => 0,
        Asked::Unlimited if user.quota >= WALLET_LOW => 0,
        Asked::Unlimited => WALLET_FULL.saturating_sub(user.quota),
        Asked::Units(units) => match quota::left(rate, units, user.used_quota)? {
            Step::On(left) => left.saturating_sub(user.quota),
            Step::End(end) => return Ok(Step::End(end)),
        },
    };
    if change == 0 {
        return Ok(Step::On(()));
    }
    let mode = if change > 0 { "add" } else { "subtract" };
    let manage = Manage { id: user.id, action: "add_quota", mode: Some(mode), value: Some(change.saturating_abs()) };
    match sent(newapi.api.user_manage(&manage).await)? {
        Step::On(()) => moved(newapi, user, change).await,
        end @ Step::End(_) => Ok(end),
    }
}

/// Whether the wallet moved as it was asked. What calls in flight set aside comes back when they end, so a figure that
/// is not quite right is read again, and in the end only has to have moved the right way.
async fn moved(newapi: &NewApi, was: &User, change: i64) -> Result<Step<()>, GatewayError> {
    let whole = |user: &User| user.quota.saturating_add(user.used_quota);
    let wanted = whole(was).saturating_add(change);
    let mut now = whole(was);
    for _ in 0..READINGS {
        now = whole(&newapi.api.user(was.id).await?);
        if now == wanted {
            return Ok(Step::On(()));
        }
    }
    let right_way = (now - whole(was)).signum() == change.signum();
    Ok(if right_way {
        Step::On(())
    } else {
        let message = "New API accepted the change of the wallet and did not make it: releases before 0.12.7 cannot, so \
                       update New API, or look at the wallet there before you try again";
        Step::End(Outcome::not_saved(message))
    })
}

/// Pauses or resumes a user: every key of a paused user is refused.
pub async fn pause(newapi: &NewApi, id: &ExternalId, paused: bool) -> Result<Outcome, GatewayError> {
    let number = step!(before(inventory::user_number(id)));
    let user = step!(before(inventory::user(newapi, number).await));
    if user.role >= ROLE_ADMIN && paused {
        return Ok(Outcome::refused("this user is an administrator of New API: it is not paused from here", None));
    }
    if (user.status != map::USER_ENABLED) != paused {
        let action = if paused { "disable" } else { "enable" };
        let manage = Manage { id: number, action, mode: None, value: None };
        step!(sent(newapi.api.user_manage(&manage).await));
    }
    let account = inventory::account(newapi, id).await?;
    let what = if paused { "pause" } else { "resumption" };
    Ok(if account.paused == paused {
        Outcome::done_account(account, PAUSE_BOUND_SECONDS)
    } else {
        error::not_saved("change", &[what])
    })
}

fn settled(account: Account, spec: &AccountSpec, mark: Option<&Mark>) -> Outcome {
    let fields = differing(&[
        ("name", account.spec.name == spec.name),
        ("budget", same_budget(&account, spec)),
        ("mark", mark.is_none() || account.mark.as_ref() == mark),
    ]);
    if fields.is_empty() { Outcome::done_account(account, 0) } else { error::not_saved("user", &fields) }
}

/// A wallet in use never reads exactly: that it moved was seen when it was changed.
const fn same_budget(account: &Account, spec: &AccountSpec) -> bool {
    matches!(account.spec.budget, Limit::Unlimited) == matches!(spec.budget, Limit::Unlimited)
}

/// Whether an error says that nothing is there.
pub fn is_gone(error: &GatewayError) -> bool {
    error.kind == ErrorKind::NotFound
}
