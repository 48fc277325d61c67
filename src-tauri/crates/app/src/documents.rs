//! The documents of an invoice: which there are, what they are called, and how they are made.
//!
//! **Owns:** that a client who asks for an e-invoice gets one or no invoice at all, and that others get one whenever
//! enough is filled in. **Does not own:** how a document looks (`render`), where it is kept (`store`).

use billing::{DraftInvoice, InvoiceNumber};
use domain::{Date, EInvoice};
use render::{Logo, PdfOptions, XmlFormat};

use crate::AppError;
use crate::rating::broken;
use crate::wire::DocumentKind;

/// Every kind, in the order in which they are offered.
pub(crate) const KINDS: [DocumentKind; 7] = [
    DocumentKind::Pdf,
    DocumentKind::Csv,
    DocumentKind::Json,
    DocumentKind::Cii,
    DocumentKind::Ubl,
    DocumentKind::Xrechnung,
    DocumentKind::Peppol,
];

/// A document as bytes.
pub(crate) type Made = (DocumentKind, Vec<u8>);

/// The stable name of a document kind in storage.
#[must_use]
pub fn kind_code(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Pdf => "pdf",
        DocumentKind::Csv => "csv",
        DocumentKind::Json => "json",
        DocumentKind::Cii => "cii",
        DocumentKind::Ubl => "ubl",
        DocumentKind::Xrechnung => "xrechnung",
        DocumentKind::Peppol => "peppol",
    }
}

/// The kind with a [`kind_code`].
pub(crate) fn kind_of(code: &str) -> Option<DocumentKind> {
    KINDS.into_iter().find(|kind| kind_code(*kind) == code)
}

/// What a file of a kind is called.
pub(crate) fn file_name(stem: &str, kind: DocumentKind) -> String {
    let code = kind_code(kind);
    if xml_format(kind).is_some() { format!("{stem}.{code}.xml") } else { format!("{stem}.{code}") }
}

/// The media type of a kind.
pub(crate) fn media_type(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Pdf => "application/pdf",
        DocumentKind::Csv => "text/csv; charset=utf-8",
        DocumentKind::Json => "application/json",
        _ => "application/xml",
    }
}

/// The format of an XML kind.
pub(crate) fn xml_format(kind: DocumentKind) -> Option<XmlFormat> {
    match kind {
        DocumentKind::Pdf | DocumentKind::Csv | DocumentKind::Json => None,
        DocumentKind::Cii => Some(XmlFormat::Cii),
        DocumentKind::Ubl => Some(XmlFormat::Ubl),
        DocumentKind::Xrechnung => Some(XmlFormat::XRechnung),
        DocumentKind::Peppol => Some(XmlFormat::Peppol),
    }
}

/// What keeps a draft from becoming the e-invoice its client asks for.
///
/// # Errors
/// Each rule that fails, with what to fill in.
pub(crate) fn dry_run(draft: &DraftInvoice, series: &str, issued: Date) -> Result<(), AppError> {
    let number = InvoiceNumber::new(series, 1).map_err(|e| AppError::invalid("invoiceSeries", e))?;
    possible(&draft.as_if(number, issued))
}

/// What keeps a document from becoming the e-invoice its client asks for.
///
/// # Errors
/// Each rule that fails, with what to fill in.
pub(crate) fn possible(invoice: &billing::InvoiceDocument) -> Result<(), AppError> {
    let Some(format) = XmlFormat::wanted(invoice.body.e_invoice) else { return Ok(()) };
    render::einvoice::xml(invoice, format).map_err(AppError::from)?;
    Ok(())
}

/// Every document of each of some final invoices, in their order, drawn up side by side.
///
/// # Errors
/// As [`all`], of the first that cannot be made.
pub(crate) async fn of_all(
    invoices: Vec<(billing::InvoiceDocument, Option<Logo>)>,
) -> Result<Vec<Vec<Made>>, AppError> {
    // Typesetting takes tens of milliseconds of one core: not on a thread that serves the window.
    let start = |(invoice, logo)| tokio::task::spawn_blocking(move || all(&invoice, logo));
    let work: Vec<_> = invoices.into_iter().map(start).collect();
    let mut made = Vec::new();
    for one in work {
        made.push(one.await.map_err(broken)??);
    }
    Ok(made)
}

