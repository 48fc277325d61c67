//! From an invoice of `billing` to the terms of EN 16931. Every figure is copied; none is computed here.

use billing::{Correction, InvoiceBody, InvoiceDocument, Seller, TaxCategory};
use domain::{BillingAddress, Country, Currency, Iban};
use en16931::invoice::{
    Code, Contact, CreditTransfer, Delivery, DocumentKind, DocumentTotals, InvoiceNote, Party, PaymentInstructions,
    PaymentMeans, Period, PostalAddress, PrecedingInvoice, VatBreakdown,
};
use en16931::{Date, DocumentReference, Identifier, Invoice, InvoiceAmount, Percentage};

use super::{Problem, identifier, line};

/// UNTDID 1001: commercial invoice (BT-3).
const INVOICE: &str = "380";
/// UNTDID 1001: credit note; its amounts are not negative.
const CREDIT_NOTE: &str = "381";
/// What the parties do with it (BT-23), by Peppol; other receivers do not mind.
const PROCESS: &str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

/// An invoice in the terms of EN 16931, not validated yet.
pub(super) fn of(invoice: &InvoiceDocument) -> Result<Invoice, Problem> {
    let body = &invoice.body;
    let Some(tax) = &body.tax else { return Err(untaxed()) };
    if body.currency.decimals() > 2 {
        return Err(decimals(body.currency));
    }
    let mut model = Invoice::default();
    model.number = Some(invoice.number.to_string());
    model.issue_date = date(invoice.issued);
    model.due_date = date(invoice.due);
    (model.kind, model.type_code) = kind(invoice);
    model.preceding_invoices = invoice.corrects.iter().map(preceding).collect();
    model.currency = Some(Code::new(body.currency.code()));
    model.business_process = Some(PROCESS.to_owned());
    model.seller = seller(&body.seller, tax)?;
    model.buyer = buyer(body, tax)?;
    model.delivery = delivery(body, tax);
    model.payment = payment(invoice);
    model.lines = line::all(body, tax);
    texts(&mut model, invoice);
    figures(&mut model, body);
    Ok(model)
}

/// What is said in words, and for which days.
fn texts(model: &mut Invoice, invoice: &InvoiceDocument) {
    let body = &invoice.body;
    model.buyer_reference = some(&body.buyer.address.reference);
    // One note at most (PEPPOL-EN16931-R002): why it is credited, then what was said before.
    let why = invoice.corrects.iter().map(|corrects| corrects.reason.as_str());
    let note = why.chain([body.note.as_str()]).filter_map(some).collect::<Vec<_>>().join("\n");
    model.notes = some(&note).map(InvoiceNote::new).into_iter().collect();
    // How to pay is no matter of a credit note.
    model.payment_terms = some(&body.seller.payment_text).filter(|_| invoice.corrects.is_none());
    model.invoicing_period = Some(period((body.period.first(), body.period.last())));
}

fn kind(invoice: &InvoiceDocument) -> (DocumentKind, Option<Code>) {
    match invoice.corrects {
        None => (DocumentKind::Invoice, Some(Code::new(INVOICE))),
        Some(_) => (DocumentKind::CreditNote, Some(Code::new(CREDIT_NOTE))),
    }
}

/// What a credit note takes back (BG-3).
fn preceding(corrects: &Correction) -> PrecedingInvoice {
    PrecedingInvoice {
        reference: DocumentReference::new(corrects.number.to_string()),
        issue_date: date(corrects.issued),
    }
}

/// The sums.
fn figures(model: &mut Invoice, body: &InvoiceBody) {
    model.vat_breakdown = breakdown(body);
    model.totals = totals(body);
}

fn untaxed() -> Problem {
    let sentence = "an e-invoice must say how VAT applies: set your rate or your exemption under Settings, or choose \
                    the client's tax treatment";
    Problem { rule: "BR-CO-04".to_owned(), sentence: sentence.to_owned() }
}

fn decimals(currency: Currency) -> Problem {
    let sentence = format!("an e-invoice has two decimals, but {currency} has more: bill in another currency");
    Problem { rule: "BR-DEC-09".to_owned(), sentence }
}

fn seller(seller: &Seller, tax: &TaxCategory) -> Result<Party, Problem> {
    let contact =
        Contact { name: some(&seller.contact), phone: some(&seller.phone), email: some(&seller.party.address.email) };
    let said = contact.name.is_some() || contact.phone.is_some();
    Ok(Party {
        tax_registration: some(&seller.party.address.tax_id),
        contact: if said { contact } else { Contact::default() },
        ..party(&seller.party, tax)?
    })
}

