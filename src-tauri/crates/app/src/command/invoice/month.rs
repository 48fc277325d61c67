//! The end of a month: every client's draft, then every draft's number. Each client has a result of its own; what goes wrong
//! with one leaves the others alone.

use domain::{ClientId, ClientStatus, Date, InvoiceId, Month};
use rust_decimal::Decimal;
use store::table::invoice::{InvoiceFilter, StoredInvoice};
use store::{Origin, Reader};
use tokio_util::sync::CancellationToken;

use super::assemble::Drafting;
use super::issue::{Issue, Ready, issue_all, ready};
use super::{draft, known, must_be_draft, parse_month, typed};
use crate::journal::local_record;
use crate::ledger::{self, rules};
use crate::query::usage::agency_today;
use crate::rating::price_book;
use crate::wire::{BatchOutcome, BatchResult, Done, Progress};
use crate::{App, AppError};

/// Invoices that are made final in one transaction: enough to keep every core busy, few enough to stop soon.
const TOGETHER: usize = 8;

/// Drafts the invoices of every served client that used something in a month and has none for it yet.
///
/// # Errors
/// No such month. What goes wrong with one client is in its result.
pub async fn invoice_draft_month(app: &App, origin: Origin, month: &str) -> Result<Vec<BatchResult>, AppError> {
    let month = parse_month(month)?;
    let turn = app.month_end().take()?;
    let (clients, mut results) = (clients_to_bill(app, month).await?, Vec::new());
    let all = clients.len();
    for (id, client) in clients {
        if turn.token.is_cancelled() {
            results.push(result(client, None, BatchOutcome::Cancelled));
            continue;
        }
        progress(app, &format!("Drafting {client}"), results.len(), Some(all));
        results.push(match draft(app, origin, id, month).await {
            Ok(invoice) => result(client, Some(invoice), BatchOutcome::Drafted),
            Err(error) => failed(client, None, error),
        });
    }
    progress(app, "Drafts are ready", results.len(), None);
    Ok(results)
}

/// Makes every draft of a month final, in the order of the clients' names. A draft whose grace is not over waits unless
/// `early`; one that is too little to invoice is carried into the client's next (S2-08).
///
/// # Errors
/// No such month; somebody else is at it. What goes wrong with one client is in its result.
pub async fn invoice_finalise_month(
    app: &App,
    origin: Origin,
    month: &str,
    early: bool,
) -> Result<Vec<BatchResult>, AppError> {
    let month = parse_month(month)?;
    let turn = app.month_end().take()?;
    let today = agency_today(app).await?;
    let drafts = drafts_of(app, month).await?;
    let mut reader = app.store().reader().await?;
    let drafting = Drafting::read(app, &mut reader).await?;
    drop(reader);
    let series = drafting.agency().invoice_series.clone();
    let close = Close { app, drafting, issue: Issue { origin, series, issued: today }, early };
    let mut results = Vec::new();
    for chunk in drafts.chunks(TOGETHER) {
        let (first, all) = (chunk.first().map_or("", |(_, client)| client), drafts.len());
        progress(app, &format!("Making final {first}"), results.len(), Some(all));
        results.extend(close.chunk(chunk, &turn.token).await?);
    }
    progress(app, "Invoices are final", results.len(), None);
    Ok(results)
}

/// Stops drafting or making final: what is done stays, the rest is as it was.
///
/// # Errors
/// None: where nothing runs there is nothing to stop.
pub async fn invoice_month_cancel(app: &App) -> Result<(), AppError> {
    app.month_end().cancel();
    Ok(())
}

/// Throws away every draft of a month that nobody typed on: what drafting the month made, as long as it is not final.
///
/// # Errors
/// No such month.
pub async fn invoice_discard_month(app: &App, origin: Origin, month: &str) -> Result<Done, AppError> {
    let month = parse_month(month)?;
    let mut thrown = 0_u32;
    let mut writer = app.store().begin(origin).await?;
    let drafts = writer.invoice().read().list(&drafts_filter(month)).await?;
    for stored in drafts {
        let settles = writer.invoice().read().settled_drift(stored.draft.client).await?;
        let touched = typed(&stored)? != Default::default() || settles.iter().any(|one| one.settled_on == stored.id);
        if !touched {
            writer.invoice().draft_remove(stored.id).await?;
            thrown += 1;
        }
    }
    app.emit(writer.commit().await?);
    let message = format!("{thrown} drafts of {month} were thrown away. Drafts with notes or adjustments were kept.");
    Ok(Done { message, undo: None, effective_within_seconds: 0 })
}

