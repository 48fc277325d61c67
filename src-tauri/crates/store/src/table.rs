//! One file per table: the private row, the read handle of a [`crate::Reader`], the write handle of a
//! [`crate::Writer`].

pub mod account;
pub mod allowance;
pub mod audit;
pub mod bill;
pub mod client;
pub mod cursor;
pub mod gateway;
pub mod import_mapping;
pub mod invoice;
pub mod key;
pub mod ledger;
pub mod logo;
pub mod notice;
pub mod past_due;
pub mod price;
pub mod route;
pub mod setting;
pub mod usage;

pub use account::{AccountTable, AccountTableMut, StoredAccount};
pub use allowance::{Allowance, AllowanceTable, AllowanceTableMut, Holder};
pub use audit::{AuditEntry, AuditFilter, AuditOutcome, AuditRecord, AuditTable, AuditTableMut};
pub use bill::{BillEntry, BillTable, BillTableMut, NewBill, StoredBill};
pub use client::{ClientTable, ClientTableMut, StoredClient};
pub use cursor::{CursorTable, CursorTableMut, IMPORTED, StoredCursor, WHOLE};
pub use gateway::{GatewayStatus, GatewayTable, GatewayTableMut, NewGateway, ProbeSummary, StoredGateway};
pub use import_mapping::{ImportMapping, ImportMappingTable, ImportMappingTableMut};
pub use invoice::{
    Carry, InvoiceDocument, InvoiceDraft, InvoiceFilter, InvoiceFinal, InvoiceKind, InvoiceNumber, InvoicePayment,
    InvoiceTable, InvoiceTableMut, Issued, SettledDrift, StoredInvoice,
};
pub use key::{KeyFilter, KeyTable, KeyTableMut, StoredKey};
pub use ledger::{LedgerTable, LedgerTableMut, Prepaid};
pub use logo::{LogoTable, LogoTableMut};
pub use notice::{NoticeTable, NoticeTableMut, StoredNotice};
pub use past_due::{Hold, HoldKind, PastDueTable, PastDueTableMut};
pub use price::{PriceExchange, PriceRule, PriceStep, PriceTable, PriceTableMut, PriceVersion};
pub use route::{PrivateSpan, RouteTable, RouteTableMut, StoredRoute};
pub use setting::{SettingTable, SettingTableMut};
pub use usage::{RawPage, RawUsage, UsageTable, UsageTableMut};

#[cfg(test)]
mod tests;
