//! How an invoice is set: frozen with it, so that what was sent can be told later. No program that reads an invoice looks
//! at any of this.

use domain::DocumentLanguage;

/// Language, colour, logo and the words around the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The language of its words, dates and numbers.
    pub language: DocumentLanguage,
    /// Accent colour as `#rrggbb`; empty for the plain one.
    pub accent: String,
    /// Fingerprint of the logo; empty for none. The drawing itself is in the PDF.
    pub logo: String,
    /// Above the lines; may be empty.
    pub greeting: String,
    /// Below the sums; may be empty.
    pub closing: String,
}
