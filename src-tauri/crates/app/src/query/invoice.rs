//! Invoices: the table and the page. A draft is put together from the usage known now; a final one from its snapshot.

use billing::{AgencyLine, Correction, InvoiceBody, InvoiceLine, LineSubject, Margin, Standing};
use domain::{ClientId, Date, ExactAmount, InvoiceId, Meter, Money, Month};
use render::chart::{ChartKind, ChartSpec, Series, Unit};
use store::Reader;
use store::table::invoice::{InvoiceFilter, StoredInvoice};

use super::names::Names;
use super::overview::needs_a_hand;
use super::usage;
use crate::command::invoice::{Drafting, Drifted, drifted, settlement, typed};
use crate::documents::{self, kind_of};
use crate::rating::model_text;
use crate::wire::{
    AdjustmentInput, AmountRole, AmountView, ChartView, CorrectsView, DriftLineView, DriftView, DueInvoice,
    InvoiceDrift, InvoiceLineView, InvoiceRow, InvoiceStatus, InvoiceView, PaymentView, ThemeChoice, TrioView,
    snapshot,
};
use crate::{App, AppError, agency, format};

/// Invoices, newest first, of a month or a client or all.
///
/// # Errors
/// No such month or client.
pub async fn invoice_list(
    app: &App,
    month: Option<String>,
    client: Option<String>,
) -> Result<Vec<InvoiceRow>, AppError> {
    let month = month.map(|month| month.parse::<Month>()).transpose()?;
    let filter = InvoiceFilter {
        period: month.map(|month| (month.first(), month.last())),
        client: client.map(|client| client.parse::<ClientId>()).transpose()?,
        ..InvoiceFilter::default()
    };
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    rows(app, &mut reader, &names, &filter).await
}

/// A client's invoices, newest first.
///
/// # Errors
/// The store cannot be read.
pub async fn of_client(
    app: &App,
    reader: &mut Reader,
    names: &Names,
    client: ClientId,
) -> Result<Vec<InvoiceRow>, AppError> {
    rows(app, reader, names, &InvoiceFilter { client: Some(client), ..InvoiceFilter::default() }).await
}

/// Drafts and overdue invoices.
///
/// # Errors
/// The store cannot be read.
pub async fn needing_a_hand(app: &App, reader: &mut Reader, names: &Names) -> Result<Vec<DueInvoice>, AppError> {
    let today = agency::today(app, reader).await?;
    let invoices = reader.invoice().list(&InvoiceFilter::default()).await?;
    let due = invoices.into_iter().filter(|invoice| invoice.live && needs_a_hand(status(invoice, today)));
    Ok(due
        .map(|invoice| DueInvoice {
            invoice_id: invoice.id.to_string(),
            number: invoice.issued.as_ref().map(|issued| issued.label.clone()),
            client: names.client(invoice.draft.client),
            total: format::money(Money::from_minor(invoice.draft.gross, invoice.draft.currency), AmountRole::Charge),
            status: status(&invoice, today),
            due: invoice.issued.as_ref().map(|issued| issued.due_on.to_string()),
        })
        .collect())
}

/// An invoice's page.
///
/// # Errors
/// No such invoice.
pub async fn invoice_get(app: &App, id: &str, theme: ThemeChoice) -> Result<InvoiceView, AppError> {
    let id: InvoiceId = id.parse()?;
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let stored = reader.invoice().get(id).await?;
    let drafting = Drafting::read(app, &mut reader).await?;
    let today = agency::today(app, &mut reader).await?;
    let sheet = Sheet::read(&mut reader, &drafting, &stored, today).await?;
    let later = Later::read(&mut reader, &drafting, &stored, &sheet).await?;
    let documents = reader.invoice().documents(id).await?;
    let requests = sheet.body.lines.iter().map(|line| line.quantities.get(Meter::Requests)).sum();
    let totals = &sheet.body.totals;
    Ok(InvoiceView {
        row: sheet.row(&stored, &names, today)?,
        lines: sheet.lines(&names),
        net: format::money(sheet.signed(totals.net), AmountRole::Charge),
        tax: totals.taxes.first().map(|tax| {
            let label = match tax.category.per_cent() {
                Some(rate) if tax.category.reason().is_none() => {
                    format!("{} {} %", tax.category.label(), rate.normalize())
                }
                _ => tax.category.label().to_owned(),
            };
            (label, format::money(sheet.signed(tax.amount), AmountRole::Charge))
        }),
        trio: sheet.trio()?,
        requests: format::count(requests),
        note: sheet.body.note.clone(),
        notices: sheet.notices.clone(),
        chart: chart(&sheet.body, &names, theme)?,
        documents: documents.iter().filter_map(|(kind, _)| kind_of(kind)).collect(),
        adjustments: sheet.adjustments,
        payments: later.payments,
        to_refund: later.to_refund,
        corrects: later.corrects,
        credited_by: later.credited_by,
        drift: later.drift.map(|drift| drift_view(&drift, &names)).transpose()?,
    })
}

