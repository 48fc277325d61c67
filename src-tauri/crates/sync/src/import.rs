//! Usage from a file: all of it or nothing, and the same file twice changes nothing.

use domain::{GatewayId, Timestamp, UsageRecord};
use store::table::{IMPORTED, StoredCursor};
use store::{Changed, IngestBatch, Ingested, Origin, Store, StoreResult};

use crate::pull::PREFER;

/// Resource of the cursor that tells when a file was last imported.
/// Records ingested at a time.
const BATCH: usize = 5000;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What became of the records.
    pub ingested: Ingested,
    /// What changed in the database.
    pub changed: Changed,
}

/// Takes records that were read from a file as statements of a gateway, in one transaction. Records of the same origin
/// restate what is known, so the same file imported twice changes no usage.
///
/// # Errors
/// See [`store::StoreError`]; nothing is imported then.
pub async fn import(
    store: &Store,
    gateway: GatewayId,
    records: &[UsageRecord],
    now: Timestamp,
) -> StoreResult<Imported> {
    let mut writer = store.begin(Origin::Import).await?;
    let mut cursors = writer.cursor().read().list().await?;
    cursors.retain(|cursor| cursor.gateway == gateway);
    let last = cursors.iter().map(|cursor| cursor.tried_at.plus_millis(1)).max();
    let observed_at = last.map_or(now, |last| last.max(now));
    let mut ingested = Ingested::default();
    for records in records.chunks(BATCH) {
        let batch = IngestBatch { gateway, records, observed_at, prefer: PREFER };
        ingested = sum(ingested, writer.usage().ingest(&batch).await?);
    }
    let newest = records.iter().map(|record| record.occurred_at).max();
    let known = cursors.iter().find(|cursor| cursor.resource == IMPORTED);
    let through = known.and_then(|cursor| cursor.complete_through).max(newest);
    let cursor = StoredCursor {
        gateway,
        resource: IMPORTED.to_owned(),
        point: None,
        complete_through: through,
        pulled_at: Some(now),
        tried_at: observed_at,
        error: None,
    };
    writer.cursor().set(&cursor).await?;
    Ok(Imported { ingested, changed: writer.commit().await? })
}

fn sum(one: Ingested, other: Ingested) -> Ingested {
    Ingested {
        inserted: one.inserted + other.inserted,
        restated: one.restated + other.restated,
        unchanged: one.unchanged + other.unchanged,
        unattributed: one.unattributed + other.unattributed,
    }
}
