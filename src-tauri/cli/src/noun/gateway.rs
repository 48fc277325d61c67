//! `purser gateway`.

use app::wire::{
    BudgetPeriodView, CredentialNeedView, DetectedProductView, DetectedView, FindingView, GatewayInput, GatewayView,
    ProbeView, ProductView,
};
use app::{App, command, query};

use serde_json::json;

use super::{ORIGIN, as_of, done, find, sentences, word};
use crate::args::{Connection, Gateway, GatewayUpdate};
use crate::ask;
use crate::fault::Fault;
use crate::out::{Out, heading, table};

pub async fn run(app: &App, verb: Gateway, out: &Out) -> Result<(), Fault> {
    match verb {
        Gateway::List => out.answer(&query::gateway::gateway_list(app).await?, |rows| list(rows)),
        Gateway::Products => products(app, out).await,
        Gateway::Show { gateway } => out.answer(&named(app, &gateway).await?, page),
        Gateway::Test(connection) => test(app, &connection, out).await,
        Gateway::Probe { address } => probe(app, &address, out).await,
        Gateway::Connect(connection) => connect(app, &connection, out).await,
        Gateway::Update(change) => update(app, &change, out).await,
        Gateway::Remove { gateway } => {
            let id = find::gateway(app, &gateway).await?;
            done(out, &command::gateway::gateway_remove(app, ORIGIN, &id).await?)
        }
        Gateway::Models { gateway } => {
            let id = match gateway {
                Some(gateway) => Some(find::gateway(app, &gateway).await?),
                None => None,
            };
            out.answer(&query::gateway::model_list(app, id.as_deref()).await?, |models| {
                if models.is_empty() { "No gateway offers a model yet.".to_owned() } else { models.join("\n") }
            })
        }
    }
}

/// Opens the embedded sandbox.
pub async fn sandbox(app: &App, out: &Out) -> Result<(), Fault> {
    out.remark("Opening the embedded sandbox: a made-up agency with eighteen months of history …");
    let view = command::gateway::sandbox_open(app, ORIGIN).await?;
    out.answer(&view, |view| format!("{} is open with {} accounts and {} keys.", view.name, view.accounts, view.keys))
}

async fn named(app: &App, text: &str) -> Result<GatewayView, Fault> {
    let id = find::gateway(app, text).await?;
    let found = query::gateway::gateway_list(app).await?.into_iter().find(|view| view.id == id);
    found.ok_or_else(|| Fault::missing(format!("there is no gateway `{text}`"), "See `purser gateway list`."))
}

async fn products(app: &App, out: &Out) -> Result<(), Fault> {
    out.answer(&query::gateway::gateway_products(app).await?, |products| {
        let row = |p: &ProductView| {
            let address = if p.needs_url { "its web address" } else { "a path" }.to_owned();
            let credential = match p.credential {
                CredentialNeedView::Required => "asked for",
                CredentialNeedView::Optional => "if it has one",
                CredentialNeedView::Never => "–",
            }
            .to_owned();
            vec![p.product.clone(), p.title.clone(), address, credential]
        };
        table(&["product", "name", "address", "admin credential"], products.iter().map(row))
    })
}

/// Which kind of gateway answers at an address; with a credential, also what it may do there.
async fn probe(app: &App, address: &str, out: &Out) -> Result<(), Fault> {
    let found = query::gateway::gateway_detect(address).await?;
    for one in &found.products {
        let release = one.version.as_deref().unwrap_or("release not told");
        out.remark(&format!("{} answers at {} ({release}).", one.product.title, found.base_url));
    }
    let credential = ask::secret("Admin credential (empty to stop here): ")?;
    let told = match found.products.first() {
        Some(first) if !credential.is_empty() || first.product.credential == CredentialNeedView::Optional => {
            let product = first.product.product.clone();
            let input = GatewayInput { product, name: String::new(), base_url: found.base_url.clone() };
            match query::gateway::gateway_test(app, input, credential.clone()).await {
                Ok(told) => Some(told),
                // It was only tried whether it is open to everybody.
                Err(_) if credential.is_empty() => None,
                Err(error) => return Err(error.into()),
            }
        }
        _ => None,
    };
    let whole = json!({ "baseUrl": found.base_url, "products": found.products, "probe": told });
    out.answer(&whole, |_| told.as_ref().map_or_else(|| detected(&found), probed))
}

/// What to run to learn more.
fn detected(found: &DetectedView) -> String {
    let next = |one: &DetectedProductView| {
        let (title, product) = (&one.product.title, &one.product.product);
        format!("What it can do as {title}: purser gateway test --product {product} --url {}", found.base_url)
    };
    found.products.iter().map(next).collect::<Vec<_>>().join("\n")
}

async fn test(app: &App, connection: &Connection, out: &Out) -> Result<(), Fault> {
    let (input, credential) = typed(app, connection).await?;
    out.answer(&query::gateway::gateway_test(app, input, credential).await?, probed)
}

async fn connect(app: &App, connection: &Connection, out: &Out) -> Result<(), Fault> {
    let (input, credential) = typed(app, connection).await?;
    let view = command::gateway::gateway_connect(app, ORIGIN, input, credential).await?;
    let next =
        if connection_is_pulled(app, connection).await? { "purser sync" } else { "purser import FILE --gateway …" };
    out.answer(&view, |view| {
        let findings = view.probe.as_ref().map(findings).unwrap_or_default();
        format!("{} is connected as {}. Run `{next}` next.\n{findings}", view.name, view.id)
    })
}

