//! The HTTP core that every adapter shares: one client, one way to send, one way to fail.
//!
//! **Owns:** which addresses may be used, that the credential travels in one header and nowhere else, limits of time
//! and size, and what kind of failure a broken connection is. **Does not own:** what a status means: that is the
//! product's business (a 401 of LiteLLM is not always a bad credential).

pub(crate) mod address;
mod date;
mod fault;
mod reply;

use std::sync::Once;
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use domain::Secret;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use reqwest::{Client, Method, Response, Url};
use serde::Serialize;

use crate::{ErrorKind, GatewayError};

pub use reply::Reply;

/// Longest time to make a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest time for a whole call unless [`Call::within`] says otherwise.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How long an idle connection is kept: less than the shortest keep-alive of the servers we know (uvicorn: 5 s).
const IDLE_WITHIN: Duration = Duration::from_secs(4);
/// Largest reply read, in bytes. A thousand of LiteLLM's rows are 9.5 MB (litellm.md pitfall 6).
const BODY_MAX: usize = 64 << 20;
/// Who we say we are.
const USER_AGENT: &str = concat!("purser/", env!("CARGO_PKG_VERSION"));

/// A connection to one gateway: its base address, its credential, its limits.
#[derive(Clone)]
pub struct Http {
    client: Client,
    base: Url,
    authorization: Option<HeaderValue>,
    headers: HeaderMap,
    body_max: usize,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Http {
    /// Prepares to speak to a gateway; sends nothing. The credential is sent as `Authorization: Bearer …`.
    ///
    /// # Errors
    /// [`ErrorKind::BadAddress`] unless the address is `https`, or `http` on loopback; [`ErrorKind::Unauthorized`] when
    /// the credential cannot stand in a header; [`ErrorKind::Tls`] when the machine has no usable root certificates.
    pub fn new(base_url: &str, credential: Option<&Secret>) -> Result<Self, GatewayError> {
        Self::authorized(base_url, credential.map(bearer).transpose())
    }

    /// Prepares to speak to a gateway; sends nothing. The credential is a user name and a password with a colon between
    /// them, and is sent as `Authorization: Basic …`.
    ///
    /// # Errors
    /// As [`Http::new`]; [`ErrorKind::Unauthorized`] also without a colon.
    pub fn basic(base_url: &str, credential: Option<&Secret>) -> Result<Self, GatewayError> {
        Self::authorized(base_url, credential.map(basic).transpose())
    }

    fn authorized(
        base_url: &str,
        authorization: Result<Option<HeaderValue>, GatewayError>,
    ) -> Result<Self, GatewayError> {
        let base = address::parse(base_url)?;
        let client = client(&base)?;
        Ok(Self { client, base, authorization: authorization?, headers: HeaderMap::new(), body_max: BODY_MAX })
    }

    /// The same connection with another limit on the size of a reply, in bytes.
    #[must_use]
    pub fn body_max(mut self, bytes: usize) -> Self {
        self.body_max = bytes;
        self
    }

    /// The same connection with another credential in place of this one and of [`Http::with_header`]'s; `None` is none.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`] when the credential cannot stand in a header.
    pub fn with_credential(&self, credential: Option<&Secret>) -> Result<Self, GatewayError> {
        let authorization = credential.map(bearer).transpose()?;
        Ok(Self { authorization, headers: HeaderMap::new(), ..self.clone() })
    }

    /// The same connection with one more header on every call that is not anonymous: a part of the credential, so
    /// nothing prints it.
    ///
    /// # Errors
    /// [`ErrorKind::Unauthorized`] when the value cannot stand in a header.
    pub fn with_header(mut self, name: &'static str, value: &Secret) -> Result<Self, GatewayError> {
        self.headers.insert(HeaderName::from_static(name), sensitive(value.expose())?);
        Ok(self)
    }

    /// A `GET` of a path below the base address, with a leading slash.
    #[must_use]
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A `POST` to a path below the base address.
    #[must_use]
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// A `PATCH` of a path below the base address.
    #[must_use]
    pub fn patch(&self, path: &str) -> Call<'_> {
        self.call(Method::PATCH, path)
    }

    /// A `PUT` to a path below the base address.
    #[must_use]
    pub fn put(&self, path: &str) -> Call<'_> {
        self.call(Method::PUT, path)
    }

    /// A `DELETE` of a path below the base address.
    #[must_use]
    pub fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    fn call(&self, method: Method, path: &str) -> Call<'_> {
        let name = format!("{method} {path}");
        let url = address::join(&self.base, path);
        Call { http: self, method, url, name, body: None, within: ANSWER_WITHIN, anonymous: false }
    }
}

