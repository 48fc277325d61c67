//! An invoice as it is printed: plain values, checked to add up, with no field that could hold a cost or a markup.

mod issued;

use billing::KeyTable;
use domain::money::exact_sum;
use domain::{Currency, Date, DocumentLanguage, ExactAmount, Meter, ModelName, Money, Quantities};
use rust_decimal::Decimal;

pub(crate) use issued::{NO_MODEL, named, party, title};

use crate::chart::Series;
use crate::{RenderError, figures};

/// A name and an address, as printed. Every line but the name may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Legal name.
    pub name: String,
    /// Address lines in the order in which they are printed.
    pub address: Vec<String>,
    /// Tax number as its owner writes it.
    pub tax_id: String,
    /// VAT identifier.
    pub vat_id: String,
    /// E-mail address.
    pub email: String,
}

/// What an amount is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineSubject {
    /// Use of a model; lines of one model are printed together.
    Model(ModelName),
    /// A monthly fee, with the models it is for; `None` is all of them.
    FlatFee(Option<String>),
    /// What a minimum lacked, with the models it counts; `None` is all of them.
    Minimum(Option<String>),
    /// Something else, in words: a credit.
    Words(String),
}

/// A client's price of one meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeterPrice {
    /// What is counted.
    pub meter: Meter,
    /// Currency units per sold unit ([`Meter::per_sold_unit`]), not rounded.
    pub price: Decimal,
}

/// One line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    /// What it is for.
    pub subject: LineSubject,
    /// The gateway that served it, where it is known; printed where the invoice has more than one gateway.
    pub via: Option<String>,
    /// First and last local day, where it has them; printed where a model has more than one line.
    pub days: Option<(Date, Date)>,
    /// What was consumed.
    pub quantities: Quantities,
    /// The prices of a line sold at fixed prices; empty otherwise.
    pub prices: Vec<MeterPrice>,
    /// The charge before rounding.
    pub exact: ExactAmount,
    /// The charge.
    pub net: Money,
}

impl DocumentLine {
    /// What the line is called; `gateways` says whether the one that served it is part of that.
    #[must_use]
    pub fn title(&self, gateways: bool) -> String {
        let name = match &self.subject {
            LineSubject::Model(model) => named(model.as_str()),
            LineSubject::FlatFee(models) => of_models("Flat fee", models.as_deref()),
            LineSubject::Minimum(models) => of_models("Minimum commitment", models.as_deref()),
            LineSubject::Words(words) => words.clone(),
        };
        served_by(name, self.via.as_deref().filter(|_| gateways))
    }
}

/// A fee with the models it is for, where it is not for all.
pub(crate) fn of_models(name: &str, models: Option<&str>) -> String {
    models.map_or_else(|| name.to_owned(), |models| format!("{name} ({models})"))
}

/// A line's name with the gateway that served it.
fn served_by(name: String, via: Option<&str>) -> String {
    via.map_or_else(|| name.clone(), |via| format!("{name} via {via}"))
}

/// Tax of one rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// Name of the tax.
    pub label: String,
    /// Its UNCL 5305 code.
    pub category: String,
    /// Per cent; outside the scope of VAT there is none.
    pub per_cent: Option<Decimal>,
    /// Why none is charged, as the client reads it.
    pub note: Option<String>,
    /// The tax.
    pub amount: Money,
}

/// The client's usage per day, for the chart on the last pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DailyUsage {
    /// Every local day of the period, ascending.
    pub days: Vec<Date>,
    /// Charge per day, exact, in currency units; one series per model. Adds up to the exact charges of the model lines.
    pub series: Vec<Series>,
}

/// One row of the table below the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// The model.
    pub name: String,
    /// What was consumed.
    pub quantities: Quantities,
    /// Its part of the charge.
    pub charge: Money,
}

/// A table below the chart. Its charges add up to those of the model lines, to the cent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTable {
    /// One row per model.
    pub rows: Vec<UsageRow>,
}

/// What a credit note takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrects {
    /// The number of the invoice.
    pub number: String,
    /// When that was issued.
    pub issued: Date,
    /// Why, as the client reads it.
    pub reason: String,
}

/// How an invoice is set. The logo is no part of it: its bytes come with [`crate::PdfOptions`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The language of its words, dates and numbers on paper. Files for programs are the same in each.
    pub language: DocumentLanguage,
    /// Accent colour as `#rrggbb`; empty for the plain one.
    pub accent: String,
    /// Above the lines; may be empty.
    pub greeting: String,
    /// Below the sums; may be empty.
    pub closing: String,
}

