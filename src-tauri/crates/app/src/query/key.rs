//! Keys across clients.

use std::collections::BTreeMap;

use domain::{ClientId, Currency, GatewayId, KeyId, KeyStatus, ModelScope, Nanos, Timestamp, Zone};
use store::table::key::{KeyFilter, StoredKey};
use store::{Reader, StoreError};

use super::budget::Spent;
use super::names::Names;
use crate::connect::capability;
use crate::wire::{AmountRole, KeyFilterInput, KeyPage, KeyRow, KeyStatusView, WaitingSecret};
use crate::{App, AppError, format};

/// Keys on a page.
const PAGE: u32 = 200;

/// Keys that match, in the order in which they were first seen, page by page.
///
/// # Errors
/// An identifier that is none.
pub async fn key_list(app: &App, filter: &KeyFilterInput) -> Result<KeyPage, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let wanted = parsed(filter)?;
    let needle = filter.search.trim().to_lowercase();
    let mut found: Vec<StoredKey> = Vec::new();
    let mut after = wanted.after;
    // Names are searched here, so pages of the table are read until one page of hits is full.
    loop {
        let page = reader.key().list(&KeyFilter { after, limit: Some(PAGE), ..wanted.clone() }).await?;
        let full = page.len() == PAGE as usize;
        after = page.last().map(|key| key.id).or(after);
        found.extend(page.into_iter().filter(|key| matches(key, &names, &needle)));
        if !full || found.len() >= PAGE as usize {
            let next = full.then_some(after).flatten().map(|id| id.to_string());
            let rows = rows(app, &mut reader, &names, &found).await?;
            return Ok(KeyPage { rows, next });
        }
    }
}

/// One key as its table row.
///
/// # Errors
/// No such key.
pub async fn key_get(app: &App, id: KeyId) -> Result<KeyRow, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let key = reader.key().get(id).await?;
    let mut rows = rows(app, &mut reader, &names, std::slice::from_ref(&key)).await?;
    rows.pop().ok_or_else(|| AppError::not_found(format!("the key {id}")))
}

