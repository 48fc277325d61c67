//! What to pull from which gateway and when, how far each pull has come, and whether the gateway's figures agree.
//!
//! **Owns:** the plan (pure), the pulls that follow from it (one transaction per page: rows, roll-ups, cursor), the
//! comparison of single requests with day totals, and the settling of writes whose outcome nobody knows. **Does not
//! own:** prices, invoices, wire formats, SQL, the audit of a write in progress, or when to sync.
//!
//! [`plan`](fn@plan) says what would be done; [`Engine::run`] does it and never fails as a whole; [`settle`](fn@settle)
//! is called at the start of the program before anything else; [`import`](fn@import) takes usage from a file.

mod agreement;
pub mod clock;
pub mod engine;
pub mod error;
pub mod import;
pub mod plan;
pub mod progress;
mod pull;
pub mod report;
pub mod settle;
pub mod state;

pub use agreement::Mismatch;
pub use clock::Clock;
pub use engine::{Engine, Terms};
pub use error::SyncError;
pub use import::{Imported, import};
pub use plan::{Listing, Policy, Pull, What, plan};
pub use progress::{OnProgress, Progress};
pub use report::{GatewayReport, PullCount, PullReport, PullResult, SyncReport};
pub use settle::{AllowanceChange, Intent, Settled, Verdict, settle, verdict};
pub use state::{AccountState, GatewayState};
