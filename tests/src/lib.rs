//! What the acceptance tests in `it/` share.
//!
//! **Owns:** a profile folder that is thrown away, the built `purser` program, and the real window driven by WebDriver.
//! **Does not own:** any expectation: those are in the tests. Nothing here depends on the crates under test, so a
//! journey meets the app only as its users do.

mod place;
mod process;
pub mod profile;
pub mod purser;
pub mod window;

pub use place::root;
pub use profile::Profile;
pub use purser::{Ran, cli, cli_with_input};
pub use window::{By, Theme, Window};
