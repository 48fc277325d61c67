//! The world the typesetter sees: one template of two, one data file, a few drawings, the XML to attach, the embedded fonts. Everything else, packages
//! and the date included, is refused (invoice.md pitfall 6).

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::layout::Abs;
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook, FontInstance, FontVariant, FontVariations};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use super::sheet::{Sheet, Template};
use crate::{RenderError, fonts};

/// The names of the only files there are. Constant: names are kept for the life of the process (invoice.md pitfall 4).
struct Names {
    template: FileId,
    statement: FileId,
    data: FileId,
    sheets: FileId,
    chart: FileId,
    code: FileId,
    logo: FileId,
    factur_x: FileId,
}

/// What is the same for every document.
struct Furniture {
    names: Names,
    template: Source,
    statement: Source,
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    drawn: Drawn,
    widths: Widths,
}

static FURNITURE: LazyLock<Option<Furniture>> = LazyLock::new(furniture);

fn furniture() -> Option<Furniture> {
    let names = Names {
        template: file("/invoice.typ")?,
        statement: file("/statement.typ")?,
        data: file("/data.json")?,
        sheets: file("/sheets.json")?,
        chart: file("/usage.svg")?,
        code: file("/payment.svg")?,
        logo: file("/logo")?,
        factur_x: file("/factur-x.xml")?,
    };
    let template = Source::new(names.template, include_str!("invoice.typ").to_owned());
    let statement = Source::new(names.statement, include_str!("statement.typ").to_owned());
    let fonts: Vec<Font> = fonts::ALL.into_iter().filter_map(|bytes| Font::new(Bytes::new(bytes), 0)).collect();
    let book = LazyHash::new(FontBook::from_fonts(&fonts));
    let (drawn, widths) = (Drawn::by(&fonts), Widths::of(fonts.get(MEASURED)?));
    Some(Furniture {
        names,
        template,
        statement,
        library: LazyHash::new(Library::default()),
        book,
        fonts,
        drawn,
        widths,
    })
}

