//! The admin API's calls, and what its refusals mean.

use domain::ExternalId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::wire;
use crate::http::{Call, Http, Reply};
use crate::layer::redaction;
use crate::{Cursor, ErrorKind, GatewayError};

/// Objects asked for at once.
const PAGE: usize = 500;
/// What `GET /version` must say.
const PRODUCT: &str = "purser-sandbox";

/// The admin API.
pub struct Api {
    http: Http,
}

impl Api {
    /// The API behind a connection.
    pub fn new(http: Http) -> Self {
        Self { http }
    }

    /// What answers there, once it has said that it is a sandbox.
    pub async fn version(&self) -> Result<wire::Version, GatewayError> {
        let reply = self.http.get("/version").anonymous().send().await?;
        let stranger = || {
            let message = "something answers there, but it is no sandbox: check the address and the port";
            reply.error(ErrorKind::NotThisProduct, message)
        };
        if reply.status >= 500 {
            return Err(error(&reply));
        }
        let version: wire::Version = reply.json().map_err(|_| stranger())?;
        if version.product == PRODUCT { Ok(version) } else { Err(stranger()) }
    }

    /// What the credential may do.
    pub async fn me(&self) -> Result<wire::Me, GatewayError> {
        read(self.http.get("/admin/v1/me")).await
    }

    /// A page of accounts.
    pub async fn accounts(&self, at: &Cursor) -> Result<wire::Listed<wire::Account>, GatewayError> {
        read(paged(self.http.get("/admin/v1/accounts"), at).query("limit", PAGE)).await
    }

    /// One account.
    pub async fn account(&self, id: &ExternalId) -> Result<wire::Account, GatewayError> {
        read(self.http.get(&account_path(id)?).named("GET /admin/v1/accounts/{id}")).await
    }

    /// A page of keys.
    pub async fn keys(
        &self,
        account: Option<&ExternalId>,
        at: &Cursor,
    ) -> Result<wire::Listed<wire::Key>, GatewayError> {
        let call = paged(self.http.get("/admin/v1/keys"), at).query("limit", PAGE);
        let call = match account {
            Some(account) => call.query("account", account),
            None => call,
        };
        read(call).await
    }

    /// One key.
    pub async fn key(&self, id: &ExternalId) -> Result<wire::Key, GatewayError> {
        read(self.http.get(&key_path(id)?).named("GET /admin/v1/keys/{id}")).await
    }

    /// Every model.
    pub async fn models(&self) -> Result<wire::Listed<wire::Model>, GatewayError> {
        read(self.http.get("/admin/v1/models")).await
    }

    /// Every route.
    pub async fn routes(&self) -> Result<wire::Listed<wire::Route>, GatewayError> {
        read(self.http.get("/admin/v1/routes")).await
    }

    /// A page of usage, of either grain, with these query parameters.
    pub async fn usage<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        at: &Cursor,
    ) -> Result<wire::Listed<T>, GatewayError> {
        let call = query.iter().fold(self.http.get(path), |call, (name, value)| call.query(name, value));
        read(paged(call, at)).await
    }

    /// Sends a new object; the reply, whatever its status.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Reply, GatewayError> {
        self.http.post(path).json(body).send().await
    }

    /// Sends changes to an account.
    pub async fn patch_account(&self, id: &ExternalId, body: &impl Serialize) -> Result<Reply, GatewayError> {
        self.http.patch(&account_path(id)?).named("PATCH /admin/v1/accounts/{id}").json(body).send().await
    }

    /// Sends changes to a key.
    pub async fn patch_key(&self, id: &ExternalId, body: &impl Serialize) -> Result<Reply, GatewayError> {
        self.http.patch(&key_path(id)?).named("PATCH /admin/v1/keys/{id}").json(body).send().await
    }

    /// Pauses or resumes an account.
    pub async fn pause_account(&self, id: &ExternalId, paused: bool) -> Result<Reply, GatewayError> {
        let path = format!("{}/pause", account_path(id)?);
        self.http.put(&path).named("PUT /admin/v1/accounts/{id}/pause").json(&wire::Pause { paused }).send().await
    }

    /// Pauses or resumes a key.
    pub async fn pause_key(&self, id: &ExternalId, paused: bool) -> Result<Reply, GatewayError> {
        let path = format!("{}/pause", key_path(id)?);
        self.http.put(&path).named("PUT /admin/v1/keys/{id}/pause").json(&wire::Pause { paused }).send().await
    }

    /// Revokes a key.
    pub async fn revoke_key(&self, id: &ExternalId) -> Result<Reply, GatewayError> {
        self.http.delete(&key_path(id)?).named("DELETE /admin/v1/keys/{id}").send().await
    }
}

fn paged<'a>(call: Call<'a>, at: &Cursor) -> Call<'a> {
    match at.point() {
        Some(point) => call.query("after", point),
        None => call,
    }
}

fn account_path(id: &ExternalId) -> Result<String, GatewayError> {
    path("accounts", "acc_", id)
}

fn key_path(id: &ExternalId) -> Result<String, GatewayError> {
    path("keys", "key_", id)
}

/// Only identifiers of the API's own form are written into an address: anything else could be a secret.
fn path(list: &str, prefix: &str, id: &ExternalId) -> Result<String, GatewayError> {
    let digits = id.as_str().strip_prefix(prefix);
    if digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Ok(format!("/admin/v1/{list}/{id}"));
    }
    let message = format!("the sandbox does not know it: its identifiers begin with `{prefix}`");
    Err(GatewayError::new(ErrorKind::NotFound, format!("GET /admin/v1/{list}/{{id}}"), message))
}

async fn read<T: DeserializeOwned>(call: Call<'_>) -> Result<T, GatewayError> {
    let reply = call.send().await?;
    if reply.is_success() { reply.json() } else { Err(error(&reply)) }
}

/// The words of a refusal.
pub fn words(reply: &Reply) -> String {
    let said = reply.json::<wire::Refusal>().map_or_else(|_| reply.snippet(), |refusal| refusal.error.message);
    redaction::scrub(&said)
}

/// An unsuccessful reply as an error.
pub fn error(reply: &Reply) -> GatewayError {
    let kind = match reply.status {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        405 => ErrorKind::Unsupported,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    };
    let words = words(reply);
    let message = match kind {
        ErrorKind::Unauthorized => format!("the sandbox does not accept the admin token: open it anew ({words})"),
        ErrorKind::Unavailable => format!("the sandbox failed with status {}: {words}", reply.status),
        _ => format!("the sandbox refused: {words}"),
    };
    reply.error(kind, message)
}
