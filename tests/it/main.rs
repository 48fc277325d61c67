//! Acceptance: what Purser promises, tested from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise, and tells what it measured"
)]

mod client_view;
mod closing;
mod crash;
mod faults;
mod flexible;
mod journey;
mod ledger;
mod live;
mod live_bifrost;
mod live_litellm;
mod live_newapi;
mod live_together;
mod low;
mod reconcile;
mod secrets;
mod stage;
mod tidy;
mod window;
