//! OpenRouter's fake, as its adapter's own tests have it.

#[path = "../openrouter/fake.rs"]
pub mod fake;
#[path = "../openrouter/fake_key.rs"]
pub mod fake_key;
#[path = "../openrouter/fake_usage.rs"]
pub mod fake_usage;
#[path = "../openrouter/fake_workspace.rs"]
pub mod fake_workspace;
