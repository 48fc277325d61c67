//! The fake, for tests that are not the adapter's own.

pub mod fake;
pub mod fake_keys;
pub mod fake_logs;
