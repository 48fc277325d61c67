//! What changes something, one file per noun.
//!
//! **Owns:** the order of checks, writes and audit rows of each command. **Does not own:** rules of money, SQL, HTTP.

pub mod key;
pub mod sync;
