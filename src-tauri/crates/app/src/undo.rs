//! Undo tickets: for ten minutes, the way back of a change that has one. Going back passes through `act` like going there.
//!
//! **Owns:** the tickets and their time. **Does not own:** what the way back is: the command that went there says so.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::{AccountId, ClientId, ClientStatus, Timestamp};

use crate::act::Deed;
use crate::{App, AppError};

/// How long a ticket is good for, in milliseconds.
const GOOD_FOR: i64 = 10 * 60 * 1000;

/// One step back.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A change on a gateway, to what it said before.
    Act(Box<Deed>),
    /// Whether a client is served.
    ClientStatus(ClientId, ClientStatus),
    /// Whom an account stands for.
    Attribute(AccountId, Option<ClientId>),
}

/// The way back.
#[derive(Debug, Clone)]
pub(crate) struct WayBack {
    /// What is undone, as a sentence.
    pub(crate) message: String,
    /// The steps, in order.
    pub(crate) steps: Vec<Step>,
}

/// The tickets of this run.
#[derive(Debug, Default)]
pub(crate) struct UndoBox(Mutex<HashMap<String, (Timestamp, WayBack)>>);

impl UndoBox {
    fn put(&self, ticket: String, now: Timestamp, way: WayBack) {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|_, (made, _)| is_good(*made, now));
        tickets.insert(ticket, (now, way));
    }

    /// Takes a ticket; it is good once.
    pub(crate) fn take(&self, ticket: &str, now: Timestamp) -> Result<WayBack, AppError> {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = tickets.remove(ticket).filter(|(made, _)| is_good(*made, now));
        found.map(|(_, way)| way).ok_or_else(|| {
            AppError::not_found("This undo").hint("It is good for ten minutes, once; make the change back by hand.")
        })
    }
}

/// A clock that was set back does not make a ticket good for longer.
fn is_good(made: Timestamp, now: Timestamp) -> bool {
    (now.as_millis() - made.as_millis()).abs() <= GOOD_FOR
}

/// Offers a way back; the ticket for it.
pub(crate) fn offer(app: &App, way: WayBack) -> Result<Option<String>, AppError> {
    if way.steps.is_empty() {
        return Ok(None);
    }
    let ticket = app.ticket()?;
    app.undo_box().put(ticket.clone(), app.now(), way);
    Ok(Some(ticket))
}
