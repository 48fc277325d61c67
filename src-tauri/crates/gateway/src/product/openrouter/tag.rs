//! What OpenRouter has no field for, kept at the end of a key's name: ` [p:prod:EjRWeJCrze8SNFZ4kKvN7w]`.
//!
//! The three parts are the environment, the mark in 22 letters and, while a pause of the whole account holds the key,
//! `off`. A key that was not made by us gets a tag only when there is something to keep.

use domain::{Environment, Mark};

use crate::mark;

/// What a tag begins with, the blank before it included.
const OPEN: &str = " [p:";
/// What a tag says while a pause of the account holds the key.
const OFF: &str = "off";

/// What a key's name on OpenRouter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// The name for people.
    pub name: String,
    /// The environment.
    pub environment: Environment,
    /// Our mark, if we made the key.
    pub mark: Option<Mark>,
    /// Whether a pause of the account holds it, so that resuming the account may wake it.
    pub off: bool,
}

impl Tagged {
    /// Reads a name; what is no tag of ours belongs to the name.
    pub fn read(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| Self {
            name: text.to_owned(),
            environment: Environment::Other,
            mark: None,
            off: false,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let inside = text.strip_suffix(']')?;
        let at = inside.rfind(OPEN)?;
        let mut parts = inside[at + OPEN.len()..].split(':');
        let environment = Environment::from_code(parts.next()?)?;
        let mark = match parts.next()? {
            "" => None,
            letters => Some(mark::from_digits(letters)?),
        };
        let off = match parts.next() {
            None => false,
            Some(OFF) => true,
            Some(_) => return None,
        };
        parts.next().is_none().then(|| Self { name: inside[..at].to_owned(), environment, mark, off })
    }

    /// The name as OpenRouter keeps it.
    pub fn write(&self) -> String {
        if self.mark.is_none() && !self.off && self.environment == Environment::Other {
            return self.name.clone();
        }
        let mark = self.mark.as_ref().map(mark::digits).unwrap_or_default();
        let off = if self.off { ":off" } else { "" };
        format!("{}{OPEN}{}:{mark}{off}]", self.name, self.environment.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_openrouter_has_no_field_for() {
        let mark = Mark::new([0x12; 16]);
        let rows = [
            (Environment::Production, Some(mark), false, "Clinic [p:prod:EhISEhISEhISEhISEhISEg]"),
            (Environment::Staging, Some(mark), true, "Clinic [p:staging:EhISEhISEhISEhISEhISEg:off]"),
            (Environment::Other, None, true, "Clinic [p:other::off]"),
            (Environment::Other, None, false, "Clinic"),
        ];
        for (environment, mark, off, written) in rows {
            let tagged = Tagged { name: "Clinic".to_owned(), environment, mark, off };
            assert_eq!(tagged.write(), written);
            assert_eq!(Tagged::read(written), tagged);
        }
    }

    #[test]
    fn what_is_no_tag_of_ours_is_part_of_the_name() {
        for name in [
            "",
            "]",
            " [p:",
            "Clinic [p:prod]",
            "Clinic [p:moon:]",
            "Clinic [p:prod:short]",
            "Clinic [p:prod:EhISEhISEhISEhISEhISEh]",
            "Clinic [p:prod::on]",
            "Clinic [p:prod::off:off]",
            "Clinic [p:prod:EhISEhISEhISEhISEhISEg] ",
        ] {
            assert_eq!(Tagged::read(name).name, name, "{name}");
            assert_eq!(Tagged::read(name).mark, None, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_mark_and_name_survives(bytes: [u8; 16], name in "\\PC{0,40}", off: bool) {
            let tagged = Tagged { name, environment: Environment::Production, mark: Some(Mark::new(bytes)), off };
            proptest::prop_assert_eq!(Tagged::read(&tagged.write()), tagged);
        }

        #[test]
        fn no_name_panics(name in "\\PC{0,40}( \\[p:[a-z]{0,8}:[A-Za-z_-]{0,24}(:off)?\\])?") {
            let _read = Tagged::read(&name);
        }
    }
}
