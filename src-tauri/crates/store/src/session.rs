//! A snapshot to read from, and the single writer.

use sqlx::{Sqlite, SqliteConnection, Transaction};

use crate::change::{Tag, Touched};
use crate::report::Report;
use crate::table::{
    AccountTable, AccountTableMut, AllowanceTable, AllowanceTableMut, AuditTable, AuditTableMut, BillTable,
    BillTableMut, ClientTable, ClientTableMut, CursorTable, CursorTableMut, GatewayTable, GatewayTableMut,
    ImportMappingTable, ImportMappingTableMut, InvoiceTable, InvoiceTableMut, KeyTable, KeyTableMut, LedgerTable,
    LedgerTableMut, LogoTable, LogoTableMut, NoticeTable, NoticeTableMut, PastDueTable, PastDueTableMut, PriceTable,
    PriceTableMut, RouteTable, RouteTableMut, SettingTable, SettingTableMut, UsageTable, UsageTableMut,
};
use crate::{Changed, Origin, StoreError, StoreResult};

/// One consistent snapshot of the database.
#[derive(Debug)]
pub struct Reader {
    pub(crate) tx: Transaction<'static, Sqlite>,
}

/// The single writer. Nothing is visible to others until [`Writer::commit`]; dropped, everything is rolled back.
#[must_use = "a writer that is dropped rolls back"]
#[derive(Debug)]
pub struct Writer {
    pub(crate) tx: Transaction<'static, Sqlite>,
    pub(crate) origin: Origin,
    pub(crate) touched: Touched,
    /// Invoice numbers taken and not yet given to an invoice.
    pub(crate) numbers_open: u32,
}

/// A writer's connection and the tags it touches, lent to a write handle.
#[derive(Debug)]
pub(crate) struct Pen<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
    pub(crate) touched: &'c mut Touched,
    pub(crate) numbers_open: &'c mut u32,
}

/// One method per noun: the read handle on both sessions' side, the write handle on the writer's.
macro_rules! nouns {
    ($($(#[$doc:meta])* $noun:ident: $read:ident, $write:ident;)*) => {
        impl Reader {
            $($(#[$doc])* pub fn $noun(&mut self) -> $read<'_> { $read { conn: &mut self.tx } })*

            /// The report queries.
            pub fn report(&mut self) -> Report<'_> { Report { conn: &mut self.tx } }
        }
        impl Writer {
            $($(#[$doc])* pub fn $noun(&mut self) -> $write<'_> { $write { pen: self.pen() } })*

            /// The report queries, seeing what this writer has written.
            pub fn report(&mut self) -> Report<'_> { Report { conn: &mut self.tx } }
        }
        $(impl $write<'_> {
            /// The reads of the same noun, seeing what this writer has written.
            pub fn read(&mut self) -> $read<'_> { $read { conn: &mut *self.pen.conn } }
        })*
    };
}

nouns! {
    /// Gateways.
    gateway: GatewayTable, GatewayTableMut;
    /// Clients.
    client: ClientTable, ClientTableMut;
    /// Accounts.
    account: AccountTable, AccountTableMut;
    /// Keys.
    key: KeyTable, KeyTableMut;
    /// Periodic budgets that Purser funds.
    allowance: AllowanceTable, AllowanceTableMut;
    /// Raw usage.
    usage: UsageTable, UsageTableMut;
    /// How far each pull has come.
    cursor: CursorTable, CursorTableMut;
    /// The price book's versions.
    price: PriceTable, PriceTableMut;
    /// Routes, and what was private when.
    route: RouteTable, RouteTableMut;
    /// Invoices.
    invoice: InvoiceTable, InvoiceTableMut;
    /// What clients that are past due were stopped from using.
    past_due: PastDueTable, PastDueTableMut;
    /// Ledgers of clients.
    ledger: LedgerTable, LedgerTableMut;
    /// What was told of low balances.
    notice: NoticeTable, NoticeTableMut;
    /// The audit log.
    audit: AuditTable, AuditTableMut;
    /// Settings.
    setting: SettingTable, SettingTableMut;
    /// Logos.
    logo: LogoTable, LogoTableMut;
    /// Bills of whoever is behind a gateway.
    bill: BillTable, BillTableMut;
    /// Remembered import mappings.
    import_mapping: ImportMappingTable, ImportMappingTableMut;
}

impl Pen<'_> {
    /// Notes that rows of a noun are about to change.
    pub(crate) fn touch(&mut self, tag: Tag) {
        self.touched.add(tag);
    }
}

impl Writer {
    fn pen(&mut self) -> Pen<'_> {
        Pen { conn: &mut self.tx, touched: &mut self.touched, numbers_open: &mut self.numbers_open }
    }

    /// Makes everything written visible and durable, and tells what it touched.
    ///
    /// # Errors
    /// `Full`, `Busy` or `Io`: nothing was saved. `Rule` when an invoice number was taken and not used.
    pub async fn commit(self) -> StoreResult<Changed> {
        if self.numbers_open > 0 {
            return Err(StoreError::rule("an invoice number was taken and not used: nothing was saved; report this"));
        }
        self.tx.commit().await?;
        Ok(Changed { tags: self.touched.tags(), origin: self.origin })
    }
}
