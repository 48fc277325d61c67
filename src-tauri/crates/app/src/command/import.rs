//! Usage from a file: looked at first, then taken whole or not at all.
//!
//! **Owns:** which mapping of columns is used, and that it is remembered for files of the same headings. **Does not
//! own:** how a file is read (`gateway::product::file`) or how usage is kept (`store`).

use std::fs::File;
use std::path::{Path, PathBuf};

use domain::{Currency, GatewayId, Meter, UsageRecord};
use gateway::product::file::{Column, ColumnMapping, Format, MappedRow, Preview, RowProblem, columns, preview, read};
use store::table::{AuditRecord, ImportMapping};
use store::{Ingested, Origin};

use crate::act::{self, facts};
use crate::wire::{AmountRole, Code, ColumnView, ImportDone, ImportPreview, Progress, RowProblemView};
use crate::{App, AppError, connect, format};

/// The field of a column that is not read.
const IGNORE: &str = "ignore";

/// What importing a file would do. Without columns, those remembered for such a file are used, else those its headings
/// suggest. Changes nothing.
///
/// # Errors
/// `Invalid` when the file cannot be opened or its name does not say how it is written; `Unsupported` for a gateway that
/// tells its usage itself.
pub async fn import_preview(
    app: &App,
    gateway_id: &str,
    path: &str,
    typed: Option<Vec<ColumnView>>,
) -> Result<ImportPreview, AppError> {
    let (_, currency) = target(app, gateway_id).await?;
    let file = Source::of(path)?;
    let headings = file.clone().headings().await?;
    let mapping = mapping(app, &file, &headings, typed).await?;
    let used = mapping.clone();
    let found = file.pass(move |reader, format| preview(reader, format, &used)).await?;
    Ok(view(&found, &mapping, currency))
}

/// Takes a file's usage in one transaction and remembers its columns. The same file twice changes nothing.
///
/// # Errors
/// As [`import_preview`]; `Invalid` naming the first wrong row, then nothing is taken; the store cannot be written.
pub async fn import_apply(
    app: &App,
    gateway_id: &str,
    path: &str,
    typed: Vec<ColumnView>,
) -> Result<ImportDone, AppError> {
    let (gateway, _) = target(app, gateway_id).await?;
    let file = Source::of(path)?;
    let headings = file.clone().headings().await?;
    let mapping = mapping(app, &file, &headings, Some(typed)).await?;
    let used = mapping.clone();
    let records = file.clone().pass(move |reader, format| read(reader, format, &used)).await?;
    let records = records.map_err(|problems| wrong(&problems))?;
    told(app, records.len(), false);
    let imported = sync::import(app.store(), gateway, &records, app.now()).await?;
    app.emit(imported.changed);
    remember(app, &file, &headings, &mapping).await?;
    note(app, gateway, &file, &records, imported.ingested).await?;
    told(app, records.len(), true);
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let Ingested { inserted, restated, unchanged, .. } = imported.ingested;
    Ok(ImportDone { inserted: count(inserted), restated: count(restated), unchanged: count(unchanged) })
}

fn told(app: &App, rows: usize, finished: bool) {
    let count = u32::try_from(rows).unwrap_or(u32::MAX);
    let done = finished.then_some(1000);
    app.progress(Progress { work: "import".to_owned(), step: "Importing".to_owned(), done, count, finished });
}

/// The gateway a file is taken for, and the currency of its costs.
async fn target(app: &App, gateway_id: &str) -> Result<(GatewayId, Currency), AppError> {
    let id: GatewayId =
        gateway_id.parse().map_err(|error: domain::id::NotAnId| AppError::invalid("gatewayId", error))?;
    let stored = app.store().reader().await?.gateway().get(id).await?;
    let can = connect::capability(&stored);
    if can.account_list || can.usage_days {
        let message = format!("{} tells its usage itself: a file would count it twice", stored.connection.name);
        return Err(AppError::unsupported(message).hint("Connect a gateway of the kind File and import into that."));
    }
    Ok((id, stored.connection.currency))
}

/// A file of usage.
#[derive(Debug, Clone)]
pub(super) struct Source {
    path: PathBuf,
    format: Format,
}

impl Source {
    pub(super) fn of(path: &str) -> Result<Self, AppError> {
        let path = Path::new(path.trim());
        let format = Format::of(path).ok_or_else(|| {
            AppError::invalid("path", "the name of the file does not say how it is written")
                .hint("Choose a file that ends with .csv, .tsv or .jsonl.")
        })?;
        Ok(Self { path: path.to_owned(), format })
    }

    pub(super) async fn headings(self) -> Result<Vec<String>, AppError> {
        self.pass(columns).await
    }

    /// Goes through the file once, off the async threads.
    pub(super) async fn pass<T: Send + 'static>(
        self,
        pass: impl FnOnce(File, Format) -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let ended = tokio::task::spawn_blocking(move || {
            let opened = File::open(&self.path);
            opened.map(|file| pass(file, self.format)).map_err(|why| {
                AppError::invalid("path", format!("the file {} cannot be read ({why})", self.path.display()))
                    .hint("Check that it is there and may be read.")
            })
        });
        ended.await.unwrap_or_else(|_| Err(AppError::internal("reading the file broke off")))
    }

    /// What files of the same make have in common.
    fn signature(&self, headings: &[String]) -> String {
        format!("{} {}", self.format.code(), headings.join("\u{1f}"))
    }
}

