//! Audit rows of what happens in the books only. What goes to a gateway is written by `act`.

use store::Origin;
use store::table::AuditRecord;

use crate::App;
use crate::act::{actor, facts};

/// A row about something done here: what, to what, and the change as a sentence.
pub(crate) fn local_record(app: &App, origin: Origin, action: &str, subject: String, change: String) -> AuditRecord {
    AuditRecord {
        at: app.now(),
        actor: actor(origin).to_owned(),
        action: action.to_owned(),
        mark: None,
        gateway: None,
        client: None,
        account: None,
        key: None,
        subject,
        detail: facts::local(Some(&change)),
    }
}
