//! The price book.

use super::{AmountView, choice, view};

choice! {
    /// How a rule charges.
    pub enum ChargeKind {
        /// Per cent on cost.
        Markup,
        /// Fixed price per unit.
        Fixed,
        /// Per cent off somebody's list prices.
        Discount,
        /// Share of what was saved against a list.
        Commission,
    }
}

choice! {
    /// Who pays the provider for usage under a commission.
    pub enum PayerName {
        /// The agency; its cost is passed on.
        Agency,
        /// The client, with its own provider key.
        Client,
    }
}

choice! {
    /// How steps by quantity apply.
    pub enum TierKind {
        /// Each unit at the rate of the step it falls into.
        Graduated,
        /// All units of the month at the rate of the step that is reached.
        Volume,
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

    /// A quantity of a unit.
    pub struct QuantityView {
        /// Meter's code.
        pub meter: String,
        /// Decimal text in sold units (million tokens, images, seconds, …).
        pub quantity: String,
    }

    /// An exchange rate as typed.
    pub struct ExchangeInput {
        /// Units of the price book's currency for one of the list's.
        pub rate: String,
        /// The day it was published, ISO date.
        pub date: String,
        /// Who published it.
        pub source: String,
    }

    /// What a list of prices is in.
    pub struct ListInput {
        /// Currency; the price book's when empty.
        pub currency: String,
        /// The rate into the price book's currency, where the two differ.
        pub exchange: Option<ExchangeInput>,
    }

    /// What a commission needs beside its share and its list.
    pub struct CommissionInput {
        /// Who pays the provider.
        pub payer: PayerName,
        /// Models that are free of commission: `claude-*`.
        pub free: Vec<String>,
    }

    /// Another rate from a quantity on.
    pub struct StepInput {
        /// Meter's code.
        pub meter: String,
        /// Decimal text in sold units that must be exceeded in a month.
        pub above: String,
        /// A price per sold unit under fixed prices, per cent off under a discount.
        pub rate: String,
    }

    /// What is agreed on for a calendar month.
    pub struct ConditionsInput {
        /// How the steps apply; absent without steps.
        pub tiers: Option<TierKind>,
        /// Other rates from quantities on.
        pub steps: Vec<StepInput>,
        /// What is free, and used up first.
        pub included: Vec<QuantityView>,
        /// The usage of the rule comes to at least this.
        pub minimum: Option<String>,
        /// Charged each month.
        pub flat_fee: Option<String>,
    }

    /// A rule as typed.
    pub struct RuleInput {
        /// For this client only; absent for everyone.
        pub client_id: Option<String>,
        /// `gpt-4o`, `gpt-*` or `*`.
        pub selector: String,
        /// How it charges.
        pub kind: ChargeKind,
        /// Per cent on cost, off the list, or of the savings; absent for fixed prices.
        pub percent: Option<String>,
        /// The prices, or the list's.
        pub prices: Vec<UnitPriceView>,
        /// What the list is in, for a discount or a commission; the price book's currency when absent.
        pub list: Option<ListInput>,
        /// For a commission.
        pub commission: Option<CommissionInput>,
        /// What is agreed on for a month; absent for nothing.
        pub conditions: Option<ConditionsInput>,
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
        /// What is agreed on for a month, for people: `10 M input tokens included`.
        pub conditions: Vec<String>,
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
        /// What all clients together were charged, those it would not have touched too.
        pub before: AmountView,
        /// What they would have been charged.
        pub after: AmountView,
        /// The difference.
        pub difference: AmountView,
    }
}

impl RuleInput {
    /// A rule of a kind without any figures.
    #[must_use]
    pub fn plain(client_id: Option<String>, selector: impl Into<String>, kind: ChargeKind) -> Self {
        Self {
            client_id,
            selector: selector.into(),
            kind,
            percent: None,
            prices: Vec::new(),
            list: None,
            commission: None,
            conditions: None,
        }
    }
}
