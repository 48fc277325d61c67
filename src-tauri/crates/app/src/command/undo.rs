//! Going back.

use store::Origin;

use super::{account, client};
use crate::act::act;
use crate::undo::Step;
use crate::wire::Done;
use crate::{App, AppError};

/// Undoes a change within ten minutes of it, once. Every step passes the same door as the change did.
///
/// # Errors
/// `NotFound` for a ticket that was used or is too old; those of a write to a gateway.
pub async fn undo(app: &App, origin: Origin, ticket: &str) -> Result<Done, AppError> {
    let way = app.undo_box().take(ticket, app.now())?;
    let mut within = 0;
    for step in way.steps {
        match step {
            Step::Act(deed) => {
                let applied = act(app, origin, *deed).await?;
                within = within.max(applied.receipt.effective_within_seconds);
            }
            Step::ClientStatus(id, status) => {
                let stored = app.store().reader().await?.client().get(id).await?;
                client::set_status(app, origin, &stored, status).await?;
            }
            Step::Attribute(id, to) => {
                account::attribute(app, origin, id, to).await?;
            }
        }
    }
    Ok(Done { message: way.message, undo: None, effective_within_seconds: within })
}