async fn update(app: &App, change: &GatewayUpdate, out: &Out) -> Result<(), Fault> {
    let before = named(app, &change.gateway).await?;
    let credential = if change.credential { Some(ask::secret("New admin credential: ")?) } else { None };
    let input = GatewayInput {
        product: before.product,
        name: change.name.clone().unwrap_or(before.name),
        base_url: change.url.clone().unwrap_or(before.base_url),
    };
    let view = command::gateway::gateway_update(app, ORIGIN, &before.id, input, credential).await?;
    out.answer(&view, |view| format!("{} ({}) answers at {}.", view.name, view.id, view.base_url))
}

async fn connection_is_pulled(app: &App, connection: &Connection) -> Result<bool, Fault> {
    Ok(query::gateway::gateway_product(app, &connection.product).await?.needs_url)
}

/// What was typed, with its credential. Nothing is asked for that will be refused anyway.
async fn typed(app: &App, connection: &Connection) -> Result<(GatewayInput, String), Fault> {
    let product = query::gateway::gateway_product(app, &connection.product).await?;
    let (what, example) = if product.needs_url { ("an address", "https://…") } else { ("a file", "usage.csv") };
    if connection.url.trim().is_empty() {
        let example = format!("purser gateway connect --product {} --url {example}", product.product);
        return Err(Fault::usage(format!("{} needs {what}: write `{example}`", product.title)));
    }
    let need = product.credential;
    let credential = match need {
        CredentialNeedView::Never => String::new(),
        CredentialNeedView::Required => ask::secret("Admin credential: ")?,
        CredentialNeedView::Optional => ask::secret("Admin credential (empty if it has none): ")?,
    };
    let name = connection.name.clone().unwrap_or(product.title);
    let base_url = if product.needs_url { connection.url.clone() } else { whole_path(&connection.url)? };
    Ok((GatewayInput { product: product.product, name, base_url }, credential))
}

/// A path that still leads there from another folder.
fn whole_path(typed: &str) -> Result<String, Fault> {
    let whole = std::path::absolute(typed.trim());
    let whole = whole.map_err(|problem| Fault::io("the present folder cannot be told", &problem))?;
    Ok(whole.display().to_string())
}

fn list(rows: &[GatewayView]) -> String {
    if rows.is_empty() {
        return "No gateway is connected: run `purser gateway connect --product litellm --url …`, or `purser sandbox`."
            .to_owned();
    }
    let row = |view: &GatewayView| {
        let unattributed = if view.unattributed == 0 { "–".to_owned() } else { view.unattributed.to_string() };
        let (accounts, keys) = (view.accounts.to_string(), view.keys.to_string());
        vec![view.id.clone(), view.name.clone(), view.product.clone(), accounts, unattributed, keys, state(view)]
    };
    let headers = ["id", "<name", "product", ">accounts", ">of nobody", ">keys", "~state"];
    table(&headers, rows.iter().map(row))
}

fn state(view: &GatewayView) -> String {
    match &view.problem {
        Some(problem) => sentences(problem, view.hint.as_deref()),
        None => as_of(&view.freshness),
    }
}

fn page(view: &GatewayView) -> String {
    let credential = if view.has_credential { "stored" } else { "none" };
    let rows = [
        ("product", view.product.clone()),
        ("address", view.base_url.clone()),
        ("credential", credential.to_owned()),
        ("accounts", format!("{}, {} of nobody", view.accounts, view.unattributed)),
        ("keys", view.keys.to_string()),
        ("state", state(view)),
    ];
    let facts = table(&["", "~"], rows.map(|(name, value)| vec![name.to_owned(), value]));
    let probe = view.probe.as_ref().map(|probe| format!("\n\n{}", probed(probe))).unwrap_or_default();
    format!("{} ({})\n{facts}{probe}", heading(&view.name), view.id)
}

fn probed(probe: &ProbeView) -> String {
    let version = probe.version.as_deref().map_or_else(|| "an unknown release".to_owned(), |v| format!("release {v}"));
    let rights = if probe.read_only { "only read" } else { "read and change" };
    let able = probe
        .capabilities
        .iter()
        .map(|row| vec![row.code.replace('_', " "), if row.supported { "yes" } else { "no" }.to_owned()]);
    let skew = match probe.clock_skew_seconds {
        // The instance tells whole seconds, and the answer takes its time.
        Some(-2..=2) => "Its clock agrees with this machine's.".to_owned(),
        Some(seconds @ ..0) => format!("Its clock is {} s behind this machine's.", seconds.unsigned_abs()),
        Some(seconds) => format!("Its clock is {seconds} s ahead of this machine's."),
        None => "It does not tell its clock.".to_owned(),
    };
    format!(
        "It answers as {version}; this credential may {rights}. {skew} A pause bites within {} s.\n\n{}\n\n{}\n{}",
        probe.pause_bound_seconds,
        table(&["capability", "here"], able),
        table(&["budget", "of a key", "of an account"], budgets(probe)),
        findings(probe)
    )
}

/// Every period that some budget can have, with who holds it.
fn budgets(probe: &ProbeView) -> impl Iterator<Item = Vec<String>> {
    let held = |periods: &[BudgetPeriodView], period: &str| {
        let found = periods.iter().find(|one| one.period == period);
        found.map_or_else(|| "–".to_owned(), |one| one.enforcement.clone())
    };
    ["daily", "weekly", "monthly", "total"].into_iter().map(move |period| {
        vec![period.to_owned(), held(&probe.budget_periods, period), held(&probe.account_budget_periods, period)]
    })
}

fn findings(probe: &ProbeView) -> String {
    let line = |finding: &FindingView| format!("\n{}: {}", word(&finding.level), finding.message);
    probe.findings.iter().map(line).collect()
}
