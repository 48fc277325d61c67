//! Colours of a chart. They are input: the window passes its own tokens, the invoice uses [`Theme::light`].

use std::fmt;
use std::str::FromStr;

use plotters::style::{Color, RGBAColor, RGBColor};

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The text is not `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a colour: write it as #3366d6")]
pub struct NotAColor(String);

impl Rgb {
    /// The colour at an opacity from 0 to 1, as plotters takes it.
    pub(super) fn at(self, opacity: f64) -> RGBAColor {
        RGBColor(self.0, self.1, self.2).mix(opacity)
    }
}

impl FromStr for Rgb {
    type Err = NotAColor;

    fn from_str(text: &str) -> Result<Self, NotAColor> {
        let refused = || NotAColor(text.to_owned());
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = u32::from_str_radix(digits.ok_or_else(refused)?, 16).map_err(|_| refused())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self(red, green, blue))
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours of a chart. The background is left transparent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Titles and legend names.
    pub text: Rgb,
    /// Tick labels and the unit.
    pub muted: Rgb,
    /// Horizontal grid lines.
    pub grid: Rgb,
    /// The line at zero.
    pub baseline: Rgb,
    /// What lies behind the chart; drawn as the hairline between stacked bars.
    pub surface: Rgb,
    /// The budget line and its ticks.
    pub budget: Rgb,
    /// Spend beyond the budget.
    pub over: Rgb,
    /// One colour per series. Neighbours differ in lightness as well as in hue, so that they can be told apart without
    /// colour vision.
    pub series: [Rgb; 8],
    /// The series that stands for the rest.
    pub other: Rgb,
}

impl Theme {
    /// Dark ink on a white surface.
    #[must_use]
    pub const fn light() -> Self {
        Self {
            text: Rgb(0x1c, 0x20, 0x28),
            muted: Rgb(0x66, 0x6f, 0x80),
            grid: Rgb(0xe9, 0xec, 0xf1),
            baseline: Rgb(0xc6, 0xcc, 0xd6),
            surface: Rgb(0xff, 0xff, 0xff),
            budget: Rgb(0x3a, 0x42, 0x52),
            over: Rgb(0xd6, 0x2f, 0x3f),
            series: [
                Rgb(0x34, 0x5f, 0xd1),
                Rgb(0x2f, 0xb5, 0xa0),
                Rgb(0xf0, 0xa6, 0x35),
                Rgb(0x8a, 0x4f, 0xc4),
                Rgb(0x6c, 0xb8, 0xee),
                Rgb(0xd9, 0x48, 0x7d),
                Rgb(0x9c, 0xbf, 0x3f),
                Rgb(0xb5, 0x5a, 0x2c),
            ],
            other: Rgb(0xa7, 0xae, 0xbb),
        }
    }

    /// Light ink on a near-black surface.
    #[must_use]
    pub const fn dark() -> Self {
        Self {
            text: Rgb(0xe8, 0xea, 0xee),
            muted: Rgb(0x98, 0xa0, 0xae),
            grid: Rgb(0x26, 0x2b, 0x34),
            baseline: Rgb(0x45, 0x4c, 0x59),
            surface: Rgb(0x14, 0x17, 0x1c),
            budget: Rgb(0xc9, 0xce, 0xd8),
            over: Rgb(0xff, 0x6b, 0x75),
            series: [
                Rgb(0x6b, 0x93, 0xf5),
                Rgb(0x3f, 0xc9, 0xb2),
                Rgb(0xf5, 0xb9, 0x55),
                Rgb(0xa9, 0x78, 0xe6),
                Rgb(0x8f, 0xcc, 0xf7),
                Rgb(0xec, 0x6f, 0x9c),
                Rgb(0xb4, 0xd3, 0x62),
                Rgb(0xd5, 0x83, 0x58),
            ],
            other: Rgb(0x6d, 0x75, 0x84),
        }
    }

    /// The colour of the series at an index.
    pub(super) fn color(&self, index: usize) -> Rgb {
        self.series[index % self.series.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!("#3366D6".parse::<Rgb>().unwrap().to_string(), "#3366d6");
        for wrong in ["3366d6", "#36d", "#gggggg", "#+12345", "url(x)"] {
            assert!(wrong.parse::<Rgb>().is_err(), "`{wrong}` must not reach an attribute of the drawing");
        }
    }
}
