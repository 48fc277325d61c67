//! Bifrost's fake, as its adapter's own tests have it.

#[path = "../bifrost/fake.rs"]
pub mod fake;
#[path = "../bifrost/fake_keys.rs"]
pub mod fake_keys;
#[path = "../bifrost/fake_logs.rs"]
pub mod fake_logs;
