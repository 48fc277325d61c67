//! Small charts as text, for the command line.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// Block characters, an eighth wider each.
const ACROSS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// Block characters, an eighth taller each.
const UP: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One bar of a bar chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its length; a negative value is drawn as none.
    pub value: Decimal,
    /// The value as it is written at the end of the line.
    pub figure: String,
}

/// One line per bar: label, bar, figure, at most `width` columns (at least 20). Labels give way first, then bars; a
/// value other than zero always shows at least the thinnest mark.
#[must_use]
pub fn bars(bars: &[Bar], width: usize) -> Vec<String> {
    let width = width.max(20);
    let figures = bars.iter().map(|bar| columns(&bar.figure)).max().unwrap_or(0);
    let room = width.saturating_sub(figures + 2);
    let labels = bars.iter().map(|bar| columns(&bar.label)).max().unwrap_or(0).min(room * 2 / 5);
    let track = room.saturating_sub(labels);
    let highest = bars.iter().map(|bar| bar.value).max().unwrap_or(Decimal::ZERO);
    let line = |bar: &Bar| {
        let figure = format!("{}{}", " ".repeat(figures - columns(&bar.figure)), bar.figure);
        format!("{} {} {figure}", cell(&bar.label, labels), cell(&block(bar.value, highest, track), track))
    };
    bars.iter().map(line).collect()
}

/// A row of block characters, one per value; with more values than `width`, neighbours are added up. Zero and negative
/// values show as the lowest block only where some other value is higher.
#[must_use]
pub fn spark(values: &[Decimal], width: usize) -> String {
    if values.is_empty() || width == 0 {
        return String::new();
    }
    let per_column = values.len().div_ceil(width);
    let sum = |chunk: &[Decimal]| chunk.iter().copied().fold(Decimal::ZERO, |a, b| a.checked_add(b).unwrap_or(a));
    let columns: Vec<Decimal> = values.chunks(per_column).map(sum).collect();
    let highest = columns.iter().copied().max().unwrap_or(Decimal::ZERO);
    columns.iter().map(|value| UP[eighths(*value, highest, 1).saturating_sub(1).min(7)]).collect()
}

/// A bar of block characters, at most `track` columns.
fn block(value: Decimal, highest: Decimal, track: usize) -> String {
    let eighths = eighths(value, highest, track);
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(ACROSS[eighths % 8 - 1]);
    }
    bar
}

/// How many eighths of a column a value takes; at least one for a value above zero.
fn eighths(value: Decimal, highest: Decimal, track: usize) -> usize {
    if track == 0 || value <= Decimal::ZERO || highest <= Decimal::ZERO {
        return 0;
    }
    let share = value / highest;
    let units = share.checked_mul(Decimal::from(track * 8)).and_then(|units| units.floor().to_usize());
    units.unwrap_or(0).clamp(1, track * 8)
}

/// The text in exactly `width` columns: padded, or cut with an ellipsis.
fn cell(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    let fits = columns(text) <= width;
    let room = if fits { width } else { width.saturating_sub(1) };
    for c in text.chars().filter(|c| !c.is_control()) {
        if used + column(c) > room {
            break;
        }
        used += column(c);
        out.push(c);
    }
    if !fits && width > 0 {
        out.push('…');
        used += 1;
    }
    out.push_str(&" ".repeat(width.saturating_sub(used)));
    out
}

/// Columns a text takes in a terminal.
fn columns(text: &str) -> usize {
    text.chars().filter(|c| !c.is_control()).map(column).sum()
}

/// Columns of one character: two for the wide East Asian blocks and pictographs, none for combining marks.
fn column(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: &str) -> Bar {
        Bar { label: label.to_owned(), value: value.parse().unwrap(), figure: value.to_owned() }
    }

    #[test]
    fn bars_share_the_width_and_tiny_values_stay_visible() {
        let rows = [bar("gpt-4o", "100"), bar("claude-3-haiku", "50"), bar("株式会社", "0.001"), bar("idle", "0")];
        let lines = bars(&rows, 40);
        expect_test::expect![[r#"
            gpt-4o        ████████████████████   100
            claude-3-hai… ██████████              50
            株式会社      ▏                    0.001
            idle                                   0"#]]
        .assert_eq(&lines.join("\n"));
    }

    #[test]
    fn bars_hold_their_width_at_any_size() {
        let rows =
            [bar("a rather long label of a model", "79228162514264337593543950335"), bar("b", "-3"), bar("c", "0")];
        for width in [0, 20, 41, 80, 200] {
            for line in bars(&rows, width) {
                assert!(columns(&line) <= width.max(34), "`{line}` is wider than {width}");
            }
        }
        assert!(bars(&[], 80).is_empty());
        assert_eq!(bars(&[bar("none", "0")], 20)[0].trim_end(), "none               0");
    }

    #[test]
    fn sparks_scale_to_the_highest_column() {
        let values = |numbers: &[i64]| numbers.iter().copied().map(Decimal::from).collect::<Vec<_>>();
        assert_eq!(spark(&values(&[0, 1, 4, 8]), 10), "▁▁▄█");
        assert_eq!(spark(&values(&[0, 0, 0]), 10), "▁▁▁");
        assert_eq!(spark(&values(&[1; 100]), 10).chars().count(), 10);
        assert_eq!(spark(&[], 10), "");
        assert_eq!(spark(&values(&[-5, i64::MAX]), 2), "▁█");
    }
}
