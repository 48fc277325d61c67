//! The price book.

use super::{AmountView, choice, view};

choice! {
    /// How a rule charges.
    pub enum ChargeKind {
        /// Per cent on cost.
        Markup,
        /// Fixed price per unit.
        Fixed,
    }
}

view! {
    /// A price of a unit.
    pub struct UnitPriceView {
        /// Meter's code.
        pub meter: String,
        /// Decimal text per sold unit (million tokens, image, second, …).
        pub price: String,
    }

    /// A rule as typed.
    pub struct RuleInput {
        /// For this client only; absent for everyone.
        pub client_id: Option<String>,
        /// `gpt-4o`, `gpt-*` or `*`.
        pub selector: String,
        /// How it charges.
        pub kind: ChargeKind,
        /// Per cent on cost, for a markup.
        pub percent: Option<String>,
        /// Prices, for fixed prices.
        pub prices: Vec<UnitPriceView>,
    }

    /// A rule of a version.
    pub struct RuleView {
        /// Client it is for; absent for everyone.
        pub client_id: Option<String>,
        /// Client's name.
        pub client: Option<String>,
        /// Selector.
        pub selector: String,
        /// How it charges.
        pub kind: ChargeKind,
        /// What it charges, for people: `+25 %`.
        pub text: String,
        /// Ready to edit.
        pub input: RuleInput,
    }

    /// An edition of the price book.
    pub struct PriceVersionView {
        /// Which.
        pub id: String,
        /// First local day it applies to, ISO date.
        pub effective_from: String,
        /// When it was made, RFC 3339.
        pub created_at: String,
        /// Why it was made.
        pub note: String,
        /// Whether it is the one in force today.
        pub in_force: bool,
        /// Its rules.
        pub rules: Vec<RuleView>,
    }

    /// The price book.
    pub struct PriceBookView {
        /// Currency.
        pub currency: String,
        /// Editions, latest first.
        pub versions: Vec<PriceVersionView>,
        /// Models seen in usage, to choose from.
        pub models: Vec<String>,
        /// Earliest day a new edition may start: the day after the last invoiced one.
        pub earliest: Option<String>,
    }

    /// A change of rules as typed.
    pub struct PriceChange {
        /// First local day, ISO date.
        pub effective_from: String,
        /// Why.
        pub note: String,
        /// Rules set or replaced.
        pub set: Vec<RuleInput>,
        /// Rules removed.
        pub remove: Vec<RuleInput>,
    }

    /// What a change would have done to one client last month (U11).
    pub struct PriceEffect {
        /// Which.
        pub client_id: String,
        /// Name.
        pub client: String,
        /// Charge as it is.
        pub before: AmountView,
        /// Charge as it would have been.
        pub after: AmountView,
        /// The difference.
        pub difference: AmountView,
        /// Models without a price afterwards.
        pub unpriced: Vec<String>,
    }

    /// What a change would have done last month.
    pub struct PricePreview {
        /// The month, `2026-10`.
        pub month: String,
        /// Clients it would have touched, most first.
        pub effects: Vec<PriceEffect>,
        /// Over all clients.
        pub difference: AmountView,
    }
}
