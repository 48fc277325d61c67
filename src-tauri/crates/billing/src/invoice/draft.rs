//! Drafts: assembled from rated usage, looked at, and finalised or thrown away.

use std::collections::BTreeMap;
use std::fmt;

use domain::{Client, ClientId, Currency, Date, EInvoice, GatewayId, ModelName, Money, PaymentTerms};

use rust_decimal::Decimal;

use super::issued::Invoice;
use super::keys::{KeyShare, KeyTable};
use super::line::{Adjustment, AgencyLine, InvoiceLine, LineSubject, of_fee, of_private, of_usage};
use super::look::Look;
use super::party::{Party, Seller, ServicePeriod, due};
use super::tax::{TaxCategory, TaxError};
use super::totals::Totals;
use super::{InvoiceBody, InvoiceDocument, InvoiceError, InvoiceNumber};
use crate::margin::Margin;
use crate::price_book::PriceBook;
use crate::rating::{Rated, RatedLine, RatingError};

/// What an invoice says beside its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// Who sells.
    pub seller: Seller,
    /// Which client buys.
    pub client: ClientId,
    /// The client as printed.
    pub buyer: Party,
    /// The local dates it is for.
    pub period: ServicePeriod,
    /// The IANA name of the client's zone.
    pub zone: String,
    /// The currency of the client's invoices.
    pub currency: Currency,
    /// How long the client has to pay.
    pub terms: PaymentTerms,
    /// How tax applies; `None` charges none (S2-12). What is missing for it keeps the draft from being final.
    pub tax: Result<Option<TaxCategory>, TaxError>,
    /// Which e-invoice the client wants.
    pub e_invoice: EInvoice,
    /// A word to the client; may be empty.
    pub note: String,
    /// What gateways are called, for the lines of what they served.
    pub gateways: BTreeMap<GatewayId, String>,
    /// How it is set.
    pub look: Look,
}

impl InvoiceFacts {
    /// The facts of an invoice to a client, without tax, note and names of gateways.
    #[must_use]
    pub fn new(seller: Seller, id: ClientId, client: &Client, period: ServicePeriod) -> Self {
        Self {
            seller,
            client: id,
            buyer: Party::buyer(client),
            period,
            zone: client.zone.name().to_owned(),
            currency: client.currency,
            terms: client.terms,
            tax: Ok(None),
            e_invoice: client.invoicing.e_invoice,
            note: String::new(),
            gateways: BTreeMap::new(),
            look: Look::default(),
        }
    }
}

/// Why a draft cannot become final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FinalizeError {
    /// Usage that no price rule covers; nothing is given away by oversight.
    #[error(transparent)]
    Unpriced(RatingError),
    /// The agency has no name yet (BT-27).
    #[error("the invoice does not say who it is from: fill in the agency's name in Settings")]
    NoSeller,
    /// The buyer has no name (BT-44).
    #[error("the invoice does not say who it is to: fill in the client's name")]
    NoBuyer,
    /// The client cannot be taxed as chosen.
    #[error(transparent)]
    Tax(#[from] TaxError),
    /// Less than nothing is to be paid.
    #[error("the invoice comes to {0}, less than nothing: lower its credits and carry the rest to the next invoice")]
    Negative(Money),
}

/// Something to know about a draft before it is finalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// No usage in the period.
    NoUsage,
    /// Models without a price; in the way of finalising.
    Unpriced(Vec<ModelName>),
    /// The period is not over yet, so more usage may come.
    PeriodRuns {
        /// Its last day.
        last: Date,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUsage => f.write_str("nothing was used in this period"),
            Self::Unpriced(models) => RatingError::NoRule { models: models.clone() }.fmt(f),
            Self::PeriodRuns { last } => write!(f, "the period runs through {last}: usage until then will be missing"),
        }
    }
}

/// An invoice without number and date. Assemble it again when usage or prices change; it has no setters either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftInvoice {
    body: InvoiceBody,
    agency: Vec<AgencyLine>,
    unpriced: Vec<ModelName>,
    untaxed: Option<TaxError>,
    commission: bool,
}

impl DraftInvoice {
    /// Puts an invoice together: one line per rated line, rounded once, then private usage at nothing, fees,
    /// adjustments, and tax on the sum. A rated line without quantity and charge (refused requests only) makes no invoice
    /// line. A period without usage makes a draft of zero that says so in its notices.
    ///
    /// # Errors
    /// Another client's usage, usage outside the period, another currency, or sums beyond what can be kept exactly.
    pub fn assemble(facts: InvoiceFacts, rated: &Rated, adjustments: Vec<Adjustment>) -> Result<Self, InvoiceError> {
        check(&facts, rated, &adjustments)?;
        let charged = rated.lines.iter().filter(|line| is_charged(line)).map(|line| of_usage(line, &facts.gateways));
        let by_hand = adjustments.into_iter().map(|adjustment| Ok(adjustment.line()));
        let private = rated.private.iter().map(|line| of_private(line, &facts.gateways));
        let fees = rated.fees.iter().map(of_fee);
        let both = charged.chain(private).chain(fees).chain(by_hand).collect::<Result<Vec<_>, InvoiceError>>()?;
        let (lines, agency) = both.into_iter().unzip();
        let untaxed = facts.tax.clone().err();
        let commission = rated.fees.is_empty() && rated.lines.iter().all(|line| line.trail.rule.charge.is_commission());
        Ok(Self { body: body(facts, lines)?, agency, unpriced: rated.unpriced_models(), untaxed, commission })
    }

    /// The same with its usage by key, where what was metered by key is what its lines count.
    ///
    /// # Errors
    /// Sums beyond what can be kept exactly.
    pub fn by_key(mut self, shares: &[KeyShare], book: &PriceBook) -> Result<Self, InvoiceError> {
        self.body.keys = KeyTable::of(&self.body.lines, shares, self.body.client, book)?;
        Ok(self)
    }

