//! What changes something, one file per noun.
//!
//! **Owns:** the order of checks, writes and audit rows of each command. **Does not own:** rules of money, SQL, HTTP.

pub mod account;
pub mod bill;
pub mod branding;
pub mod choice;
pub mod client;
pub mod gateway;
pub mod import;
mod input;
pub mod invoice;
pub mod key;
pub mod ledger;
pub mod metadata;
pub mod notice;
mod party;
pub mod past_due;
pub mod price;
pub mod setting;
pub mod sync;
pub mod undo;
