//! What a client is shown: charges, counts, credit and invoices, and nothing of what the agency alone knows; and what is
//! kept of its requests.

use super::{AmountView, ChartView, CountView, InvoiceStatus, LedgerKind, choice, view};

choice! {
    /// A file for a client.
    pub enum StatementFormat {
        /// The statement as PDF.
        Pdf,
        /// The statement as CSV.
        Csv,
        /// The statement as JSON.
        Json,
        /// The statement as one HTML page.
        Html,
        /// Usage by day and model as CSV.
        UsageCsv,
        /// Usage by day and model as JSON Lines.
        UsageLines,
    }
}

view! {
    /// Which days of a client: both ends included, in its own zone.
    pub struct StatementPeriod {
        /// First local day, ISO date.
        pub first: String,
        /// Last local day, ISO date.
        pub last: String,
    }

    /// Use of a model, or of a key.
    pub struct StatementRow {
        /// Name of the model, or of the key.
        pub name: String,
        /// The end of a key's secret.
        pub label: Option<String>,
        /// Requests.
        pub requests: CountView,
        /// Refused or failed requests.
        pub failed: CountView,
        /// Requests on private hardware, which are not charged.
        pub private: CountView,
        /// Input tokens, cache included.
        pub input_tokens: CountView,
        /// Output tokens.
        pub output_tokens: CountView,
        /// What the client pays; absent for a key, and where no price was agreed on.
        pub charge: Option<AmountView>,
    }

    /// What credit and debt were, or how they moved. Kinds are not added up (S4-11).
    pub struct StatementCredit {
        /// What moved them; absent for what they were.
        pub kind: Option<LedgerKind>,
        /// Credit that was paid in.
        pub paid: AmountView,
        /// Credit given on top of deposits.
        pub bonus: AmountView,
        /// Credit given without one.
        pub free: AmountView,
        /// Charges that no credit covered.
        pub owed: AmountView,
        /// The same from earlier months.
        pub carried: AmountView,
    }

    /// A final invoice as its client reads it.
    pub struct StatementInvoiceView {
        /// Its number.
        pub number: String,
        /// Date of issue.
        pub issued: String,
        /// Last date to pay.
        pub due: String,
        /// What it comes to, tax included.
        pub total: AmountView,
        /// What was paid of it.
        pub paid: AmountView,
        /// Where it stands.
        pub state: InvoiceStatus,
    }

    /// What a client is shown of a period.
    pub struct StatementView {
        /// The client.
        pub client_id: String,
        /// Its name.
        pub client: String,
        /// First local day.
        pub first: String,
        /// Last local day.
        pub last: String,
        /// Its zone.
        pub zone: String,
        /// When usage was last read to its end, RFC 3339.
        pub as_of: Option<String>,
        /// The last UTC day whose single requests were erased.
        pub erased_through: Option<String>,
        /// Charge per day.
        pub chart: ChartView,
        /// By model, dearest first.
        pub models: Vec<StatementRow>,
        /// By key: counts only.
        pub keys: Vec<StatementRow>,
        /// Everything together.
        pub total: StatementRow,
        /// Credit at the start, its movements, and at the end; empty for a client that is invoiced.
        pub credit: Vec<StatementCredit>,
        /// Final invoices of the period.
        pub invoices: Vec<StatementInvoiceView>,
    }

    /// What is kept of a client's single requests, and what erasing it would do (S0-06).
    pub struct MetadataView {
        /// The client.
        pub client_id: String,
        /// Its name: what is typed to erase.
        pub client: String,
        /// Requests that would be erased.
        pub requests: u32,
        /// Totals of a day, key and model that would be erased.
        pub day_totals: u32,
        /// The last UTC day that would be erased; absent where there is nothing yet.
        pub through: Option<String>,
        /// Rows of days that are not settled yet: they stay until then.
        pub kept: u32,
        /// The last UTC day that was erased before.
        pub erased_through: Option<String>,
        /// Final invoices, which stay.
        pub invoices: u32,
        /// Entries of the ledger, which stay.
        pub ledger_entries: u32,
    }
}