fn file(name: &str) -> Option<FileId> {
    VirtualPath::new(name).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The characters that some embedded font has, a bit for each: a document asks for thousands.
struct Drawn(Vec<u64>);

impl Drawn {
    fn by(fonts: &[Font]) -> Self {
        let mut bits = vec![0; (char::MAX as usize >> 6) + 1];
        for character in fonts.iter().flat_map(|font| font.info().coverage.iter()) {
            if let Some(word) = bits.get_mut(character as usize >> 6) {
                *word |= 1 << (character & 63);
            }
        }
        Self(bits)
    }

    fn has(&self, character: char) -> bool {
        let place = u32::from(character);
        self.0.get(place as usize >> 6).is_some_and(|word| word >> (place & 63) & 1 == 1)
    }
}

/// Whether some embedded font has a character.
pub(super) fn can_draw(character: char) -> bool {
    FURNITURE.as_ref().is_some_and(|furniture| furniture.drawn.has(character))
}

/// Place of the face that texts are measured in: semibold, the wider of the two there are.
const MEASURED: usize = 1;

/// Blank between letters of two scripts, in ems.
const BETWEEN_SCRIPTS: f64 = 0.25;

/// Widths of letters in ems, to know how wide a column must be without setting its cells.
struct Widths {
    face: FontInstance,
    /// Of the widest digit, since figures of tables are as wide as each other.
    digit: f64,
}

impl Widths {
    fn of(font: &Font) -> Self {
        let face = font.clone().instantiate(FontVariant::default(), Abs::zero(), &FontVariations::default());
        let digit = ('0'..='9').filter_map(|digit| advance(&face, digit)).fold(0.0, f64::max);
        Self { face, digit }
    }

    /// A letter of another script counts as a full square, and no letter of the embedded ones is wider.
    fn letter(&self, letter: char) -> f64 {
        if letter.is_ascii_digit() { self.digit } else { advance(&self.face, letter).unwrap_or(1.0) }
    }

    fn text(&self, text: &str) -> f64 {
        let pairs = text.chars().zip(text.chars().skip(1));
        let between = pairs.map(|(left, right)| if self.is_apart(left, right) { BETWEEN_SCRIPTS } else { 0.0 });
        text.chars().map(|letter| self.letter(letter)).chain(between).sum()
    }

    /// Whether the typesetter puts a blank between two letters: a Chinese one and a Latin one or a digit.
    fn is_apart(&self, left: char, right: char) -> bool {
        if left.is_ascii() && right.is_ascii() {
            return false;
        }
        let foreign = |letter| advance(&self.face, letter).is_none();
        left.is_alphanumeric() && right.is_alphanumeric() && foreign(left) != foreign(right)
    }
}

fn advance(face: &FontInstance, letter: char) -> Option<f64> {
    let glyph = face.ttf().glyph_index(letter)?;
    face.x_advance(glyph.0).map(|ems| ems.get())
}

/// How wide a text is at most on one line, in ems.
pub(super) fn ems(text: &str) -> f64 {
    let widths = FURNITURE.as_ref().map(|furniture| &furniture.widths);
    widths.map_or_else(|| text.chars().map(|_| 1.0).sum(), |widths| widths.text(text))
}

/// One document on the typesetter's desk.
pub(super) struct Desk {
    furniture: &'static Furniture,
    template: Template,
    data: Bytes,
    sheets: Option<usize>,
    chart: Bytes,
    code: Bytes,
    logo: Option<Bytes>,
    factur_x: Option<Bytes>,
}

impl Desk {
    pub fn new(sheet: Sheet, factur_x: Option<String>) -> Result<Self, RenderError> {
        let unnamed = || RenderError::Typesetting("its files cannot be named".to_owned());
        let furniture = FURNITURE.as_ref().ok_or_else(unnamed)?;
        let template = sheet.template();
        let files = sheet.into_files();
        Ok(Self {
            furniture,
            template,
            data: Bytes::from_string(files.data),
            sheets: files.sheets,
            chart: Bytes::from_string(files.chart),
            code: Bytes::from_string(files.code),
            logo: files.logo.map(|logo| Bytes::new(logo.bytes().to_vec())),
            factur_x: factur_x.map(Bytes::from_string),
        })
    }
}

impl Desk {
    /// How many sheets the document is told to have; `None` where the typesetter finds out.
    pub fn sheets(&self) -> Option<usize> {
        self.sheets
    }

    /// Leaves their number to the typesetter.
    pub fn count_sheets(&mut self) {
        self.sheets = None;
    }

    fn source_of(&self) -> &Source {
        match self.template {
            Template::Invoice => &self.furniture.template,
            Template::Statement => &self.furniture.statement,
        }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.furniture.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.furniture.book
    }

    fn main(&self) -> FileId {
        self.source_of().id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() { Ok(self.source_of().clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match &self.furniture.names {
            names if id == names.data => Ok(self.data.clone()),
            names if id == names.sheets => Ok(Bytes::from_string(serde_json::json!(self.sheets).to_string())),
            names if id == names.chart => Ok(self.chart.clone()),
            names if id == names.code => Ok(self.code.clone()),
            names if id == names.logo => self.logo.clone().ok_or(FileError::AccessDenied),
            names if id == names.factur_x => self.factur_x.clone().ok_or(FileError::AccessDenied),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.furniture.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_its_letters_and_the_blanks_between_scripts() {
        let plain = ["2026", "年", "11", "月", "1", "日"].map(ems).iter().sum::<f64>();
        let blanks = 5.0 * BETWEEN_SCRIPTS;
        assert!((ems("2026年11月1日") - plain - blanks).abs() < 1e-9, "between a digit and a Chinese letter");
        assert!((ems("日 – 2") - ems("日") - ems(" – 2")).abs() < 1e-9, "none beside a blank or a dash");
    }
}
