//! New API's calls, one function each: paths and parameters in, wire structs out.

use std::sync::Arc;
use std::time::Duration;

use domain::{Secret, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::allowance::Allowance;
use super::wire::{
    Channel, Envelope, Keys, Listed, Login, LoginAsk, Manage, NewUser, OneKey, Pricing, Row, Setting, Stat, Status,
    Token, TokenEdit, TokenStatus, User, UserEdit,
};
use super::{error, wire};
use crate::http::{Call, Http, Reply};
use crate::{ErrorKind, GatewayError};

/// Items on a page: the most New API gives, whatever is asked for.
pub const PAGE: u64 = 100;
/// Role of an administrator.
pub const ROLE_ADMIN: u32 = 10;
/// Role of the one who may see the settings.
pub const ROLE_ROOT: u32 = 100;
/// Role of a client.
const ROLE_USER: u32 = 1;
/// Longest time for a page of the log: each counts all rows of its window first.
const LOG_WITHIN: Duration = Duration::from_secs(90);
/// Says whose token it is; releases up to v1.0.0-rc.21 refuse a token without.
const USER_HEADER: &str = "new-api-user";

/// A system access token and, where known, whose it is.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The user's number.
    pub user: Option<u64>,
    /// The token.
    pub token: Secret,
}

impl Credential {
    /// Reads `7:token`, or the token alone.
    pub fn parse(typed: &Secret) -> Self {
        let text = typed.expose();
        let parts = text.split_once(':').and_then(|(user, token)| Some((user.trim().parse().ok()?, token)));
        match parts {
            Some((user, token)) => Self { user: Some(user), token: Secret::new(token) },
            None => Self { user: None, token: typed.clone() },
        }
    }

    /// As it is kept.
    pub fn typed(user: u64, token: &Secret) -> Secret {
        let mut text = user.to_string();
        text.push(':');
        text.push_str(token.expose());
        Secret::new(&text)
    }
}

/// A window of the log in seconds, both ends included, as New API takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub first: i64,
    pub last: i64,
}

/// The body of a successful reply, and the reply's clock.
#[derive(Debug)]
pub struct Dated<T> {
    pub value: T,
    pub date: Option<Timestamp>,
}

/// One New API instance, spoken to as one of its users.
#[derive(Clone)]
pub struct Api {
    http: Http,
    allowance: Arc<Allowance>,
}

impl Api {
    /// Speaks with a credential.
    pub fn new(http: &Http, credential: Option<&Credential>, allowance: Arc<Allowance>) -> Result<Self, GatewayError> {
        Self { http: http.clone(), allowance }.as_user(credential)
    }

    /// The same instance, spoken to as somebody else; they share the allowance of our address.
    pub fn as_user(&self, credential: Option<&Credential>) -> Result<Self, GatewayError> {
        let mut http = self.http.with_credential(credential.map(|credential| &credential.token))?;
        if let Some(user) = credential.and_then(|credential| credential.user) {
            http = http.with_header(USER_HEADER, &Secret::new(&user.to_string()))?;
        }
        Ok(Self { http, allowance: Arc::clone(&self.allowance) })
    }

    /// Learns how many calls may be made.
    pub fn allow(&self, calls: u32) {
        self.allowance.flow.allow(calls);
    }

    async fn send(&self, call: Call<'_>) -> Result<Reply, GatewayError> {
        self.allowance.flow.turn().await;
        call.send().await
    }

    async fn ask(&self, call: Call<'_>) -> Result<(Envelope, Reply), GatewayError> {
        let reply = self.send(call).await?;
        match error::envelope(&reply) {
            Ok(envelope) => Ok((envelope, reply)),
            Err(error) => {
                if error.kind == ErrorKind::RateLimited {
                    self.allowance.flow.tripped();
                }
                Err(error)
            }
        }
    }

    /// What a read found.
    async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Dated<T>, GatewayError> {
        let (envelope, reply) = self.ask(call).await?;
        let data = envelope.data.as_deref().map_or("null", serde_json::value::RawValue::get);
        let value = serde_json::from_str(data).map_err(|_| error::unreadable(&reply))?;
        Ok(Dated { value, date: reply.date })
    }

    /// A write; what it answers is not believed, so it is not read.
    async fn write(&self, call: Call<'_>, body: &impl Serialize) -> Result<(), GatewayError> {
        self.ask(call.json(body)).await.map(|_| ())
    }

