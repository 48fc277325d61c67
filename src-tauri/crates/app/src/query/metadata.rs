//! What is kept of a client's single requests, and what of it could be erased now.

use domain::{AccountId, ClientId, Date, GatewayId, Timestamp, Zone};
use store::table::invoice::InvoiceFilter;
use store::{RawCount, Reader};

use super::names::Names;
use crate::wire::MetadataView;
use crate::{App, AppError};

/// How long after its end a day counts as settled: gateways tell some requests late, and a day that was erased takes none.
const SETTLED_AFTER: i64 = 24 * 60 * 60 * 1000;

/// An account's rows that may go, and those that have to stay for now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Erasable {
    pub(crate) account: AccountId,
    /// The last UTC day that may go.
    pub(crate) through: Date,
    pub(crate) rows: RawCount,
    pub(crate) kept: RawCount,
}

/// What is kept of a client, and what erasing it would do.
///
/// # Errors
/// No such client.
pub async fn metadata_get(app: &App, client: &str) -> Result<MetadataView, AppError> {
    let id: ClientId = client.parse()?;
    let mut reader = app.store().reader().await?;
    let client = reader.client().get(id).await?.client;
    let erasable = erasable(app, &mut reader, id).await?;
    let sum = |pick: fn(&Erasable) -> RawCount| erasable.iter().map(pick).fold(RawCount::default(), RawCount::plus);
    let (rows, kept) = (sum(|one| one.rows), sum(|one| one.kept));
    let mut erased = Vec::new();
    for one in &erasable {
        erased.extend(reader.usage().erased_through(one.account).await?);
    }
    let invoices = InvoiceFilter { client: Some(id), is_final: Some(true), ..InvoiceFilter::default() };
    let through = erasable.iter().filter(|one| one.rows.rows() > 0).map(|one| one.through).max();
    Ok(MetadataView {
        client_id: id.to_string(),
        client: client.name.to_string(),
        requests: count(rows.requests),
        day_totals: count(rows.day_totals),
        through: through.map(|day| day.to_string()),
        kept: count(kept.rows()),
        erased_through: erased.into_iter().min().map(|day| day.to_string()),
        invoices: count(reader.invoice().list(&invoices).await?.len() as u64),
        ledger_entries: count(reader.ledger().entries(id).await?.len() as u64),
    })
}

/// Every account that stands for a client or once was listed for it, with what may go of it.
pub(crate) async fn erasable(app: &App, reader: &mut Reader, client: ClientId) -> Result<Vec<Erasable>, AppError> {
    let names = Names::read(reader, app.now()).await?;
    let mut all = Vec::new();
    for account in names.accounts.values().filter(|account| account.client == Some(client)) {
        let through = settled_day(&names, account.gateway, app.now());
        let (begin, end) = (Date::from_epoch_days(0), Date::from_epoch_days(100_000));
        let rows = reader.usage().raw_count(account.id, (begin, through)).await?;
        let kept = reader.usage().raw_count(account.id, (through.plus_days(1), end)).await?;
        all.push(Erasable { account: account.id, through, rows, kept });
    }
    Ok(all)
}

/// The last UTC day of which a gateway has nothing more to tell; of one that is no longer asked, by the clock alone.
fn settled_day(names: &Names, gateway: GatewayId, now: Timestamp) -> Date {
    let read = names.usage_through(gateway).map_or(now, |through| through.min(now));
    Zone::utc().date_of(Timestamp::from_millis(read.as_millis() - SETTLED_AFTER)).plus_days(-1)
}

fn count(rows: u64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
