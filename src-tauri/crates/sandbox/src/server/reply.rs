//! Refusals as JSON, in OpenAI's error body, which both sides of the API share.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::pace::Allowance;
use crate::state::{ChangeError, Refusal};
use crate::wire::BadSetting;

/// A refusal on its way out.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Refusal);

impl Fault {
    /// A refusal of the admin API.
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let kind = if status >= 500 { "server_error" } else { "invalid_request_error" };
        let message = message.into();
        Self(Refusal { status, kind, code, message, retry_after: None, allowance: None })
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<ChangeError> for Fault {
    fn from(error: ChangeError) -> Self {
        let (status, code) = match error {
            ChangeError::Bad(_) => (422, "bad_value"),
            ChangeError::NotFound(..) => (404, "not_found"),
            ChangeError::Conflict(_) => (409, "conflict"),
            ChangeError::Unsaved(_) => (500, "not_saved"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<BadSetting> for Fault {
    fn from(error: BadSetting) -> Self {
        Self::new(422, "bad_value", error.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Refusal { status, kind, code, message, retry_after, allowance } = self.0;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut headers = rate_headers(allowance);
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let body = json!({ "error": { "message": message, "type": kind, "code": code } });
        (status, headers, Json(body)).into_response()
    }
}

/// The `x-ratelimit-*` headers; none without a ceiling (S1-11).
pub(super) fn rate_headers(allowance: Option<Allowance>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(Allowance { limit, remaining, reset }) = allowance {
        headers.insert("x-ratelimit-limit-requests", HeaderValue::from(limit));
        headers.insert("x-ratelimit-remaining-requests", HeaderValue::from(remaining));
        headers.insert("x-ratelimit-reset-requests", HeaderValue::from(reset));
    }
    headers
}

/// A JSON body of the promised shape, or a sentence.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|why| {
        let message = format!("the body is not what this call takes ({why}): see openapi.json");
        Fault::new(if why.is_data() { 422 } else { 400 }, "bad_body", message)
    })
}

/// The answer to a path that is not served.
pub(super) async fn no_such_path() -> Fault {
    Fault::new(404, "no_such_path", "nothing is served at this path: see openapi.json")
}

/// The answer to a method that a path does not take.
pub(super) async fn no_such_method() -> Fault {
    Fault::new(405, "no_such_method", "this path does not take this method: see openapi.json")
}