/// An invoice or a credit note as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// What it takes back; `None` is an invoice.
    pub corrects: Option<Corrects>,
    /// Its number; a draft has none, and says DRAFT in its place.
    pub number: Option<String>,
    /// The date it was issued; for a draft the date it was drawn up. Also the date in the file's metadata.
    pub issued: Date,
    /// The date by which it is to be paid.
    pub due: Option<Date>,
    /// First and last local day it is for.
    pub period: (Date, Date),
    /// IANA name of the zone in which those days were cut.
    pub zone: String,
    /// Who sells.
    pub seller: Party,
    /// Who buys.
    pub buyer: Party,
    /// The currency of every amount.
    pub currency: Currency,
    /// What is charged.
    pub lines: Vec<DocumentLine>,
    /// Sum of the lines.
    pub net: Money,
    /// Tax per rate; empty where none is charged.
    pub taxes: Vec<TaxLine>,
    /// Net and taxes.
    pub total: Money,
    /// What the buyer asks to be quoted; may be empty.
    pub reference: String,
    /// Bank account to pay to; may be empty.
    pub iban: String,
    /// How to pay, in words; may be empty.
    pub payment: String,
    /// A word to the client; may be empty.
    pub note: String,
    /// Small print at the foot of each page; may be empty.
    pub footer: String,
    /// The usage behind it; no usage pages where there is none.
    pub usage: Option<(DailyUsage, UsageTable)>,
    /// The same usage by key, below the table of models; `None` where it is not known by key.
    pub keys: Option<KeyTable>,
    /// How it is set.
    pub look: Look,
}

impl InvoiceDocument {
    /// Checks that everything a reader can add up does add up: lines to net, net and taxes to total, the usage table and
    /// the chart to the model lines.
    ///
    /// # Errors
    /// Something does not, or two currencies met.
    pub fn check(&self) -> Result<(), RenderError> {
        let lines = self.lines.iter().map(|line| line.net);
        agree("the net amount", sum(self.currency, lines)?, self.net)?;
        let taxes = self.taxes.iter().map(|tax| tax.amount);
        agree("the total", sum(self.currency, taxes.chain([self.net]))?, self.total)?;
        self.usage.as_ref().map_or(Ok(()), |(daily, table)| self.check_usage(daily, table))?;
        self.keys.as_ref().map_or(Ok(()), |keys| self.check_keys(keys))
    }

    /// Whether lines say by which gateway they were served: only where there was more than one, since two lines of one
    /// model would read the same otherwise.
    #[must_use]
    pub fn names_gateways(&self) -> bool {
        let mut names = self.lines.iter().filter_map(|line| line.via.as_deref());
        names.next().is_some_and(|first| names.any(|other| other != first))
    }

    fn check_usage(&self, daily: &DailyUsage, table: &UsageTable) -> Result<(), RenderError> {
        let models = || self.lines.iter().filter(|line| matches!(line.subject, LineSubject::Model(_)));
        let net = sum(self.currency, models().map(|line| line.net))?;
        agree("the usage table", net, sum(self.currency, table.rows.iter().map(|row| row.charge))?)?;
        let exact = total(models().map(|line| line.exact.amount()))?;
        let drawn = total(daily.series.iter().flat_map(|series| series.values.iter().copied()))?;
        if exact == drawn { Ok(()) } else { Err(disagreement("the daily usage", exact, drawn)) }
    }

    fn check_keys(&self, keys: &KeyTable) -> Result<(), RenderError> {
        let models = || self.lines.iter().filter(|line| matches!(line.subject, LineSubject::Model(_)));
        let requests = |sum: u64, of: &Quantities| sum.saturating_add(of.get(Meter::Requests));
        let used = models().fold(Quantities::NONE, |sum, line| sum.plus(&line.quantities));
        let told = keys.rows.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
        if used != told {
            return Err(disagreement("the usage by key", requests(0, &used), requests(0, &told)));
        }
        if !keys.is_charged() {
            return Ok(());
        }
        let net = sum(self.currency, models().map(|line| line.net))?;
        agree("the charge by key", net, sum(self.currency, keys.rows.iter().filter_map(|row| row.charge))?)
    }

    /// Why no tax is charged, if none is: the exemption's reason, the note of a reverse charge.
    #[must_use]
    pub fn tax_note(&self) -> String {
        let notes: Vec<&str> = self.taxes.iter().filter_map(|tax| tax.note.as_deref()).collect();
        notes.join(" ")
    }

    /// A name for its files, without extension: letters, digits, dots and dashes only. Never holds an amount.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let number = self.number.as_deref().map_or_else(|| format!("draft-{}", self.period.0.month()), str::to_owned);
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' };
        let kind = if self.corrects.is_some() { "credit-note" } else { "invoice" };
        format!("{kind}-{}", number.chars().map(plain).collect::<String>())
    }
}

fn total(amounts: impl Iterator<Item = Decimal>) -> Result<Decimal, RenderError> {
    let mut amounts = amounts;
    Ok(amounts.try_fold(Decimal::ZERO, exact_sum)?)
}

fn sum(currency: Currency, amounts: impl Iterator<Item = Money>) -> Result<Money, RenderError> {
    let mut amounts = amounts;
    Ok(amounts.try_fold(Money::from_minor(0, currency), Money::checked_add)?)
}

fn agree(what: &'static str, expected: Money, found: Money) -> Result<(), RenderError> {
    if expected == found {
        return Ok(());
    }
    Err(disagreement(what, figures::with_currency(expected), figures::with_currency(found)))
}

fn disagreement(what: &'static str, expected: impl ToString, found: impl ToString) -> RenderError {
    RenderError::DoesNotAddUp { what, expected: expected.to_string(), found: found.to_string() }
}
