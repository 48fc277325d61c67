//! Price books, rating, invoices and ledgers: from metered usage to the figure a client pays.
//!
//! **Owns:** which price rule applies, what usage costs the client and why, and the arithmetic of an invoice. **Does not
//! own:** where usage comes from (`sync`), where documents are kept (`store`), how they look (`render`). Everything here
//! is a function of its arguments: no clock, no randomness, no IO, no floats. Amounts stay exact until an invoice line is
//! rounded, once (`domain::money`).

mod apportion;
pub mod invoice;
pub mod ledger;
pub mod margin;
pub mod preview;
pub mod price_book;
pub mod rating;
pub mod reconcile;
pub mod statement;

pub use apportion::apportioned;
pub use invoice::{
    Adjustment, AgencyLine, Correction, CreditError, DayCharge, DraftInvoice, Drift, DriftLine, FinalizeError, Invoice,
    InvoiceBody, InvoiceDocument, InvoiceError, InvoiceFacts, InvoiceLine, InvoiceNumber, InvoiceParts, KeyName,
    KeyShare, KeyTable, KeyUsage, LineDetail, LineSubject, Look, Notice, Party, PaymentError, RestoreError, Seller,
    ServicePeriod, Settlement, Standing, Tax, TaxCategory, TaxError, TaxFacts, TaxRate, Totals,
};
pub use ledger::Ledger;
pub use margin::Margin;
pub use preview::{ClientUsage, Effect, preview};
pub use price_book::{
    Amended, AmendmentError, ChargeModel, Commission, Conditions, ExchangeRate, ListPrices, ModelSelector, Payer,
    PriceBook, PriceBookError, PriceBookVersion, PriceRule, PriceRuleError, PriceRules, PriceSpan, Quote, RuleChange,
    Savings, SelectorError, TierMode, TierStep, Tiers, UnitPrice,
};
pub use rating::{
    FeeKind, MeteredUsage, PrivateLine, Rated, RatedFee, RatedLine, RatingError, Term, Trail, Unpriced, WhyUnpriced,
    rate, rate_month,
};
pub use statement::{Statement, StatementInvoice, StatementKey, StatementSum, StatementUse};
