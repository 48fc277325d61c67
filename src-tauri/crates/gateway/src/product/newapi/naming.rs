//! What we write into New API's few free texts, and how it is read back: the remark of a user, the name of a token.
//!
//! A user has a remark of 255 characters: mark, ceiling and full name go there, the operator's own words stay behind. A
//! token has a name of 50 bytes and nothing else: name, environment and mark share it. Reading is tolerant: people edit
//! both in New API's console, and most users and tokens there are not ours.

use domain::{Environment, Mark};
use sha2::{Digest, Sha256};

use crate::mark;

/// Longest user name, display name and password, in characters.
pub const SHORT_MAX: usize = 20;
/// Longest remark, in characters.
const REMARK_MAX: usize = 255;
/// Longest token name, in bytes.
pub const TOKEN_NAME_MAX: usize = 50;
/// Digits of the tag by which a token tells its account where the operator owns all tokens.
pub const TAG_DIGITS: usize = 6;
/// What our part of a remark begins with.
const REMARK_PREFIX: &str = "purser:";
/// What the display name of a user that is not finished begins with.
const UNFINISHED: &str = "purser ";
/// What separates our part of a token's name from the name.
const TOKEN_SEPARATOR: char = '~';
/// What separates our part of a remark from the operator's words.
const REMARK_SEPARATOR: &str = " | ";

/// A ceiling as we last set it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// We set none.
    #[default]
    Nothing,
    /// No ceiling: the wallet is kept full.
    Unlimited,
    /// This many quota units over the user's life.
    Units(i64),
}

/// A remark, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remark {
    /// Our mark, if we made the user.
    pub mark: Option<Mark>,
    /// The ceiling that we last set.
    pub asked: Asked,
    /// The full name; `None` where we never wrote one.
    pub name: Option<String>,
    /// The operator's own words.
    pub rest: String,
}

impl Remark {
    /// Reads any remark.
    pub fn parse(text: &str) -> Self {
        Self::ours(text).unwrap_or_else(|| Self { rest: text.trim().to_owned(), ..Self::default() })
    }

    fn ours(text: &str) -> Option<Self> {
        let (ours, rest) = text.split_once(REMARK_SEPARATOR).unwrap_or((text, ""));
        let mut parts = ours.trim().strip_prefix(REMARK_PREFIX)?.splitn(3, ':');
        let mark = parts.next()?;
        let asked = match parts.next()? {
            "u" => Asked::Unlimited,
            digits => digits.parse().map_or(Asked::Nothing, Asked::Units),
        };
        let name = Some(unescape(parts.next()?)).filter(|name| !name.is_empty());
        Some(Self { mark: mark::from_digits(mark), asked, name, rest: rest.trim().to_owned() })
    }

    /// Writes it; `None` when it does not fit.
    pub fn text(&self) -> Option<String> {
        let asked = match self.asked {
            Asked::Nothing => String::new(),
            Asked::Unlimited => "u".to_owned(),
            Asked::Units(units) => units.to_string(),
        };
        let mark = self.mark.as_ref().map(mark::digits).unwrap_or_default();
        let name = escape(self.name.as_deref().unwrap_or_default());
        let mut text = format!("{REMARK_PREFIX}{mark}:{asked}:{name}");
        if !self.rest.is_empty() {
            text.push_str(REMARK_SEPARATOR);
            text.push_str(&self.rest);
        }
        (text.chars().count() <= REMARK_MAX).then_some(text)
    }
}

fn escape(name: &str) -> String {
    name.replace('\\', "\\\\").replace('|', "\\p")
}

fn unescape(text: &str) -> String {
    let mut name = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => name.push(if rest.next() == Some('p') { '|' } else { '\\' }),
            other => name.push(other),
        }
    }
    name
}

/// A name cut to what a user name or display name holds.
pub fn short(name: &str) -> String {
    let cut: String = name.chars().take(SHORT_MAX).collect();
    cut.trim().to_owned()
}

