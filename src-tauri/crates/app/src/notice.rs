//! Low balances: looked at whenever a ledger was posted to, in the transaction that posted (S1-16).
//!
//! **Owns:** that what is told is kept with what it belongs to, so that nothing is told twice, a restart in between or not.
//! **Does not own:** which thresholds are told (`billing::ledger::low_balance`).

pub(crate) mod words;

use billing::ledger::{Entry, low_balance};
use store::Writer;

use crate::ledger::{Book, rules};
use crate::{App, AppError};

/// Looks at a client's credit after some entries were posted, which may be none, and keeps what is told of it. A client that
/// is invoiced has no balance to watch.
pub(crate) async fn look(app: &App, writer: &mut Writer, book: &Book, posted: &[Entry]) -> Result<(), AppError> {
    if book.prepaid.is_none_or(|prepaid| prepaid.last.is_some()) {
        return Ok(());
    }
    let id = book.client.id;
    let thresholds = rules::terms(writer.setting().read()).await?.low_balance;
    let known = writer.notice().read().watches(id).await?;
    let (spendable, topped_up) = (book.ledger.spendable(app.now())?, book.ledger.was_topped_up(posted)?);
    for change in low_balance(spendable.amount(), topped_up, &thresholds, &known) {
        writer.notice().note(id, change, spendable, app.now()).await?;
    }
    Ok(())
}
