//! Why a document or a chart could not be made.

use domain::MoneyError;

/// Why a document or a chart could not be made. Nothing has been written when one of these is returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A character that none of the embedded fonts can draw. PDF/A forbids a placeholder box in its place.
    #[error(
        "the character `{character}` (U+{code:04X}) in “{text}” is in none of the fonts: write it another way for the invoice",
        code = *.character as u32
    )]
    MissingGlyph {
        /// The character.
        character: char,
        /// The text it stands in, cut to 60 characters.
        text: String,
    },
    /// Figures on the document that must agree do not.
    #[error("{what} should be {expected} but is {found}: the invoice was not written; recalculate the draft")]
    DoesNotAddUp {
        /// Which figure.
        what: &'static str,
        /// What its parts add up to.
        expected: String,
        /// What the document says.
        found: String,
    },
    /// A chart's series has more values than the chart has points.
    #[error("the series “{series}” has {values} values for {points} points: give at most one value per point")]
    TooManyValues {
        /// Name of the series.
        series: String,
        /// How many values it has.
        values: usize,
        /// How many points there are.
        points: usize,
    },
    /// A sum could not be formed.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The drawing library refused. A defect of this crate.
    #[error("the chart could not be drawn ({0}): please report this")]
    Drawing(String),
    /// A table's rows differ in width. A defect of the caller.
    #[error("the table could not be written ({0}): please report this")]
    Table(String),
    /// The agency's logo or colour cannot be used.
    #[error(transparent)]
    Brand(#[from] crate::brand::BrandError),
    /// The typesetter refused. A defect of the template, or a text no font can shape.
    #[error("the invoice could not be typeset ({0}): please report this")]
    Typesetting(String),
    /// The typesetting thread ended without an answer.
    #[error("the typesetter stopped unexpectedly: try again, and report it if it happens twice")]
    Stopped,
}
