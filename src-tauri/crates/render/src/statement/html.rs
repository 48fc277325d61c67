//! A statement as one HTML page: no script, nothing from elsewhere, light and dark by the reader's own choice, printable.

use billing::Statement;

use super::{Page, Row, Table, chart};
use crate::document::Party;
use crate::{RenderError, Theme, figures};

/// Size of the chart in CSS pixels.
const CHART: (u16, u16) = (960, 280);

/// The page. The same statement gives the same bytes.
///
/// # Errors
/// A sum has more digits than can be kept.
pub fn html(statement: &Statement) -> Result<String, RenderError> {
    let page = Page::new(statement)?;
    let title = escaped(&format!("{}, {}", page.title, page.buyer.name));
    let (light, dark) = (chart(statement, &Theme::light(), CHART)?, chart(statement, &Theme::dark(), CHART)?);
    let parts = [
        head(&title, page.words.language.code()),
        letterhead(&page),
        format!("<figure class=\"light\">{light}</figure>\n<figure class=\"dark\">{dark}</figure>\n"),
        page.tables.iter().map(table).collect(),
        page.notes.iter().map(|note| format!("<p class=\"note\">{}</p>\n", escaped(note))).collect(),
        footer(&page.footer),
    ];
    Ok(format!("{}</main>\n</body>\n</html>\n", parts.concat()))
}

/// Text that somebody may have typed, without unseen characters and with nothing that HTML reads as markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in figures::visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn head(title: &str, language: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n<main>\n",
        include_str!("page.css")
    )
}

fn letterhead(page: &Page) -> String {
    let fact = |[label, value]: &[String; 2]| format!("<dt>{}</dt><dd>{}</dd>", escaped(label), escaped(value));
    let facts: String = page.facts.iter().map(fact).collect();
    format!(
        "<header>\n<div><p class=\"seller\"><bdi>{}</bdi></p>{}</div>\n<h1>{}</h1>\n</header>\n\
         <section class=\"top\">\n<div><p class=\"label\">{}</p><p class=\"buyer\"><bdi>{}</bdi></p>{}</div>\n\
         <dl>{facts}</dl>\n</section>\n\
         <p class=\"total\"><span>{}</span> <strong>{}</strong></p>\n",
        escaped(&page.seller.name),
        address(&page.seller),
        escaped(page.words.text("statement")),
        escaped(page.words.text("st_for")),
        escaped(&page.buyer.name),
        address(&page.buyer),
        escaped(page.words.text("st_charges")),
        escaped(&page.total),
    )
}

fn address(party: &Party) -> String {
    let lines = party.address.iter().chain([&party.email]).filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines.map(|line| format!("<bdi>{}</bdi>", escaped(line))).collect();
    if lines.is_empty() { String::new() } else { format!("<p class=\"address\">{}</p>", lines.join("<br>")) }
}

fn table(table: &Table) -> String {
    let side = |right: bool| if right { " class=\"figure\"" } else { "" };
    let titles: String = table
        .columns
        .iter()
        .map(|(title, right)| format!("<th scope=\"col\"{}>{}</th>", side(*right), escaped(title)))
        .collect();
    let row = |row: &Row| {
        let beside = if row.beside.is_empty() {
            String::new()
        } else {
            format!("<small><bdi>{}</bdi></small>", escaped(&row.beside))
        };
        let cells = row.cells.iter().zip(table.columns.iter().skip(1));
        let cells: String =
            cells.map(|(cell, (_, right))| format!("<td{}>{}</td>", side(*right), escaped(cell))).collect();
        format!("<tr><th scope=\"row\"><bdi>{}</bdi>{beside}</th>{cells}</tr>\n", escaped(&row.name))
    };
    let rows: String = table.rows.iter().map(row).collect();
    let total = table.total.as_ref().map_or_else(String::new, |total| format!("<tfoot>\n{}</tfoot>\n", row(total)));
    let note = if table.note.is_empty() { String::new() } else { format!("<p>{}</p>\n", escaped(&table.note)) };
    format!(
        "<section>\n<h2>{}</h2>\n{note}<div class=\"wide\"><table>\n<thead><tr>{titles}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n{total}</table></div>\n</section>\n",
        escaped(&table.title)
    )
}

fn footer(text: &str) -> String {
    let lines: Vec<String> = text.trim().lines().map(escaped).collect();
    if text.trim().is_empty() { String::new() } else { format!("<footer>{}</footer>\n", lines.join("<br>")) }
}