/// The user name and the first display name of a user that we make: together they hold the whole mark, so that the user
/// is known as ours even when every later step is lost.
pub fn new_user(mark: &Mark) -> (String, String) {
    let hex = mark.to_string();
    (format!("p{}", &hex[..SHORT_MAX - 1]), format!("{UNFINISHED}{}", &hex[SHORT_MAX - 1..]))
}

/// The mark of a user whose making was not finished.
pub fn unfinished_mark(user_name: &str, display_name: &str) -> Option<Mark> {
    let head = user_name.strip_prefix('p').filter(|head| head.len() == SHORT_MAX - 1)?;
    format!("{head}{}", display_name.strip_prefix(UNFINISHED)?).parse().ok()
}

/// A password out of randomness: 20 letters and digits, the most New API takes.
pub fn password(random: &str) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digest = Sha256::digest(random.as_bytes());
    digest.iter().take(SHORT_MAX).map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

/// A token's name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName {
    /// The name for people.
    pub name: String,
    /// The environment, where we wrote one.
    pub environment: Option<Environment>,
    /// The tag of its account, where the operator owns all tokens.
    pub tag: Option<String>,
    /// Our mark, if we made the token.
    pub mark: Option<Mark>,
}

impl TokenName {
    /// Longest name for people in bytes, where nothing has to be kept of it.
    pub const fn room(tagged: bool) -> usize {
        TOKEN_NAME_MAX - 2 - mark::DIGITS - if tagged { TAG_DIGITS } else { 0 }
    }

    /// Reads any name. `tagged` is whether tokens of ours carry the tag of their account.
    pub fn parse(text: &str, tagged: bool) -> Self {
        Self::ours(text, tagged).unwrap_or_else(|| Self {
            name: text.to_owned(),
            environment: None,
            tag: None,
            mark: None,
        })
    }

    fn ours(text: &str, tagged: bool) -> Option<Self> {
        let (name, ours) = text.rsplit_once(TOKEN_SEPARATOR)?;
        let mut rest = ours.chars();
        let environment = Some(environment(rest.next()?)?);
        let rest = rest.as_str();
        let tag_digits = if tagged { TAG_DIGITS } else { 0 };
        let (tag, mark) = rest.split_at_checked(tag_digits)?;
        let mark = match mark {
            "" => None,
            digits => Some(mark::from_digits(digits)?),
        };
        let tag = (!tag.is_empty()).then(|| tag.to_owned());
        Some(Self { name: name.to_owned(), environment, tag, mark })
    }

    /// Writes it; `None` when it does not fit.
    pub fn text(&self) -> Option<String> {
        let mut text = self.name.clone();
        let plain = self.mark.is_none() && self.tag.is_none();
        match self.environment {
            None | Some(Environment::Other) if plain => {}
            environment => {
                text.push(TOKEN_SEPARATOR);
                text.push(letter(environment.unwrap_or(Environment::Other)));
                text.push_str(self.tag.as_deref().unwrap_or_default());
                text.push_str(&self.mark.as_ref().map(mark::digits).unwrap_or_default());
            }
        }
        (text.len() <= TOKEN_NAME_MAX).then_some(text)
    }
}

const fn letter(environment: Environment) -> char {
    match environment {
        Environment::Production => 'p',
        Environment::Staging => 's',
        Environment::Development => 'd',
        Environment::Other => 'o',
    }
}

