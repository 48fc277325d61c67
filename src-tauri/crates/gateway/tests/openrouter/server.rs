//! The fake, for tests that are not the adapter's own.

pub mod fake;
pub mod fake_key;
pub mod fake_usage;
pub mod fake_workspace;
