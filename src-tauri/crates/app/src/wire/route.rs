//! Routes: what answers calls to a model name, and how it fares.

use super::{choice, view};

choice! {
    /// Whether a target answers.
    pub enum HealthView {
        /// It answers.
        Healthy,
        /// It does not, or was taken out.
        Unhealthy,
        /// Nobody looked, or the gateway does not say.
        Unknown,
    }
}

choice! {
    /// Whether a call costs something by the token.
    pub enum RoutePriceView {
        /// A node of the agency's own at price 0: usage is counted and charges nothing.
        Private,
        /// It has a price.
        Priced,
        /// The gateway does not say.
        NotTold,
    }
}

view! {
    /// One place that can answer.
    pub struct TargetView {
        /// The model there; null where it is not told.
        pub upstream: Option<String>,
        /// The provider, channel or node; null where it is not told.
        pub runs_at: Option<String>,
        /// The other route that leads there.
        pub via: Option<String>,
        /// Whether it answers.
        pub health: HealthView,
        /// When that was found out, RFC 3339; null where it is not told.
        pub checked_at: Option<String>,
    }

    /// What answers calls to a model.
    pub struct RouteView {
        /// Its gateway.
        pub gateway_id: String,
        /// Its gateway's name.
        pub gateway: String,
        /// The model as the client calls it.
        pub model: String,
        /// Whether a call costs something.
        pub price: RoutePriceView,
        /// What answers as long as all is well; empty where no route is known.
        pub primary: Vec<TargetView>,
        /// What takes over, first choice first; null where the gateway does not say.
        pub backups: Option<Vec<TargetView>>,
        /// Whether the gateway says when it last went over to a backup.
        pub switch_told: bool,
        /// When it last did, RFC 3339; null is never, or not told.
        pub last_switch: Option<String>,
        /// As of when, RFC 3339; null where no route is known.
        pub as_of: Option<String>,
    }

    /// Routes, and who does not tell any.
    pub struct RoutesView {
        /// The routes, by gateway and model.
        pub rows: Vec<RouteView>,
        /// Names of the gateways among those asked for that tell no routes.
        pub silent: Vec<String>,
    }
}
