//! Amounts and counts as text.

use super::{choice, view};

choice! {
    /// What an amount is. Every amount shown carries one (U21).
    pub enum AmountRole {
        /// What the gateway says it cost the agency.
        Cost,
        /// What the client pays.
        Charge,
        /// Charge less cost.
        Margin,
        /// A ceiling on cost.
        Budget,
        /// Credit that a client holds, and what changes it.
        Credit,
        /// A price of a unit.
        Price,
    }
}

view! {
    /// An amount of money.
    pub struct AmountView {
        /// Exact decimal text, for tooltips, exports and `--json`.
        pub amount: String,
        /// ISO 4217 code.
        pub currency: String,
        /// Text to show, rounded for its place: `$1,234.56`.
        pub text: String,
        /// What it is.
        pub role: AmountRole,
        /// Whether it is below zero.
        pub negative: bool,
    }

    /// Cost, charge and margin of the same usage.
    pub struct TrioView {
        /// What it cost the agency.
        pub cost: AmountView,
        /// What clients pay.
        pub charge: AmountView,
        /// The difference.
        pub margin: AmountView,
        /// Margin over charge, for example `20.0 %`; absent when nothing is charged.
        pub margin_percent: Option<String>,
        /// Models in this usage that no price rule covers; their charge is missing from the figure.
        pub unpriced: Vec<String>,
    }

    /// A count.
    pub struct CountView {
        /// All digits.
        pub value: String,
        /// Text to show: `1.2 M`.
        pub text: String,
    }
}
