//! Recorded replies, parsed. The adapter as a whole is tested from outside, in `tests/bifrost.rs`.
