//! What an agency may put on its documents: one accent colour and a logo, checked when they are chosen, so that no invoice
//! fails for them later.

use std::fmt;
use std::sync::Arc;

/// Most bytes of a logo: every PDF carries it.
pub const LOGO_MAX: usize = 256 * 1024;
/// Most pixels of a bitmap's edge: a logo is printed 70 mm wide at most.
const PIXELS_MAX: u32 = 4096;
/// Least contrast of an accent with white paper: WCAG 2.2, 1.4.3, for text.
const CONTRAST_MIN: f64 = 4.5;

/// Why a colour or a logo was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrandError {
    /// Not six hexadecimal digits.
    #[error("`{0}` is not a colour: write six hexadecimal digits, for example #1d4ed8")]
    NoColor(String),
    /// Too pale for text on white.
    #[error(
        "{color} has a contrast of {contrast} to 1 with white paper, and text needs 4.5 to 1 (WCAG 1.4.3): choose a darker colour"
    )]
    Pale {
        /// The colour.
        color: String,
        /// Its contrast, to one decimal.
        contrast: String,
    },
    /// Too many bytes.
    #[error("the logo has {0} KiB, and every invoice would carry them: use a file of at most 256 KiB")]
    TooLarge(usize),
    /// Neither of the two formats.
    #[error("the logo is neither SVG nor PNG: export it as one of them")]
    Format,
    /// A PNG that cannot be drawn.
    #[error("the PNG cannot be used ({0}): export it again, at most 4096 pixels wide and high")]
    Png(String),
    /// An SVG that cannot be read.
    #[error("the SVG cannot be read ({0}): export it again as plain SVG")]
    Svg(String),
    /// An SVG that needs something from outside, or that moves.
    #[error("the SVG has {0}, which no document may load or run: embed or remove it, and export it as plain SVG")]
    Outside(String),
    /// An SVG with text, which looks different on each machine.
    #[error("the SVG has text that needs a font: turn its text into paths before you export it")]
    Text,
}

/// Reads an accent colour: `#` and six hexadecimal digits in small letters; empty is none.
///
/// # Errors
/// No colour, or one too pale for text on white paper.
pub fn accent(text: &str) -> Result<String, BrandError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let digits = text.trim_start_matches('#');
    let plain = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit());
    let number = if plain { u32::from_str_radix(digits, 16).ok() } else { None };
    let number = number.ok_or_else(|| BrandError::NoColor(text.to_owned()))?;
    let (color, contrast) = (format!("#{number:06x}"), with_white(number));
    if contrast < CONTRAST_MIN {
        return Err(BrandError::Pale { color, contrast: format!("{contrast:.1}") });
    }
    Ok(color)
}

/// Contrast with white as WCAG defines it: 1 to 21.
fn with_white(color: u32) -> f64 {
    let channel = |shift: u32| {
        let share = f64::from((color >> shift) & 0xff) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
    1.05 / (luminance + 0.05)
}

/// How a logo is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoFormat {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics.
    Png,
}

impl LogoFormat {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
        }
    }

    /// What the typesetter calls it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

/// A logo that was checked: it can be drawn, needs nothing from outside, and is small.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    format: LogoFormat,
    bytes: Arc<[u8]>,
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:?}, {} bytes)", self.format, self.bytes.len())
    }
}

impl Logo {
    /// Checks a logo.
    ///
    /// # Errors
    /// It is too large, of another format, damaged, or not self-contained.
    pub fn new(bytes: &[u8]) -> Result<Self, BrandError> {
        if bytes.len() > LOGO_MAX {
            return Err(BrandError::TooLarge(bytes.len().div_ceil(1024)));
        }
        let format = if bytes.starts_with(PNG) {
            png(bytes)?;
            LogoFormat::Png
        } else {
            svg(std::str::from_utf8(bytes).map_err(|_| BrandError::Format)?)?;
            LogoFormat::Svg
        };
        Ok(Self { format, bytes: bytes.into() })
    }