/// What became of a document after it was final.
struct Later {
    payments: Vec<PaymentView>,
    to_refund: Option<AmountView>,
    corrects: Option<CorrectsView>,
    credited_by: Option<CorrectsView>,
    drift: Option<Drifted>,
}

impl Later {
    async fn read(
        reader: &mut Reader,
        drafting: &Drafting,
        stored: &StoredInvoice,
        sheet: &Sheet,
    ) -> Result<Self, AppError> {
        let payments = reader.invoice().payments(stored.id).await?.into_iter().map(|payment| PaymentView {
            date: payment.paid_on.to_string(),
            amount: format::money(payment.amount, AmountRole::Charge),
            note: payment.note,
        });
        let refund = stored.issued.as_ref().map(|issued| settlement(stored, issued.due_on).to_refund());
        let drift = drifted(reader, drafting, stored).await?;
        Ok(Self {
            payments: payments.collect(),
            to_refund: refund.filter(|sum| sum.minor() != 0).map(|sum| format::money(sum, AmountRole::Charge)),
            corrects: corrected(stored, sheet.corrects.as_ref()),
            credited_by: credited_by(reader, stored).await?,
            drift: drift.filter(|drift| !drift.drift.lines().is_empty() || drift.open.minor() != 0),
        })
    }
}

fn corrected(stored: &StoredInvoice, corrects: Option<&Correction>) -> Option<CorrectsView> {
    let (id, Correction { number, reason, .. }) = (stored.draft.corrects?, corrects?);
    Some(CorrectsView { id: id.to_string(), number: number.to_string(), reason: reason.clone() })
}

async fn credited_by(reader: &mut Reader, stored: &StoredInvoice) -> Result<Option<CorrectsView>, AppError> {
    let Some(id) = stored.credited_by else { return Ok(None) };
    let note = snapshot::from_text(&reader.invoice().get(id).await?.draft.snapshot)?;
    let (number, corrects) = (note.document().number.to_string(), note.document().corrects.clone());
    let reason = corrects.map(|corrects| corrects.reason).unwrap_or_default();
    Ok(Some(CorrectsView { id: id.to_string(), number, reason }))
}

fn drift_view(drifted: &Drifted, names: &Names) -> Result<DriftView, AppError> {
    let charge = |amount| format::money(amount, AmountRole::Charge);
    let lines = drifted.drift.lines().iter().map(|line| DriftLineView {
        description: subject(&line.subject, names, true),
        was: charge(line.was),
        now: charge(line.now),
    });
    Ok(DriftView { lines: lines.collect(), settled: charge(drifted.settled), open: charge(drifted.open) })
}

/// Final invoices of the last year whose usage would make them say something else now, and that no other invoice makes up
/// for, newest first.
///
/// # Errors
/// The store cannot be read.
pub async fn invoice_drifts(app: &App) -> Result<Vec<InvoiceDrift>, AppError> {
    let mut reader = app.store().reader().await?;
    let names = Names::read(&mut reader, app.now()).await?;
    let drafting = Drafting::read(app, &mut reader).await?;
    let today = agency::today(app, &mut reader).await?;
    let filter = InvoiceFilter {
        is_final: Some(true),
        period: Some((today.plus_days(-DRIFT_DAYS), today)),
        ..InvoiceFilter::default()
    };
    let mut found = Vec::new();
    for stored in reader.invoice().list(&filter).await? {
        let Some(drift) = drifted(&mut reader, &drafting, &stored).await?.filter(|d| d.open.minor() != 0) else {
            continue;
        };
        found.push(InvoiceDrift {
            invoice_id: stored.id.to_string(),
            number: stored.issued.map(|issued| issued.label).unwrap_or_default(),
            client: names.client(stored.draft.client),
            drift: drift_view(&drift, &names)?,
        });
    }
    Ok(found)
}

