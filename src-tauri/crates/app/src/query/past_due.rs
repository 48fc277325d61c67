//! Who is past due, and what is or would be taken from their keys.

use domain::{ClientId, KeyStatus, Money};
use store::Reader;
use store::table::HoldKind;
use store::table::invoice::{InvoiceFilter, StoredInvoice};
use store::table::key::KeyFilter;

use super::names::Names;
use crate::command::invoice::settlement;
use crate::command::past_due::{Taking, taking};
use crate::rating::price_book;
use crate::wire::{AmountRole, HeldKeyView, PastDueView};
use crate::{App, AppError, agency, format};

/// Every client with an overdue invoice, or of whom something is held, by name.
///
/// # Errors
/// The store cannot be read.
pub async fn past_due_list(app: &App) -> Result<Vec<PastDueView>, AppError> {
    let mut reader = app.store().reader().await?;
    let mut clients = Vec::new();
    for client in reader.client().list().await? {
        let late = !overdue_of(app, &mut reader, client.id).await?.is_empty();
        if late || !reader.past_due().held(client.id).await?.is_empty() {
            clients.push((client.client.name.to_string(), client.id));
        }
    }
    drop(reader);
    clients.sort();
    let mut views = Vec::new();
    for (_, client) in clients {
        views.push(past_due_get(app, &client.to_string()).await?);
    }
    Ok(views)
}

/// What is overdue of a client, and what is or would be taken from each of its keys.
///
/// # Errors
/// No such client.
pub async fn past_due_get(app: &App, client: &str) -> Result<PastDueView, AppError> {
    let id: ClientId = client.parse()?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let late = overdue_of(app, &mut reader, id).await?;
    let today = agency::today(app, &mut reader).await?;
    let currency = reader.client().get(id).await?.client.currency;
    let open: i64 = late.iter().map(|(_, open)| open.minor()).sum();
    let since = late.iter().filter_map(|(stored, _)| stored.issued.as_ref()).map(|issued| issued.due_on).min();
    Ok(PastDueView {
        client_id: id.to_string(),
        client: names.client(id),
        open: format::money(Money::from_minor(open, currency), AmountRole::Charge),
        days: since.map_or(0, |due| u32::try_from(today.epoch_days() - due.epoch_days()).unwrap_or(0)),
        invoices: late.into_iter().filter_map(|(stored, _)| stored.issued.map(|issued| issued.label)).collect(),
        keys: keys(app, reader, id, today).await?,
    })
}

/// Overdue invoices of a client with what is open of each.
///
/// # Errors
/// The store cannot be read.
pub(crate) async fn overdue_of(
    app: &App,
    reader: &mut Reader,
    client: ClientId,
) -> Result<Vec<(StoredInvoice, Money)>, AppError> {
    let today = agency::today(app, reader).await?;
    let filter = InvoiceFilter { client: Some(client), is_final: Some(true), ..InvoiceFilter::default() };
    let late = reader.invoice().list(&filter).await?.into_iter().filter_map(|stored| {
        let settlement = settlement(&stored, stored.issued.as_ref()?.due_on);
        let late = settlement.standing(today) == billing::Standing::Overdue;
        late.then(|| (stored, settlement.open()))
    });
    Ok(late.collect())
}

async fn keys(
    app: &App,
    mut reader: Reader,
    client: ClientId,
    today: domain::Date,
) -> Result<Vec<HeldKeyView>, AppError> {
    let held = reader.past_due().held(client).await?;
    let book = price_book(app, &mut reader).await?;
    let filter = KeyFilter { client: Some(client), ..KeyFilter::default() };
    let all = reader.key().list(&filter).await?;
    drop(reader);
    let mut views = Vec::new();
    for key in all.into_iter().filter(|key| key.gone_at.is_none()) {
        let hold = held.iter().find(|hold| hold.key == key.id);
        let effect = match hold.map(|hold| &hold.kind) {
            Some(HoldKind::Pause) => "paused while past due".to_owned(),
            Some(HoldKind::Models { after, .. }) => format!("keeps {}", super::key::models(after).join(", ")),
            None if key.key.status != KeyStatus::Active => continue,
            None => match taking(app, &book, &key, client, today).await {
                Ok(Taking::Nothing) => "nothing it may call is billable".to_owned(),
                Ok(Taking::Pauses) => "would be paused: all it may call is billable".to_owned(),
                Ok(Taking::Keeps(models)) => format!("would keep {}", words(&models)),
                Err(error) => format!("cannot be told: {}", error.message),
            },
        };
        let name = key.key.spec.name.to_string();
        views.push(HeldKeyView { key_id: key.id.to_string(), name, held: hold.is_some(), effect });
    }
    Ok(views)
}

fn words(models: &[domain::ModelName]) -> String {
    models.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
