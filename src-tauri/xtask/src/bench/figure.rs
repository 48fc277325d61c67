//! Figures read off the output of a bench: divan's tree of medians, and lines that state a figure outright.

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What was measured, from the bench's package to the argument.
    pub name: String,
    /// With its unit.
    pub value: String,
    /// What it should be, where someone said so.
    pub goal: String,
}

/// Reads the output of one package's benches, line by line.
#[derive(Debug)]
pub struct Reader {
    package: String,
    branch: Vec<String>,
    found: Vec<Figure>,
}

impl Reader {
    /// A reader whose figures are named after `package`.
    pub fn new(package: &str) -> Self {
        Self { package: package.to_owned(), branch: Vec::new(), found: Vec::new() }
    }

    /// Takes one line.
    pub fn see(&mut self, line: &str) {
        if let Some(stated) = line.trim_start().strip_prefix("figure: ") {
            self.found.extend(stated_figure(&self.package, stated));
        } else if let Some((depth, name, median)) = branch(line) {
            self.branch.truncate(depth);
            self.branch.push(name.to_owned());
            if !median.is_empty() {
                let name = format!("{} {}", self.package, self.branch.join(" "));
                self.found.push(Figure { name, value: median.to_owned(), goal: String::new() });
            }
        }
    }

    /// Everything found, in the order it was printed.
    pub fn figures(self) -> Vec<Figure> {
        self.found
    }
}

/// `NAME = VALUE [goal GOAL]`.
fn stated_figure(package: &str, text: &str) -> Option<Figure> {
    let (name, rest) = text.split_once(" = ")?;
    let (value, goal) = rest.split_once(" goal ").unwrap_or((rest, ""));
    let goal = if goal.is_empty() { String::new() } else { format!("goal {}", goal.trim()) };
    Some(Figure { name: format!("{package} {}", name.trim()), value: value.trim().to_owned(), goal })
}

/// Depth, name and median of a divan row: `├─ name  fastest │ slowest │ median │ mean │ samples │ iters`.
fn branch(line: &str) -> Option<(usize, &str, &str)> {
    let (at, mark) = line.char_indices().find(|(_, c)| matches!(c, '├' | '╰'))?;
    let depth = line[..at].chars().count() / 3;
    let mut columns = line[at + mark.len_utf8()..].trim_start_matches('─').split('│');
    let first = columns.next()?.trim();
    let median = columns.nth(1).unwrap_or_default().trim();
    // The first column ends in the fastest time, which two or more blanks part from the name.
    let name = first.split("  ").next().unwrap_or(first).trim();
    Some((depth, name, median))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVAN: &str = "\
ingest             fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ raw_insert      7.1 ms        │ 9.3 ms        │ 7.5 ms        │ 7.6 ms        │ 100     │ 100
╰─ overview                      │               │               │               │         │
   ├─ 30           1.2 ms        │ 4.3 ms        │ 1.5 ms        │ 1.6 ms        │ 100     │ 100
   ╰─ 365          11.2 ms       │ 14.3 ms       │ 11.5 ms       │ 11.6 ms       │ 100     │ 100
figure: bytes per request = 84 B goal <= 100 B
figure: file = 840 MB";

    #[test]
    fn medians_and_stated_figures_become_rows() {
        let mut reader = Reader::new("store");
        DIVAN.lines().for_each(|line| reader.see(line));
        let rows: Vec<String> =
            reader.figures().iter().map(|row| format!("{}|{}|{}", row.name, row.value, row.goal)).collect();
        assert_eq!(
            rows,
            [
                "store raw_insert|7.5 ms|",
                "store overview 30|1.5 ms|",
                "store overview 365|11.5 ms|",
                "store bytes per request|84 B|goal <= 100 B",
                "store file|840 MB|",
            ]
        );
    }
}
