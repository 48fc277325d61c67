//! Invoices: the table and the page. A draft is put together from the usage known now; a final one from its snapshot.

use billing::{AgencyLine, InvoiceBody, InvoiceLine, LineSubject, Margin};
use domain::{ClientId, Date, ExactAmount, InvoiceId, Meter, Money, Month};
use render::chart::{ChartKind, ChartSpec, Series, Unit};
use store::Reader;
use store::table::invoice::{InvoiceFilter, StoredInvoice};

use super::names::Names;
use super::overview::needs_a_hand;
use super::usage;
use crate::command::invoice::{assembled, typed};
use crate::documents::{self, kind_of};
use crate::rating::model_text;
use crate::wire::{
    AdjustmentInput, AmountRole, ChartView, DueInvoice, InvoiceLineView, InvoiceRow, InvoiceStatus, InvoiceView,
    ThemeChoice, TrioView, snapshot,
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
    let sheet = Sheet::read(app, &mut reader, &stored).await?;
    let today = agency::today(app, &mut reader).await?;
    let documents = reader.invoice().documents(id).await?;
    let requests = sheet.body.lines.iter().map(|line| line.quantities.get(Meter::Requests)).sum();
    let totals = &sheet.body.totals;
    Ok(InvoiceView {
        row: sheet.row(&stored, &names, today)?,
        lines: sheet.lines(&names),
        net: format::money(totals.net, AmountRole::Charge),
        tax: totals.taxes.first().map(|tax| {
            let label = match tax.category.per_cent() {
                Some(rate) if tax.category.reason().is_none() => {
                    format!("{} {} %", tax.category.label(), rate.normalize())
                }
                _ => tax.category.label().to_owned(),
            };
            (label, format::money(tax.amount, AmountRole::Charge))
        }),
        trio: sheet.trio()?,
        requests: format::count(requests),
        note: sheet.body.note.clone(),
        notices: sheet.notices.clone(),
        chart: chart(&sheet.body, &names, theme)?,
        documents: documents.iter().filter_map(|(kind, _)| kind_of(kind)).collect(),
        adjustments: sheet.adjustments,
    })
}

async fn rows(
    app: &App,
    reader: &mut Reader,
    names: &Names,
    filter: &InvoiceFilter,
) -> Result<Vec<InvoiceRow>, AppError> {
    let today = agency::today(app, reader).await?;
    let mut rows = Vec::new();
    for stored in reader.invoice().list(filter).await? {
        rows.push(Sheet::read(app, reader, &stored).await?.row(&stored, names, today)?);
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
}

impl Sheet {
    async fn read(app: &App, reader: &mut Reader, stored: &StoredInvoice) -> Result<Self, AppError> {
        if stored.issued.is_some() {
            let invoice = snapshot::from_text(&stored.draft.snapshot)?;
            let margin = invoice.margin()?;
            let parts = invoice.into_parts();
            let (body, agency) = (parts.document.body, parts.agency);
            return Ok(Self { body, agency, margin, obstacles: vec![], notices: vec![], adjustments: vec![] });
        }
        let typed = typed(stored)?;
        let draft = assembled(app, reader, &stored.draft, &typed).await?;
        let agency = agency::read(app, reader).await?;
        let today = agency::today(app, reader).await?;
        let e_invoice = documents::dry_run(&draft, &agency.invoice_series, today).err().map(|error| error.message);
        let obstacles = draft.ready().err().map(|problem| problem.to_string()).into_iter().chain(e_invoice);
        Ok(Self {
            margin: draft.margin()?,
            obstacles: obstacles.collect(),
            notices: draft.notices(today).iter().map(ToString::to_string).collect(),
            agency: draft.agency().to_vec(),
            body: draft.body().clone(),
            adjustments: typed.adjustments,
        })
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
            total: format::money(self.body.totals.total, AmountRole::Charge),
            margin: format::amount(left, AmountRole::Margin),
            issued: stored.issued.as_ref().map(|issued| issued.issued_on.to_string()),
            due: stored.issued.as_ref().map(|issued| issued.due_on.to_string()),
            obstacles: self.obstacles.clone(),
        })
    }

    fn lines(&self, names: &Names) -> Vec<InvoiceLineView> {
        let several = self.body.has_several_gateways();
        let both = self.body.lines.iter().zip(&self.agency);
        both.map(|(line, agency)| InvoiceLineView {
            description: description(line, names, several),
            quantities: quantities(line),
            charge: format::money(line.net, AmountRole::Charge),
            cost: Some(format::amount(agency.cost, AmountRole::Cost)),
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

/// What a line is for: with its gateway where the invoice has more than one, as on the document itself.
fn description(line: &InvoiceLine, names: &Names, several: bool) -> String {
    match &line.subject {
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
    match &invoice.issued {
        None => InvoiceStatus::Draft,
        Some(_) if invoice.paid >= invoice.draft.gross => InvoiceStatus::Paid,
        Some(issued) if issued.due_on < today => InvoiceStatus::Overdue,
        Some(_) => InvoiceStatus::Open,
    }
}
