//! New API's fake, as its adapter's own tests have it.

#[path = "../newapi/entrusted.rs"]
pub mod entrusted;
#[path = "../newapi/fake.rs"]
pub mod fake;
#[path = "../newapi/fake_log.rs"]
pub mod fake_log;
#[path = "../newapi/fake_token.rs"]
pub mod fake_token;
#[path = "../newapi/fake_user.rs"]
pub mod fake_user;
