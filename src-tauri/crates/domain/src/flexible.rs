//! Flexible requests: those that said how long they may wait, written `00h-00m-30s` (S2-02).

use std::fmt;
use std::str::FromStr;

use crate::ModelName;

/// What flexible usage is told under: the model's name behind it, so that a price rule selects it by `flex/*`.
const PREFIX: &str = "flex/";

/// Longest part of a text that is quoted in a sentence, in characters.
const QUOTED: usize = 40;

/// When a request asked to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StartWithin {
    /// `default`: as usual.
    Default,
    /// `priority`: before others.
    Priority,
    /// `auto`: as the provider sees fit.
    Auto,
    /// Within so many seconds, 0 to 359,999: only such a request is flexible.
    Seconds(u32),
}

/// Why a text says no such thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartWithinError {
    /// Neither a duration nor one of the three words.
    #[error("`{0}` does not say when to start: write a duration as 00h-00m-30s, or default, priority or auto")]
    Shape(String),
    /// 60 minutes or seconds and more.
    #[error("`{0}` has more than 59 minutes or seconds: write 01h-00m-00s for an hour")]
    Range(String),
}

impl StartWithin {
    /// Whether it is a duration.
    #[must_use]
    pub const fn is_flexible(self) -> bool {
        matches!(self, Self::Seconds(_))
    }
}

impl FromStr for StartWithin {
    type Err = StartWithinError;

    /// Reads `HHh-MMm-SSs` with two digits each, or a word; small or capital letters, blanks around it are dropped.
    fn from_str(text: &str) -> Result<Self, StartWithinError> {
        let said = text.trim().to_ascii_lowercase();
        match said.as_str() {
            "default" => return Ok(Self::Default),
            "priority" => return Ok(Self::Priority),
            "auto" => return Ok(Self::Auto),
            _ => {}
        }
        let quoted = || text.chars().filter(|c| !c.is_control()).take(QUOTED).collect::<String>();
        let parts: Vec<&str> = said.split('-').collect();
        let [hours, minutes, seconds] = parts[..] else { return Err(StartWithinError::Shape(quoted())) };
        let read = |text, unit| two_digits(text, unit).ok_or_else(|| StartWithinError::Shape(quoted()));
        let (hours, minutes, seconds) = (read(hours, 'h')?, read(minutes, 'm')?, read(seconds, 's')?);
        if minutes > 59 || seconds > 59 {
            return Err(StartWithinError::Range(quoted()));
        }
        Ok(Self::Seconds(hours * 3600 + minutes * 60 + seconds))
    }
}

impl fmt::Display for StartWithin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Priority => f.write_str("priority"),
            Self::Auto => f.write_str("auto"),
            Self::Seconds(all) => write!(f, "{:02}h-{:02}m-{:02}s", all / 3600, all / 60 % 60, all % 60),
        }
    }
}

fn two_digits(text: &str, unit: char) -> Option<u32> {
    let digits = text.strip_suffix(unit)?;
    (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}

impl ModelName {
    /// What flexible usage of this model is told under; the name itself where it is one already.
    #[must_use]
    pub fn flexible(&self) -> Self {
        if self.is_flexible() { self.clone() } else { Self::new(format!("{PREFIX}{self}")) }
    }

    /// Whether flexible usage is told under this name.
    #[must_use]
    pub fn is_flexible(&self) -> bool {
        self.as_str().starts_with(PREFIX)
    }

    /// The model itself, whether its usage was flexible or not.
    #[must_use]
    pub fn inflexible(&self) -> Self {
        Self::new(self.as_str().strip_prefix(PREFIX).unwrap_or(self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s2_02_a_duration_is_flexible_and_the_three_words_are_not() {
        let rows = [
            ("00h-00m-30s", StartWithin::Seconds(30)),
            ("00h-00m-00s", StartWithin::Seconds(0)),
            (" 01H-02M-03S ", StartWithin::Seconds(3723)),
            ("99h-59m-59s", StartWithin::Seconds(359_999)),
            ("default", StartWithin::Default),
            ("Priority", StartWithin::Priority),
            ("auto", StartWithin::Auto),
        ];
        for (text, wanted) in rows {
            let read: StartWithin = text.parse().unwrap();
            assert_eq!((read, read.is_flexible()), (wanted, text.contains(['0', '9'])), "{text}");
            assert_eq!(read.to_string().parse(), Ok(wanted), "{text} is read as it is written");
        }
    }

    #[test]
    fn what_is_neither_is_told_what_to_write() {
        for text in ["", "30s", "0h-0m-30s", "00h-00m-30", "00m-00h-30s", "00h-00m-3٣s", "-1h-00m-30s", "00h-00m-30s-"]
        {
            let refused = text.parse::<StartWithin>().unwrap_err();
            assert_eq!(refused, StartWithinError::Shape(text.to_owned()));
            assert!(refused.to_string().contains("00h-00m-30s"), "{refused}");
        }
        let over = "00h-60m-00s".parse::<StartWithin>().unwrap_err();
        assert!(over.to_string().contains("more than 59 minutes"), "{over}");
        let long = "x".repeat(500).parse::<StartWithin>().unwrap_err();
        assert!(long.to_string().len() < 200, "no sentence is as long as its cause: {long}");
    }

    #[test]
    fn a_flexible_name_is_made_once_and_taken_back() {
        let model = ModelName::new("gpt-4o");
        let flexible = model.flexible();
        assert_eq!(
            (flexible.as_str(), flexible.flexible(), flexible.inflexible()),
            ("flex/gpt-4o", flexible.clone(), model.clone())
        );
        assert!(flexible.is_flexible() && !model.is_flexible());
        assert_eq!(model.inflexible(), model);
    }
}
