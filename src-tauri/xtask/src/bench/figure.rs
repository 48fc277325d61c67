//! Figures read off the output of a bench.

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What was measured, after the bench that did.
    pub name: String,
    /// With its unit.
    pub value: String,
    /// What it should be, where the bench says so.
    pub goal: String,
}

/// Reads one line: a name, at least two blanks, a value that starts with a digit, and perhaps `goal GOAL`. Anything else
/// is talk.
pub fn read(bench: &str, line: &str) -> Option<Figure> {
    let (name, rest) = line.trim().split_once("  ")?;
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (value, goal) = rest
        .split_once(" goal ")
        .map_or((rest.as_str(), String::new()), |(value, goal)| (value, format!("goal {goal}")));
    Some(Figure { name: format!("{bench}: {name}"), value: value.to_owned(), goal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_name_and_a_value_apart() {
        let row = |line: &str| read("store", line).map(|row| format!("{}|{}|{}", row.name, row.value, row.goal));
        let whole = row("the whole file                        84.2 bytes per request").expect("a figure");
        assert_eq!(whole, "store: the whole file|84.2 bytes per request|");
        let ratio = row("ingest / plain insert   0.61  goal >= 0.5").expect("a figure");
        assert_eq!(ratio, "store: ingest / plain insert|0.61|goal >= 0.5");
        assert_eq!(row("1000000 requests, 200 clients"), None, "a heading has no two blanks");
        assert_eq!(row("   Running benches/store.rs"), None, "what the runner says is no figure");
        assert_eq!(row("test result:  ok"), None, "a value starts with a digit");
    }
}