    /// How it is written.
    #[must_use]
    pub fn format(&self) -> LogoFormat {
        self.format
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The first bytes of every PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Refuses what would unpack to a huge picture. Whether the rest can be drawn is found out by drawing it
/// ([`crate::pdf::preview`]).
fn png(bytes: &[u8]) -> Result<(), BrandError> {
    let edge = |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
    let (Some(width), Some(height), Some(b"IHDR")) = (edge(16), edge(20), bytes.get(12..16)) else {
        return Err(BrandError::Png("its header is missing".to_owned()));
    };
    if width == 0 || height == 0 || width > PIXELS_MAX || height > PIXELS_MAX {
        return Err(BrandError::Png(format!("it is {width} × {height} pixels")));
    }
    Ok(())
}

/// Elements that run, load, or bring other documents with them.
const FORBIDDEN: [&str; 8] =
    ["script", "foreignObject", "image", "feImage", "animate", "set", "animateTransform", "animateMotion"];

fn svg(text: &str) -> Result<(), BrandError> {
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return Err(BrandError::Format);
    }
    // A document type is refused by the reader: entities may grow without bound or name files.
    let tree = roxmltree::Document::parse(text).map_err(|error| BrandError::Svg(error.to_string()))?;
    if tree.root_element().tag_name().name() != "svg" {
        return Err(BrandError::Format);
    }
    tree.descendants().filter(roxmltree::Node::is_element).try_for_each(element)
}

fn element(node: roxmltree::Node<'_, '_>) -> Result<(), BrandError> {
    let name = node.tag_name().name();
    if FORBIDDEN.contains(&name) {
        return Err(BrandError::Outside(format!("an element `{name}`")));
    }
    if name == "text" {
        return Err(BrandError::Text);
    }
    let style = (name == "style").then(|| node.text().unwrap_or_default());
    let values = node.attributes().map(|one| (one.name(), one.value())).chain(style.map(|text| ("style", text)));
    for (name, value) in values {
        let link = name == "href" && !value.trim_start().starts_with('#');
        if link || name.starts_with("on") || loads(value) {
            return Err(BrandError::Outside(format!("`{}` in `{name}`", value.chars().take(60).collect::<String>())));
        }
    }
    Ok(())
}

/// Whether a value asks for a file: a `url()` that is no part of the drawing, or an import.
fn loads(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let outside = |rest: &str| !rest.trim_start().trim_start_matches(['"', '\'']).starts_with('#');
    value.contains("@import") || value.split("url(").skip(1).any(outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_and_a_pale_one_refused() {
        assert_eq!(accent(" 1D4ED8 "), Ok("#1d4ed8".to_owned()));
        assert_eq!(accent(""), Ok(String::new()), "no colour is the plain one");
        for wrong in ["blue", "#12345", "#12345g", "#1234567"] {
            assert!(accent(wrong).unwrap_err().to_string().contains("six hexadecimal"), "{wrong}");
        }
        let pale = accent("#facc15").unwrap_err().to_string();
        assert!(pale.contains("1.5 to 1") && pale.contains("darker"), "{pale}");
        assert_eq!(accent("#767676"), Ok("#767676".to_owned()), "4.54 to 1 is enough");
        assert!(accent("#777777").is_err(), "4.48 to 1 is not");
    }

    #[test]
    fn a_logo_is_self_contained() {
        let svg = |inner: &str| format!(r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inner}</svg>"##);
        let fine = svg(r##"<defs><linearGradient id="a"/></defs><path fill="url(#a)" d="M0 0h9v9z"/>"##);
        assert_eq!(Logo::new(fine.as_bytes()).unwrap().format(), LogoFormat::Svg);
        let refused = [
            r#"<script>1</script>"#,
            r#"<image href="data:image/png;base64,AA"/>"#,
            r#"<use href="https://x.example/a.svg#b"/>"#,
            r#"<path onclick="x()"/>"#,
            r#"<path fill="url(https://x.example)"/>"#,
            r#"<style>@import 'x.css';</style>"#,
            r#"<foreignObject/>"#,
        ];
        for inner in refused {
            let error = Logo::new(svg(inner).as_bytes()).unwrap_err();
            assert!(matches!(error, BrandError::Outside(_)), "{inner}: {error}");
        }
        assert_eq!(Logo::new(svg("<text>Hi</text>").as_bytes()), Err(BrandError::Text));
        let entities = format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{}", svg("&a;"));
        assert!(matches!(Logo::new(entities.as_bytes()), Err(BrandError::Svg(_))), "no document type");
        assert!(matches!(Logo::new(svg("<g>").as_bytes()), Err(BrandError::Svg(_))), "not closed");
    }

    #[test]
    fn other_files_are_no_logo() {
        assert_eq!(Logo::new(b"GIF89a"), Err(BrandError::Format));
        assert_eq!(Logo::new(b"<html/>"), Err(BrandError::Format));
        assert_eq!(Logo::new(&vec![b' '; LOGO_MAX + 1]), Err(BrandError::TooLarge(257)));
        assert!(matches!(Logo::new(PNG), Err(BrandError::Png(_))), "a PNG has a header");
        let huge = [PNG, &[0, 0, 0, 13], b"IHDR", &40_000_u32.to_be_bytes(), &9_u32.to_be_bytes()].concat();
        assert!(Logo::new(&huge).unwrap_err().to_string().contains("40000 × 9 pixels"));
    }
}
