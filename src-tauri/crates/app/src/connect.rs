//! From a stored gateway to one that can be spoken to: its credential fetched from the vault, the connection kept.
//!
//! **Owns:** the connections of this run, and the embedded sandbox while it is served. **Does not own:** which gateways
//! there are, or what is said to them.

/// The connections of this run.
#[derive(Default)]
pub(crate) struct Gateways {}

impl Gateways {
    pub(crate) async fn close(&self) {}
}
