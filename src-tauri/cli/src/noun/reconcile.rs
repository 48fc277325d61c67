//! `purser reconcile`.

use std::path::Path;

use app::wire::{BillInput, ReconcileInput, ReconcileSide, ReconcileView, SplitFinding, SplitPart, SplitView};
use app::{App, command, query};

use super::{ORIGIN, as_of, bill, count, find, word};
use crate::args::{Days, Reconcile};
use crate::fault::Fault;
use crate::out::{Out, heading, table, table_with_total};

pub async fn run(app: &App, asked: &Reconcile, out: &Out) -> Result<(), Fault> {
    let named = match &asked.gateway {
        Some(gateway) => Some(find::gateway(app, gateway).await?),
        None => None,
    };
    let bill_id = match &asked.bill {
        Some(text) => Some(bill_of(app, text, named.as_deref(), out).await?),
        None => None,
    };
    let (first, last) = period(app, &asked.days, bill_id.as_deref()).await?;
    let gateways = gateways(app, named, bill_id.as_deref()).await?;
    if gateways.is_empty() {
        return Err(Fault::missing("there is no gateway", "Run `purser gateway connect`, or `purser sandbox`."));
    }
    let mut views = Vec::new();
    for gateway_id in gateways {
        let (first, last, bill_id) = (first.clone(), last.clone(), bill_id.clone());
        views.push(query::reconcile::reconcile(app, &ReconcileInput { gateway_id, first, last, bill_id }).await?);
    }
    out.answer(&views, |views| {
        let told: Vec<String> = views.iter().map(|view| shown(view, asked.limit)).collect();
        told.join("\n\n")
    })
}

/// The days that were asked for.
///
/// # Errors
/// What was typed is no month.
pub async fn period(app: &App, days: &Days, bill: Option<&str>) -> Result<(String, String), Fault> {
    let range = days.from.as_deref().zip(days.to.as_deref());
    Ok(query::reconcile::period(app, days.month.as_deref(), range, bill).await?)
}

/// The bill's own gateway, the one that was named, or all.
async fn gateways(app: &App, named: Option<String>, bill: Option<&str>) -> Result<Vec<String>, Fault> {
    if let Some(named) = named {
        return Ok(vec![named]);
    }
    if let Some(id) = bill {
        let bills = query::bill::bill_list(app).await?.into_iter();
        return Ok(bills.filter(|bill| bill.id == id).map(|bill| bill.gateway_id).collect());
    }
    Ok(query::gateway::gateway_list(app).await?.into_iter().map(|gateway| gateway.id).collect())
}

/// The bill of an identifier or a name; a file is imported as one.
async fn bill_of(app: &App, text: &str, gateway: Option<&str>, out: &Out) -> Result<String, Fault> {
    if !Path::new(text).is_file() {
        return find::bill(app, text).await;
    }
    let Some(gateway) = gateway else {
        return Err(Fault::usage(format!("say with --gateway whose usage `{text}` bills")));
    };
    let columns = command::bill::bill_preview(app, gateway, text, None).await?.columns;
    let input = BillInput { gateway_id: gateway.to_owned(), path: text.to_owned(), columns };
    let kept = command::bill::bill_import(app, ORIGIN, &input).await?;
    out.remark(&bill::told(&kept));
    Ok(kept.bill.id)
}

fn shown(view: &ReconcileView, limit: usize) -> String {
    let title = heading(&format!("{}, {} to {} (UTC days)", view.gateway, view.first, view.last));
    let mut parts = vec![title];
    if !view.empty {
        parts.push(figures(view));
        parts.extend(view.splits.iter().map(|split| split_text(split, limit)));
        if !view.proposals.is_empty() {
            parts.push(proposals(view));
        }
    } else if view.notes.is_empty() {
        parts.push("There is no usage in these days.".to_owned());
    }
    parts.extend(view.notes.iter().cloned());
    parts.push(as_of(&view.freshness));
    parts.join("\n\n")
}

fn figures(view: &ReconcileView) -> String {
    let total = view.gateway_total.as_ref().map_or_else(|| "not told".to_owned(), |total| total.text.clone());
    let mut rows = vec![
        ("Gateway's own total", total, String::new()),
        ("Rows of clients", view.rows.text.clone(), format!("{} requests", count(&view.requests))),
        ("Rows of nobody", view.nobody.text.clone(), String::new()),
        ("Counted for charges", view.counted.text.clone(), String::new()),
        ("Charged", view.charged.text.clone(), unpriced(view)),
    ];
    if let (Some(bill), Some(billed)) = (&view.bill, &view.billed) {
        rows.push(("Billed", billed.text.clone(), format!("{} ({})", bill.name, bill.id)));
    }
    let cells = rows.into_iter().map(|(what, amount, note)| vec![what.to_owned(), amount, note]);
    table(&["", ">", "~"], cells)
}

fn unpriced(view: &ReconcileView) -> String {
    match view.unpriced.as_slice() {
        [] => String::new(),
        models => format!("without {}, which no rule covers", models.join(", ")),
    }
}

fn split_text(split: &SplitView, limit: usize) -> String {
    let who = match split.side {
        ReconcileSide::Gateway => "Gateway's total less rows of clients",
        ReconcileSide::Bill => "Bill less rows of clients",
    };
    // To the nano-unit, so that it can be seen to add up.
    let part = |part: &SplitPart| vec![word(&part.cause), count(&part.count), part.amount.text.clone()];
    let total = vec!["difference".to_owned(), String::new(), split.difference.text.clone()];
    let causes = table_with_total(&["cause", ">requests", ">amount"], split.parts.iter().map(part), total);
    let heading = heading(who);
    if split.findings.is_empty() {
        return format!("{heading}\n{causes}");
    }
    let places = table(
        &["cause", "day", "<client", "<key", "<model", ">requests", ">amount", "<example"],
        split.findings.iter().take(limit).map(place),
    );
    let left = split.findings.len().saturating_sub(limit) + usize::try_from(split.more).unwrap_or(0);
    let more = if left > 0 { format!("\n{left} more places: `--limit` shows them.") } else { String::new() };
    format!("{heading}\n{causes}\n\n{places}{more}")
}

fn place(finding: &SplitFinding) -> Vec<String> {
    let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let client = finding.client.clone().or_else(|| finding.account.clone().map(|name| format!("nobody ({name})")));
    let gone = if finding.key_gone { " (deleted)" } else { "" };
    vec![
        word(&finding.cause),
        dash(&finding.day),
        dash(&client),
        format!("{}{gone}", dash(&finding.key)),
        dash(&finding.model),
        count(&finding.count),
        finding.amount.text.clone(),
        dash(&finding.example),
    ]
}

fn proposals(view: &ReconcileView) -> String {
    let rows = view.proposals.iter().map(|one| {
        let command = one.command.as_ref().map(|command| format!(" `{command}`")).unwrap_or_default();
        vec![word(&one.cause), format!("{}{command}", one.sentence)]
    });
    format!("{}\n{}", heading("What you could do; nothing was changed"), table(&["cause", "~proposal"], rows))
}
