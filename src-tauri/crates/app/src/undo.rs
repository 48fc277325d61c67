//! Undo tickets: for ten minutes, the way back of a change that has one.

/// The tickets of this run.
#[derive(Debug, Default)]
pub(crate) struct UndoBox {}
