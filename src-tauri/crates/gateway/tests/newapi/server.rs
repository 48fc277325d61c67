//! The fake, for tests that are not the adapter's own.

pub mod entrusted;
pub mod fake;
pub mod fake_log;
pub mod fake_token;
pub mod fake_user;
