//! Which usage ran on a private node (S0-14).
//!
//! Usage carries no mark of its own: a gateway's statement names the model that was called. So the cached routes decide, by
//! the day: a model is private from the UTC day on which a listing first said so to the day before one no longer did, and
//! all along where it was so when it was first seen. And only where the gateway says it cost nothing: what a fallback to a
//! provider cost, or the model before it moved to a node of one's own, is charged like anything else.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Date, GatewayId, ModelName, Nanos, Timestamp, Zone};
use store::Reader;
use store::report::RatingRow;

use crate::AppError;

/// First day, and the day after the last where it has ended.
type Days = (Date, Option<Date>);

/// Models with the days on which each was private.
#[derive(Debug, Clone, Default)]
pub struct PrivateModels(BTreeMap<GatewayId, BTreeMap<ModelName, Vec<Days>>>);

impl PrivateModels {
    /// Everything that is known.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn read(reader: &mut Reader) -> Result<Self, AppError> {
        let utc = Zone::utc();
        let day = |at: Timestamp| utc.date_of(at);
        let mut known = Self::default();
        for span in reader.route().private_spans().await? {
            let models = known.0.entry(span.gateway).or_default();
            models.entry(span.model).or_default().push((day(span.from), span.until.map(day)));
        }
        Ok(known)
    }

    fn days(&self, row: &RatingRow) -> &[Days] {
        self.0.get(&row.gateway).and_then(|models| models.get(&row.model)).map_or(&[], Vec::as_slice)
    }

    /// Whether the model was ever private on this gateway.
    #[must_use]
    pub fn knows(&self, row: &RatingRow) -> bool {
        !self.days(row).is_empty()
    }

    /// Whether a private node served one client's usage of one day.
    #[must_use]
    pub fn served(&self, row: &RatingRow) -> bool {
        let holds = |(from, until): &Days| *from <= row.day && until.is_none_or(|until| row.day < until);
        row.consumption.cost <= Nanos::ZERO && self.days(row).iter().any(holds)
    }

    /// The models that were ever private, on any gateway.
    pub fn models(&self) -> impl Iterator<Item = &ModelName> {
        self.0.values().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use store::report::Consumption;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn row(model: &str, day: &str, cost: i64) -> RatingRow {
        let consumption = Consumption { cost: Nanos(cost), ..Consumption::default() };
        RatingRow { client: None, day: date(day), gateway: GatewayId(1), model: ModelName::new(model), consumption }
    }

    #[test]
    fn s0_14_a_day_is_private_by_what_was_known_of_it_and_only_at_no_cost() {
        let spans = vec![(date("2026-11-03"), Some(date("2026-11-05"))), (date("2026-11-10"), None)];
        let known = PrivateModels(BTreeMap::from([(GatewayId(1), BTreeMap::from([(ModelName::new("m"), spans)]))]));
        let rows = [
            ("2026-11-02", 0, false),
            ("2026-11-03", 0, true),
            ("2026-11-04", 0, true),
            ("2026-11-05", 0, false),
            ("2026-11-10", 0, true),
            ("2027-11-10", 0, true),
            ("2026-11-04", 1, false),
        ];
        for (day, cost, private) in rows {
            assert_eq!(known.served(&row("m", day, cost)), private, "{day} at {cost}");
        }
        assert!(!known.served(&row("other", "2026-11-03", 0)));
        let elsewhere = RatingRow { gateway: GatewayId(2), ..row("m", "2026-11-03", 0) };
        assert!(!known.served(&elsewhere), "another gateway's model of that name");
    }
}
