//! Who calls: the admin credentials, and clients' keys.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::Secret;

use super::Desk;
use super::reply::Fault;
use crate::secret;

/// Holds an admin credential that may read.
pub(super) struct Reader {
    /// Whether it may also change things.
    pub(super) writes: bool,
}

/// Holds an admin credential that may change things.
pub(super) struct Writer;

/// The credential of a request, if it brought one in the usual header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, clear) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !clear.trim().is_empty()).then(|| Secret::new(clear))
}

impl FromRequestParts<Desk> for Reader {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Fault> {
        // Digests are compared, so that the time it takes says nothing about the token.
        let held = bearer(&parts.headers).map(|token| secret::fingerprint(&token));
        match held {
            Some(held) if held == desk.admin => Ok(Self { writes: true }),
            Some(held) if held == desk.read_only => Ok(Self { writes: false }),
            Some(_) => Err(Fault::new(401, "invalid_admin_token", "this admin token is not known: copy it again")),
            None => Err(Fault::new(401, "invalid_admin_token", "no admin token: send `Authorization: Bearer <token>`")),
        }
    }
}

impl FromRequestParts<Desk> for Writer {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Fault> {
        if Reader::from_request_parts(parts, desk).await?.writes {
            return Ok(Self);
        }
        Err(Fault::new(403, "read_only_token", "this admin token may only read: use one that may change things"))
    }
}
