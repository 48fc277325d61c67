//! Putting a draft together: what every invoice of the agency needs is read once, then each is rated from the usage that is
//! known now.

use std::collections::BTreeMap;

use billing::ledger::Owing;
use billing::{
    Adjustment, DraftInvoice, InvoiceFacts, Party, Rated, Seller, ServicePeriod, TaxCategory, TaxFacts, TaxRate, rate,
    rate_month,
};
use domain::{BillingAddress, Client, Currency, GatewayId, InvoiceId, Money};
use rust_decimal::Decimal;
use store::Reader;
use store::table::invoice::InvoiceDraft;

use super::payment::money;
use crate::branding::{self, Branding};
use crate::ledger::{self, rules};
use crate::rating::by_key::by_key;
use crate::rating::{Prices, metered, price_book};
use crate::wire::snapshot::DraftSnapshot;
use crate::wire::{AdjustmentInput, AgencyInput};
use crate::{App, AppError, agency};

/// What every invoice of the agency is put together with, read once for as many as there are.
pub(crate) struct Drafting {
    agency: AgencyInput,
    branding: Branding,
    book: Prices,
    gateways: BTreeMap<GatewayId, String>,
    carry_below: Decimal,
}

/// A line that makes up for something of before.
struct Later {
    reason: String,
    amount: Money,
}

impl Drafting {
    /// Reads it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn read(app: &App, reader: &mut Reader) -> Result<Self, AppError> {
        let gateways = reader.gateway().list().await?.into_iter();
        Ok(Self {
            gateways: gateways.map(|one| (one.id, one.connection.name.to_string())).collect(),
            agency: agency::read(app, reader).await?,
            branding: branding::read(reader).await?,
            book: price_book(app, reader).await?,
            carry_below: rules::terms(reader.setting()).await?.carry_below,
        })
    }

    /// The agency's data.
    pub(crate) fn agency(&self) -> &AgencyInput {
        &self.agency
    }

    /// Whether a draft is too little to invoice (S2-08).
    pub(crate) fn is_carried(&self, draft: &DraftInvoice) -> bool {
        draft.is_carried_below(self.carry_below)
    }

    /// A draft put together from the usage that is known now, with what waits from before. `id` is the draft's row, once
    /// it has one.
    ///
    /// # Errors
    /// Usage in another currency; an adjustment that makes no sense.
    pub(crate) async fn draft(
        &self,
        reader: &mut Reader,
        id: Option<InvoiceId>,
        row: &InvoiceDraft,
        typed: &DraftSnapshot,
    ) -> Result<DraftInvoice, AppError> {
        let by_hand = typed.adjustments.iter().map(|input| adjustment(input, row.currency));
        let mut adjustments = by_hand.collect::<Result<Vec<_>, AppError>>()?;
        let later = self.carried(reader, row).await?.into_iter().chain(settled(reader, id, row).await?);
        let owed = self.owing(reader, row).await?.map(|owing| owed(row, &owing)).transpose()?;
        for line in later.chain(owed).filter(|line| line.amount.minor() != 0) {
            adjustments.push(Adjustment::new(&line.reason, line.amount)?);
        }
        self.period(reader, row, &typed.note, adjustments).await
    }

    /// A draft with its usage by key, as its documents show it.
    ///
    /// # Errors
    /// The store cannot be read; sums beyond what can be kept exactly.
    pub(crate) async fn by_key(&self, reader: &mut Reader, draft: DraftInvoice) -> Result<DraftInvoice, AppError> {
        by_key(reader, &self.book, draft).await
    }

    /// A period as it would be invoiced if nothing had been typed and nothing waited.
    ///
    /// # Errors
    /// Usage in another currency.
    pub(crate) async fn period(
        &self,
        reader: &mut Reader,
        row: &InvoiceDraft,
        note: &str,
        adjustments: Vec<Adjustment>,
    ) -> Result<DraftInvoice, AppError> {
        let client = reader.client().get(row.client).await?.client;
        let rated = self.rated(reader, row).await?;
        let mut facts = facts(&self.agency, row, &client, note)?;
        facts.gateways.clone_from(&self.gateways);
        let language = branding::language(client.invoicing.language, &self.agency);
        facts.look = self.branding.look(language, &mut facts.seller);
        Ok(DraftInvoice::assemble(facts, &rated, adjustments)?)
    }

    /// Days that were paid in advance are charged to the ledger, and nowhere else; a minimum counts them all the same.
    async fn rated(&self, reader: &mut Reader, row: &InvoiceDraft) -> Result<Rated, AppError> {
        let mut usage = metered(reader, row.client, (row.first_day, row.last_day), &self.book).await?;
        let rated = rate_month(&usage, row.client, &self.book, row.first_day.month())?;
        let Some(prepaid) = reader.ledger().prepaid(row.client).await? else { return Ok(rated) };
        usage.retain(|row| !prepaid.covers(row.day));
        Ok(Rated { fees: rated.fees, ..rate(&usage, row.client, &self.book)? })
    }

    /// What a draft takes over from the ledger of a client that pays, or paid, in advance; none in another currency.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn owing(&self, reader: &mut Reader, row: &InvoiceDraft) -> Result<Option<Owing>, AppError> {
        if reader.ledger().prepaid(row.client).await?.is_none() {
            return Ok(None);
        }
        let book = ledger::read(reader, row.client).await?;
        if book.ledger.currency() != row.currency {
            return Ok(None);
        }
        book.owing(row.last_day.month(), self.carry_below)
    }

    /// Periods of before that were too little to invoice, rated as they are known now.
    async fn carried(&self, reader: &mut Reader, row: &InvoiceDraft) -> Result<Vec<Later>, AppError> {
        let carries = reader.invoice().carries(row.client).await?;
        let waiting = carries.into_iter().filter(|carry| carry.invoice.is_none() && carry.last_day < row.first_day);
        let mut lines = Vec::new();
        for carry in waiting {
            let period = InvoiceDraft { first_day: carry.first_day, last_day: carry.last_day, ..row.clone() };
            let draft = self.period(reader, &period, "", Vec::new()).await?;
            let reason = format!("Carried forward from {}", carry.first_day.month());
            lines.push(Later { reason, amount: draft.body().totals.net });
        }
        Ok(lines)
    }
}

