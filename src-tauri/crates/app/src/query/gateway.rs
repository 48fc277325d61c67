//! Gateways, their kinds and their models.

use std::sync::Arc;

use domain::GatewayId;
use gateway::{CredentialNeed, Cursor, Item, NoAccountSecrets, Resource};
use store::Reader;
use store::table::key::KeyFilter;
use store::table::{GatewayStatus, StoredGateway};

use super::names::Names;
use crate::command::gateway::{attempt, kind, secret};
use crate::connect::{self, EMBEDDED, probe_view, view_of_probe};
use crate::wire::{
    CredentialNeedView, DetectedProductView, DetectedView, GatewayInput, GatewayView, ProbeView, ProductView,
};
use crate::{App, AppError};

/// Every connected gateway, by name.
///
/// # Errors
/// The store cannot be read.
pub async fn gateway_list(app: &App) -> Result<Vec<GatewayView>, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let mut views = Vec::new();
    for gateway in reader.gateway().list().await? {
        views.push(view(&mut reader, &names, &gateway).await?);
    }
    Ok(views)
}

/// One gateway.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn gateway_view(app: &App, id: GatewayId) -> Result<GatewayView, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let gateway = reader.gateway().get(id).await?;
    view(&mut reader, &names, &gateway).await
}

async fn view(reader: &mut Reader, names: &Names, gateway: &StoredGateway) -> Result<GatewayView, AppError> {
    let live: Vec<_> = names
        .accounts
        .values()
        .filter(|account| account.gateway == gateway.id && account.gone_at.is_none() && account.seen_at.is_some())
        .collect();
    let keys = reader.key().list(&KeyFilter { gateway: Some(gateway.id), ..KeyFilter::default() }).await?;
    let keys = keys.iter().filter(|key| key.key.status != domain::KeyStatus::Revoked && key.gone_at.is_none()).count();
    let connection = &gateway.connection;
    let info = gateway::product(connection.product.as_str());
    let problem = gateway.error.as_ref().map(|(sentence, _)| sentence.clone());
    Ok(GatewayView {
        id: gateway.id.to_string(),
        name: connection.name.to_string(),
        product: info.map_or_else(|| connection.product.to_string(), |info| info.title.to_owned()),
        base_url: connection.base_url.clone(),
        freshness: names.freshness_of(gateway.id),
        hint: problem.as_ref().map(|_| "Test the connection: the test says what to put right.".to_owned()),
        problem,
        has_credential: connection.vault_ref.is_some() || connection.base_url == EMBEDDED,
        probe: probe_view(gateway),
        accounts: count(live.len()),
        unattributed: count(live.iter().filter(|account| account.client.is_none()).count()),
        keys: count(keys),
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The kinds of gateway that can be connected, in the order in which they are offered.
///
/// # Errors
/// None at present.
pub async fn gateway_products(_app: &App) -> Result<Vec<ProductView>, AppError> {
    Ok(gateway::products().iter().map(product_view).collect())
}

/// The kind of this stable name.
///
/// # Errors
/// `Invalid` for a kind Purser does not know, with those it knows.
pub async fn gateway_product(_app: &App, name: &str) -> Result<ProductView, AppError> {
    kind(name).map(product_view)
}

fn product_view(info: &gateway::ProductInfo) -> ProductView {
    ProductView {
        product: info.name.to_owned(),
        title: info.title.to_owned(),
        needs_url: info.needs_url,
        summary: info.summary.to_owned(),
        address_example: info.address_example.to_owned(),
        credential: match info.credential {
            CredentialNeed::Never => CredentialNeedView::Never,
            CredentialNeed::Optional => CredentialNeedView::Optional,
            CredentialNeed::Required => CredentialNeedView::Required,
        },
        credential_hint: info.credential_hint.to_owned(),
    }
}

/// Tests what was typed. Keeps nothing.
///
/// # Errors
/// `Invalid` for an address that may not be used; whatever keeps the gateway from answering, with what to do about it.
pub async fn gateway_test(app: &App, typed: GatewayInput, credential: String) -> Result<ProbeView, AppError> {
    let tried = attempt(app, &typed, secret(credential), Arc::new(NoAccountSecrets)).await?;
    Ok(view_of_probe(&tried.probe))
}

/// Which kinds of gateway answer at an address that somebody pasted. Keeps nothing and sends no credential.
///
/// # Errors
/// `Invalid` for an address that may not be used; `GatewayUnreachable` where nothing answers; a sentence where something
/// answers that Purser does not know.
pub async fn gateway_detect(pasted: &str) -> Result<DetectedView, AppError> {
    let detected = gateway::detect(pasted).await?;
    if detected.products.is_empty() {
        return Err(detected.unknown().into());
    }
    let found = detected.products.iter().filter_map(|(name, recognised)| {
        let product = product_view(gateway::product(name)?);
        Some(DetectedProductView { product, version: recognised.version.clone() })
    });
    Ok(DetectedView { products: found.collect(), base_url: detected.base_url })
}

/// Models to choose from: those on offer at the gateway, or at every gateway that answers, and those seen in usage.
///
/// # Errors
/// The store cannot be read; for one gateway, whatever keeps it from answering.
pub async fn model_list(app: &App, gateway_id: Option<&str>) -> Result<Vec<String>, AppError> {
    let wanted: Option<GatewayId> = gateway_id.map(str::parse).transpose()?;
    let mut models = Vec::new();
    let gateways = app.store().reader().await?.gateway().list().await?;
    for gateway in gateways {
        if wanted.is_some_and(|wanted| wanted != gateway.id) || gateway.status != GatewayStatus::Active {
            continue;
        }
        match on_offer(app, gateway.id).await {
            Ok(offered) => models.extend(offered),
            Err(error) if wanted.is_some() => return Err(error),
            Err(error) => tracing::info!(gateway = %gateway.id, "its models could not be listed: {error}"),
        }
    }
    models.sort_unstable();
    models.dedup();
    Ok(models)
}

async fn on_offer(app: &App, id: GatewayId) -> Result<Vec<String>, AppError> {
    let connected = connect::reader(app, id).await?;
    let (mut models, mut at) = (Vec::new(), Cursor::start());
    loop {
        let page = connected.gateway.inventory(&Resource::Models, &at).await?;
        models.extend(page.items.into_iter().filter_map(|item| match item {
            Item::Model(model) => Some(model.name.to_string()),
            _ => None,
        }));
        match page.next {
            Some(next) if next != at => at = next,
            _ => return Ok(models),
        }
    }
}