/// How far back drift is looked for, in days.
const DRIFT_DAYS: i32 = 400;

async fn rows(
    app: &App,
    reader: &mut Reader,
    names: &Names,
    filter: &InvoiceFilter,
) -> Result<Vec<InvoiceRow>, AppError> {
    let today = agency::today(app, reader).await?;
    let drafting = Drafting::read(app, reader).await?;
    let mut rows = Vec::new();
    for stored in reader.invoice().list(filter).await? {
        rows.push(Sheet::read(reader, &drafting, &stored, today).await?.row(&stored, names, today)?);
    }
    Ok(rows)
}

/// An invoice with everything the agency knows of it.
struct Sheet {
    body: InvoiceBody,
    agency: Vec<AgencyLine>,
    margin: Margin,
    obstacles: Vec<String>,
    notices: Vec<String>,
    adjustments: Vec<AdjustmentInput>,
    corrects: Option<Correction>,
}

impl Sheet {
    async fn read(
        reader: &mut Reader,
        drafting: &Drafting,
        stored: &StoredInvoice,
        today: Date,
    ) -> Result<Self, AppError> {
        if stored.issued.is_some() {
            return Self::of_final(stored);
        }
        let typed = typed(stored)?;
        let draft = drafting.draft(reader, Some(stored.id), &stored.draft, &typed).await?;
        let agency = drafting.agency();
        let e_invoice = documents::dry_run(&draft, &agency.invoice_series, today).err().map(|error| error.message);
        let obstacles = draft.ready().err().map(|problem| problem.to_string()).into_iter().chain(e_invoice);
        let notices = draft.notices(today).into_iter().map(|notice| notice.to_string());
        let grace = in_grace(stored.draft.last_day, agency.grace_days, today);
        let carried = drafting.is_carried(&draft).then(|| CARRIED.to_owned());
        Ok(Self {
            margin: draft.margin()?,
            obstacles: obstacles.collect(),
            notices: notices.chain(grace).chain(carried).collect(),
            agency: draft.agency().to_vec(),
            body: draft.body().clone(),
            adjustments: typed.adjustments,
            corrects: None,
        })
    }

    fn of_final(stored: &StoredInvoice) -> Result<Self, AppError> {
        let invoice = snapshot::from_text(&stored.draft.snapshot)?;
        let margin = invoice.margin()?;
        let parts = invoice.into_parts();
        let (obstacles, notices, adjustments) = (Vec::new(), Vec::new(), Vec::new());
        let (agency, corrects) = (parts.agency, parts.document.corrects);
        Ok(Self { body: parts.document.body, agency, margin, obstacles, notices, adjustments, corrects })
    }

    fn row(&self, stored: &StoredInvoice, names: &Names, today: Date) -> Result<InvoiceRow, AppError> {
        let client = stored.draft.client;
        let left = self.margin.charge.checked_sub(self.margin.cost)?;
        Ok(InvoiceRow {
            id: stored.id.to_string(),
            number: stored.issued.as_ref().map(|issued| issued.label.clone()),
            client_id: client.to_string(),
            client: names.client(client),
            month: stored.draft.first_day.month().to_string(),
            status: status(stored, today),
            total: format::money(self.signed(self.body.totals.total), AmountRole::Charge),
            open: format::money(open(stored), AmountRole::Charge),
            margin: format::amount(left, AmountRole::Margin),
            issued: stored.issued.as_ref().map(|issued| issued.issued_on.to_string()),
            due: stored.issued.as_ref().map(|issued| issued.due_on.to_string()),
            obstacles: self.obstacles.clone(),
        })
    }

    /// An amount of the document as the agency counts it: what a credit note takes back is below zero, so that everything
    /// adds up.
    fn signed(&self, amount: Money) -> Money {
        if self.corrects.is_some() { Money::from_minor(-amount.minor(), amount.currency()) } else { amount }
    }

    /// As [`Sheet::signed`].
    fn signed_cost(&self, cost: ExactAmount) -> ExactAmount {
        if self.corrects.is_some() { ExactAmount::new(-cost.amount(), cost.currency()) } else { cost }
    }

