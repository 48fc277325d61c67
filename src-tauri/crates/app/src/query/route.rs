//! Routes as last listed.

use domain::{GatewayId, Health, HealthState, KeyId, ModelName, ModelScope, RoutePrice, Target};
use store::table::StoredRoute;

use super::names::Names;
use crate::wire::{HealthView, RoutePriceView, RouteView, RoutesView, TargetView};
use crate::{App, AppError};

/// Every route, or those of one gateway.
///
/// # Errors
/// An identifier that is none.
pub async fn route_list(app: &App, gateway_id: Option<&str>) -> Result<RoutesView, AppError> {
    let wanted: Option<GatewayId> = gateway_id.map(str::parse).transpose()?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let asked: Vec<GatewayId> =
        names.connected().map(|gateway| gateway.id).filter(|id| wanted.is_none_or(|wanted| wanted == *id)).collect();
    let routes = reader.route().list().await?.into_iter().filter(|route| asked.contains(&route.gateway));
    Ok(RoutesView {
        rows: routes.map(|route| view(&route, &names)).collect(),
        silent: asked.into_iter().filter(|id| !names.capability(*id).route_list).map(|id| names.gateway(id)).collect(),
    })
}

/// Where the calls of a key go: one row for each model it may call (S4-05). A model that it may call and no route is known
/// of has a row without targets.
///
/// # Errors
/// No such key.
pub async fn key_routes(app: &App, key_id: &str) -> Result<RoutesView, AppError> {
    let id: KeyId = key_id.parse()?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let key = reader.key().get(id).await?;
    let account = key.account.and_then(|id| names.accounts.get(&id));
    let scopes: Vec<&ModelScope> = [Some(&key.key.spec.models), account.map(|account| &account.account.spec.models)]
        .into_iter()
        .flatten()
        .collect();
    let all = reader.route().list().await?;
    let may_call = |model: &ModelName| scopes.iter().all(|scope| allows(scope, model));
    let known = all.iter().filter(|route| route.gateway == key.gateway && may_call(&route.route.model));
    let mut rows: Vec<RouteView> = known.map(|route| view(route, &names)).collect();
    let silent = !names.capability(key.gateway).route_list;
    if !silent && let ModelScope::Only(models) = &key.key.spec.models {
        let missing = models.iter().filter(|model| !model.as_str().ends_with('*') && may_call(model));
        let missing = missing.filter(|model| rows.iter().all(|row| row.model != model.as_str()));
        let missing: Vec<RouteView> = missing.map(|model| unknown(key.gateway, model, &names)).collect();
        rows.extend(missing);
    }
    Ok(RoutesView { rows, silent: silent.then(|| names.gateway(key.gateway)).into_iter().collect() })
}

/// Whether a scope names a model, or a family of models that it belongs to (`openai/*`).
fn allows(scope: &ModelScope, model: &ModelName) -> bool {
    let names = |pattern: &ModelName| match pattern.as_str().strip_suffix('*') {
        Some(stem) => model.as_str().starts_with(stem),
        None => pattern == model,
    };
    match scope {
        ModelScope::All => true,
        ModelScope::Only(patterns) => patterns.iter().any(names),
    }
}

fn view(stored: &StoredRoute, names: &Names) -> RouteView {
    let route = &stored.route;
    let targets = |targets: &Vec<Target>| targets.iter().map(target).collect();
    RouteView {
        gateway_id: stored.gateway.to_string(),
        gateway: names.gateway(stored.gateway),
        model: route.model.to_string(),
        price: match route.price {
            RoutePrice::Private => RoutePriceView::Private,
            RoutePrice::Priced => RoutePriceView::Priced,
            RoutePrice::NotTold => RoutePriceView::NotTold,
        },
        primary: targets(&route.primary),
        backups: route.backups.as_ref().map(targets),
        switch_told: route.last_switch.as_ref().is_some(),
        last_switch: route.last_switch.as_ref().copied().flatten().map(|at| at.to_string()),
        as_of: Some(stored.seen_at.to_string()),
    }
}

fn unknown(gateway: GatewayId, model: &ModelName, names: &Names) -> RouteView {
    RouteView {
        gateway_id: gateway.to_string(),
        gateway: names.gateway(gateway),
        model: model.to_string(),
        price: RoutePriceView::NotTold,
        primary: Vec::new(),
        backups: None,
        switch_told: false,
        last_switch: None,
        as_of: None,
    }
}

fn target(target: &Target) -> TargetView {
    let Health { state, told_at } = target.health;
    TargetView {
        upstream: target.upstream.as_ref().map(ToString::to_string),
        runs_at: target.runs_at.as_ref().map(ToString::to_string),
        via: target.via.as_ref().map(ToString::to_string),
        health: match state {
            HealthState::Healthy => HealthView::Healthy,
            HealthState::Unhealthy => HealthView::Unhealthy,
            HealthState::Unknown => HealthView::Unknown,
        },
        checked_at: told_at.map(|at| at.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_of_models_are_understood() {
        let only = |names: &[&str]| ModelScope::Only(names.iter().map(|name| ModelName::new(*name)).collect());
        let model = ModelName::new("openai/gpt-4o");
        let rows = [
            (ModelScope::All, true),
            (only(&["openai/gpt-4o"]), true),
            (only(&["openai/*"]), true),
            (only(&["*"]), true),
            (only(&["openai/gpt-4", "anthropic/*"]), false),
            (only(&[]), false),
        ];
        for (scope, expected) in rows {
            assert_eq!(allows(&scope, &model), expected, "{scope:?}");
        }
    }
}
