//! Invoices and statements as PDF/A-3b.
//!
//! **Owns:** the template, the sealed world the typesetter lives in, and how many documents are set before its memory is
//! given back. **Does not own:** what an invoice says. The same document and options give the same bytes, as long as the
//! typesetter and the fonts stay the same: keep what was sent, do not make it again.

mod desk;
mod sheet;
mod statement;
pub(crate) mod tongue;
mod xmp;

use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfStandard, PdfStandards};

use crate::{InvoiceDocument, Logo, RenderError};
use desk::Desk;
use sheet::Sheet;

/// Stack of a typesetting thread. Deep tables recurse deeply, and the stack of an async worker is not ours to fill.
const STACK: usize = 16 * 1024 * 1024;
/// Documents between two sweeps of the typesetter's cache, which otherwise keeps 3 MB for each (invoice.md pitfall 2).
const SWEEP_EVERY: u32 = 8;
/// Sweeps that an unused cache entry survives.
const SWEEP_AGE: usize = 1;

/// Sheet size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// How an invoice is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfOptions {
    /// Sheet size.
    pub paper: Paper,
    /// The CII XML to attach as `factur-x.xml`, which makes the PDF an e-invoice.
    pub factur_x: Option<String>,
    /// The agency's logo, above its name.
    pub logo: Option<Logo>,
}

/// Prints one invoice. Blocks for 15 to 60 ms in a release build: call it where blocking is allowed. The typesetter has
/// threads of its own, so any caller's stack will do (invoice.md pitfall 1).
///
/// # Errors
/// The document does not add up, a character is in none of the fonts, or the typesetter refuses. Nothing is kept then.
pub fn pdf(document: &InvoiceDocument, options: &PdfOptions) -> Result<Vec<u8>, RenderError> {
    apart(|| one(document, options))?
}

/// Prints many invoices one after the other and hands each to `each` as it is done, with its place in the order. Holds one
/// finished document at a time. `each` runs on the typesetting thread; [`ControlFlow::Break`] ends the run.
///
/// # Errors
/// Only when the thread cannot run; a document that cannot be printed is handed to `each`.
pub fn pdf_batch<'a>(
    documents: impl IntoIterator<Item = &'a InvoiceDocument> + Send,
    options: &PdfOptions,
    mut each: impl FnMut(usize, Result<Vec<u8>, RenderError>) -> ControlFlow<()> + Send,
) -> Result<(), RenderError> {
    apart(|| {
        for (place, document) in documents.into_iter().enumerate() {
            if each(place, one(document, options)).is_break() {
                break;
            }
        }
    })
}

/// Whether an invoice could be printed, to ask before a number is taken for it: every character has a glyph and
/// everything adds up. Costs a fraction of a millisecond.
///
/// # Errors
/// As [`pdf`], but for what only the typesetter finds.
pub fn printable(document: &InvoiceDocument) -> Result<(), RenderError> {
    Sheet::new(document, &PdfOptions::default())?.check()
}

/// The first page as SVG, to look at; its letters are drawn as paths, so it needs no font.
///
/// # Errors
/// As [`pdf`].
pub fn preview(document: &InvoiceDocument, options: &PdfOptions) -> Result<String, RenderError> {
    apart(|| {
        let sheet = Sheet::new(document, options)?;
        sheet.check()?;
        let paged = set(&mut Desk::new(sheet, options.factur_x.clone())?);
        sweep();
        let page = paged?.pages().first().map(|page| typst_svg::svg(page, &typst_svg::SvgOptions::default()));
        page.ok_or_else(|| RenderError::Typesetting("it has no page".to_owned()))
    })?
}

/// Prints one statement, on the typesetting thread as [`pdf`].
pub(crate) fn statement(statement: &billing::Statement) -> Result<Vec<u8>, RenderError> {
    apart(|| {
        let sheet = statement::sheet(statement)?;
        sheet.check()?;
        let ident = sheet.ident();
        let bytes = typeset(&mut Desk::new(sheet, None)?, ident);
        sweep();
        bytes
    })?
}