/// What closing a month needs.
struct Close<'a> {
    app: &'a App,
    drafting: Drafting,
    issue: Issue,
    early: bool,
}

/// What one draft of a chunk is waiting for.
enum Next {
    /// Its number.
    Number(Box<Ready>),
    /// Nothing more: this is what became of it.
    Ended(BatchOutcome, Option<AppError>),
}

impl Close<'_> {
    /// A few drafts at once: those with nothing in the way get their numbers in one transaction.
    async fn chunk(
        &self,
        drafts: &[(InvoiceId, String)],
        stop: &CancellationToken,
    ) -> Result<Vec<BatchResult>, AppError> {
        let (mut results, mut batch) = (Vec::new(), Vec::new());
        for (id, client) in drafts {
            let next =
                if stop.is_cancelled() { Next::Ended(BatchOutcome::Cancelled, None) } else { self.next(*id).await? };
            let (outcome, error) = match next {
                Next::Number(ready) => {
                    batch.push((results.len(), ready));
                    (BatchOutcome::Final, None)
                }
                Next::Ended(outcome, error) => (outcome, error),
            };
            let problem = error.map(|error| error.message);
            results.push(BatchResult { problem, ..result(client.clone(), Some(*id), outcome) });
        }
        self.number(&mut results, batch).await;
        Ok(results)
    }

    async fn next(&self, id: InvoiceId) -> Result<Next, AppError> {
        let mut reader = self.app.store().reader().await?;
        let stored = reader.invoice().get(id).await?;
        if !self.early && self.issue.issued <= self.grace_end(&stored) {
            return Ok(Next::Ended(BatchOutcome::InGrace, None));
        }
        let ready = match ready(&mut reader, &self.drafting, id, &self.issue).await {
            Ok(ready) => ready,
            Err(error) => return Ok(Next::Ended(BatchOutcome::Refused, Some(error))),
        };
        drop(reader);
        if !self.drafting.is_carried(ready.draft()) {
            return Ok(Next::Number(Box::new(ready)));
        }
        carry(self.app, self.issue.origin, &stored).await?;
        Ok(Next::Ended(BatchOutcome::Carried, None))
    }

    fn grace_end(&self, stored: &StoredInvoice) -> Date {
        stored.draft.last_day.plus_days(i32::from(self.drafting.agency().grace_days))
    }

    /// Numbers a few drafts in one transaction; where that fails, one by one, so that one does not hold up the others.
    async fn number(&self, results: &mut [BatchResult], batch: Vec<(usize, Box<Ready>)>) {
        let (places, ready): (Vec<usize>, Vec<Ready>) = batch.into_iter().map(|(place, ready)| (place, *ready)).unzip();
        let ids: Vec<InvoiceId> = ready.iter().map(Ready::id).collect();
        let together = issue_all(self.app, &self.issue, ready).await;
        for (at, place) in places.into_iter().enumerate() {
            let Some(result) = results.get_mut(place) else { continue };
            let alone = match (&together, ids.get(at)) {
                (Ok(labels), _) => Ok(labels.get(at).cloned()),
                (Err(_), Some(id)) => self.alone(*id).await.map(Some),
                (Err(_), None) => Ok(None),
            };
            match alone {
                Ok(number) => result.number = number,
                Err(error) => (result.outcome, result.problem) = (BatchOutcome::Refused, Some(error.message)),
            }
        }
    }

    async fn alone(&self, id: InvoiceId) -> Result<String, AppError> {
        super::issue::finalise(self.app, self.issue.origin, id, self.issue.issued).await
    }
}

