//! Files for a client: its statement, and its usage by day and model.

use std::path::Path;

use billing::Statement;
use domain::ClientId;

use super::save;
use crate::query::statement::assembled;
use crate::rating::broken;
use crate::wire::{SavedFile, StatementFormat, StatementPeriod};
use crate::{App, AppError};

/// Longest part of a client's name in a file's name.
const NAME_MAX: usize = 40;

/// Writes a statement, or a client's usage, to a folder; to the documents folder where none is named.
///
/// # Errors
/// No such client; a range that makes no sense; a character that no font has, for a PDF; the folder cannot be written.
pub async fn statement_save(
    app: &App,
    client: &str,
    period: &StatementPeriod,
    format: StatementFormat,
    folder: Option<&str>,
) -> Result<SavedFile, AppError> {
    let mut reader = app.store().reader().await?;
    let (id, statement) = assembled(app, &mut reader, client, period).await?;
    let name = file_name(id, &statement, format);
    let bytes = made(statement, format).await?;
    let dir = folder.map_or_else(|| app.profile().documents_dir.join("statements"), |dir| Path::new(dir).to_owned());
    save(&dir, &name, &bytes)
}

async fn made(statement: Statement, format: StatementFormat) -> Result<Vec<u8>, AppError> {
    use render::statement::{csv, html, json, pdf, usage_csv, usage_lines};
    Ok(match format {
        // Typesetting takes tens of milliseconds of one core: not on a thread that serves the window.
        StatementFormat::Pdf => tokio::task::spawn_blocking(move || pdf(&statement)).await.map_err(broken)??,
        StatementFormat::Csv => csv(&statement)?.into_bytes(),
        StatementFormat::Json => json(&statement)?.into_bytes(),
        StatementFormat::Html => html(&statement)?.into_bytes(),
        StatementFormat::UsageCsv => usage_csv(&statement)?.into_bytes(),
        StatementFormat::UsageLines => usage_lines(&statement).into_bytes(),
    })
}

/// `statement-12-acme-ltd-2026-10.pdf`: with the client's number, so that two of like names never share a file.
fn file_name(id: ClientId, statement: &Statement, format: StatementFormat) -> String {
    let (first, last) = (statement.period.first(), statement.period.last());
    let whole = first == first.month().first() && last == first.month().last();
    let days = if whole { first.month().to_string() } else { format!("{first}-to-{last}") };
    let (what, kind) = match format {
        StatementFormat::Pdf => ("statement", "pdf"),
        StatementFormat::Csv => ("statement", "csv"),
        StatementFormat::Json => ("statement", "json"),
        StatementFormat::Html => ("statement", "html"),
        StatementFormat::UsageCsv => ("usage", "csv"),
        StatementFormat::UsageLines => ("usage", "jsonl"),
    };
    format!("{what}-{}-{days}.{kind}", client_stem(id, &statement.buyer.name))
}

/// A client in the name of a file: letters, digits and dashes only.
pub(super) fn client_stem(id: ClientId, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String = name.chars().map(plain).collect();
    let mut stem = id.0.to_string();
    for word in words.split_whitespace() {
        if stem.len() + word.len() >= NAME_MAX {
            break;
        }
        stem.push('-');
        stem.push_str(word);
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_means_nothing_to_a_shell() {
        let rows = [
            ("Acme, Ltd.", "7-acme-ltd"),
            ("../../etc/passwd", "7-etc-passwd"),
            ("北京云联科技", "7"),
            ("=cmd|' /C calc'!A0", "7-cmd-c-calc-a0"),
            ("CON", "7-con"),
        ];
        for (name, stem) in rows {
            assert_eq!(client_stem(ClientId(7), name), stem);
        }
        assert!(client_stem(ClientId(7), &"long ".repeat(40)).len() <= NAME_MAX);
    }
}