/// Keys whose gateway shows their secret later, in the order in which they may be shown. One that was revoked or is gone
/// waits no longer.
///
/// # Errors
/// The store cannot be read.
pub async fn secret_queue(app: &App) -> Result<Vec<WaitingSecret>, AppError> {
    let waiting = app.secret_queue().waiting();
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let mut rows = Vec::with_capacity(waiting.len());
    for (id, not_before) in waiting {
        match reader.key().get(id).await {
            Ok(key) if key.key.status != KeyStatus::Revoked => rows.push(waiting_secret(&key, &names, not_before)),
            Ok(_) | Err(StoreError::NotFound { .. }) => _ = app.secret_queue().leave(id),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(rows)
}

fn waiting_secret(key: &StoredKey, names: &Names, not_before: Timestamp) -> WaitingSecret {
    WaitingSecret {
        key_id: key.id.to_string(),
        name: key.key.spec.name.to_string(),
        label: key.key.label.as_str().to_owned(),
        client_id: key.client.map(|id| id.to_string()),
        client: key.client.map(|id| names.client(id)),
        gateway: names.gateway(key.gateway),
        not_before: format::instant(not_before),
    }
}

/// Keys of one client, revoked ones last.
///
/// # Errors
/// The store cannot be read.
pub async fn of_client(
    app: &App,
    reader: &mut Reader,
    names: &Names,
    client: ClientId,
) -> Result<Vec<KeyRow>, AppError> {
    let filter = KeyFilter { client: Some(client), ..KeyFilter::default() };
    let mut keys = reader.key().list(&filter).await?;
    keys.sort_by_key(|key| (key.key.status == KeyStatus::Revoked, key.id));
    rows(app, reader, names, &keys).await
}

/// Live keys per client.
///
/// # Errors
/// The store cannot be read.
pub async fn live_by_client(reader: &mut Reader) -> Result<BTreeMap<ClientId, u32>, AppError> {
    let statuses = vec![KeyStatus::Active, KeyStatus::Paused];
    let mut counts = BTreeMap::new();
    for key in reader.key().list(&KeyFilter { statuses, ..KeyFilter::default() }).await? {
        if let Some(client) = key.client {
            *counts.entry(client).or_insert(0) += 1;
        }
    }
    Ok(counts)
}

fn parsed(filter: &KeyFilterInput) -> Result<KeyFilter, AppError> {
    let id = |text: &Option<String>| text.as_deref().map(str::parse).transpose();
    let not_revoked = vec![KeyStatus::Active, KeyStatus::Paused, KeyStatus::Expired];
    Ok(KeyFilter {
        gateway: filter.gateway_id.as_deref().map(str::parse::<GatewayId>).transpose()?,
        client: filter.client_id.as_deref().map(str::parse::<ClientId>).transpose()?,
        statuses: if filter.with_revoked { Vec::new() } else { not_revoked },
        after: id(&filter.after)?,
        ..KeyFilter::default()
    })
}

fn matches(key: &StoredKey, names: &Names, needle: &str) -> bool {
    let client = key.client.map(|id| names.client(id)).unwrap_or_default();
    let fingerprint = key.key.fingerprint.as_ref().map_or("", |fingerprint| fingerprint.short());
    let texts = [key.key.spec.name.as_str(), key.key.label.as_str(), fingerprint, client.as_str()];
    needle.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(needle))
}

async fn rows(app: &App, reader: &mut Reader, names: &Names, keys: &[StoredKey]) -> Result<Vec<KeyRow>, AppError> {
    let now = app.now();
    let spent = Spent::read(reader, names, keys.iter(), now).await?;
    let today = Zone::utc().date_of(now);
    let month: BTreeMap<KeyId, Nanos> =
        reader.report().key_spend(today.month().first(), today).await?.into_iter().collect();
    Ok(keys.iter().map(|key| row(key, names, &spent, month.get(&key.id).copied().unwrap_or_default())).collect())
}

fn row(key: &StoredKey, names: &Names, spent: &Spent, month: Nanos) -> KeyRow {
    let gateway = names.gateways.get(&key.gateway);
    let capability = gateway.map(capability).unwrap_or_default();
    let currency = gateway.map_or(Currency::USD, |gateway| gateway.connection.currency);
    let spec = &key.key.spec;
    let account_paused =
        key.account.and_then(|id| names.accounts.get(&id)).is_some_and(|account| account.account.paused);
    KeyRow {
        id: key.id.to_string(),
        name: spec.name.to_string(),
        label: key.key.label.as_str().to_owned(),
        fingerprint: key.key.fingerprint.as_ref().map(|fingerprint| fingerprint.short().to_owned()),
        environment: spec.environment.code().to_owned(),
        scope: spec.scope.code().to_owned(),
        client_id: key.client.map(|id| id.to_string()),
        client: key.client.map(|id| names.client(id)),
        gateway_id: key.gateway.to_string(),
        gateway: names.gateway(key.gateway),
        status: status(key.key.status, account_paused),
        models: models(&spec.models),
        requests_per_minute: spec.rate_limit.requests_per_minute,
        tokens_per_minute: spec.rate_limit.tokens_per_minute.map(|limit| limit.to_string()),
        parallel: spec.rate_limit.parallel,
        budget: spent.of_key(names, key),
        month_cost: format::cost(month, currency, AmountRole::Cost),
        expires_at: spec.expires_at.map(format::instant),
        created_at: key.key.created_at.map(format::instant),
        can_pause: capability.key_pause,
        can_reveal: capability.key_reveal,
        pause_bound_seconds: capability.pause_bound_seconds,
    }
}

fn status(status: KeyStatus, account_paused: bool) -> KeyStatusView {
    match status {
        KeyStatus::Active if account_paused => KeyStatusView::AccountPaused,
        KeyStatus::Active => KeyStatusView::Active,
        KeyStatus::Paused => KeyStatusView::Paused,
        KeyStatus::Expired => KeyStatusView::Expired,
        KeyStatus::Revoked => KeyStatusView::Revoked,
    }
}

/// A list of models to show; empty is all.
#[must_use]
pub fn models(scope: &ModelScope) -> Vec<String> {
    match scope {
        ModelScope::All => Vec::new(),
        ModelScope::Only(models) => models.iter().map(ToString::to_string).collect(),
    }
}
