//! The nouns of the trade and the units they are counted in.
//!
//! **Owns:** how money, time, identity and secrets are represented, and what makes a name, a budget or a key
//! specification valid. **Does not own:** prices, documents, SQL, HTTP. Nothing here reads a clock, draws a random
//! number, performs IO or can be serialised; time and new identities are arguments, so nothing here fails for a reason
//! outside its own input.

pub mod account;
pub mod bank;
pub mod budget;
pub mod client;
pub mod country;
pub mod flexible;
pub mod id;
pub mod key;
pub mod language;
pub mod money;
pub mod name;
pub mod quantity;
pub mod reference;
pub mod route;
pub mod secret;
pub mod tax_id;
pub mod time;
pub mod usage;

pub use account::{Account, AccountSpec};
pub use bank::{Iban, IbanError};
pub use budget::{Budget, BudgetPeriod, Enforcement, Limit};
pub use client::{BillingAddress, Client, ClientStatus, EInvoice, Invoicing, PaymentTerms, TaxTreatment};
pub use country::{AddressError, Country};
pub use flexible::{StartWithin, StartWithinError};
pub use id::{
    AccountId, AuditId, BillId, ClientId, ExternalId, GatewayId, InvoiceId, KeyId, Mark, NoticeId, PriceVersionId,
    Product,
};
pub use key::{Environment, Key, KeySpec, KeyStatus, ModelScope, RateLimit, Scope};
pub use language::{DocumentLanguage, LanguageError};
pub use money::{Currency, ExactAmount, Money, MoneyError, Nanos};
pub use name::{ModelName, Name, NameError};
pub use quantity::{Meter, Quantities};
pub use reference::{LeitwegId, LeitwegIdError};
pub use route::{Health, HealthState, Route, RoutePrice, Target, Told};
pub use secret::{KeyFingerprint, KeyLabel, Secret, VaultRef};
pub use tax_id::{VatId, VatIdError};
pub use time::{Date, Month, Period, TimeError, Timestamp, Zone};
pub use usage::{Grain, RequestOutcome, UsageOrigin, UsageRecord};
