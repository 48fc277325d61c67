//! The seal of an audit row: SHA-256 over the row before it and every field of its own (R35).

use sha2::{Digest, Sha256};

use super::Row;

/// What stands before the first row.
pub(super) const GENESIS: [u8; 32] = [0; 32];

/// The seal of a row that follows one sealed `before`. Every field is preceded by its length, so that moving a
/// character from one field to the next changes the seal.
pub(super) fn seal(before: &[u8], row: &Row) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(before);
    let numbers = [Some(row.id), row.intent, Some(row.at), row.gateway, row.client, row.account, row.key];
    for number in numbers {
        digest.update([u8::from(number.is_some())]);
        digest.update(number.unwrap_or_default().to_be_bytes());
    }
    let texts = [&row.actor, &row.action, &row.subject, &row.detail].map(|text| Some(text.as_str()));
    for text in texts.into_iter().chain([row.mark.as_deref(), row.outcome.as_deref()]) {
        digest.update([u8::from(text.is_some())]);
        let text = text.unwrap_or_default();
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    }
    digest.finalize().into()
}
