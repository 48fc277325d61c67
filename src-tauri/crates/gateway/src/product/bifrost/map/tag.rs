//! What we write behind a text that people read, and how it is found again.
//!
//! Customers have nothing but a name, and virtual keys nothing but a name and a description. So the end of a customer's
//! name, and of a virtual key's description, holds `[purser:<mark> …]`.

use domain::{Environment, Mark};

/// What ours begins with.
const OPENS: &str = "[purser:";
/// The word for "stopped by a pause of the account".
const PAUSED: &str = "paused";

/// A text with what we wrote behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tag {
    /// The text of others.
    pub text: String,
    /// Our mark, if we made the object.
    pub mark: Option<Mark>,
    /// A key's environment.
    pub environment: Option<Environment>,
    /// On a customer: its account is paused. On a virtual key: that pause stopped it, and its end starts it again.
    pub paused: bool,
}

impl Tag {
    /// Reads a text. Whatever is not ours to the last word stays in the text.
    pub fn read(whole: &str) -> Self {
        let ours =
            whole.rfind(OPENS).and_then(|at| Some((at, whole[at + OPENS.len()..].trim_end().strip_suffix(']')?)));
        let plain = || Self { text: whole.to_owned(), ..Self::default() };
        let Some((at, words)) = ours else { return plain() };
        let mut tag = Self { text: whole[..at].trim_end().to_owned(), ..Self::default() };
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            match (word.parse().ok(), Environment::from_code(word)) {
                (Some(mark), _) => tag.mark = Some(mark),
                (None, Some(environment)) => tag.environment = Some(environment),
                (None, None) if word == PAUSED => tag.paused = true,
                (None, None) => return plain(),
            }
        }
        tag
    }

    /// The text to write; without anything of ours it is the text alone.
    pub fn write(&self) -> String {
        let mark = self.mark.map(|mark| mark.to_string());
        let environment = self.environment.map(Environment::code);
        let words: Vec<&str> =
            [mark.as_deref(), environment, self.paused.then_some(PAUSED)].into_iter().flatten().collect();
        if words.is_empty() {
            return self.text.clone();
        }
        let ours = format!("{OPENS}{}]", words.join(" "));
        if self.text.is_empty() { ours } else { format!("{} {ours}", self.text) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARK: Mark = Mark::new([0xab; 16]);

    #[test]
    fn ours_is_found_and_theirs_is_kept() {
        let hex = MARK.to_string();
        let rows = [
            (format!("Acme [purser:{hex}]"), "Acme", Some(MARK), None, false),
            (format!("Acme [purser:{hex} paused] "), "Acme", Some(MARK), None, true),
            ("Acme [purser:paused]".to_owned(), "Acme", None, None, true),
            (format!("[purser:{hex} staging]"), "", Some(MARK), Some(Environment::Staging), false),
            ("Acme".to_owned(), "Acme", None, None, false),
            ("Acme [purser:friend]".to_owned(), "Acme [purser:friend]", None, None, false),
            (format!("Acme [purser:{hex}] & Co"), &format!("Acme [purser:{hex}] & Co"), None, None, false),
            ("[purser:".to_owned(), "[purser:", None, None, false),
        ];
        for (whole, text, mark, environment, paused) in rows {
            let expected = Tag { text: text.to_owned(), mark, environment, paused };
            assert_eq!(Tag::read(&whole), expected, "{whole}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(text in "\\PC{0,40}", marked: bool, paused: bool, environment in 0_usize..5) {
            let tag = Tag {
                text: text.trim().to_owned(),
                mark: marked.then_some(MARK),
                environment: Environment::ALL.get(environment).copied(),
                paused,
            };
            let again = Tag::read(&tag.write());
            prop_assume!(marked || paused || tag.environment.is_some());
            prop_assert_eq!(again, tag);
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _read = (Tag::read(&text), Tag::read(&format!("{text}[purser:{text}]")));
        }
    }
}
