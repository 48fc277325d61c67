//! How long a client's credit lasts, from the full local days that are known.

use billing::ledger::{PACE_DAYS, Runway, runway};
use domain::{Date, ExactAmount};

use crate::ledger::Book;
use crate::query::names::Names;
use crate::wire::{AmountRole, RunwayState, RunwayView};
use crate::{App, AppError, format};

/// How long credit lasts; nothing for a client that is invoiced. Days count once every gateway of the client was read past
/// their end: half a day would look like a slow one.
pub(super) fn view(app: &App, names: &Names, book: &Book) -> Result<Option<RunwayView>, AppError> {
    let Some(prepaid) = book.prepaid.filter(|prepaid| prepaid.last.is_none()) else { return Ok(None) };
    let zone = &book.client.client.zone;
    let known = names.read_through(book.client.id).map_or_else(|| app.now(), |read| read.min(app.now()));
    let last = zone.date_of(known).plus_days(-1);
    let first = prepaid.first.max(last.plus_days(1 - i32::try_from(PACE_DAYS).unwrap_or(1)));
    let days = u32::try_from(last.epoch_days() - first.epoch_days() + 1).unwrap_or(0);
    let (spendable, spent) = (book.ledger.spendable(app.now())?, book.ledger.charged(first, last)?);
    let (state, lasts) = match runway(spendable.amount(), spent.amount(), days)? {
        Runway::UsedUp => (RunwayState::UsedUp, 0),
        Runway::Unknown => (RunwayState::Unknown, 0),
        Runway::NothingSpent => (RunwayState::NothingSpent, 0),
        Runway::Days(lasts) => (RunwayState::Days, lasts),
        Runway::MoreThanAYear => (RunwayState::MoreThanAYear, 0),
    };
    let amount = |amount: ExactAmount, role| format::amount(amount, role);
    Ok(Some(RunwayView {
        state,
        days: lasts,
        spendable: amount(spendable, AmountRole::Credit),
        spent: amount(spent, AmountRole::Charge),
        of_days: days,
        through: (days > 0).then(|| Date::to_string(&last)),
    }))
}
