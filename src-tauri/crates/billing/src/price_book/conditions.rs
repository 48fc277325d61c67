//! What a rule agrees on for a whole month beside its prices: included quantities, tiers, a minimum, a flat fee.
//!
//! The month is the calendar month in the client's zone, which is the period of an invoice. Nothing here is pro rata: a
//! rule with conditions starts, changes and ends with a month (see `PriceBook::with_version`), so that a client never
//! reads half a fee or an included quantity twice.

use domain::{Meter, Quantities};
use rust_decimal::Decimal;

use super::charge::ChargeModel;
use super::rules::PriceRuleError;

/// Highest fee or minimum, in currency units.
const AMOUNT_MAX: i64 = 1_000_000_000;
/// Most decimals of a fee or minimum; a currency may have fewer.
const AMOUNT_DECIMALS: u32 = 2;
/// Most counted units that are included or stepped at.
const UNITS_MAX: u64 = 1_000_000_000_000_000;
/// Most steps of one meter.
const STEPS_MAX: usize = 20;

/// How steps apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TierMode {
    /// Each unit at the price of the step it falls into.
    Graduated,
    /// Every unit of the month at the price of the step the month's total reaches.
    Volume,
}

/// Another price from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierStep {
    /// What is counted.
    pub meter: Meter,
    /// Counted units in the month that must be exceeded: the next one is the first at this rate. Above 0.
    pub above: u64,
    /// A price per sold unit under a fixed price, per cent off list under a discount.
    pub rate: Decimal,
}

/// Steps by quantity per client, rule and month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    /// How the steps apply.
    pub mode: TierMode,
    /// The steps, by meter, ascending; at least one.
    pub steps: Vec<TierStep>,
}

/// What a rule agrees on for a month, per client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Steps by quantity; `None` is one price throughout.
    pub tiers: Option<Tiers>,
    /// Counted units that are free, used up first; one entry per meter, above 0. They count towards the tiers.
    pub included: Vec<(Meter, u64)>,
    /// The usage of the rule comes to at least this, in currency units; what is missing is charged as a line of its own.
    pub minimum: Option<Decimal>,
    /// Charged each month, in currency units; does not count towards the minimum.
    pub flat_fee: Option<Decimal>,
}

/// The part of a quantity that is charged alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Band {
    /// Included in the agreement.
    Included,
    /// At the rate of a step, counted from 1; 0 is the rule's own.
    Step(usize),
}

impl Conditions {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the charge of one day depends on the other days of the month.
    #[must_use]
    pub fn has_steps(&self) -> bool {
        self.tiers.is_some() || !self.included.is_empty()
    }

    /// Whether there is a charge beside usage.
    #[must_use]
    pub fn has_fees(&self) -> bool {
        self.minimum.is_some() || self.flat_fee.is_some()
    }

    /// The step of a meter with this number, counted from 1.
    pub(crate) fn step(&self, meter: Meter, number: usize) -> Option<&TierStep> {
        self.steps(meter).nth(number.checked_sub(1)?)
    }

    fn steps(&self, meter: Meter) -> impl Iterator<Item = &TierStep> {
        let steps = self.tiers.as_ref().map_or(&[][..], |tiers| tiers.steps.as_slice());
        steps.iter().filter(move |step| step.meter == meter)
    }

    fn included(&self, meter: Meter) -> u64 {
        self.included.iter().find(|(free, _)| *free == meter).map_or(0, |(_, units)| *units)
    }

    /// Cuts what is used next into bands, given what was used `before` in the month and the month's `total`.
    pub(crate) fn bands(&self, before: &Quantities, next: &Quantities, total: &Quantities) -> Vec<(Meter, Band, u64)> {
        let mut bands = Vec::new();
        for (meter, units) in next.iter() {
            let (from, to) = (before.get(meter), before.get(meter).saturating_add(units));
            let mut floor = 0;
            for (band, top) in self.edges(meter, total.get(meter)) {
                let inside = to.min(top).saturating_sub(from.max(floor));
                if inside > 0 {
                    bands.push((meter, band, inside));
                }
                floor = floor.max(top);
            }
        }
        bands
    }

    /// The bands of a meter and the last unit of each, ascending; the last band has no end.
    fn edges(&self, meter: Meter, total: u64) -> Vec<(Band, u64)> {
        let mut edges = vec![(Band::Included, self.included(meter))];
        match self.tiers.as_ref().map(|tiers| tiers.mode) {
            Some(TierMode::Volume) => {
                let reached = self.steps(meter).filter(|step| total > step.above).count();
                edges.push((Band::Step(reached), u64::MAX));
            }
            Some(TierMode::Graduated) | None => {
                edges.extend(self.steps(meter).enumerate().map(|(place, step)| (Band::Step(place), step.above)));
                edges.push((Band::Step(self.steps(meter).count()), u64::MAX));
            }
        }
        edges
    }

    /// The same in its canonical form.
    pub(super) fn canonical(mut self) -> Self {
        self.included.sort_unstable();
        let amount = |amount: Option<Decimal>| amount.map(|amount| amount.normalize());
        (self.minimum, self.flat_fee) = (amount(self.minimum), amount(self.flat_fee));
        if let Some(tiers) = &mut self.tiers {
            tiers.steps.iter_mut().for_each(|step| step.rate = step.rate.normalize());
            tiers.steps.sort_by_key(|step| (step.meter, step.above));
        }
        self
    }

    /// Refuses what makes no sense with a charge model. Expects the canonical form.
    pub(super) fn check(&self, charge: &ChargeModel) -> Result<(), PriceRuleError> {
        if self.has_steps() && !charge.has_unit_prices() {
            return Err(PriceRuleError::NothingToStep);
        }
        for amount in [self.minimum, self.flat_fee].into_iter().flatten() {
            if amount <= Decimal::ZERO || amount > Decimal::from(AMOUNT_MAX) || amount.scale() > AMOUNT_DECIMALS {
                return Err(PriceRuleError::AmountRange(amount));
            }
        }
        self.check_included(charge)?;
        self.tiers.as_ref().map_or(Ok(()), |tiers| check_steps(&tiers.steps, charge))
    }

    fn check_included(&self, charge: &ChargeModel) -> Result<(), PriceRuleError> {
        if let Some(twice) = self.included.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(PriceRuleError::IncludedTwice(twice[0].0));
        }
        for (meter, units) in &self.included {
            if *units == 0 {
                return Err(PriceRuleError::IncludedNothing(*meter));
            }
            check_units(*meter, *units)?;
            charge.must_price(*meter)?;
        }
        Ok(())
    }
}

fn check_steps(steps: &[TierStep], charge: &ChargeModel) -> Result<(), PriceRuleError> {
    if steps.is_empty() {
        return Err(PriceRuleError::NoSteps);
    }
    for pair in steps.windows(2) {
        if (pair[0].meter, pair[0].above) == (pair[1].meter, pair[1].above) {
            return Err(PriceRuleError::SteppedTwice(pair[0].meter));
        }
    }
    for step in steps {
        if step.above == 0 {
            return Err(PriceRuleError::StepAtZero(step.meter));
        }
        check_units(step.meter, step.above)?;
        if steps.iter().filter(|other| other.meter == step.meter).count() > STEPS_MAX {
            return Err(PriceRuleError::TooManySteps(step.meter));
        }
        charge.must_price(step.meter)?;
        charge.check_step(step.meter, step.rate)?;
    }
    Ok(())
}

fn check_units(meter: Meter, units: u64) -> Result<(), PriceRuleError> {
    if units > UNITS_MAX { Err(PriceRuleError::AbsurdUnits(meter, units)) } else { Ok(()) }
}
