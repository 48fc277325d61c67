//! `purser usage` and `purser requests`.

use app::wire::{AmountRole, SavedFile, TableFormat, UsageFilterInput, UsageGroup, UsageRow, UsageTable};
use app::{App, export, query};

use super::{as_of, client_id, maybe};
use crate::args::{FileFormat, GroupName, Usage};
use crate::fault::Fault;
use crate::out::{Out, table, width};

/// Days shown unless told otherwise.
const DAYS: i32 = 30;

pub async fn run(app: &App, usage: &Usage, out: &Out) -> Result<(), Fault> {
    let filter = filter(app, usage).await?;
    if let Some(format) = usage.export {
        let format = match format {
            FileFormat::Csv => TableFormat::Csv,
            FileFormat::Jsonl => TableFormat::JsonLines,
        };
        let file = export::usage_export(app, &filter, format).await?;
        return out.answer(&file, |file: &SavedFile| file.path.clone());
    }
    let answer = query::usage::usage_table(app, &filter).await?;
    let role = if usage.charge { AmountRole::Charge } else { AmountRole::Cost };
    let columns = usize::from(width().unwrap_or(100));
    let bars = query::usage::usage_bars(app, &filter, role, columns).await?;
    let what = if usage.charge { "Charge" } else { "Cost" };
    out.answer(&answer, |answer| {
        format!("{what} per day\n{}\n\n{}\n\n{}", bars.join("\n"), rows(answer), as_of(&answer.freshness))
    })
}

pub async fn requests(app: &App, usage: &Usage, out: &Out) -> Result<(), Fault> {
    let page = query::usage::request_page(app, &filter(app, usage).await?, None).await?;
    out.answer(&page, |page| {
        let row = |r: &app::wire::RequestView| {
            vec![
                r.at.clone(),
                r.client.clone().unwrap_or_else(|| "nobody".to_owned()),
                r.key.clone().unwrap_or_else(|| "–".to_owned()),
                r.model.clone(),
                r.input_tokens.clone(),
                r.output_tokens.clone(),
                r.cost.text.clone(),
                if r.succeeded { "served" } else { "failed" }.to_owned(),
            ]
        };
        let headers = ["at", "client", "key", "model", ">input", ">output", ">cost", "outcome"];
        table(&headers, page.rows.iter().map(row))
    })
}

async fn filter(app: &App, usage: &Usage) -> Result<UsageFilterInput, Fault> {
    let (first, last) = query::usage::last_days(app, DAYS).await?;
    let mut clients = Vec::new();
    for client in &usage.clients {
        clients.push(client_id(app, client).await?);
    }
    Ok(UsageFilterInput {
        first: usage.from.clone().unwrap_or(first),
        last: usage.to.clone().unwrap_or(last),
        clients,
        gateways: Vec::new(),
        keys: Vec::new(),
        models: usage.models.clone(),
        group: match usage.by {
            GroupName::Client => UsageGroup::Client,
            GroupName::Model => UsageGroup::Model,
            GroupName::Key => UsageGroup::Key,
            GroupName::Gateway => UsageGroup::Gateway,
        },
    })
}

fn rows(answer: &UsageTable) -> String {
    let row = |row: &UsageRow| {
        vec![
            row.name.clone(),
            row.requests.text.clone(),
            row.input_tokens.text.clone(),
            row.output_tokens.text.clone(),
            row.cost.text.clone(),
            maybe(row.charge.as_ref()),
            maybe(row.margin.as_ref()),
        ]
    };
    let headers = ["name", ">requests", ">input tokens", ">output tokens", ">cost", ">charge", ">margin"];
    table(&headers, answer.rows.iter().chain([&answer.total]).map(row))
}
