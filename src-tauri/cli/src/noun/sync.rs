//! `purser sync`.

use app::wire::{SyncLine, SyncReportView};
use app::{App, command};

use tokio::signal;
use tokio::sync::watch;

use super::{ORIGIN, find, sentences};
use crate::args::Sync;
use crate::fault::Fault;
use crate::out::{Out, table};

/// There is nothing to pull from.
const NOTHING: &str = "There is nothing to pull from: run `purser gateway connect`, or `purser sandbox`.";

/// Exit code of a program that was stopped.
pub(super) const STOPPED: i32 = 130;

pub async fn run(app: &App, sync: &Sync, out: &Out) -> Result<(), Fault> {
    let gateway = match &sync.gateway {
        Some(gateway) => Some(find::gateway(app, gateway).await?),
        None => None,
    };
    if sync.plan {
        let plan = command::sync::sync_plan(app, gateway.as_deref()).await?;
        return out.answer(&plan, |plan| if plan.is_empty() { NOTHING.to_owned() } else { plan.join("\n") });
    }
    let interrupts = interrupts(app.clone());
    let report = match (&gateway, &sync.from) {
        (Some(gateway), Some(first)) => {
            let last = sync.to.as_ref().unwrap_or(first);
            command::sync::sync_again(app, ORIGIN, gateway, first, last).await
        }
        _ => command::sync::sync_run(app, ORIGIN, gateway.as_deref()).await,
    };
    let interrupted = *interrupts.borrow();
    let report = report?;
    out.answer(&report, lines)?;
    match report.complete {
        true => Ok(()),
        false if interrupted => Err(Fault::stopped_sync()),
        false => Err(Fault::incomplete_sync()),
    }
}

/// Listens for Ctrl-C from now on: the first stops the sync after the page it is at, the second ends the program, which
/// loses no more than that page. Tells whether there was one.
fn interrupts(app: App) -> watch::Receiver<bool> {
    let (told, interrupted) = watch::channel(false);
    tokio::spawn(async move {
        while signal::ctrl_c().await.is_ok() {
            if told.send_replace(true) {
                std::process::exit(STOPPED);
            }
            // It only asks the sync to end, which cannot fail.
            let _ = command::sync::sync_cancel(&app).await;
        }
    });
    interrupted
}

/// What a sync did, one line per gateway.
pub fn lines(report: &SyncReportView) -> String {
    if report.lines.is_empty() {
        return NOTHING.to_owned();
    }
    let row = |line: &SyncLine| {
        let state = match &line.problem {
            Some(problem) => sentences(problem, line.hint.as_deref()),
            None => "up to date".to_owned(),
        };
        vec![line.gateway.clone(), line.rows.to_string(), state]
    };
    table(&["<gateway", ">new rows", "~state"], report.lines.iter().map(row))
}
