//! Tables for people: figures aligned at their decimal point, names cut before figures are, prose wrapped, and one record
//! below the other where the terminal is too narrow for any of that.

use console::{measure_text_width, pad_str, style, truncate_str};

/// Blanks between two columns.
const GAP: usize = 2;
/// Names are cut to this many columns even where there is room: one long name must not push every figure away.
const NAME_MOST: usize = 40;
/// Names are not cut below this.
const NAME_LEAST: usize = 16;
/// Prose is wrapped at this many columns even where there is room.
const PROSE_MOST: usize = 72;
/// Prose is not wrapped below this.
const PROSE_LEAST: usize = 24;

/// What a column holds, by the first character of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Short text, never cut: identifiers, dates, states.
    Text,
    /// `<`: a name, cut with `…` when there is too little room.
    Name,
    /// `>`: a figure, to the right, aligned at the decimal point.
    Figure,
    /// `~`: sentences, wrapped.
    Prose,
}

impl Kind {
    fn of(header: &str) -> (Self, &str) {
        for (mark, kind) in [('<', Self::Name), ('>', Self::Figure), ('~', Self::Prose)] {
            if let Some(name) = header.strip_prefix(mark) {
                return (kind, name);
            }
        }
        (Self::Text, header)
    }

    const fn bounds(self) -> (usize, usize) {
        match self {
            Self::Name => (NAME_LEAST, NAME_MOST),
            Self::Prose => (PROSE_LEAST, PROSE_MOST),
            Self::Text | Self::Figure => (usize::MAX, usize::MAX),
        }
    }
}

/// A table. Headers start with `<` for names, `>` for figures and `~` for prose; where all are empty, none is shown.
#[derive(Debug, Clone)]
pub struct Table {
    headers: Vec<String>,
    kinds: Vec<Kind>,
    rows: Vec<Vec<String>>,
    total: bool,
}

impl Table {
    /// A table of these rows.
    pub fn new(headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let (kinds, headers) = headers.iter().map(|header| Kind::of(header)).unzip::<_, &str, Vec<_>, Vec<_>>();
        let headers = headers.into_iter().map(str::to_uppercase).collect();
        let rows = rows.into_iter().map(|row| row.iter().map(|cell| shown(cell)).collect()).collect();
        Self { headers, kinds, rows, total: false }
    }

    /// The same table with a last row that sums up the others, below a rule.
    pub fn total(mut self, row: Vec<String>) -> Self {
        self.rows.push(row);
        self.total = true;
        self
    }

    /// The table within `width` columns, where they are known.
    pub fn draw(mut self, width: Option<usize>) -> String {
        for column in self.columns_of(Kind::Figure) {
            self.align(column);
        }
        match self.widths(width) {
            Some(widths) => self.grid(&widths),
            None => self.records(),
        }
    }

    fn columns_of(&self, kind: Kind) -> Vec<usize> {
        (0..self.kinds.len()).filter(|column| self.kinds[*column] == kind).collect()
    }

    /// Puts the decimal points of a column below each other.
    fn align(&mut self, column: usize) {
        let longest = self.rows.iter().map(|row| decimals(&row[column])).max().unwrap_or(0);
        for row in &mut self.rows {
            let missing = longest - decimals(&row[column]);
            row[column].push_str(&" ".repeat(missing));
        }
    }

