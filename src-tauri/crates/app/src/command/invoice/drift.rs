//! Drift: what gateways told after an invoice was final stands on a later one, when a person says so.

use billing::Drift;
use domain::{ClientId, InvoiceId, Money, Month};
use store::table::invoice::{InvoiceDraft, InvoiceKind, SettledDrift, StoredInvoice};
use store::{Origin, Reader, Writer};

use super::assemble::Drafting;
use super::{draft, known};
use crate::journal::local_record;
use crate::query::invoice::invoice_get;
use crate::wire::{AmountRole, InvoiceView, ThemeChoice, snapshot};
use crate::{App, AppError, format};

/// The drift of a final invoice, and how much of it no other invoice makes up for.
pub(crate) struct Drifted {
    /// By subject.
    pub(crate) drift: Drift,
    /// Made up for by drafts and final invoices, before tax.
    pub(crate) settled: Money,
    /// Not made up for yet.
    pub(crate) open: Money,
}

/// Compares a final invoice with its usage as it is known now; `None` for drafts, credit notes and what was taken back.
///
/// # Errors
/// The snapshot is damaged; usage in another currency.
pub(crate) async fn drifted(
    reader: &mut Reader,
    drafting: &Drafting,
    stored: &StoredInvoice,
) -> Result<Option<Drifted>, AppError> {
    let row = &stored.draft;
    if stored.issued.is_none() || !stored.live || row.kind == InvoiceKind::CreditNote {
        return Ok(None);
    }
    let frozen = snapshot::from_text(&row.snapshot)?;
    let now = drafting.period(reader, row, "", Vec::new()).await?;
    let drift = Drift::between(&frozen.document().body, now.body())?;
    let all = reader.invoice().settled_drift(row.client).await?;
    let settled: i64 = all.iter().filter(|one| one.invoice == stored.id).map(|one| one.amount).sum();
    let open = Money::from_minor(drift.amount()?.minor() - settled, row.currency);
    Ok(Some(Drifted { drift, settled: Money::from_minor(settled, row.currency), open }))
}

/// Puts what an invoice turned out to lack on the client's next draft, which is made if there is none, and answers that.
///
/// # Errors
/// The invoice says what its usage says, or another one makes up for it already.
pub async fn invoice_settle_drift(app: &App, origin: Origin, id: &str) -> Result<InvoiceView, AppError> {
    let id: InvoiceId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let stored = reader.invoice().get(id).await?;
    let drafting = Drafting::read(app, &mut reader).await?;
    let drifted = drifted(&mut reader, &drafting, &stored).await?;
    let open = drifted.map_or(0, |drifted| drifted.open.minor());
    if open == 0 {
        return Err(AppError::conflict("there is nothing to make up for: the invoice says what its usage says"));
    }
    let month = next_open(&mut reader, &stored.draft).await?;
    drop(reader);
    let next = draft(app, origin, stored.draft.client, month).await?;
    let mut writer = app.store().begin(origin).await?;
    settle(&mut writer, SettledDrift { invoice: id, settled_on: next, amount: open }, stored.draft.client).await?;
    let label = stored.issued.map(|issued| issued.label).unwrap_or_default();
    let shown = format::money(Money::from_minor(open, stored.draft.currency), AmountRole::Charge).text;
    let mut record = local_record(app, origin, "invoice_drift", format!("invoice {label}"), shown);
    record.client = Some(stored.draft.client);
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    invoice_get(app, &next.to_string(), ThemeChoice::Light).await
}

/// One line per draft and drifted invoice: what stands there already is added.
async fn settle(writer: &mut Writer, drift: SettledDrift, client: ClientId) -> Result<(), AppError> {
    let all = writer.invoice().read().settled_drift(client).await?;
    let before = all.iter().find(|one| one.invoice == drift.invoice && one.settled_on == drift.settled_on);
    let mut amount = drift.amount;
    if let Some(before) = before {
        writer.invoice().drift_unsettle(drift.invoice, drift.settled_on).await?;
        amount += before.amount;
    }
    if amount != 0 {
        writer.invoice().drift_settle(&SettledDrift { amount, ..drift }).await?;
    }
    Ok(())
}

/// The first month after an invoice's that is neither final nor carried.
async fn next_open(reader: &mut Reader, drifted: &InvoiceDraft) -> Result<Month, AppError> {
    let carries = reader.invoice().carries(drifted.client).await?;
    let mut month = drifted.last_day.month().next();
    loop {
        let carried = carries.iter().any(|carry| carry.first_day == month.first());
        let invoiced = known(reader, drifted.client, month).await?.is_some_and(|invoice| invoice.issued.is_some());
        if !carried && !invoiced {
            return Ok(month);
        }
        month = month.next();
    }
}
