//! Invoices.

use super::{AmountView, ChartView, CountView, TrioView, choice, view};

choice! {
    /// Where an invoice stands. `Overdue` and `Paid` are derived from dates and payments.
    pub enum InvoiceStatus {
        /// Can still change.
        Draft,
        /// Numbered and frozen, not yet due.
        Open,
        /// Past its due date and not paid.
        Overdue,
        /// Paid in full.
        Paid,
    }

    /// Documents of an invoice.
    pub enum DocumentKind {
        /// PDF/A-3b.
        Pdf,
        /// Lines as CSV.
        Csv,
        /// The whole invoice as JSON.
        Json,
        /// EN 16931 in CII: the XML of Factur-X.
        Cii,
        /// EN 16931 in UBL.
        Ubl,
        /// XRechnung.
        Xrechnung,
        /// Peppol BIS.
        Peppol,
    }
}

view! {
    /// An invoice in a table.
    pub struct InvoiceRow {
        /// Which.
        pub id: String,
        /// Its number, once final.
        pub number: Option<String>,
        /// Whose.
        pub client_id: String,
        /// Client's name.
        pub client: String,
        /// Month of service, `2026-10`.
        pub month: String,
        /// Status.
        pub status: InvoiceStatus,
        /// To pay.
        pub total: AmountView,
        /// Margin on it.
        pub margin: AmountView,
        /// Issued, ISO date.
        pub issued: Option<String>,
        /// Due, ISO date.
        pub due: Option<String>,
        /// Why it cannot be finalised, as sentences.
        pub obstacles: Vec<String>,
    }

    /// A line of an invoice.
    pub struct InvoiceLineView {
        /// What it is for.
        pub description: String,
        /// Quantities: `1,204,331 input tokens`.
        pub quantities: Vec<String>,
        /// What the client pays.
        pub charge: AmountView,
        /// What it cost; agency only.
        pub cost: Option<AmountView>,
        /// How the charge came about; agency only.
        pub trail: Option<String>,
    }

    /// An invoice's page.
    pub struct InvoiceView {
        /// Its table row.
        pub row: InvoiceRow,
        /// Lines.
        pub lines: Vec<InvoiceLineView>,
        /// Sum of the lines.
        pub net: AmountView,
        /// Tax with its label.
        pub tax: Option<(String, AmountView)>,
        /// Cost, charge and margin; agency only.
        pub trio: TrioView,
        /// Requests in it.
        pub requests: CountView,
        /// Manual lines of a draft.
        pub adjustments: Vec<AdjustmentInput>,
        /// Note printed on it.
        pub note: String,
        /// What to know before finalising.
        pub notices: Vec<String>,
        /// Daily charge.
        pub chart: Option<ChartView>,
        /// Documents stored.
        pub documents: Vec<DocumentKind>,
    }

    /// A manual line as typed.
    pub struct AdjustmentInput {
        /// Why.
        pub reason: String,
        /// Decimal text, negative to reduce.
        pub amount: String,
    }

    /// What became of one client in a batch.
    pub struct BatchResult {
        /// Which client.
        pub client: String,
        /// The invoice.
        pub invoice_id: Option<String>,
        /// Its number.
        pub number: Option<String>,
        /// Why it was left out, as a sentence.
        pub problem: Option<String>,
    }

    /// A file written.
    pub struct SavedFile {
        /// Where it is.
        pub path: String,
        /// Its size in bytes.
        pub bytes: u32,
    }
}
