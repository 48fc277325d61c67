//! Documents and charts; the same input gives the same bytes.
//!
//! **Owns:** how an invoice and a statement look as PDF, CSV, JSON, HTML and e-invoice XML, how usage looks as a chart on screen, on paper and in a terminal, and
//! the fonts they are set in. **Does not own:** what an invoice says (`billing`), where its bytes are kept (`store`), or
//! any cost or markup: nothing here has a field for them, so no document can carry them (product.md R29).
//!
//! No disk, network, clock or randomness is used. Money is converted to floating point only to place a pixel.

pub mod brand;
pub mod chart;
pub mod csv;
pub mod document;
pub mod einvoice;
pub mod epc;
pub mod error;
pub mod figures;
mod fonts;
pub mod json;
pub mod pdf;
pub mod statement;
pub mod terminal;

pub use brand::Logo;
pub use chart::{Chart, ChartSpec, Theme, chart};
pub use document::InvoiceDocument;
pub use einvoice::{EInvoiceError, XmlFormat};
pub use error::RenderError;
pub use pdf::{PdfOptions, pdf};