/// The typesetters, one for each core: pools of a single thread. The typesetter shares the work of one document among the
/// threads of the pool it runs in. Two documents that are set side by side would take turns in a common pool, and handing
/// small pieces around costs more than it gains (invoice.md pitfall 1).
static TYPESETTERS: LazyLock<Vec<Mutex<ThreadPool>>> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (0..cores).filter_map(|_| typesetter().build().ok().map(Mutex::new)).collect()
});

fn typesetter() -> ThreadPoolBuilder {
    ThreadPoolBuilder::new().num_threads(1).stack_size(STACK).thread_name(|_| "typesetter".to_owned())
}

/// Runs with a typesetter that is free, or else the one whose turn it is; a panic there is an error here.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, RenderError> {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let free = TYPESETTERS.iter().find_map(|typesetter| typesetter.try_lock().ok());
    let pool = free.or_else(|| {
        let turn = TURN.fetch_add(1, Ordering::Relaxed).checked_rem(TYPESETTERS.len())?;
        TYPESETTERS.get(turn).map(|typesetter| typesetter.lock().unwrap_or_else(PoisonError::into_inner))
    });
    let pool = pool.ok_or(RenderError::Stopped)?;
    panic::catch_unwind(AssertUnwindSafe(|| pool.install(work))).map_err(|_| RenderError::Stopped)
}

fn one(document: &InvoiceDocument, options: &PdfOptions) -> Result<Vec<u8>, RenderError> {
    let sheet = Sheet::new(document, options)?;
    sheet.check()?;
    let ident = sheet.ident();
    let hybrid = options.factur_x.is_some();
    let bytes = typeset(&mut Desk::new(sheet, options.factur_x.clone())?, ident);
    sweep();
    if hybrid { xmp::mark(bytes?) } else { bytes }
}

/// Sets the pages; once more where there are more or fewer of them than foreseen.
fn set(desk: &mut Desk) -> Result<PagedDocument, RenderError> {
    let paged = typst::compile::<PagedDocument>(desk).output.map_err(|errors| refused(&errors))?;
    if desk.sheets().is_none_or(|sheets| sheets == paged.pages().len()) {
        return Ok(paged);
    }
    desk.count_sheets();
    typst::compile::<PagedDocument>(desk).output.map_err(|errors| refused(&errors))
}

fn typeset(desk: &mut Desk, ident: String) -> Result<Vec<u8>, RenderError> {
    let paged = set(desk)?;
    let standards =
        PdfStandards::new(&[PdfStandard::A_3b]).map_err(|e| RenderError::Typesetting(e.message().to_string()))?;
    let options = typst_pdf::PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Purser".to_owned())),
        standards,
        ..typst_pdf::PdfOptions::default()
    };
    typst_pdf::pdf(&paged, &options).map_err(|errors| refused(&errors))
}

/// Gives memory back now and then.
fn sweep() {
    static PRINTED: AtomicU32 = AtomicU32::new(0);
    if PRINTED.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
        typst::comemo::evict(SWEEP_AGE);
    }
}

fn refused(errors: &[SourceDiagnostic]) -> RenderError {
    let glyph = errors.iter().find_map(|error| without_glyph(&error.message));
    glyph.unwrap_or_else(|| {
        let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        RenderError::Typesetting(messages.join("; "))
    })
}

/// The typesetter's own complaint about a missing glyph, which it finds where shaping needs one that coverage does not
/// show (invoice.md pitfall 3).
fn without_glyph(message: &str) -> Option<RenderError> {
    let (_, rest) = message.split_once("the text \"")?;
    let (text, _) = rest.split_once("\" could not be displayed")?;
    Some(RenderError::MissingGlyph { character: text.chars().next()?, text: text.to_owned() })
}
