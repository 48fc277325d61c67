//! Invoices.

use super::{AmountView, ChartView, CountView, TrioView, choice, view};

choice! {
    /// Where an invoice stands. `Overdue` and `Paid` are derived from dates and payments.
    pub enum InvoiceStatus {
        /// Can still change.
        Draft,
        /// Numbered and frozen, not yet due.
        Open,
        /// Not yet due, and paid in part.
        PartPaid,
        /// Past its due date and not paid in full.
        Overdue,
        /// Paid in full.
        Paid,
        /// Taken back by a credit note.
        Credited,
        /// Takes an invoice back.
        CreditNote,
    }

    /// What became of one client when a month was drafted or made final.
    pub enum BatchOutcome {
        /// It has a draft.
        Drafted,
        /// It has its number.
        Final,
        /// Usage may still come: its grace is not over.
        InGrace,
        /// Too little to invoice: it stands on the client's next one.
        Carried,
        /// Something is in the way; the problem says what.
        Refused,
        /// Somebody stopped it before its turn.
        Cancelled,
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
        /// To pay; what a credit note takes back is below zero.
        pub total: AmountView,
        /// Not paid yet.
        pub open: AmountView,
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
        /// Payments noted, oldest first.
        pub payments: Vec<PaymentView>,
        /// To be given back, where it was paid before it was taken back.
        pub to_refund: Option<AmountView>,
        /// What it takes back, if it is a credit note.
        pub corrects: Option<CorrectsView>,
        /// What took it back.
        pub credited_by: Option<CorrectsView>,
        /// What its usage, as it is known now, would make it say; absent where it would say the same.
        pub drift: Option<DriftView>,
    }

    /// A payment.
    pub struct PaymentView {
        /// The day, ISO.
        pub date: String,
        /// How much; below zero was given back.
        pub amount: AmountView,
        /// Reference.
        pub note: String,
    }

    /// A payment as typed.
    pub struct PaymentInput {
        /// The day the money came, ISO.
        pub date: String,
        /// Decimal text; empty is all that is open; negative was given back.
        pub amount: String,
        /// Reference.
        pub note: String,
    }

    /// The other side of a correction.
    pub struct CorrectsView {
        /// Which document.
        pub id: String,
        /// Its number.
        pub number: String,
        /// Why, as the client reads it.
        pub reason: String,
    }

    /// What a final invoice lacks, or charges too much, by what gateways told later. Before tax.
    pub struct DriftView {
        /// By subject.
        pub lines: Vec<DriftLineView>,
        /// Made up for by other invoices.
        pub settled: AmountView,
        /// Not made up for yet; zero where everything is.
        pub open: AmountView,
    }

    /// A final invoice that drifted.
    pub struct InvoiceDrift {
        /// Which.
        pub invoice_id: String,
        /// Its number.
        pub number: String,
        /// Client's name.
        pub client: String,
        /// By how much.
        pub drift: DriftView,
    }

    /// One subject that drifted.
    pub struct DriftLineView {
        /// What it is for.
        pub description: String,
        /// What the invoice charges.
        pub was: AmountView,
        /// What it would charge now.
        pub now: AmountView,
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
        /// What became of it.
        pub outcome: BatchOutcome,
        /// What is in the way, as a sentence.
        pub problem: Option<String>,
    }

    /// A client that is past due, or of whom something is held because it was.
    pub struct PastDueView {
        /// Which.
        pub client_id: String,
        /// Client's name.
        pub client: String,
        /// What is overdue.
        pub open: AmountView,
        /// Since how many days the oldest of it is.
        pub days: u32,
        /// Numbers of the overdue invoices.
        pub invoices: Vec<String>,
        /// Its keys.
        pub keys: Vec<HeldKeyView>,
    }

    /// What is, or would be, taken from a key.
    pub struct HeldKeyView {
        /// Which.
        pub key_id: String,
        /// Its name.
        pub name: String,
        /// Whether something is held of it.
        pub held: bool,
        /// What, in words.
        pub effect: String,
    }

    /// A file written.
    pub struct SavedFile {
        /// Where it is.
        pub path: String,
        /// Its size in bytes.
        pub bytes: u32,
    }
}
