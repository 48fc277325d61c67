//! `purser usage` and `purser requests`.

use app::wire::{
    AmountRole, RequestPageView, RequestView, SavedFile, TableFormat, UsageFilterInput, UsageGroup, UsageRow,
    UsageTable,
};
use app::{App, export, query};

use super::{as_of, count, find, maybe, moment};
use crate::args::{FileFormat, GroupName, Requests, Usage};
use crate::fault::Fault;
use crate::out::{Out, heading, table, table_with_total, width};

/// Days shown unless told otherwise.
const DAYS: i32 = 30;
/// Columns a chart takes at most: longer bars say no more.
const CHART_WIDTH: usize = 100;

pub async fn run(app: &App, usage: &Usage, out: &Out) -> Result<(), Fault> {
    let range = Range { from: &usage.from, to: &usage.to, clients: &usage.clients, models: &usage.models };
    let filter = filter(app, &range, group(usage.by)).await?;
    let role = if usage.charge { AmountRole::Charge } else { AmountRole::Cost };
    if let Some(format) = usage.export {
        let file = exported(app, &filter, format, role).await?;
        return out.answer(&file, |file: &SavedFile| file.path.clone());
    }
    let answer = query::usage::usage_table(app, &filter).await?;
    let columns = width().unwrap_or(CHART_WIDTH).min(CHART_WIDTH);
    let bars = query::usage::usage_bars(app, &filter, role, columns).await?;
    out.answer(&answer, |answer| {
        if answer.rows.is_empty() {
            return format!("Nothing was used from {} to {}. {}", filter.first, filter.last, as_of(&answer.freshness));
        }
        let what = if usage.charge { "Charge" } else { "Cost" };
        let title = heading(&format!("{what} by {}, {} to {}", bars.step, filter.first, filter.last));
        format!("{title}\n{}\n\n{}\n\n{}", bars.lines.join("\n"), rows(answer), as_of(&answer.freshness))
    })
}

async fn exported(
    app: &App,
    filter: &UsageFilterInput,
    format: FileFormat,
    role: AmountRole,
) -> Result<SavedFile, Fault> {
    Ok(match format {
        FileFormat::Csv => export::usage_export(app, filter, TableFormat::Csv).await?,
        FileFormat::Jsonl => export::usage_export(app, filter, TableFormat::JsonLines).await?,
        FileFormat::Svg => export::chart_export(app, filter, role).await?,
    })
}

pub async fn requests(app: &App, asked: &Requests, out: &Out) -> Result<(), Fault> {
    let range = Range { from: &asked.from, to: &asked.to, clients: &asked.clients, models: &asked.models };
    let filter = filter(app, &range, UsageGroup::Client).await?;
    let mut all = query::usage::request_page(app, &filter, None).await?;
    while all.rows.len() < asked.limit && all.next.is_some() {
        let more = query::usage::request_page(app, &filter, all.next.take()).await?;
        all.rows.extend(more.rows);
        all.next = more.next;
    }
    let more = all.next.is_some() || all.rows.len() > asked.limit;
    all.rows.truncate(asked.limit);
    out.answer(&all, |page| request_rows(page, more))
}

fn request_rows(page: &RequestPageView, more: bool) -> String {
    if page.rows.is_empty() {
        return "No single requests are kept for that: `purser usage` has the totals.".to_owned();
    }
    let row = |r: &RequestView| {
        vec![
            moment(&r.at),
            r.client.clone().unwrap_or_else(|| "nobody".to_owned()),
            r.key.clone().unwrap_or_else(|| "–".to_owned()),
            r.model.clone(),
            r.input_tokens.clone(),
            r.output_tokens.clone(),
            r.cost.text.clone(),
            if r.succeeded { "served" } else { "failed" }.to_owned(),
        ]
    };
    let headers = ["at", "<client", "<key", "<model", ">input", ">output", ">cost", "outcome"];
    let rows = table(&headers, page.rows.iter().map(row));
    if more { format!("{rows}\n\nThere are more: `--limit` shows them.") } else { rows }
}

/// What was asked for, on the way to a filter.
struct Range<'a> {
    from: &'a Option<String>,
    to: &'a Option<String>,
    clients: &'a [String],
    models: &'a [String],
}

async fn filter(app: &App, range: &Range<'_>, group: UsageGroup) -> Result<UsageFilterInput, Fault> {
    let (first, last) = query::usage::last_days(app, DAYS).await?;
    let mut clients = Vec::new();
    for client in range.clients {
        clients.push(find::client(app, client).await?);
    }
    Ok(UsageFilterInput {
        first: range.from.clone().unwrap_or(first),
        last: range.to.clone().unwrap_or(last),
        clients,
        gateways: Vec::new(),
        keys: Vec::new(),
        models: range.models.to_vec(),
        group,
    })
}

const fn group(name: GroupName) -> UsageGroup {
    match name {
        GroupName::Client => UsageGroup::Client,
        GroupName::Model => UsageGroup::Model,
        GroupName::Key => UsageGroup::Key,
        GroupName::Gateway => UsageGroup::Gateway,
    }
}

fn rows(answer: &UsageTable) -> String {
    let headers = ["<name", ">requests", ">input tokens", ">output tokens", ">cost", ">charge", ">margin"];
    let priced = answer.total.charge.is_some();
    // Without a charge there is nothing to put into the last two columns.
    let columns = if priced { headers.len() } else { headers.len() - 2 };
    let row = |row: &UsageRow| {
        let mut cells = vec![
            row.name.clone(),
            count(&row.requests),
            count(&row.input_tokens),
            count(&row.output_tokens),
            row.cost.text.clone(),
            maybe(row.charge.as_ref()),
            maybe(row.margin.as_ref()),
        ];
        cells.truncate(columns);
        cells
    };
    let table = table_with_total(&headers[..columns], answer.rows.iter().map(row), row(&answer.total));
    format!("{table}{}", notice(answer, priced))
}

/// What is missing from the figures.
fn notice(answer: &UsageTable, priced: bool) -> String {
    if !priced {
        return "\n\nA key's usage is kept without its models, and prices are by model: `--by client` has the charge."
            .to_owned();
    }
    match answer.total.unpriced.as_slice() {
        [] => String::new(),
        models => format!(
            "\n\nNo price rule covers {}, so their charge is missing: see `purser price set --help`.",
            models.join(", ")
        ),
    }
}
