//! `purser margin`.

use app::wire::{LeakReport, LeakRow};
use app::{App, query};

use super::{as_of, count, find, reconcile, word};
use crate::args::Margin;
use crate::fault::Fault;
use crate::out::{Out, heading, table_with_total};

pub async fn run(app: &App, verb: Margin, out: &Out) -> Result<(), Fault> {
    let Margin::Leaks { gateway, days } = verb;
    let gateway = match gateway {
        Some(gateway) => Some(find::gateway(app, &gateway).await?),
        None => None,
    };
    let (first, last) = reconcile::period(app, &days, None).await?;
    out.answer(&query::leak::leak_report(app, gateway.as_deref(), &first, &last).await?, shown)
}

fn shown(report: &LeakReport) -> String {
    let mut parts = vec![heading(&format!("Margin leaks, {} to {}", report.first, report.last))];
    if report.leaks.is_empty() {
        parts.push(format!("Everything that cost is charged at its cost or above: {} in all.", report.cost.text));
    } else {
        parts.push(rows(&report.leaks, "lost", &report.leaked.text));
    }
    if !report.costless.is_empty() {
        parts.push(heading("Charged without a cost"));
        parts.push(rows(&report.costless, "charged", &report.costless_total.text));
    }
    parts.push(as_of(&report.freshness));
    parts.join("\n\n")
}

fn rows(rows: &[LeakRow], what: &str, total: &str) -> String {
    let row = |row: &LeakRow| {
        vec![
            row.client.clone(),
            row.model.clone(),
            row.gateway.clone(),
            word(&row.reason),
            count(&row.requests),
            row.cost.text.clone(),
            row.charge.text.clone(),
            row.amount.text.clone(),
        ]
    };
    let last = format!(">{what}");
    let headers = ["<client", "<model", "<gateway", "why", ">requests", ">cost", ">charge", last.as_str()];
    let mut sum = vec![String::new(); headers.len()];
    (sum[0], sum[headers.len() - 1]) = ("Total".to_owned(), total.to_owned());
    table_with_total(&headers, rows.iter().map(row), sum)
}
