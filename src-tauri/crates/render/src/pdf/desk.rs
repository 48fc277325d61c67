//! The world the typesetter sees: one template of two, one data file, a few drawings, the XML to attach, the embedded fonts. Everything else, packages
//! and the date included, is refused (invoice.md pitfall 6).

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use super::sheet::{Sheet, Template};
use crate::{RenderError, fonts};

/// The names of the only files there are. Constant: names are kept for the life of the process (invoice.md pitfall 4).
struct Names {
    template: FileId,
    statement: FileId,
    data: FileId,
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
}

static FURNITURE: LazyLock<Option<Furniture>> = LazyLock::new(furniture);

fn furniture() -> Option<Furniture> {
    let names = Names {
        template: file("/invoice.typ")?,
        statement: file("/statement.typ")?,
        data: file("/data.json")?,
        chart: file("/usage.svg")?,
        code: file("/payment.svg")?,
        logo: file("/logo")?,
        factur_x: file("/factur-x.xml")?,
    };
    let template = Source::new(names.template, include_str!("invoice.typ").to_owned());
    let statement = Source::new(names.statement, include_str!("statement.typ").to_owned());
    let fonts: Vec<Font> = fonts::ALL.into_iter().filter_map(|bytes| Font::new(Bytes::new(bytes), 0)).collect();
    let book = LazyHash::new(FontBook::from_fonts(&fonts));
    Some(Furniture { names, template, statement, library: LazyHash::new(Library::default()), book, fonts })
}

fn file(name: &str) -> Option<FileId> {
    VirtualPath::new(name).ok().map(|path| RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Whether some embedded font has a character.
pub(super) fn can_draw(character: char) -> bool {
    let drawn = |font: &Font| font.info().coverage.contains(u32::from(character));
    FURNITURE.as_ref().is_some_and(|furniture| furniture.fonts.iter().any(drawn))
}

/// One document on the typesetter's desk.
pub(super) struct Desk {
    furniture: &'static Furniture,
    template: Template,
    data: Bytes,
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
            chart: Bytes::from_string(files.chart),
            code: Bytes::from_string(files.code),
            logo: files.logo.map(|logo| Bytes::new(logo.bytes().to_vec())),
            factur_x: factur_x.map(Bytes::from_string),
        })
    }
}

impl Desk {
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
