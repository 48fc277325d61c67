//! Usage: charts with their rows, request rows, files.

use super::{AmountRole, AmountView, CountView, FreshnessView, choice, view};

choice! {
    /// What to group by.
    pub enum UsageGroup {
        /// By client.
        Client,
        /// By model.
        Model,
        /// By key.
        Key,
        /// By gateway.
        Gateway,
    }

    /// The web view's colours.
    pub enum ThemeChoice {
        /// Light.
        Light,
        /// Dark.
        Dark,
    }

    /// File formats for export and import.
    pub enum TableFormat {
        /// Comma-separated values.
        Csv,
        /// JSON Lines.
        JsonLines,
    }
}

view! {
    /// Which usage.
    pub struct UsageFilterInput {
        /// First local day, ISO date.
        pub first: String,
        /// Last local day, ISO date.
        pub last: String,
        /// Of these clients; empty is all.
        pub clients: Vec<String>,
        /// On these gateways; empty is all.
        pub gateways: Vec<String>,
        /// Of these keys; empty is all.
        pub keys: Vec<String>,
        /// Of these models; empty is all.
        pub models: Vec<String>,
        /// Grouped by.
        pub group: UsageGroup,
    }

    /// A point of a chart's hover map.
    pub struct ChartPoint {
        /// What is there: a date.
        pub label: String,
        /// Horizontal position in SVG units.
        pub x: u32,
    }

    /// A series of a chart.
    pub struct ChartSeries {
        /// Name.
        pub name: String,
        /// Colour, `#rrggbb`.
        pub color: String,
        /// Amount per point as text to show.
        pub values: Vec<String>,
    }

    /// A chart with everything hover and screen readers need.
    pub struct ChartView {
        /// The drawing; no inline style, safe under the content security policy.
        pub svg: String,
        /// What it shows, in a sentence.
        pub title: String,
        /// What is drawn.
        pub role: AmountRole,
        /// Width in SVG units.
        pub width: u32,
        /// Height in SVG units.
        pub height: u32,
        /// Left, top, right, bottom of the plot in SVG units.
        pub plot: (u32, u32, u32, u32),
        /// The points.
        pub points: Vec<ChartPoint>,
        /// The series.
        pub series: Vec<ChartSeries>,
        /// Sum per point as text.
        pub totals: Vec<String>,
        /// As of when.
        pub freshness: FreshnessView,
    }

    /// One group's row beside the chart.
    pub struct UsageRow {
        /// Identifier of the client, key or gateway; the model's name.
        pub id: Option<String>,
        /// Name.
        pub name: String,
        /// Second line: the key's label and client, the gateway's kind.
        pub detail: Option<String>,
        /// What it cost the agency.
        pub cost: AmountView,
        /// What clients pay. Absent when grouped by key: prices are per model, and the cache holds no key by model.
        pub charge: Option<AmountView>,
        /// Charge less cost.
        pub margin: Option<AmountView>,
        /// Margin over charge, for example `20.0 %`.
        pub margin_percent: Option<String>,
        /// Models in it that no price rule covers.
        pub unpriced: Vec<String>,
        /// Requests.
        pub requests: CountView,
        /// Refused or failed requests.
        pub failed: CountView,
        /// Input tokens, cache included.
        pub input_tokens: CountView,
        /// Output tokens.
        pub output_tokens: CountView,
        /// Part of the cost, per mille.
        pub share: u32,
    }

    /// The rows beside the chart and their total.
    pub struct UsageTable {
        /// Rows by cost.
        pub rows: Vec<UsageRow>,
        /// Total of the filtered set.
        pub total: UsageRow,
        /// As of when.
        pub freshness: FreshnessView,
    }

    /// One request.
    pub struct RequestView {
        /// When it started, RFC 3339.
        pub at: String,
        /// Client's name.
        pub client: Option<String>,
        /// Key's name.
        pub key: Option<String>,
        /// Model.
        pub model: String,
        /// Gateway's name.
        pub gateway: String,
        /// Input tokens.
        pub input_tokens: String,
        /// Output tokens.
        pub output_tokens: String,
        /// Cost.
        pub cost: AmountView,
        /// Whether it was served.
        pub succeeded: bool,
        /// Milliseconds to the end of the answer.
        pub duration_millis: Option<u32>,
    }

    /// A page of requests, newest first.
    pub struct RequestPageView {
        /// The rows.
        pub rows: Vec<RequestView>,
        /// Go on here.
        pub next: Option<String>,
    }

    /// A column of a usage file and what it is taken for.
    pub struct ColumnView {
        /// Header.
        pub header: String,
        /// Field it fills: `time`, `account`, `key`, `model`, `request_id`, `cost`, a meter's code, or `ignore`.
        pub field: String,
    }

    /// A row that cannot be imported.
    pub struct RowProblemView {
        /// Line in the file, from 1.
        pub line: u32,
        /// Column's header.
        pub column: Option<String>,
        /// Why, as a sentence.
        pub reason: String,
    }

    /// What an import would do.
    pub struct ImportPreview {
        /// Columns.
        pub columns: Vec<ColumnView>,
        /// First rows as they stand in the file.
        pub sample: Vec<Vec<String>>,
        /// Rows in the file.
        pub rows: u32,
        /// Rows that are wrong; any stops the import.
        pub problems: Vec<RowProblemView>,
        /// Cost of all rows.
        pub cost: AmountView,
    }

    /// What an import did.
    pub struct ImportDone {
        /// Rows that were new.
        pub inserted: u32,
        /// Rows that changed what was known.
        pub restated: u32,
        /// Rows already known.
        pub unchanged: u32,
    }
}