pub(super) async fn mapping(
    app: &App,
    file: &Source,
    headings: &[String],
    typed: Option<Vec<ColumnView>>,
) -> Result<ColumnMapping, AppError> {
    if let Some(typed) = typed {
        return chosen(&typed);
    }
    let signature = file.signature(headings);
    let remembered = app.store().reader().await?.import_mapping().find(&signature).await?;
    Ok(remembered.map_or_else(|| ColumnMapping::guess(headings), |known| spelled(&known.mapping)))
}

fn chosen(typed: &[ColumnView]) -> Result<ColumnMapping, AppError> {
    let mut mapping = ColumnMapping::default();
    for column in typed.iter().filter(|column| column.field != IGNORE && !column.field.is_empty()) {
        let field = Column::from_code(&column.field).ok_or_else(|| {
            AppError::invalid("columns", format!("`{}` is not a field of usage", column.field))
                .hint("Use time, account, key, model, request_id, cost, start_within, a meter such as input_tokens, or ignore.")
        })?;
        if let Some(other) = mapping.heading(field) {
            let message = format!("`{other}` and `{}` are both taken for the {}", column.header, column.field);
            return Err(AppError::invalid("columns", message).hint("Choose one of them and ignore the other."));
        }
        mapping.set(field, Some(column.header.clone()));
    }
    Ok(mapping)
}

/// A mapping as it is remembered: a line per pair, code and heading apart by a tab.
fn spelled(text: &str) -> ColumnMapping {
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    ColumnMapping::from_pairs(pairs.map(|(code, heading)| (code.to_owned(), heading.to_owned())))
}

pub(super) async fn remember(
    app: &App,
    file: &Source,
    headings: &[String],
    mapping: &ColumnMapping,
) -> Result<(), AppError> {
    let lines: Vec<String> = mapping.pairs().into_iter().map(|(code, heading)| format!("{code}\t{heading}")).collect();
    let known = ImportMapping {
        signature: file.signature(headings),
        name: file_name(file),
        mapping: lines.join("\n"),
        used_at: app.now(),
    };
    let mut writer = app.store().begin(Origin::Import).await?;
    writer.import_mapping().set(&known).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

pub(super) fn file_name(file: &Source) -> String {
    file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

async fn note(
    app: &App,
    gateway: GatewayId,
    file: &Source,
    records: &[UsageRecord],
    ingested: Ingested,
) -> Result<(), AppError> {
    let change = format!("{} rows, {} new, {} restated", records.len(), ingested.inserted, ingested.restated);
    let record = AuditRecord {
        at: app.now(),
        actor: act::actor(Origin::Import).to_owned(),
        action: "usage_import".to_owned(),
        mark: None,
        gateway: Some(gateway),
        client: None,
        account: None,
        key: None,
        subject: file_name(file),
        detail: facts::local(Some(&change)),
    };
    let mut writer = app.store().begin(Origin::Import).await?;
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

pub(super) fn wrong(problems: &[RowProblem]) -> AppError {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let message = format!("nothing was imported: {first} ({} problems in all)", problems.len());
    AppError::new(Code::Invalid, message)
        .at("columns")
        .hint("Correct the file or the choice of columns, then try again.")
}

pub(super) fn view(found: &Preview, mapping: &ColumnMapping, currency: Currency) -> ImportPreview {
    let field = |heading: &str| {
        let used = mapping.columns().find(|(_, known)| *known == heading);
        used.map_or(IGNORE, |(column, _)| column.code()).to_owned()
    };
    let columns: Vec<ColumnView> =
        found.columns.iter().map(|header| ColumnView { header: header.clone(), field: field(header) }).collect();
    let cell = |row: &MappedRow, column: &ColumnView| {
        Column::from_code(&column.field).map_or_else(String::new, |column| text(row, column))
    };
    let sample = found.rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    let problems = found.problems.iter().map(|problem| RowProblemView {
        line: u32::try_from(problem.line).unwrap_or(u32::MAX),
        column: problem.column.clone(),
        reason: problem.reason.clone(),
    });
    ImportPreview {
        problems: problems.collect(),
        sample,
        rows: u32::try_from(found.total_rows).unwrap_or(u32::MAX),
        cost: format::cost(found.totals.cost, currency, AmountRole::Cost),
        columns,
    }
}

/// What a row says in a column, as it was understood.
fn text(row: &MappedRow, column: Column) -> String {
    let record = &row.record;
    let named = |id: &Option<domain::ExternalId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
    match column {
        Column::Time => record.occurred_at.to_string(),
        Column::Model => record.model.to_string(),
        Column::UpstreamModel => record.upstream_model.as_ref().map(ToString::to_string).unwrap_or_default(),
        Column::Account => named(&record.account),
        Column::Key => named(&record.key),
        Column::Cost => record.cost.to_string(),
        Column::RequestId => match &record.origin {
            domain::UsageOrigin::Request(id) => id.to_string(),
            domain::UsageOrigin::Day(day) => day.to_string(),
        },
        Column::Status => {
            if record.outcome == domain::RequestOutcome::Succeeded { "served" } else { "failed" }.to_owned()
        }
        Column::DurationMillis => record.duration_millis.map(|millis| millis.to_string()).unwrap_or_default(),
        Column::StartWithin => if record.model.is_flexible() { "flexible" } else { "" }.to_owned(),
        Column::Meter(meter) => quantity(record, meter),
    }
}

fn quantity(record: &UsageRecord, meter: Meter) -> String {
    match record.quantities.get(meter) {
        0 => String::new(),
        amount => amount.to_string(),
    }
}
