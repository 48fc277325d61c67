//! LiteLLM's fake, as its adapter's own tests have it.

#[path = "../litellm/fake.rs"]
pub mod fake;
#[path = "../litellm/fake_usage.rs"]
pub mod fake_usage;