fn buyer(body: &InvoiceBody, tax: &TaxCategory) -> Result<Party, Problem> {
    party(&body.buyer, tax)
}

/// Both sides. Outside the scope of VAT nobody's VAT identifier may stand (BR-O-02, BR-O-03).
fn party(party: &billing::Party, tax: &TaxCategory) -> Result<Party, Problem> {
    let address = &party.address;
    let outside = matches!(tax, TaxCategory::OutOfScope { .. });
    Ok(Party {
        name: some(&party.name),
        legal_registration: some(&address.registration).map(Identifier::new),
        vat_identifier: if outside { None } else { some(&address.vat_id) },
        electronic_address: endpoint(address)?,
        address: postal(address),
        ..Party::default()
    })
}

/// The electronic address; else the e-mail address.
fn endpoint(address: &BillingAddress) -> Result<Option<Identifier>, Problem> {
    match some(&address.endpoint) {
        Some(endpoint) => identifier(&endpoint).map(Some),
        None => Ok(some(&address.email).map(|email| Identifier::schemed(email, "EM"))),
    }
}

fn postal(address: &BillingAddress) -> PostalAddress {
    let mut lines = address.street.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    let (line1, line2) = (lines.next(), lines.next());
    PostalAddress {
        line1,
        line2,
        line3: some(&lines.collect::<Vec<_>>().join(", ")),
        city: some(&address.city),
        post_code: some(&address.postal_code),
        subdivision: None,
        country: address.country.parse::<Country>().ok().map(|country| Code::new(country.code())),
    }
}

/// Where goods go, which an intra-Community supply has to say (BR-IC-12).
fn delivery(body: &InvoiceBody, tax: &TaxCategory) -> Option<Delivery> {
    let TaxCategory::IntraCommunity { delivered_to, .. } = tax else { return None };
    let country = Some(Code::new(delivered_to.code()));
    let address = PostalAddress { country, ..postal(&body.buyer.address) };
    Some(Delivery { address: Some(address), ..Delivery::default() })
}

/// How to pay: by SEPA credit transfer (58) in euro, by another credit transfer (30) else.
fn payment(invoice: &InvoiceDocument) -> Option<PaymentInstructions> {
    let body = &invoice.body;
    let iban: Iban = body.seller.iban.parse().ok()?;
    let sepa = iban.is_sepa() && body.currency == Currency::EUR;
    let account = CreditTransfer {
        account_identifier: Some(iban.to_string()),
        account_name: some(&body.seller.party.name),
        provider_identifier: None,
    };
    Some(PaymentInstructions {
        means_code: Some(Code::new(if sepa { "58" } else { "30" })),
        means_text: None,
        remittance_information: Some(invoice.number.to_string()),
        means: Some(PaymentMeans::CreditTransfer(vec![account])),
    })
}

fn breakdown(body: &InvoiceBody) -> Vec<VatBreakdown> {
    let row = |tax: &billing::Tax| VatBreakdown {
        taxable_amount: line::amount(tax.base),
        tax_amount: line::amount(tax.amount),
        category: Code::new(tax.category.code()),
        rate: tax.category.per_cent().map(Percentage::new),
        exemption_reason: tax.category.reason().map(str::to_owned),
        exemption_reason_code: tax.category.reason_code().map(Code::new),
    };
    body.totals.taxes.iter().map(row).collect()
}

fn totals(body: &InvoiceBody) -> DocumentTotals {
    let totals = &body.totals;
    let (net, total): (InvoiceAmount, InvoiceAmount) = (line::amount(totals.net), line::amount(totals.total));
    DocumentTotals {
        line_total: net,
        taxable_total: net,
        vat_total: Some(line::amount(totals.tax)),
        gross_total: total,
        due: total,
        ..DocumentTotals::default()
    }
}

pub(super) fn period((first, last): (domain::Date, domain::Date)) -> Period {
    Period { start: date(first), end: date(last) }
}

fn date(day: domain::Date) -> Option<Date> {
    Date::parse(&day.to_string()).ok()
}

fn some(text: &str) -> Option<String> {
    let text = crate::figures::visible(text.trim());
    (!text.is_empty()).then_some(text)
}
