//! Acceptance: what Purser promises, tested from outside.

mod tidy;
