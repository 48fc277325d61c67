//! An invoice's usage by key, for the last table of its document.

use std::collections::BTreeMap;

use billing::{DraftInvoice, KeyShare};
use domain::KeyId;
use store::Reader;
use store::table::key::KeyFilter;

use super::{Prices, metered_row};
use crate::AppError;

/// The same draft with its usage by key. Reads raw usage, so it is asked for when a document is made, not for lists.
///
/// # Errors
/// The store cannot be read; sums beyond what can be kept exactly.
pub(crate) async fn by_key(reader: &mut Reader, book: &Prices, draft: DraftInvoice) -> Result<DraftInvoice, AppError> {
    let body = draft.body();
    let (client, span) = (body.client, (body.period.first(), body.period.last()));
    let prepaid = reader.ledger().prepaid(client).await?;
    let names = names(reader, client).await?;
    let mut shares: BTreeMap<Option<KeyId>, KeyShare> = BTreeMap::new();
    for one in reader.report().usage_by_key_model(client, span).await? {
        if prepaid.as_ref().is_some_and(|prepaid| prepaid.covers(one.row.day)) {
            continue;
        }
        let named = || one.key.map(|key| names.get(&key).cloned().unwrap_or_else(|| key.to_string()));
        let share = shares.entry(one.key).or_insert_with(|| KeyShare { name: named(), usage: Vec::new() });
        share.usage.push(metered_row(one.row, book));
    }
    let shares: Vec<KeyShare> = shares.into_values().collect();
    Ok(draft.by_key(&shares, book)?)
}

/// Names of a client's keys, those that are gone included.
async fn names(reader: &mut Reader, client: domain::ClientId) -> Result<BTreeMap<KeyId, String>, AppError> {
    let filter = KeyFilter { client: Some(client), ..KeyFilter::default() };
    let keys = reader.key().list(&filter).await?;
    Ok(keys.into_iter().map(|key| (key.id, key.key.spec.name.to_string())).collect())
}
