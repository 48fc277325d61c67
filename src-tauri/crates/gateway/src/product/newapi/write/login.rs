//! The token of a client's user, without which nobody can manage its keys: fetched for a user that we made, entrusted by
//! hand for any other.
//!
//! Making a token ends the one before, so it is made only where none that works is kept. Both steps go through the narrow
//! door (`critical.rs`); where it is closed, or a login asks for more than a password, the user stays as it is and its
//! keys wait for a token that is entrusted.

use domain::{ExternalId, Secret, Timestamp};

use super::super::api::Credential;
use super::super::{NewApi, error, inventory};
use super::{before, step};
use crate::{ErrorKind, GatewayError, Outcome};

/// How a user is logged in.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub user: u64,
    pub name: &'a str,
    pub password: &'a str,
}

/// Fetches the token of a user that we made, unless one is kept that works. That it could not be fetched is no error:
/// the account is there all the same.
///
/// # Errors
/// The place for credentials cannot be used.
pub async fn fetch_token(newapi: &NewApi, door: Door<'_>, now: Timestamp) -> Result<(), GatewayError> {
    let account = ExternalId::new(door.user.to_string());
    if newapi.accounts.get(&account).await?.is_some() {
        let works = match newapi.as_owner(door.user).await {
            Ok(api) => api.me().await.is_ok_and(|me| me.id == door.user),
            Err(_) => false,
        };
        if works {
            return Ok(());
        }
    }
    match make_token(newapi, door, now).await {
        Ok(Some(token)) => newapi.accounts.set(&account, &Credential::typed(door.user, &token)).await,
        Ok(None) => Ok(()),
        Err(why) => {
            tracing::warn!(user = door.user, cause = %why.message, "the token of a new user could not be fetched");
            Ok(())
        }
    }
}

/// Logs in and makes a token; `None` where a login needs more than a password, or the door is closed.
async fn make_token(newapi: &NewApi, door: Door<'_>, now: Timestamp) -> Result<Option<Secret>, GatewayError> {
    if newapi.learned().login_has_riddle || newapi.allowance.critical.enter(now).is_err() {
        return Ok(None);
    }
    let session = match newapi.api.login(door.user, door.name, door.password).await {
        Ok(Some(session)) => session,
        Ok(None) => return Ok(None),
        Err(error) => return Err(heeded(newapi, error, now)),
    };
    if newapi.allowance.critical.enter(now).is_err() {
        return Ok(None);
    }
    let token = session.access_token().await.map_err(|error| heeded(newapi, error, now))?;
    let credential = Credential { user: Some(door.user), token: token.clone() };
    let is_theirs = newapi.api.as_user(Some(&credential))?.me().await?.id == door.user;
    Ok(is_theirs.then_some(token))
}

fn heeded(newapi: &NewApi, error: GatewayError, now: Timestamp) -> GatewayError {
    if error.kind == ErrorKind::RateLimited {
        newapi.allowance.critical.refused(now, error.after);
    }
    error
}

/// Keeps a token of a user, after it has shown that it is that very user's.
pub async fn entrust(newapi: &NewApi, account: &ExternalId, typed: &Secret) -> Result<Outcome, GatewayError> {
    let user = step!(before(inventory::user_number(account)));
    let found = step!(before(inventory::account(newapi, account).await));
    let typed = Credential::parse(typed);
    if typed.user.is_some_and(|named| named != user) {
        return Ok(Outcome::refused("the number before the colon is another user's: check which client this is", None));
    }
    let credential = Credential { user: Some(user), token: typed.token };
    let api = step!(before(newapi.api.as_user(Some(&credential))));
    let me = match api.me().await {
        Err(no) if inventory::is_plain_no(&no) => {
            return Ok(Outcome::refused(error::bad_credential(no).message, Some(200)));
        }
        me => step!(before(me)),
    };
    if me.id != user {
        let message =
            format!("this token is user {}'s and not user {user}'s: make one while logged in as that user", me.id);
        return Ok(Outcome::refused(message, None));
    }
    newapi.accounts.set(account, &Credential::typed(user, &credential.token)).await?;
    Ok(Outcome::done_account(found, 0))
}
