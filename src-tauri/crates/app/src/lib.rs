//! The app without a face: every command and query that the window and the command line offer.
//!
//! **Owns:** the order of things. Every write to a gateway goes through `act` (intent → apply → read back → outcome),
//! credentials through [`vault`], and what crosses to a consumer is a [`wire`] type. **Does not own:** arithmetic
//! (`billing`), SQL (`store`), HTTP (`gateway`), when to pull (`sync`), how a document looks (`render`).
//!
//! Commands take `(&App, Origin, …)`, queries `(&App, …)`; both answer a wire type or an [`AppError`].

mod act;
mod agency;
mod allowance;
mod branding;
pub mod command;
mod connect;
pub mod context;
mod demo;
mod documents;
mod error;
pub mod export;
pub mod format;
mod journal;
mod ledger;
pub mod logging;
mod notice;
pub mod query;
pub mod rating;
mod register;
mod rule;
mod turn;
mod undo;
pub mod vault;
pub mod wire;

pub use context::{App, AppOptions, Clock, EventSink, Profile, Random, SystemClock, SystemRandom};
pub use error::AppError;
pub use store::Origin;
pub use vault::{AskingVault, KeychainVault, SessionVault, Vault};

#[cfg(test)]
mod tests;