fn environment(given: char) -> Option<Environment> {
    Environment::ALL.into_iter().find(|environment| letter(*environment) == given)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn remarks_are_read_tolerantly() {
        let mark = Mark::new([0xfb; 16]);
        let digits = mark::digits(&mark);
        let full = format!("purser:{digits}:u:Acme: a \\p b | VIP | call first");
        let rows = [
            ("", Remark::default()),
            ("VIP since 2024", Remark { rest: "VIP since 2024".into(), ..Remark::default() }),
            (
                &full,
                Remark {
                    mark: Some(mark),
                    asked: Asked::Unlimited,
                    name: Some("Acme: a | b".into()),
                    rest: "VIP | call first".into(),
                },
            ),
            (
                "purser:damaged:500:Acme",
                Remark { asked: Asked::Units(500), name: Some("Acme".into()), ..Remark::default() },
            ),
            ("purser:cut", Remark { rest: "purser:cut".into(), ..Remark::default() }),
        ];
        for (text, expected) in rows {
            assert_eq!(Remark::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn names_of_tokens_are_ours_or_left_alone() {
        let mark = Mark::new([0x5a; 16]);
        let ours = TokenName {
            name: "harbor~light prod".into(),
            environment: Some(Environment::Production),
            tag: None,
            mark: Some(mark),
        };
        let text = ours.text().unwrap();
        assert_eq!(text, format!("harbor~light prod~p{}", mark::digits(&mark)));
        assert_eq!(TokenName::parse(&text, false), ours);
        for foreign in ["default", "a~b", "~", "x~pshort", "Müller & Söhne 🚀", ""] {
            let read = TokenName::parse(foreign, false);
            assert_eq!((read.mark, read.text().as_deref()), (None, Some(foreign)), "{foreign}");
        }
        let adopted =
            TokenName { name: "default".into(), environment: Some(Environment::Staging), tag: None, mark: None };
        assert_eq!(
            TokenName::parse(&adopted.text().unwrap(), false),
            adopted,
            "an environment given to a foreign token"
        );
        let long = TokenName { name: "n".repeat(TokenName::room(false) + 1), ..ours.clone() };
        assert_eq!(long.text(), None);
        let just = TokenName { name: "n".repeat(TokenName::room(false)), ..ours };
        assert_eq!(just.text().map(|text| text.len()), Some(50));
    }

    #[test]
    fn an_unfinished_user_holds_the_whole_mark() {
        let mark = Mark::new([0xc4; 16]);
        let (name, display) = new_user(&mark);
        assert_eq!((name.len(), display.len()), (SHORT_MAX, SHORT_MAX), "both just fit: {name} {display}");
        assert_eq!(unfinished_mark(&name, &display), Some(mark));
        assert_eq!(unfinished_mark("peter", "purser fan"), None);
        assert_eq!(unfinished_mark("", ""), None);
    }

    #[test]
    fn passwords_are_letters_and_digits_and_differ() {
        let (one, two) = (password("random-1"), password("random-2"));
        assert_eq!(one.len(), SHORT_MAX);
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric()) && one != two, "{one} {two}");
    }

    proptest! {
        #[test]
        fn marks_survive_their_digits(bytes in any::<[u8; 16]>()) {
            let digits = mark::digits(&Mark::new(bytes));
            prop_assert_eq!(digits.len(), mark::DIGITS);
            prop_assert_eq!(mark::from_digits(&digits), Some(Mark::new(bytes)));
        }

        #[test]
        fn what_is_written_is_read(bytes in any::<[u8; 16]>(), name in "[^\\pC]{1,60}", units in any::<i64>(), rest in "[a-z |]{0,40}") {
            let asked = if units < 0 { Asked::Unlimited } else { Asked::Units(units) };
            let remark = Remark { mark: Some(Mark::new(bytes)), asked, name: Some(name.trim().to_owned()).filter(|n| !n.is_empty()), rest: rest.trim().to_owned() };
            prop_assert_eq!(Remark::parse(&remark.text().unwrap()), remark);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,80}", tail in "[~pPsdo:|A-Za-z0-9_\\\\-]{0,40}") {
            let all = format!("{text}{tail}");
            let _read = (Remark::parse(&all), Remark::parse(&format!("purser:{all}")), unfinished_mark(&all, &all));
            for tagged in [false, true] {
                let read = TokenName::parse(&all, tagged);
                prop_assert!(read.text().is_none_or(|text| text == all || read.mark.is_none()), "{}", all);
            }
        }
    }
}
