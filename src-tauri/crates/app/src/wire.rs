//! What crosses to the window and to `--json`: plain serialisable views, made here and nowhere else.
//!
//! **Owns:** the shape of every answer and every input. **Does not own:** any decision. Amounts cross as exact decimal
//! text with the text to show; the window shows `text` and never computes. Times cross as RFC 3339 in UTC. Identifiers
//! cross as their text (`cl_12`). No type here has a field that could hold a secret, with one deliberate exception that
//! is not a type: `secret_reveal` answers a bare string, once (see `command::key`).

pub mod amount;
pub mod audit;
pub mod client;
pub mod error;
pub mod gateway;
pub mod invoice;
pub mod key;
pub mod ledger;
pub mod notice;
pub mod overview;
pub mod price;
pub mod progress;
pub mod reconcile;
pub mod route;
pub mod setting;
pub mod snapshot;
pub mod statement;
pub mod usage;

pub use amount::*;
pub use audit::*;
pub use client::*;
pub use error::*;
pub use gateway::*;
pub use invoice::*;
pub use key::*;
pub use ledger::*;
pub use notice::*;
pub use overview::*;
pub use price::*;
pub use progress::*;
pub use reconcile::*;
pub use route::*;
pub use setting::*;
pub use statement::*;
pub use usage::*;

/// The derives every view shares: both ways through JSON, and into the generated TypeScript.
macro_rules! view {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, specta::Type)]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$field_doc])* pub $field: $ty),* })*
    };
}

/// The same for a choice of plain names.
macro_rules! choice {
    ($($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* })*
    };
}

pub(crate) use {choice, view};