    /// A call through the narrow door (`critical.rs`), whose 429 says nothing about the pace of the others.
    async fn narrow<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, GatewayError> {
        let reply = self.send(call).await?;
        let envelope = error::envelope(&reply)?;
        let data = envelope.data.as_deref().map_or("null", serde_json::value::RawValue::get);
        serde_json::from_str(data).map_err(|_| error::unreadable(&reply))
    }

    /// Who it is and how it is set up; needs no credential.
    pub async fn status(&self) -> Result<Dated<Status>, GatewayError> {
        self.read(self.http.get("/api/status").anonymous()).await
    }

    /// Whose credential this is.
    pub async fn me(&self) -> Result<User, GatewayError> {
        Ok(self.read(self.http.get("/api/user/self")).await?.value)
    }

    /// Whether this is v1.0.0-rc.14 or later, which allows more calls.
    pub async fn has_flow_report(&self) -> Result<bool, GatewayError> {
        let call = self.http.get("/api/data/flow").query("start_timestamp", 1).query("end_timestamp", 2);
        match self.ask(call).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::Unsupported => Ok(false),
            // It is there, and not for us.
            Err(error) if matches!(error.kind, ErrorKind::Forbidden | ErrorKind::Rejected) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The settings; only the one with the highest role may see them.
    pub async fn settings(&self) -> Result<Vec<Setting>, GatewayError> {
        Ok(self.read(self.http.get("/api/option/")).await?.value)
    }

    /// Users, in the order of their numbers; releases without sorting give the newest first. Deleted ones are among them.
    pub async fn users(&self, page: u64) -> Result<Listed<User>, GatewayError> {
        let call = self.http.get("/api/user/").query("p", page).query("page_size", PAGE);
        Ok(self.read(call.query("sort_by", "id").query("sort_order", "asc")).await?.value)
    }

    /// Users whose name, display name, email or number fits. Deleted ones are among them.
    pub async fn users_like(&self, text: &str) -> Result<Listed<User>, GatewayError> {
        let call = self.http.get("/api/user/search").query("keyword", text).query("p", 1).query("page_size", PAGE);
        Ok(self.read(call).await?.value)
    }

    /// One user, who is not deleted.
    pub async fn user(&self, id: u64) -> Result<User, GatewayError> {
        let call = self.http.get(&format!("/api/user/{id}")).named("GET /api/user/:id");
        Ok(self.read(call).await?.value)
    }

    pub async fn user_create(&self, name: &str, password: &str, display_name: &str) -> Result<(), GatewayError> {
        let body = NewUser { username: name, password, display_name, role: ROLE_USER };
        self.write(self.http.post("/api/user/"), &body).await
    }

    pub async fn user_edit(&self, edit: &UserEdit<'_>) -> Result<(), GatewayError> {
        self.write(self.http.put("/api/user/"), edit).await
    }

    pub async fn user_manage(&self, manage: &Manage<'_>) -> Result<(), GatewayError> {
        self.write(self.http.post("/api/user/manage"), manage).await
    }

    /// Opens a session with a name and a password: a short-lived token since v1.0.0-rc.22, a cookie before. `None` where a
    /// second factor is asked for.
    pub async fn login(&self, user: u64, name: &str, password: &str) -> Result<Option<Self>, GatewayError> {
        self.allowance.flow.turn().await;
        let call = self.http.post("/api/user/login").anonymous().json(&LoginAsk { username: name, password });
        let (reply, cookies) = call.send_for_cookies().await?;
        let envelope = error::envelope(&reply)?;
        let data = envelope.data.as_deref().map_or("{}", serde_json::value::RawValue::get);
        let login: Login = serde_json::from_str(data).unwrap_or_default();
        if login.require_2fa {
            return Ok(None);
        }
        if let Some(token) = login.access_token.filter(|token| !token.is_empty()) {
            let credential = Credential { user: Some(user), token: Secret::new(&token) };
            return self.as_user(Some(&credential)).map(Some);
        }
        let cookies = cookies.ok_or_else(|| error::unreadable(&reply))?;
        let http = self.http.with_credential(None)?.with_header("cookie", &cookies)?;
        let http = http.with_header(USER_HEADER, &Secret::new(&user.to_string()))?;
        Ok(Some(Self { http, allowance: Arc::clone(&self.allowance) }))
    }

    /// Makes a new access token for whoever asks; the one before it ends.
    pub async fn access_token(&self) -> Result<Secret, GatewayError> {
        let token: String = self.narrow(self.http.get("/api/user/token")).await?;
        Ok(Secret::new(&token))
    }

    /// Tokens of whoever asks, the newest first.
    pub async fn tokens(&self, page: u64) -> Result<Dated<Listed<Token>>, GatewayError> {
        self.read(self.http.get("/api/token/").query("p", page).query("page_size", PAGE)).await
    }

    pub async fn token(&self, id: u64) -> Result<Dated<Token>, GatewayError> {
        self.read(self.http.get(&format!("/api/token/{id}")).named("GET /api/token/:id")).await
    }

    pub async fn token_create(&self, edit: &TokenEdit) -> Result<(), GatewayError> {
        self.write(self.http.post("/api/token/"), edit).await
    }

    pub async fn token_edit(&self, edit: &TokenEdit) -> Result<(), GatewayError> {
        self.write(self.http.put("/api/token/"), edit).await
    }

    pub async fn token_status(&self, id: u64, status: u32) -> Result<(), GatewayError> {
        self.write(self.http.put("/api/token/").query("status_only", "true"), &TokenStatus { id, status }).await
    }

    pub async fn token_delete(&self, id: u64) -> Result<(), GatewayError> {
        let call = self.http.delete(&format!("/api/token/{id}")).named("DELETE /api/token/:id");
        self.ask(call).await.map(|_| ())
    }

    /// The key of a token: by the call for many (v0.12.3 and later), else by the one for one.
    pub async fn token_key(&self, id: u64) -> Result<Secret, GatewayError> {
        let ids = std::collections::BTreeMap::from([("ids", [id])]);
        match self.narrow::<Keys>(self.http.post("/api/token/batch/keys").json(&ids)).await {
            Ok(keys) => {
                let key = keys.keys.get(&id.to_string()).filter(|key| !key.is_empty());
                key.map(|key| wire::full_key(key))
                    .ok_or_else(|| error::not_found("POST /api/token/batch/keys", "the key"))
            }
            Err(error) if error.kind == ErrorKind::Unsupported => {
                let call = self.http.post(&format!("/api/token/{id}/key")).named("POST /api/token/:id/key");
                Ok(wire::full_key(&self.narrow::<OneKey>(call).await?.key))
            }
            Err(error) => Err(error),
        }
    }

    /// A page of the log, the newest first, of every kind of row: so that the total is of all of them.
    pub async fn log(&self, window: Window, page: u64) -> Result<Listed<Row>, GatewayError> {
        let call = self.http.get("/api/log/").within(LOG_WITHIN).query("type", 0);
        let call = call.query("start_timestamp", window.first).query("end_timestamp", window.last);
        Ok(self.read(call.query("p", page).query("page_size", PAGE)).await?.value)
    }

    /// What the rows of a window charge in all.
    pub async fn log_total(&self, window: Window) -> Result<Stat, GatewayError> {
        let call = self.http.get("/api/log/stat").within(LOG_WITHIN).query("type", 2);
        let call = call.query("start_timestamp", window.first).query("end_timestamp", window.last);
        Ok(self.read(call).await?.value)
    }

    /// Models with their ratios; an operator may have closed the page.
    pub async fn pricing(&self) -> Result<Pricing, GatewayError> {
        let reply = self.send(self.http.get("/api/pricing")).await?;
        error::envelope(&reply)?;
        serde_json::from_slice(&reply.body).map_err(|_| error::unreadable(&reply))
    }

    /// Channels, for administrators; from v1.0.0-rc.16 on each needs a right of its own to see them.
    pub async fn channels(&self, page: u64) -> Result<Listed<Channel>, GatewayError> {
        Ok(self.read(self.http.get("/api/channel/").query("p", page).query("page_size", PAGE)).await?.value)
    }

    /// Names of the models that whoever asks may call.
    pub async fn models(&self) -> Result<Vec<String>, GatewayError> {
        Ok(self.read(self.http.get("/api/user/models")).await?.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_a_token_with_or_without_a_number() {
        let read = |typed: &str| {
            let credential = Credential::parse(&Secret::new(typed));
            (credential.user, credential.token.expose().to_owned())
        };
        assert_eq!(read("7:abc+/=="), (Some(7), "abc+/==".to_owned()));
        assert_eq!(read("  7 : abc "), (Some(7), "abc".to_owned()));
        assert_eq!(read("abc+/=="), (None, "abc+/==".to_owned()));
        assert_eq!(read("name:abc"), (None, "name:abc".to_owned()), "no number, so all of it is the token");
        assert_eq!(Credential::typed(7, &Secret::new("abc")).expose(), "7:abc");
        assert!(!format!("{:?}", Credential::parse(&Secret::new("7:canary"))).contains("canary"));
    }
}