    fn natural(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| &row[column]).chain([&self.headers[column]]);
        cells.map(|cell| measure_text_width(cell)).max().unwrap_or(0)
    }

    /// How wide each column may be; `None` when they cannot be made to fit.
    fn widths(&self, room: Option<usize>) -> Option<Vec<usize>> {
        let mut widths: Vec<usize> =
            self.kinds.iter().enumerate().map(|(column, kind)| self.natural(column).min(kind.bounds().1)).collect();
        let Some(room) = room else { return Some(widths) };
        let whole = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        for kind in [Kind::Prose, Kind::Name] {
            for column in self.columns_of(kind) {
                let over = whole(&widths).saturating_sub(room);
                let least = kind.bounds().0.min(widths[column]);
                widths[column] = widths[column].saturating_sub(over).max(least);
            }
        }
        (whole(&widths) <= room).then_some(widths)
    }

    fn grid(&self, widths: &[usize]) -> String {
        let mut lines = Vec::new();
        if self.headers.iter().any(|header| !header.is_empty()) {
            lines.push(style(self.line(&self.headers, widths)).bold().to_string());
        }
        for (index, row) in self.rows.iter().enumerate() {
            if self.total && index + 1 == self.rows.len() {
                lines.push("─".repeat(widths.iter().sum::<usize>() + GAP * (widths.len() - 1)));
            }
            lines.extend(self.lines(row, widths));
        }
        lines.join("\n")
    }

    /// A row: one line, or more where prose is wrapped.
    fn lines(&self, row: &[String], widths: &[usize]) -> Vec<String> {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(&self.kinds)
            .zip(widths)
            .map(|((cell, kind), width)| match kind {
                Kind::Prose => wrapped(cell, *width),
                _ => vec![truncate_str(cell, *width, "…").into_owned()],
            })
            .collect();
        let tallest = cells.iter().map(Vec::len).max().unwrap_or(1);
        let part =
            |line: usize| cells.iter().map(|cell| cell.get(line).cloned().unwrap_or_default()).collect::<Vec<_>>();
        (0..tallest).map(|line| self.line(&part(line), widths)).collect::<Vec<_>>()
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let padded = cells.iter().zip(&self.kinds).zip(widths).map(|((cell, kind), width)| {
            let side = if *kind == Kind::Figure { console::Alignment::Right } else { console::Alignment::Left };
            pad_str(cell, *width, side, None).into_owned()
        });
        padded.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    }

    /// One record below the other, a line per cell; empty cells are left out.
    fn records(&self) -> String {
        let label = self.headers.iter().map(|header| measure_text_width(header)).max().unwrap_or(0);
        let record = |row: &Vec<String>| {
            let told = self.headers.iter().zip(row).filter(|(_, cell)| !matches!(cell.trim(), "" | "–"));
            let line = |(header, cell): (&String, &String)| {
                let header = pad_str(header, label, console::Alignment::Left, None).into_owned();
                format!("{}  {}", style(header).bold(), cell.trim())
            };
            told.map(line).collect::<Vec<_>>().join("\n")
        };
        self.rows.iter().map(record).collect::<Vec<_>>().join("\n\n")
    }
}

/// A cell on one line: a name cannot break a table, whatever a gateway put into it.
fn shown(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Length of the decimals at a figure's end, the point included.
fn decimals(figure: &str) -> usize {
    match figure.rsplit_once('.') {
        Some((_, after)) if after.bytes().all(|byte| byte.is_ascii_digit()) => after.len() + 1,
        _ => 0,
    }
}

/// Text in lines of at most `width` columns, broken at blanks; a word that is too long stays whole.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines
            .last_mut()
            .filter(|line| line.is_empty() || measure_text_width(line) + 1 + measure_text_width(word) <= width);
        match last {
            Some(line) => {
                let gap = if line.is_empty() { "" } else { " " };
                line.push_str(gap);
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn spend() -> Table {
        let rows = [
            row(&["cl_1", "Harborlight", "1,551", "$102.19"]),
            row(&["cl_2", "株式会社みなと翻訳", "12", "$0.000194"]),
            row(&["cl_3", "The Worshipful Guild of Independent Booksellers of the West Country", "0", "–"]),
        ];
        Table::new(&["id", "<name", ">requests", ">cost"], rows).total(row(&["", "Total", "1,563", "$102.190194"]))
    }

    #[test]
    fn figures_meet_at_the_point_and_long_names_give_way() {
        let drawn = spend().draw(None);
        let wanted = "\
ID    NAME                                      REQUESTS         COST
cl_1  Harborlight                                  1,551  $102.19
cl_2  株式会社みなと翻訳                              12    $0.000194
cl_3  The Worshipful Guild of Independent Boo…         0     –
─────────────────────────────────────────────────────────────────────
      Total                                        1,563  $102.190194";
        assert_eq!(drawn, wanted, "\n{drawn}");
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for width in [46, 50, 60, 80, 120] {
            for line in spend().draw(Some(width)).lines() {
                assert!(measure_text_width(line) <= width, "{width}: {line}");
            }
        }
        let narrow = spend().draw(Some(50));
        assert!(narrow.contains("The Worshipful Guil…") || narrow.contains("The Worshipful"), "\n{narrow}");
    }

    #[test]
    fn what_cannot_fit_is_told_record_by_record() {
        let drawn = spend().draw(Some(30));
        assert!(
            drawn.starts_with("ID        cl_1\nNAME      Harborlight\nREQUESTS  1,551\nCOST      $102.19\n\nID"),
            "{drawn}"
        );
        assert!(!drawn.contains('–'), "what is not there is left out: {drawn}");
    }

    #[test]
    fn prose_is_wrapped_at_blanks() {
        let problem = "the gateway does not answer: check the address and that it is running";
        let table = Table::new(&["gateway", "~state"], [row(&["Main", problem])]);
        let wanted = "\
GATEWAY  STATE
Main     the gateway does not answer: check
         the address and that it is running";
        assert_eq!(table.draw(Some(46)), wanted);
    }

    #[test]
    fn a_cell_stays_one_cell() {
        let drawn = Table::new(&["<name"], [row(&["two\nlines\u{1b}[31m"])]).draw(None);
        assert_eq!(drawn.lines().count(), 2, "{drawn:?}");
        assert!(!drawn.contains('\u{1b}'), "no name reaches the terminal as a command: {drawn:?}");
    }
}
