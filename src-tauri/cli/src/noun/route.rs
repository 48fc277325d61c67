//! `purser route`.

use app::wire::{HealthView, RoutePriceView, RouteView, RoutesView, TargetView};
use app::{App, query};

use super::{find, moment};
use crate::args::Route;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Route, out: &Out) -> Result<(), Fault> {
    let Route::List { gateway, key } = verb;
    let routes = match key {
        Some(key) => query::route::key_routes(app, &find::key(app, &key).await?).await?,
        None => {
            let gateway = match gateway {
                Some(gateway) => Some(find::gateway(app, &gateway).await?),
                None => None,
            };
            query::route::route_list(app, gateway.as_deref()).await?
        }
    };
    out.answer(&routes, list)
}

fn list(routes: &RoutesView) -> String {
    let silent = routes.silent.iter().map(|name| format!("{name} does not tell its routes."));
    if routes.rows.is_empty() {
        let none = "No route is known yet: run `purser sync`.".to_owned();
        return if routes.silent.is_empty() { none } else { silent.collect::<Vec<_>>().join("\n") };
    }
    let headers = ["<model", "gateway", "price", "~primary", "~backups", "last switch", "as of"];
    let mut parts = vec![table(&headers, routes.rows.iter().map(row))];
    parts.extend(silent);
    parts.join("\n")
}

fn row(route: &RouteView) -> Vec<String> {
    let price = match route.price {
        RoutePriceView::Private => "private",
        RoutePriceView::Priced => "priced",
        RoutePriceView::NotTold => "not told",
    };
    let primary = if route.primary.is_empty() { "no route is known".to_owned() } else { targets(&route.primary) };
    let backups = match &route.backups {
        None => "not told".to_owned(),
        Some(backups) if backups.is_empty() => "none".to_owned(),
        Some(backups) => targets(backups),
    };
    let switch = match (&route.last_switch, route.switch_told) {
        (Some(at), _) => moment(at),
        (None, true) => "never".to_owned(),
        (None, false) => "not told".to_owned(),
    };
    let as_of = route.as_of.as_deref().map_or_else(|| "–".to_owned(), moment);
    vec![route.model.clone(), route.gateway.clone(), price.to_owned(), primary, backups, switch, as_of]
}

fn targets(targets: &[TargetView]) -> String {
    targets.iter().map(target).collect::<Vec<_>>().join("; ")
}

/// `OpenAI (gpt-4.1), healthy`.
fn target(target: &TargetView) -> String {
    let health = match target.health {
        HealthView::Healthy => "healthy",
        HealthView::Unhealthy => "unhealthy",
        HealthView::Unknown => "health unknown",
    };
    let via = target.via.as_ref().map(|via| format!("via {via}"));
    let names: Vec<&str> =
        [&target.runs_at, &target.upstream, &via].into_iter().flatten().map(String::as_str).collect();
    let name = match names.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => format!("{first} ({})", rest.join(", ")),
        names => names.join(""),
    };
    format!("{name}, {health}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(runs_at: Option<&str>, upstream: Option<&str>, via: Option<&str>) -> TargetView {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (runs_at, upstream, via) = (owned(runs_at), owned(upstream), owned(via));
        TargetView { upstream, runs_at, via, health: HealthView::Unknown, checked_at: None }
    }

    #[test]
    fn what_is_not_told_is_said_so_and_never_left_empty() {
        assert_eq!(target(&at(Some("OpenAI"), Some("gpt"), Some("b"))), "OpenAI (gpt, via b), health unknown");
        assert_eq!(target(&at(None, Some("gpt"), None)), "gpt, health unknown");
        assert_eq!(target(&at(None, None, Some("b"))), "via b, health unknown");
        let silent = RouteView {
            gateway_id: "1".to_owned(),
            gateway: "G".to_owned(),
            model: "m".to_owned(),
            price: RoutePriceView::NotTold,
            primary: vec![],
            backups: None,
            switch_told: false,
            last_switch: None,
            as_of: None,
        };
        assert_eq!(row(&silent), ["m", "G", "not told", "no route is known", "not told", "not told", "–"]);
        let told = RouteView { backups: Some(vec![]), switch_told: true, ..silent };
        assert_eq!(row(&told)[4..6], ["none", "never"]);
    }
}
