//! Pulling from gateways on demand.
//!
//! **Owns:** that one sync runs at a time and can be stopped, and that the window hears how far it is. **Does not own:**
//! what is pulled (`sync`).

mod words;

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Date, ExternalId, GatewayId, Name};
use gateway::Gateway;
use store::Origin;
use store::table::{GatewayStatus, StoredGateway};
use sync::{Engine, GatewayReport, OnProgress, Policy, SyncError, Terms};
use tokio_util::sync::CancellationToken;

use crate::act::settle_gateway;
use crate::allowance;
use crate::command::ledger::charging;
use crate::connect::{self, summary};
use crate::wire::{Changed, Code, Progress, SyncLine, SyncReportView, TagView};
use crate::{App, AppError, query};

/// Pulls from one gateway or from all, and tells the window how far it is. A gateway that fails does not stop another:
/// its line says why.
///
/// # Errors
/// `Conflict` while another sync runs; `NotFound`; the store cannot be used.
pub async fn sync_run(app: &App, _origin: Origin, gateway_id: Option<&str>) -> Result<SyncReportView, AppError> {
    pull(app, gateway_id, None).await
}

/// Pulls UTC days of one gateway again, both ends included, whatever is known of them; what they tell now holds. The next
/// sync goes on where the last one ended.
///
/// # Errors
/// As [`sync_run`]; `Invalid` for days that lie ahead or the wrong way round.
pub async fn sync_again(
    app: &App,
    _origin: Origin,
    gateway_id: &str,
    first: &str,
    last: &str,
) -> Result<SyncReportView, AppError> {
    let days = query::reconcile::utc_days(first, last)?;
    if days.1 > domain::Zone::utc().date_of(app.now()) {
        return Err(AppError::invalid("last", format!("{} lies ahead: nothing can be pulled of it yet", days.1)));
    }
    pull(app, Some(gateway_id), Some(days)).await
}

async fn pull(app: &App, gateway_id: Option<&str>, again: Option<(Date, Date)>) -> Result<SyncReportView, AppError> {
    let turn = app.sync_turn().take()?;
    let wanted: Option<GatewayId> = gateway_id.map(str::parse).transpose()?;
    let stored = chosen(app, wanted).await?;
    let (mut open, mut lines) = (Vec::new(), HashMap::new());
    for gateway in &stored {
        if let Err(error) = settle_gateway(app, gateway.id).await {
            tracing::warn!(gateway = %gateway.id, "open questions could not be settled: {error}");
        }
        match connect::reader(app, gateway.id).await {
            Ok(connected) => open.push((gateway.id, connected.gateway)),
            Err(error) => {
                failed(app, gateway.id, &error).await?;
                lines.insert(gateway.id, line(gateway, 0, Some(error)));
            }
        }
    }
    let names: HashMap<GatewayId, String> =
        stored.iter().map(|gateway| (gateway.id, gateway.connection.name.to_string())).collect();
    let report = run(app, open, names, (again, turn.token.clone())).await;
    let cancelled = turn.token.is_cancelled();
    for one in report.gateways {
        let Some(gateway) = stored.iter().find(|gateway| gateway.id == one.gateway) else { continue };
        told(app, &one).await?;
        if one.error.is_none() && !cancelled {
            allowance::fund_due(app, one.gateway).await?;
        }
        lines.insert(one.gateway, report_line(gateway, one, cancelled));
    }
    drop(turn);
    if !cancelled {
        charging::after_sync(app, Origin::System).await?;
    }
    let lines: Vec<SyncLine> = stored.iter().filter_map(|gateway| lines.remove(&gateway.id)).collect();
    let complete = lines.iter().all(|line| line.problem.is_none());
    let step = if complete { "Up to date" } else { "Ended with problems" };
    app.progress(Progress {
        work: "sync".to_owned(),
        step: step.to_owned(),
        done: Some(1000),
        count: 0,
        finished: true,
    });
    Ok(SyncReportView { lines, complete })
}

/// Stops the sync that runs after the page it is at. The next one goes on from there.
///
/// # Errors
/// None at present.
pub async fn sync_cancel(app: &App) -> Result<(), AppError> {
    app.sync_turn().cancel();
    Ok(())
}

/// What a sync would pull, as sentences, from what is known now; asks no gateway.
///
/// # Errors
/// `NotFound`; the store cannot be read.
pub async fn sync_plan(app: &App, gateway_id: Option<&str>) -> Result<Vec<String>, AppError> {
    let wanted: Option<GatewayId> = gateway_id.map(str::parse).transpose()?;
    let mut lines = Vec::new();
    for gateway in chosen(app, wanted).await? {
        let state = sync::GatewayState::load(app.store(), gateway.id, connect::capability(&gateway)).await?;
        let pulls = sync::plan(app.now(), std::slice::from_ref(&state), &Policy::default());
        let accounts = accounts_of(app, gateway.id).await?;
        lines.extend(pulls.iter().map(|pull| format!("{}: {}", gateway.connection.name, words::of(pull, &accounts))));
    }
    Ok(lines)
}