/// Carries a draft's month into the client's next invoice.
async fn carry(app: &App, origin: Origin, stored: &StoredInvoice) -> Result<(), AppError> {
    must_be_draft(stored)?;
    let draft = &stored.draft;
    let mut writer = app.store().begin(origin).await?;
    writer.invoice().draft_remove(stored.id).await?;
    writer.invoice().carry_add(draft.client, (draft.first_day, draft.last_day), app.now()).await?;
    let month = draft.first_day.month();
    let mut record = local_record(app, origin, "invoice_carry", format!("month {month}"), "carried forward".to_owned());
    record.client = Some(draft.client);
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    Ok(())
}

/// Clients with usage in a month, or with fees of their own, and no invoice for it, by name.
pub(crate) async fn clients_to_bill(app: &App, month: Month) -> Result<Vec<(ClientId, String)>, AppError> {
    let mut reader = app.store().reader().await?;
    let book = price_book(app, &mut reader).await?;
    let rules = book.version_on(month.last()).map_or(&[][..], |version| version.rules().as_slice());
    let spend = reader.report().client_spend(month.first(), month.last()).await?;
    let ledgers = reader.ledger().clients().await?;
    let carry_below = rules::terms(reader.setting()).await?.carry_below;
    let mut clients = Vec::new();
    for client in reader.client().list().await? {
        let used = spend.iter().any(|(id, _)| *id == Some(client.id));
        let owes = rules.iter().any(|rule| rule.client == Some(client.id) && rule.conditions.has_fees());
        let served = client.client.status != ClientStatus::Closed;
        let owes =
            owes || (ledgers.contains(&client.id) && owing(&mut reader, (client.id, month), carry_below).await?);
        if (used || owes) && served && !is_closed(&mut reader, client.id, month).await? {
            clients.push((client.id, client.client.name.to_string()));
        }
    }
    clients.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(clients)
}

/// Whether a client's ledger has something for its invoice of a month.
async fn owing(
    reader: &mut Reader,
    (client, month): (ClientId, Month),
    carry_below: Decimal,
) -> Result<bool, AppError> {
    Ok(ledger::read(reader, client).await?.owing(month, carry_below)?.is_some())
}

/// Whether a month is final or carried.
async fn is_closed(reader: &mut Reader, client: ClientId, month: Month) -> Result<bool, AppError> {
    let carries = reader.invoice().carries(client).await?;
    let carried = carries.iter().any(|carry| carry.first_day == month.first());
    Ok(carried || known(reader, client, month).await?.is_some_and(|invoice| invoice.issued.is_some()))
}

fn drafts_filter(month: Month) -> InvoiceFilter {
    let period = Some((month.first(), month.last()));
    InvoiceFilter { is_final: Some(false), period, ..InvoiceFilter::default() }
}

async fn drafts_of(app: &App, month: Month) -> Result<Vec<(InvoiceId, String)>, AppError> {
    let mut reader = app.store().reader().await?;
    let mut drafts = Vec::new();
    for draft in reader.invoice().list(&drafts_filter(month)).await? {
        let client = reader.client().get(draft.draft.client).await?.client.name.to_string();
        drafts.push((draft.id, client));
    }
    drafts.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(drafts)
}

fn result(client: String, invoice: Option<InvoiceId>, outcome: BatchOutcome) -> BatchResult {
    BatchResult { client, invoice_id: invoice.map(|id| id.to_string()), number: None, problem: None, outcome }
}

fn failed(client: String, invoice: Option<InvoiceId>, error: AppError) -> BatchResult {
    BatchResult { problem: Some(error.message), ..result(client, invoice, BatchOutcome::Refused) }
}

fn progress(app: &App, step: &str, count: usize, of: Option<usize>) {
    let done = of.map(|all| per_mille(count, all));
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let finished = of.is_none();
    app.progress(Progress { work: "invoices".to_owned(), step: step.to_owned(), done, count, finished });
}

fn per_mille(count: usize, all: usize) -> u16 {
    let share = count.saturating_mul(1000).checked_div(all).unwrap_or(1000);
    u16::try_from(share.min(1000)).unwrap_or(1000)
}