    /// What it says so far.
    #[must_use]
    pub fn body(&self) -> &InvoiceBody {
        &self.body
    }

    /// What the agency knows about each line of the body, in the same order.
    #[must_use]
    pub fn agency(&self) -> &[AgencyLine] {
        &self.agency
    }

    /// What to know before finalising. `today` is the date in the client's zone.
    #[must_use]
    pub fn notices(&self, today: Date) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.is_without_usage() {
            notices.push(Notice::NoUsage);
        }
        if !self.unpriced.is_empty() {
            notices.push(Notice::Unpriced(self.unpriced.clone()));
        }
        let last = self.body.period.last();
        if today <= last {
            notices.push(Notice::PeriodRuns { last });
        }
        notices
    }

    /// Whether the period has no usage, priced or not.
    #[must_use]
    pub fn is_without_usage(&self) -> bool {
        let used = self.body.lines.iter().any(|line| matches!(line.subject, LineSubject::Usage { .. }));
        self.unpriced.is_empty() && !used
    }

    /// Whether it is too little to invoice and is carried into the next one: all that it charges for use is commission,
    /// and with what was carried before it comes to less than the threshold, in currency units before tax (S2-08). An
    /// invoice of nothing is not carried.
    #[must_use]
    pub fn is_carried_below(&self, threshold: Decimal) -> bool {
        let net = self.body.totals.net.to_decimal();
        self.commission && net > Decimal::ZERO && net < threshold
    }

    /// Charge (rounded, before tax) and cost.
    ///
    /// # Errors
    /// More digits than can be kept.
    pub fn margin(&self) -> Result<Margin, InvoiceError> {
        super::issued::margin(&self.body, &self.agency)
    }

    /// Whether [`DraftInvoice::finalize`] would accept it, to ask before a number is taken.
    ///
    /// # Errors
    /// As [`DraftInvoice::finalize`].
    pub fn ready(&self) -> Result<(), FinalizeError> {
        if !self.unpriced.is_empty() {
            return Err(FinalizeError::Unpriced(RatingError::NoRule { models: self.unpriced.clone() }));
        }
        if self.body.seller.party.name.trim().is_empty() {
            return Err(FinalizeError::NoSeller);
        }
        if self.body.buyer.name.trim().is_empty() {
            return Err(FinalizeError::NoBuyer);
        }
        if let Some(untaxed) = &self.untaxed {
            return Err(untaxed.clone().into());
        }
        let total = self.body.totals.total;
        if total.minor() < 0 { Err(FinalizeError::Negative(total)) } else { Ok(()) }
    }

    /// What it would be with a number and a date, to try before a number is taken.
    #[must_use]
    pub fn as_if(&self, number: InvoiceNumber, issued: Date) -> InvoiceDocument {
        let due = due(issued, self.body.terms);
        InvoiceDocument { number, issued, due, corrects: None, body: self.body.clone() }
    }

    /// Gives it a number and a date, after which nothing changes. Due is the date plus the terms.
    ///
    /// # Errors
    /// Unpriced models, a party without a name, a tax whose facts are missing, or a negative total. The number is not used up: check with
    /// [`DraftInvoice::ready`] first, or take the number in a transaction that rolls back.
    pub fn finalize(self, number: InvoiceNumber, issued: Date) -> Result<Invoice, FinalizeError> {
        self.ready()?;
        let due = due(issued, self.body.terms);
        let document = InvoiceDocument { number, issued, due, corrects: None, body: self.body };
        Ok(Invoice::issued(document, self.agency))
    }
}

fn is_charged(line: &RatedLine) -> bool {
    line.quantities.iter().next().is_some() || !line.charge.amount().is_zero() || !line.cost.amount().is_zero()
}

fn body(facts: InvoiceFacts, lines: Vec<InvoiceLine>) -> Result<InvoiceBody, InvoiceError> {
    let tax = facts.tax.unwrap_or_default();
    let totals = Totals::of(&lines, facts.currency, tax.as_ref())?;
    Ok(InvoiceBody {
        seller: facts.seller,
        client: facts.client,
        buyer: facts.buyer,
        period: facts.period,
        zone: facts.zone,
        currency: facts.currency,
        terms: facts.terms,
        e_invoice: facts.e_invoice,
        note: facts.note,
        lines,
        tax,
        totals,
        look: facts.look,
        keys: None,
    })
}

fn check(facts: &InvoiceFacts, rated: &Rated, adjustments: &[Adjustment]) -> Result<(), InvoiceError> {
    if rated.client != facts.client {
        return Err(InvoiceError::OtherClient { usage: rated.client, invoice: facts.client });
    }
    let currencies = adjustments.iter().map(|adjustment| adjustment.amount().currency());
    if let Some(charge) = currencies.chain([rated.currency]).find(|currency| *currency != facts.currency) {
        return Err(InvoiceError::CurrencyMismatch { invoice: facts.currency, charge });
    }
    let priced = rated.lines.iter().flat_map(|line| [line.first_day, line.last_day]);
    let private = rated.private.iter().flat_map(|line| [line.first_day, line.last_day]);
    let fees = rated.fees.iter().flat_map(|fee| [fee.first_day, fee.last_day]);
    let unpriced = rated.unpriced.iter().flat_map(|missing| [missing.first_day, missing.last_day]);
    let mut days = priced.chain(private).chain(fees).chain(unpriced);
    match days.find(|day| !facts.period.contains(*day)) {
        Some(day) => {
            let (first, last) = (facts.period.first(), facts.period.last());
            Err(InvoiceError::OutsidePeriod { day, first, last })
        }
        None => Ok(()),
    }
}
