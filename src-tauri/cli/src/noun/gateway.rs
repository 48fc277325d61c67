//! `purser gateway`.

use app::wire::{GatewayInput, GatewayView, ProbeView};
use app::{App, command, query};

use super::{ORIGIN, as_of, done, gateway_id};
use crate::args::{Connection, Gateway};
use crate::ask;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, verb: Gateway, out: &Out) -> Result<(), Fault> {
    match verb {
        Gateway::List => out.answer(&query::gateway::gateway_list(app).await?, |rows| list(rows)),
        Gateway::Products => products(app, out).await,
        Gateway::Test(connection) => test(app, &connection, out).await,
        Gateway::Connect(connection) => connect(app, &connection, out).await,
        Gateway::Remove { gateway } => {
            let id = gateway_id(app, &gateway).await?;
            done(out, &command::gateway::gateway_remove(app, ORIGIN, &id).await?)
        }
        Gateway::Models { gateway } => {
            let id = match gateway {
                Some(gateway) => Some(gateway_id(app, &gateway).await?),
                None => None,
            };
            out.answer(&query::gateway::model_list(app, id.as_deref()).await?, |models| models.join("\n"))
        }
    }
}

/// Opens the embedded sandbox.
pub async fn sandbox(app: &App, out: &Out) -> Result<(), Fault> {
    out.remark("Opening the embedded sandbox: a made-up agency with eighteen months of history …");
    let view = command::gateway::sandbox_open(app, ORIGIN).await?;
    out.answer(&view, |view| format!("{} is open with {} accounts and {} keys.", view.name, view.accounts, view.keys))
}

async fn products(app: &App, out: &Out) -> Result<(), Fault> {
    let products = query::gateway::gateway_products(app).await?;
    out.answer(&products, |products| {
        let yes = |needed: bool| if needed { "needed" } else { "–" }.to_owned();
        let row = |p: &app::wire::ProductView| {
            vec![p.product.clone(), p.title.clone(), yes(p.needs_url), yes(p.needs_credential)]
        };
        table(&["product", "name", "address", "credential"], products.iter().map(row))
    })
}

async fn test(app: &App, connection: &Connection, out: &Out) -> Result<(), Fault> {
    let credential = credential(app, connection).await?;
    let probe = query::gateway::gateway_test(app, input(connection), credential).await?;
    out.answer(&probe, probed)
}

async fn connect(app: &App, connection: &Connection, out: &Out) -> Result<(), Fault> {
    let credential = credential(app, connection).await?;
    let view = command::gateway::gateway_connect(app, ORIGIN, input(connection), credential).await?;
    out.answer(&view, |view| {
        let findings = view.probe.as_ref().map(findings).unwrap_or_default();
        format!("{} is connected as {}. Run `purser sync` next.\n{findings}", view.name, view.id)
    })
}

async fn credential(app: &App, connection: &Connection) -> Result<String, Fault> {
    let product = query::gateway::gateway_product(app, &connection.product).await?;
    if product.needs_credential { ask::secret("Admin credential: ") } else { Ok(String::new()) }
}

fn input(connection: &Connection) -> GatewayInput {
    GatewayInput {
        product: connection.product.clone(),
        name: connection.name.clone().unwrap_or_else(|| connection.product.clone()),
        base_url: connection.url.clone(),
    }
}

fn list(rows: &[GatewayView]) -> String {
    if rows.is_empty() {
        return "No gateway is connected: run `purser gateway connect --product litellm --url …`, or `purser sandbox`."
            .to_owned();
    }
    let row = |view: &GatewayView| {
        let state = view.problem.clone().unwrap_or_else(|| as_of(&view.freshness));
        let keys = view.keys.to_string();
        let accounts = format!("{} ({} of nobody)", view.accounts, view.unattributed);
        vec![view.id.clone(), view.name.clone(), view.product.clone(), view.base_url.clone(), accounts, keys, state]
    };
    table(&["id", "name", "product", "address", ">accounts", ">keys", "state"], rows.iter().map(row))
}

fn probed(probe: &ProbeView) -> String {
    let version = probe.version.as_deref().unwrap_or("unknown");
    let rights = if probe.read_only { "read only" } else { "read and write" };
    let able = probe
        .capabilities
        .iter()
        .map(|row| vec![row.code.clone(), if row.supported { "yes" } else { "no" }.to_owned()]);
    let periods = probe.budget_periods.iter().map(|p| format!("{} ({})", p.period, p.enforcement)).collect::<Vec<_>>();
    let skew = probe.clock_skew_seconds.map_or_else(|| "not told".to_owned(), |seconds| format!("{seconds} s"));
    format!(
        "Version {version}, this credential may {rights}.\nClock difference: {skew}. A pause bites within {} s.\nBudgets: {}\n\n{}\n{}",
        probe.pause_bound_seconds,
        periods.join(", "),
        table(&["capability", "here"], able),
        findings(probe)
    )
}

fn findings(probe: &ProbeView) -> String {
    probe.findings.iter().map(|finding| format!("\n{:?}: {}", finding.level, finding.message)).collect()
}
