//! Acceptance tests live in `it/`; this library is what they share.
