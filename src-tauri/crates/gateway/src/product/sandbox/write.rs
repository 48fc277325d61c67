//! Changes: each is sent once, then the object is read back and compared with what was asked.

use domain::{Account, ExternalId, Key, KeyStatus};
use serde::Deserialize;

use super::api::{self, Api};
use super::{map, wire};
use crate::http::Reply;
use crate::{Action, ErrorKind, GatewayError, Outcome};

/// What every answer to a change begins with.
#[derive(Deserialize)]
struct Identified {
    id: String,
}

/// Makes a change. See [`crate::Gateway::apply`].
pub async fn apply(api: &Api, action: &Action) -> Result<Outcome, GatewayError> {
    let sent = match send(api, action).await {
        Ok(reply) => reply,
        // Refused here, before anything was sent.
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Unsupported) => {
            return Ok(Outcome::refused(error.message, None));
        }
        Err(error) => return Err(error),
    };
    if !sent.is_success() {
        return refusal(&sent);
    }
    let id = ExternalId::new(sent.json::<Identified>()?.id);
    match action {
        Action::AccountCreate { .. } | Action::AccountUpdate { .. } | Action::AccountPause { .. } => {
            let account = map::account(api.account(&id).await?)?;
            Ok(if account_holds(&account, action) { Outcome::done_account(account, 0) } else { not_saved("account") })
        }
        _ => {
            let key = map::key(api.key(&id).await?)?;
            Ok(if key_holds(&key, action) { Outcome::done_key(key, 0) } else { not_saved("key") })
        }
    }
}

async fn send(api: &Api, action: &Action) -> Result<Reply, GatewayError> {
    match action {
        Action::AccountCreate { mark, spec, .. } => {
            let body = wire::AccountCreate { mark: mark.to_string(), settings: map::account_settings(spec) };
            api.post("/admin/v1/accounts", &body).await
        }
        Action::AccountUpdate { account, spec } => api.patch_account(account, &map::account_settings(spec)).await,
        Action::AccountPause { account, paused } => api.pause_account(account, *paused).await,
        Action::KeyCreate { mark, account, spec, secret } => {
            let settings = map::key_settings(spec);
            // The one place where the secret leaves: the body of its own creation.
            let body = wire::KeyCreate {
                mark: mark.to_string(),
                account: account.as_str(),
                secret: secret.expose(),
                settings,
            };
            api.post("/admin/v1/keys", &body).await
        }
        Action::KeyUpdate { key, spec } => api.patch_key(key, &map::key_settings(spec)).await,
        Action::KeyBudget { key, budget } => {
            api.patch_key(key, &wire::BudgetPatch { budget: map::budget_body(budget) }).await
        }
        Action::KeyPause { key, paused } => api.pause_key(key, *paused).await,
        Action::KeyRevoke { key } => api.revoke_key(key).await,
        Action::AccountCredential { .. } => Err(GatewayError::unsupported("keep a credential per account")),
        Action::KeyReveal { .. } => Err(GatewayError::unsupported("show the secret of a key again")),
    }
}

fn account_holds(account: &Account, action: &Action) -> bool {
    match action {
        Action::AccountCreate { mark, spec, .. } => account.spec == *spec && account.mark == Some(*mark),
        Action::AccountUpdate { spec, .. } => account.spec == *spec,
        Action::AccountPause { paused, .. } => account.paused == *paused,
        _ => true,
    }
}

fn key_holds(key: &Key, action: &Action) -> bool {
    match action {
        Action::KeyCreate { mark, account, spec, .. } => {
            key.spec == *spec && key.mark == Some(*mark) && key.account.as_ref() == Some(account)
        }
        Action::KeyUpdate { spec, .. } => key.spec == *spec,
        Action::KeyBudget { budget, .. } => key.spec.budget == *budget,
        // An expired key can be paused, and shows as expired all the same.
        Action::KeyPause { paused, .. } => {
            key.status == KeyStatus::Expired || (key.status == KeyStatus::Paused) == *paused
        }
        Action::KeyRevoke { .. } => key.status == KeyStatus::Revoked,
        _ => true,
    }
}

/// An unsuccessful answer: a refusal where the gateway decided, unknown where it broke.
fn refusal(reply: &Reply) -> Result<Outcome, GatewayError> {
    let error = api::error(reply);
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::Malformed => Err(error),
        _ => Ok(Outcome::refused(error.message, Some(reply.status))),
    }
}

fn not_saved(what: &str) -> Outcome {
    let message =
        format!("the sandbox accepted the change and did not keep it: look at the {what} before trying again");
    Outcome::not_saved(message)
}
