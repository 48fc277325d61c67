//! Lines of an invoice that Purser words itself. An invoice freezes them in English, as every file for machines has them; on
//! paper they are said in its language, with their months as the language writes them. What a person typed stays as it is.

use domain::DocumentLanguage::English;
use domain::Month;

use super::{Tongue, of};

/// The texts that Purser makes lines of.
const LINES: [&str; 3] = ["line_carried", "line_drift", "line_owed"];

impl Tongue {
    /// A line's words in this language, where they are Purser's own.
    pub(super) fn own(&self, typed: &str) -> Option<String> {
        LINES.into_iter().find_map(|key| {
            let blanks = blanks(of(English).text(key), typed)?;
            let values: Vec<(&str, String)> = blanks.iter().map(|(name, value)| (*name, self.value(value))).collect();
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Some(self.filled(key, &values))
        })
    }

    fn value(&self, text: &str) -> String {
        text.parse::<Month>().map_or_else(|_| text.to_owned(), |month| self.month(month))
    }
}

/// What stands in the blanks of a template in a text that was made of it; `None` where it was made of something else.
fn blanks<'t>(template: &'t str, text: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let (before, mut rest) = template.split_once('{')?;
    let (mut left, mut found) = (text.strip_prefix(before)?, Vec::new());
    while let Some((name, after)) = rest.split_once('}') {
        let (literal, next) = after.split_once('{').unwrap_or((after, ""));
        let end = if literal.is_empty() { left.len() } else { left.find(literal)? };
        let (value, remaining) = left.split_at_checked(end)?;
        found.push((name, value));
        (left, rest) = (remaining.strip_prefix(literal)?, next);
    }
    left.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use domain::DocumentLanguage::{self, Chinese, German};

    use super::*;

    /// As `app` words them.
    const OURS: [&str; 3] = [
        "Carried forward from 2026-08",
        "Usage of 2026-10 told after invoice 2026-0001",
        "Usage through 2026-11 that credit did not cover",
    ];

    fn said(language: DocumentLanguage) -> Vec<String> {
        OURS.iter().map(|text| of(language).own(text).unwrap()).collect()
    }

    #[test]
    fn lines_of_purser_are_said_in_each_language() {
        assert_eq!(said(German)[1], "Nutzung in Okt.\u{a0}2026, gemeldet nach Rechnung 2026-0001");
        assert_eq!(said(Chinese)[2], "截至2026年11月、余额未能抵扣的用量");
        assert_eq!(said(English)[0], "Carried forward from Aug\u{a0}2026");
    }

    #[test]
    fn what_a_person_typed_stays_as_it_is() {
        for typed in ["Onboarding", "", "Usage", "Carried forward", "Usage of 2026-10 told by phone", "{month}"] {
            assert_eq!(of(German).own(typed), None, "{typed}");
        }
    }
}
