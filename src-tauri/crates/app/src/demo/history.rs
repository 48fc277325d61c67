//! The invented agency's paper: two months of invoices as an operator would find them.

use domain::{ClientId, Date, Month};
use store::Origin;

use crate::command::invoice::{clients_to_bill, draft, finalise, invoice_pay};
use crate::query::usage::agency_today;
use crate::wire::PaymentInput;
use crate::{App, AppError};

/// How many invoices of last month are still drafts.
const DRAFTS: usize = 2;
/// How many of it were sent today and are not paid yet.
const OPEN: usize = 2;

/// Bills the demo's last two months as an agency would find them: the older one paid but for one overdue invoice, of
/// last month's some paid, the last ones sent today or still drafts.
///
/// # Errors
/// As for [`crate::command::invoice::invoice_finalise`].
pub(super) async fn history(app: &App) -> Result<(), AppError> {
    let today = agency_today(app).await?;
    let last = today.month().previous();
    for (number, (client, _)) in clients_to_bill(app, last.previous()).await?.into_iter().enumerate() {
        let paid = (number > 0).then(|| last.first().plus_days(9));
        invoice(app, client, last.previous(), last.first().plus_days(1), paid).await?;
    }
    let clients = clients_to_bill(app, last).await?;
    let sent = clients.len().saturating_sub(DRAFTS);
    for (number, (client, _)) in clients.into_iter().enumerate() {
        if number >= sent {
            draft(app, Origin::System, client, last).await?;
            continue;
        }
        let early = number + OPEN < sent;
        let issued = if early { last.next().first() } else { today };
        let paid = early.then(|| today.min(last.next().first().plus_days(9)));
        invoice(app, client, last, issued, paid).await?;
    }
    Ok(())
}

/// One finalised invoice, paid on a day or not yet.
async fn invoice(app: &App, client: ClientId, month: Month, issued: Date, paid: Option<Date>) -> Result<(), AppError> {
    let id = draft(app, Origin::System, client, month).await?;
    finalise(app, Origin::System, id, issued).await?;
    // A client of the private node owes nothing.
    let owes = app.store().reader().await?.invoice().get(id).await?.draft.gross > 0;
    if let Some(day) = paid.filter(|_| owes) {
        let whole = PaymentInput { date: day.to_string(), amount: String::new(), note: String::new() };
        invoice_pay(app, Origin::System, &id.to_string(), &whole).await?;
    }
    Ok(())
}
