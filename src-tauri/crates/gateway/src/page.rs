//! Pages and the opaque points between them.

/// Where to go on. Opaque to everyone but the adapter that made it; short enough to store with the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(Option<String>);

impl Cursor {
    /// The first page.
    #[must_use]
    pub const fn start() -> Self {
        Self(None)
    }

    /// A later page.
    #[must_use]
    pub fn at(point: impl Into<String>) -> Self {
        Self(Some(point.into()))
    }

    /// The point, `None` on the first page.
    #[must_use]
    pub fn point(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<Cursor>,
    /// How much of the whole listing is done with this page, in per mille, where it can be told.
    pub progress: Option<u16>,
}

impl<T> Page<T> {
    /// A listing of one page.
    #[must_use]
    pub const fn only(items: Vec<T>) -> Self {
        Self { items, next: None, progress: Some(1000) }
    }
}
