//! Keys: made, changed, paused, revoked, and the secret that is shown once.

/// Secrets waiting to be shown.
#[derive(Debug, Default)]
pub(crate) struct TicketBox {}