/// One call, being made ready.
pub struct Call<'a> {
    http: &'a Http,
    method: Method,
    url: Url,
    name: String,
    body: Option<Result<Vec<u8>, String>>,
    within: Duration,
    anonymous: bool,
}

impl Call<'_> {
    /// Adds a query parameter. Never a secret: addresses are logged by whatever lies between.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.url.query_pairs_mut().append_pair(name, &value.to_string());
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body).map_err(|why| why.to_string()));
        self
    }

    /// Sets the longest time for the whole call.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    /// Uses another name in errors, where the path holds an identifier.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Sends no credential.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Sends the call once and reads the whole reply, whatever its status.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`], [`ErrorKind::Tls`], [`ErrorKind::Unavailable`] (too late, or the connection broke;
    /// then with `after` zero), [`ErrorKind::Malformed`] (too large or cut off).
    pub async fn send(self) -> Result<Reply, GatewayError> {
        self.send_for_cookies().await.map(|(reply, _)| reply)
    }

    /// As [`Call::send`]; tells also what `Set-Cookie` asked to keep, in the form in which it goes back (`Cookie`).
    ///
    /// # Errors
    /// As [`Call::send`].
    pub async fn send_for_cookies(self) -> Result<(Reply, Option<Secret>), GatewayError> {
        let mut request = self.http.client.request(self.method, self.url).timeout(self.within);
        request = request.header(ACCEPT, "application/json");
        if let Some(authorization) = self.http.authorization.as_ref().filter(|_| !self.anonymous) {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        if !self.anonymous {
            request = request.headers(self.http.headers.clone());
        }
        if let Some(body) = self.body {
            let body = body.map_err(|why| GatewayError::new(ErrorKind::Rejected, &self.name, why))?;
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let host = self.http.base.host_str().unwrap_or_default();
        let fault = |why: &reqwest::Error| fault::classify(why, &self.name, host, self.within);
        let response = request.send().await.map_err(|why| fault(&why))?;
        let cookies = cookies(&response);
        Ok((reply::read(response, &self.name, self.http.body_max, fault).await?, cookies))
    }
}

/// `a=1; Path=/` and `b=2; HttpOnly` become `a=1; b=2`.
fn cookies(response: &Response) -> Option<Secret> {
    let values = response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs: Vec<&str> = values.filter_map(|value| value.split(';').next()).map(str::trim).collect();
    (!pairs.is_empty()).then(|| Secret::new(&pairs.join("; ")))
}

/// The `Authorization` header.
fn bearer(credential: &Secret) -> Result<HeaderValue, GatewayError> {
    sensitive(&format!("Bearer {}", credential.expose()))
}

/// A header value, marked so that nothing prints it.
fn sensitive(value: &str) -> Result<HeaderValue, GatewayError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        let message = "the admin credential holds characters that cannot be sent: copy it again, without line breaks";
        GatewayError::new(ErrorKind::Unauthorized, "connect", message)
    })?;
    header.set_sensitive(true);
    Ok(header)
}

fn basic(credential: &Secret) -> Result<HeaderValue, GatewayError> {
    if !credential.expose().contains(':') {
        let message = "the admin credential is a user name and a password: type them as `user:password`";
        return Err(GatewayError::new(ErrorKind::Unauthorized, "connect", message));
    }
    let encoded = Secret::new(&BASE64_STANDARD.encode(credential.expose()));
    sensitive(&["Basic", encoded.expose()].join(" "))
}

fn client(base: &Url) -> Result<Client, GatewayError> {
    install_crypto();
    let mut builder = Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(IDLE_WITHIN)
        .timeout(ANSWER_WITHIN);
    if address::is_loopback(base) {
        // What is spoken to this machine never leaves through a proxy.
        builder = builder.no_proxy();
    }
    if base.scheme() == "http" {
        // No certificate is ever checked on this connection: do not read the machine's.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|why| {
        let message =
            format!("secure connections cannot be set up on this machine ({why}): install its root certificates");
        GatewayError::new(ErrorKind::Tls, "connect", message)
    })
}

/// Chooses the cryptography once for the process; another crate may have chosen before us.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _already = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests;