/// Every document of a final invoice. An e-invoice that nobody asked for and that lacks something is left out.
///
/// # Errors
/// The one the client asks for cannot be made, or the typesetter refuses.
fn all(invoice: &billing::InvoiceDocument, logo: Option<Logo>) -> Result<Vec<Made>, AppError> {
    let printed = render::InvoiceDocument::from(invoice);
    let xmls = xmls(invoice)?;
    let factur_x = xmls.iter().find(|(kind, _)| *kind == DocumentKind::Cii).map(|(_, xml)| xml.clone());
    let options = PdfOptions { factur_x, logo, ..PdfOptions::default() };
    let mut made = vec![
        (DocumentKind::Csv, render::csv::invoice(&printed)?.into_bytes()),
        (DocumentKind::Json, render::json::invoice(&printed)?.into_bytes()),
        (DocumentKind::Pdf, render::pdf(&printed, &options)?),
    ];
    made.extend(xmls.into_iter().map(|(kind, xml)| (kind, xml.into_bytes())));
    Ok(made)
}

fn xmls(invoice: &billing::InvoiceDocument) -> Result<Vec<(DocumentKind, String)>, AppError> {
    let choice = invoice.body.e_invoice;
    let mut xmls = Vec::new();
    for kind in KINDS.into_iter().filter(|_| choice != EInvoice::None) {
        let Some(format) = xml_format(kind) else { continue };
        match render::einvoice::xml(invoice, format) {
            Ok(xml) => xmls.push((kind, xml)),
            Err(error) if XmlFormat::wanted(choice) == Some(format) => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(xmls)
}

/// A document of a draft, drawn up on a date.
///
/// # Errors
/// An e-invoice, which only a final invoice has.
pub(crate) async fn of_draft(
    draft: &DraftInvoice,
    today: Date,
    kind: DocumentKind,
    logo: Option<Logo>,
) -> Result<(String, Vec<u8>), AppError> {
    let printed = render::InvoiceDocument::draft(draft.body(), today);
    let name = file_name(&printed.file_stem(), kind);
    let bytes = match kind {
        DocumentKind::Csv => render::csv::invoice(&printed)?.into_bytes(),
        DocumentKind::Json => render::json::invoice(&printed)?.into_bytes(),
        DocumentKind::Pdf => pdf(printed, logo).await?,
        _ => return Err(AppError::conflict("a draft is no e-invoice: finalise it first")),
    };
    Ok((name, bytes))
}

/// Why a final invoice has no document of a kind.
pub(crate) fn why_not(invoice: &billing::InvoiceDocument, kind: DocumentKind) -> AppError {
    let (number, code) = (&invoice.number, kind_code(kind));
    let why = match xml_format(kind).map(|format| render::einvoice::xml(invoice, format)) {
        Some(Err(error)) => error.to_string(),
        _ if invoice.body.e_invoice == EInvoice::None => "the client did not want e-invoices then".to_owned(),
        _ => "it was made final before Purser wrote such documents".to_owned(),
    };
    AppError::conflict(format!("invoice {number} was issued without a document of kind {code}: {why}"))
        .hint("A final invoice does not change. Fill in what is missing for the next one.")
}

/// Typesetting takes tens of milliseconds of one core: not on a thread that serves the window.
async fn pdf(document: render::InvoiceDocument, logo: Option<Logo>) -> Result<Vec<u8>, AppError> {
    let options = PdfOptions { logo, ..PdfOptions::default() };
    let pdf = tokio::task::spawn_blocking(move || render::pdf(&document, &options));
    Ok(pdf.await.map_err(broken)??)
}

impl From<render::EInvoiceError> for AppError {
    fn from(error: render::EInvoiceError) -> Self {
        Self::conflict(error.to_string())
            .hint("Fill in what is missing under Settings or with the client, or let the client have plain PDFs.")
    }
}