/// Names of a gateway's accounts by their identifiers there.
async fn accounts_of(app: &App, gateway: GatewayId) -> Result<HashMap<ExternalId, Name>, AppError> {
    let accounts = app.store().reader().await?.account().list().await?;
    let here = accounts.into_iter().filter(|stored| stored.gateway == gateway).map(|stored| stored.account);
    Ok(here.map(|account| (account.external_id, account.spec.name)).collect())
}

/// The gateways to pull from.
async fn chosen(app: &App, wanted: Option<GatewayId>) -> Result<Vec<StoredGateway>, AppError> {
    let mut reader = app.store().reader().await?;
    if let Some(id) = wanted {
        let gateway = reader.gateway().get(id).await?;
        if connect::is_pulled(&gateway) {
            return Ok(vec![gateway]);
        }
        let message = format!("{} has no interface to pull from", gateway.connection.name);
        return Err(AppError::unsupported(message).hint("Import a file into it instead."));
    }
    let all = reader.gateway().list().await?;
    Ok(all.into_iter().filter(|one| one.status == GatewayStatus::Active && connect::is_pulled(one)).collect())
}

async fn run(
    app: &App,
    open: Vec<(GatewayId, Arc<dyn Gateway>)>,
    names: HashMap<GatewayId, String>,
    (again, cancel): (Option<(Date, Date)>, CancellationToken),
) -> sync::SyncReport {
    let clock = app.clock();
    let told = app.clone();
    // Accounts that are found only now are called by their identifiers until the next sync.
    let mut accounts = HashMap::new();
    for (id, _) in &open {
        accounts.insert(*id, accounts_of(app, *id).await.unwrap_or_default());
    }
    let progress: OnProgress = Arc::new(move |at| {
        let name = names.get(&at.gateway).cloned().unwrap_or_default();
        let pull = accounts.get(&at.gateway).map(|accounts| words::step(&at, accounts)).unwrap_or_default();
        told.emit(Changed { tags: at.changed.iter().copied().map(TagView::from).collect() });
        told.progress(Progress {
            work: "sync".to_owned(),
            step: format!("{name}: {pull}"),
            done: share(&at),
            count: u32::try_from(at.rows).unwrap_or(u32::MAX),
            finished: false,
        });
    });
    let engine = Engine::new(app.store().clone());
    let clock = Arc::new(move || clock.now());
    engine.run(open, Terms { policy: Policy::default(), again, clock, progress, cancel }).await
}

/// How much of a gateway's pulls is done, in per mille.
fn share(at: &sync::Progress) -> Option<u16> {
    let whole = at.total.max(1) * 1000;
    let done = at.number.saturating_sub(1) * 1000 + usize::from(at.done.unwrap_or(0));
    u16::try_from((done * 1000 / whole).min(1000)).ok()
}

/// Keeps what a gateway told of itself, and why it failed.
async fn told(app: &App, report: &GatewayReport) -> Result<(), AppError> {
    let mut writer = app.store().begin(Origin::Sync(report.gateway)).await?;
    if let Some(probe) = &report.probe {
        writer.gateway().set_probe(report.gateway, &summary(probe, app.now())).await?;
    }
    if let Some(error) = &report.error {
        writer.gateway().set_error(report.gateway, Some((&error.to_string(), app.now()))).await?;
    }
    app.emit(writer.commit().await?);
    Ok(())
}

/// Notes that a gateway could not even be connected to.
async fn failed(app: &App, id: GatewayId, error: &AppError) -> Result<(), AppError> {
    let mut writer = app.store().begin(Origin::Sync(id)).await?;
    writer.gateway().set_error(id, Some((&error.message, app.now()))).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

fn report_line(gateway: &StoredGateway, report: GatewayReport, cancelled: bool) -> SyncLine {
    let rows = u32::try_from(report.count().inserted).unwrap_or(u32::MAX);
    let problem = match report.error {
        Some(error) => Some(AppError::from(error)),
        None if cancelled && !report.pulls.is_empty() => Some(
            AppError::new(Code::Cancelled, "stopped; what was pulled is kept").hint("Sync again to go on from there."),
        ),
        None => None,
    };
    line(gateway, rows, problem)
}

fn line(gateway: &StoredGateway, rows: u32, problem: Option<AppError>) -> SyncLine {
    let (problem, hint) = problem.map(|error| (error.message, error.hints.into_iter().next())).unzip();
    SyncLine { gateway: gateway.connection.name.to_string(), rows, problem, hint: hint.flatten() }
}

impl From<SyncError> for AppError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Gateway(error) => error.into(),
            SyncError::Store(error) => error.into(),
            SyncError::Broken(_) => Self::internal(error.to_string()),
        }
    }
}