/// What credit did not cover, rounded as every line is.
fn owed(row: &InvoiceDraft, owing: &Owing) -> Result<Later, AppError> {
    let reason = format!("Usage through {} that credit did not cover", row.last_day.month());
    Ok(Later { reason, amount: owing.total()?.round()? })
}

/// What a draft makes up for of final invoices.
async fn settled(reader: &mut Reader, id: Option<InvoiceId>, row: &InvoiceDraft) -> Result<Vec<Later>, AppError> {
    let Some(id) = id else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    let all = reader.invoice().settled_drift(row.client).await?;
    for drift in all.into_iter().filter(|drift| drift.settled_on == id) {
        let drifted = reader.invoice().get(drift.invoice).await?;
        let label = drifted.issued.map(|issued| issued.label).unwrap_or_default();
        let reason = format!("Usage of {} told after invoice {label}", drifted.draft.first_day.month());
        lines.push(Later { reason, amount: Money::from_minor(drift.amount, row.currency) });
    }
    Ok(lines)
}

fn facts(agency: &AgencyInput, row: &InvoiceDraft, client: &Client, note: &str) -> Result<InvoiceFacts, AppError> {
    let period = ServicePeriod::new(row.first_day, row.last_day)?;
    let mut facts = InvoiceFacts::new(seller(agency), row.client, client, period);
    facts.note = note.trim().to_owned();
    let rate = tax(agency)?;
    facts.tax = TaxCategory::decide(&TaxFacts {
        treatment: client.invoicing.tax,
        reason: &client.invoicing.tax_reason,
        rate: rate.as_ref(),
        exemption: &agency.tax_exemption,
        seller: &facts.seller.party.address,
        buyer: &facts.buyer.address,
    });
    Ok(facts)
}

/// The agency as its documents print it.
pub(crate) fn seller(agency: &AgencyInput) -> Seller {
    let address = BillingAddress {
        legal_name: agency.name.clone(),
        street: agency.street.clone(),
        postal_code: agency.postal_code.clone(),
        city: agency.city.clone(),
        country: agency.country.clone(),
        tax_id: agency.tax_id.clone(),
        email: agency.email.clone(),
        vat_id: agency.vat_id.clone(),
        registration: agency.registration.clone(),
        endpoint: agency.endpoint.clone(),
        reference: String::new(),
    };
    Seller {
        party: Party { name: agency.name.clone(), address },
        iban: agency.iban.clone(),
        payment_text: agency.payment_text.clone(),
        contact: agency.contact.clone(),
        phone: agency.phone.clone(),
        footer: agency.footer.clone(),
    }
}

/// The agency's tax; none unless both its label and its rate are given.
///
/// # Errors
/// A rate that makes no sense.
fn tax(agency: &AgencyInput) -> Result<Option<TaxRate>, AppError> {
    if agency.tax_percent.trim().is_empty() {
        return Ok(None);
    }
    let rate = Decimal::from_str_exact(agency.tax_percent.trim().trim_end_matches('%').trim()).map_err(|_| {
        AppError::invalid("taxPercent", format!("`{}` is not a tax rate: write 19 for 19 %", agency.tax_percent))
    })?;
    TaxRate::new(&agency.tax_label, rate).map(Some).map_err(|e| AppError::from(e).at("taxPercent"))
}

fn adjustment(input: &AdjustmentInput, currency: Currency) -> Result<Adjustment, AppError> {
    let amount = money("adjustments", &input.amount, currency)?;
    Adjustment::new(&input.reason, amount).map_err(|e| AppError::from(e).at("adjustments"))
}
