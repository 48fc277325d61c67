//! `purser import`.

use app::wire::{ColumnView, ImportDone, ImportPreview};
use app::{App, command};

use super::find;
use crate::args::Import;
use crate::fault::Fault;
use crate::out::{Out, table};

pub async fn run(app: &App, import: &Import, out: &Out) -> Result<(), Fault> {
    let gateway = find::gateway(app, &import.gateway).await?;
    let path = import.file.display().to_string();
    let chosen = import.columns.iter().map(|text| column(text)).collect::<Result<Vec<_>, _>>()?;
    let guessed = command::import::import_preview(app, &gateway, &path, None).await?;
    let columns = merged(guessed.columns, &chosen)?;
    let preview = command::import::import_preview(app, &gateway, &path, Some(columns.clone())).await?;
    if import.preview {
        return out.answer(&preview, shown);
    }
    if !preview.problems.is_empty() {
        return Err(wrong(&preview, out));
    }
    let done = command::import::import_apply(app, &gateway, &path, columns).await?;
    out.answer(&done, |done: &ImportDone| {
        format!(
            "{} rows are new, {} changed what was known, {} were known already.",
            done.inserted, done.restated, done.unchanged
        )
    })
}

/// Nothing was imported, and why: the rows that are wrong go to standard error.
pub(super) fn wrong(preview: &ImportPreview, out: &Out) -> Fault {
    out.remark(&shown(preview));
    let wrong = match preview.problems.len() {
        1 => "1 row is wrong".to_owned(),
        count => format!("{count} rows are wrong"),
    };
    Fault::usage(format!("nothing was imported, because {wrong}: put the file right and import it again"))
}

pub(super) fn column(text: &str) -> Result<ColumnView, Fault> {
    let wrong = || Fault::usage(format!("`{text}` is not a column: write header=field, for example spend=cost"));
    let (header, field) = text.split_once('=').ok_or_else(wrong)?;
    Ok(ColumnView { header: header.to_owned(), field: field.to_owned() })
}

/// The columns as guessed, or as chosen where they were.
pub(super) fn merged(mut columns: Vec<ColumnView>, chosen: &[ColumnView]) -> Result<Vec<ColumnView>, Fault> {
    for choice in chosen {
        let Some(column) = columns.iter_mut().find(|column| column.header == choice.header) else {
            let headers: Vec<&str> = columns.iter().map(|column| column.header.as_str()).collect();
            let hint = format!("Its columns are {}.", headers.join(", "));
            return Err(Fault::missing(format!("the file has no column `{}`", choice.header), hint));
        };
        column.field.clone_from(&choice.field);
    }
    Ok(columns)
}

pub(super) fn shown(preview: &ImportPreview) -> String {
    let columns = preview.columns.iter().map(|column| vec![column.header.clone(), column.field.clone()]);
    let problems = preview.problems.iter().take(20).map(|problem| {
        vec![problem.line.to_string(), problem.column.clone().unwrap_or_default(), problem.reason.clone()]
    });
    let mut text =
        format!("{}\n\n{} rows, cost {}.", table(&["column", "holds"], columns), preview.rows, preview.cost.text);
    if !preview.problems.is_empty() {
        text.push_str(&format!("\n\n{}", table(&[">line", "column", "~problem"], problems)));
    }
    text
}