    fn lines(&self, names: &Names) -> Vec<InvoiceLineView> {
        let several = self.body.has_several_gateways();
        let both = self.body.lines.iter().zip(&self.agency);
        both.map(|(line, agency)| InvoiceLineView {
            description: subject(&line.subject, names, several),
            quantities: quantities(line),
            charge: format::money(self.signed(line.net), AmountRole::Charge),
            cost: Some(format::amount(self.signed_cost(agency.cost), AmountRole::Cost)),
            trail: Some(agency.trail.clone()),
        })
        .collect()
    }

    fn trio(&self) -> Result<TrioView, AppError> {
        let left = self.margin.charge.checked_sub(self.margin.cost)?;
        Ok(TrioView {
            cost: format::amount(self.margin.cost, AmountRole::Cost),
            charge: format::amount(self.margin.charge, AmountRole::Charge),
            margin: format::amount(left, AmountRole::Margin),
            margin_percent: self.margin.per_cent().map(format::per_cent),
            unpriced: Vec::new(),
        })
    }
}

/// What a draft that is too little is told.
const CARRIED: &str =
    "This is too little to invoice: making the month final carries it into the client's next invoice.";

/// Until when a draft of a month that is over had better wait.
fn in_grace(last: Date, days: u16, today: Date) -> Option<String> {
    let end = last.plus_days(i32::from(days));
    (today > last && today <= end)
        .then(|| format!("Usage that gateways tell late is still counted: wait through {end}."))
}

/// Not paid yet; a draft owes nothing.
fn open(stored: &StoredInvoice) -> Money {
    let open = stored.issued.as_ref().map(|issued| settlement(stored, issued.due_on).open());
    open.unwrap_or(Money::from_minor(0, stored.draft.currency))
}

/// What a line is for: with its gateway where the invoice has more than one, as on the document itself.
fn subject(subject: &LineSubject, names: &Names, several: bool) -> String {
    match subject {
        LineSubject::Usage { gateway, gateway_name, model, .. } if several => {
            let via = gateway_name.clone().unwrap_or_else(|| names.gateway(*gateway));
            format!("{} via {via}", model_text(model))
        }
        LineSubject::Usage { model, .. } => model_text(model),
        LineSubject::FlatFee { models } => format!("Flat fee ({models})"),
        LineSubject::Minimum { models } => format!("Minimum commitment ({models})"),
        LineSubject::Adjustment { reason } => reason.clone(),
    }
}

fn quantities(line: &InvoiceLine) -> Vec<String> {
    let text = |(meter, count): (Meter, u64)| {
        format!("{} {}", format::grouped(&count.to_string()), meter.code().replace('_', " "))
    };
    line.quantities.iter().map(text).collect()
}

fn chart(body: &InvoiceBody, names: &Names, theme: ThemeChoice) -> Result<Option<ChartView>, AppError> {
    let daily = body.daily()?;
    if daily.is_empty() {
        return Ok(None);
    }
    let charge_on = |day: Date| daily.iter().find(|one| one.day == day).map(|one| one.charge);
    let points: Vec<Date> = usage::each_day(body.period.first(), body.period.last()).collect();
    let values =
        points.iter().map(|day| charge_on(*day).map_or_else(Default::default, |one: ExactAmount| one.amount()));
    let spec = ChartSpec {
        series: vec![Series { name: "Charge".to_owned(), values: values.collect() }],
        points,
        height: 200,
        ..ChartSpec::new(
            ChartKind::StackedBars,
            "Charge per day",
            Unit::Money { what: "charge".to_owned(), currency: body.currency },
        )
    };
    usage::view(&spec, body.currency, AmountRole::Charge, theme, names.freshness_of_all()).map(Some)
}

fn status(invoice: &StoredInvoice, today: Date) -> InvoiceStatus {
    let Some(issued) = &invoice.issued else { return InvoiceStatus::Draft };
    standing(settlement(invoice, issued.due_on).standing(today))
}

/// Where a final document stands, as it crosses.
pub(super) fn standing(standing: Standing) -> InvoiceStatus {
    match standing {
        Standing::Open => InvoiceStatus::Open,
        Standing::PartPaid => InvoiceStatus::PartPaid,
        Standing::Paid => InvoiceStatus::Paid,
        Standing::Overdue => InvoiceStatus::Overdue,
        Standing::Credited => InvoiceStatus::Credited,
        Standing::CreditNote => InvoiceStatus::CreditNote,
    }
}
