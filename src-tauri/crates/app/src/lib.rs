//! Commands and queries over everything below.

pub mod wire;
