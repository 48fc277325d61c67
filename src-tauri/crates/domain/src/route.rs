//! Routes: what a call to a model reaches behind a gateway, and what takes over when that fails (S0-14, S0-15, S4-05).

use crate::{ModelName, Name, Timestamp};

/// A thing a gateway may keep to itself. Not told is an answer, and never shown as "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told<T> {
    /// The gateway says so.
    Told(T),
    /// The gateway does not say.
    NotTold,
}

impl<T> Told<T> {
    /// What was told, if it was.
    pub fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Told(told) => Some(told),
            Self::NotTold => None,
        }
    }
}

/// Whether a target answers, as the gateway last found out by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HealthState {
    /// It answers.
    Healthy,
    /// It does not, or the gateway has taken it out.
    Unhealthy,
    /// Nobody looked, or the gateway does not say.
    Unknown,
}

impl HealthState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Healthy, Self::Unhealthy, Self::Unknown];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this [`HealthState::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A state and the instant at which the gateway found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Health {
    /// Whether it answers.
    pub state: HealthState,
    /// When that was found out, where the gateway says.
    pub told_at: Option<Timestamp>,
}

impl Health {
    /// Nobody knows.
    pub const UNKNOWN: Self = Self { state: HealthState::Unknown, told_at: None };
}

/// One place that can answer a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The model there, where the gateway tells it.
    pub upstream: Option<ModelName>,
    /// The provider, channel or node it runs at, where the gateway tells it.
    pub runs_at: Option<Name>,
    /// The other route of the same gateway that leads there, for a backup that is a route of its own.
    pub via: Option<ModelName>,
    /// Whether it answers.
    pub health: Health,
}

/// Whether a call costs something by the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoutePrice {
    /// A node of the agency's own, at price 0: usage is counted and charges nothing (S0-14).
    Private,
    /// It has a price, or runs with somebody who takes one.
    Priced,
    /// The gateway does not say; charged like anything that has a price.
    NotTold,
}

impl RoutePrice {
    /// Every case.
    pub const ALL: [Self; 3] = [Self::Private, Self::Priced, Self::NotTold];

    /// The stable name used in storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Priced => "priced",
            Self::NotTold => "not_told",
        }
    }

    /// The case with this [`RoutePrice::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|price| price.code() == code)
    }

    /// The price of several targets of which any may answer: private only where each of them is, and priced as soon as one
    /// is. Nothing to choose from is not told.
    #[must_use]
    pub fn of_all(prices: impl IntoIterator<Item = Self>) -> Self {
        let together = |one, other| match (one, other) {
            (Self::Priced, _) | (_, Self::Priced) => Self::Priced,
            (Self::Private, Self::Private) => Self::Private,
            _ => Self::NotTold,
        };
        prices.into_iter().reduce(together).unwrap_or(Self::NotTold)
    }
}

/// What a gateway does with calls to one model name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The model as the client calls it.
    pub model: ModelName,
    /// The targets that answer as long as all is well; several share the calls.
    pub primary: Vec<Target>,
    /// What takes over, first choice first; none is told as an empty list.
    pub backups: Told<Vec<Target>>,
    /// When the gateway last sent calls to a backup; `Told(None)` is never.
    pub last_switch: Told<Option<Timestamp>>,
    /// Whether a call costs something by the token.
    pub price: RoutePrice,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s0_14_a_route_is_private_only_where_every_target_is() {
        use RoutePrice::{NotTold, Priced, Private};
        let rows = [
            (vec![], NotTold),
            (vec![Private], Private),
            (vec![Private, Private], Private),
            (vec![Private, NotTold], NotTold),
            (vec![Private, NotTold, Priced], Priced),
            (vec![Priced, Private], Priced),
        ];
        for (prices, expected) in rows {
            assert_eq!(RoutePrice::of_all(prices.clone()), expected, "{prices:?}");
        }
    }

    #[test]
    fn stored_names_are_read_back() {
        for state in HealthState::ALL {
            assert_eq!(HealthState::from_code(state.code()), Some(state));
        }
        for price in RoutePrice::ALL {
            assert_eq!(RoutePrice::from_code(price.code()), Some(price));
        }
    }
}
