//! `purser sync`.

use app::wire::{SyncLine, SyncReportView};
use app::{App, command};

use super::{ORIGIN, find, sentences};
use crate::args::Sync;
use crate::fault::Fault;
use crate::out::{Out, table};

/// There is nothing to pull from.
const NOTHING: &str = "There is nothing to pull from: run `purser gateway connect`, or `purser sandbox`.";

pub async fn run(app: &App, sync: &Sync, out: &Out) -> Result<(), Fault> {
    let gateway = match &sync.gateway {
        Some(gateway) => Some(find::gateway(app, gateway).await?),
        None => None,
    };
    if sync.plan {
        let plan = command::sync::sync_plan(app, gateway.as_deref()).await?;
        return out.answer(&plan, |plan| if plan.is_empty() { NOTHING.to_owned() } else { plan.join("\n") });
    }
    let report = command::sync::sync_run(app, ORIGIN, gateway.as_deref()).await?;
    out.answer(&report, lines)?;
    if report.complete { Ok(()) } else { Err(Fault::incomplete_sync()) }
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
