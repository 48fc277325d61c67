//! Rating against an independent calculation: random price books and usage, in exact fractions, equal to the cent.
//!
//! Nothing of the engine is used here: rules are found by hand, quantities are walked unit range by unit range, and every
//! amount is a ratio of big integers until a line is rounded. All ratios share one denominator, because reducing them takes
//! longer than everything else; a division that does not come out even panics.

use std::collections::BTreeMap;

use domain::{Meter, PriceVersionId};
use num_bigint::BigInt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rust_decimal::Decimal;

use super::tests::day;
use super::*;
use crate::price_book::{
    ChargeModel, Commission, Conditions, ExchangeRate, ListPrices, ModelSelector, Payer, PriceBookVersion, PriceRules,
    TierMode, TierStep, Tiers,
};

const CASES: u64 = 10_000;
const METERS: [Meter; 5] =
    [Meter::InputTokens, Meter::OutputTokens, Meter::Images, Meter::VideoMillis, Meter::AudioMillis];
const MODELS: [&str; 4] = ["gpt-4o", "gpt-5", "claude-x", "o3"];

struct Draws(ChaCha8Rng);

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    fn decimal(&mut self, end: u64, scale: u32) -> Decimal {
        Decimal::new(i64::try_from(self.below(end)).unwrap(), scale)
    }

    /// Counted units: images come by the thousand, everything else by the million.
    fn units(&mut self, meter: Meter, end: u64) -> u64 {
        self.below(if meter == Meter::Images { end / 100_000 } else { end })
    }

    fn prices(&mut self) -> Vec<(Meter, Decimal)> {
        let mut prices: Vec<_> = METERS.into_iter().filter(|_| !self.chance(3)).collect();
        prices.truncate(4);
        if prices.is_empty() {
            prices.push(Meter::InputTokens);
        }
        prices.into_iter().map(|meter| (meter, self.decimal(20_000_000, 6))).collect()
    }

    fn list(&mut self) -> ListPrices {
        let foreign = self.chance(2);
        let exchange = foreign.then(|| ExchangeRate {
            rate: self.decimal(2_000_000, 6) + Decimal::new(1, 6),
            date: day("2026-10-30"),
            source: "ECB".to_owned(),
        });
        let currency = if foreign { Currency::EUR } else { Currency::USD };
        ListPrices { currency, prices: self.prices(), exchange }
    }

    fn charge(&mut self) -> ChargeModel {
        match self.below(4) {
            0 => ChargeModel::MarkupOnCost { per_cent: self.decimal(200_000_000, 6) - Decimal::from(100) },
            1 => ChargeModel::FixedPrice { prices: self.prices() },
            2 => ChargeModel::DiscountOffList { list: self.list(), per_cent: self.decimal(1_000_001, 4) },
            _ => ChargeModel::CommissionOnSavings(Commission {
                share: self.decimal(1_000_000, 4) + Decimal::new(1, 4),
                standard: self.list(),
                payer: if self.chance(2) { Payer::Agency } else { Payer::Client },
                free: if self.chance(2) { vec![ModelSelector::Prefix("claude-".to_owned())] } else { Vec::new() },
            }),
        }
    }

    fn conditions(&mut self, charge: &ChargeModel) -> Conditions {
        let mut conditions = Conditions {
            minimum: self.chance(3).then(|| self.decimal(100_000_000, 2) + Decimal::new(1, 2)),
            flat_fee: self.chance(3).then(|| self.decimal(100_000, 2) + Decimal::new(1, 2)),
            ..Conditions::default()
        };
        let meters: Vec<Meter> = match charge {
            ChargeModel::FixedPrice { prices } => prices.iter().map(|(meter, _)| *meter).collect(),
            ChargeModel::DiscountOffList { list, .. } => list.prices.iter().map(|(meter, _)| *meter).collect(),
            _ => return conditions,
        };
        let off = matches!(charge, ChargeModel::DiscountOffList { .. });
        let mut steps: Vec<TierStep> = Vec::new();
        for meter in meters {
            if self.chance(2) {
                conditions.included.push((meter, self.units(meter, 300_000_000) + 1));
            }
            let mut above = 0;
            for _ in 0..self.below(4) {
                above += self.units(meter, 200_000_000) + 1;
                let rate = if off { self.decimal(1_000_001, 4) } else { self.decimal(20_000_000, 6) };
                steps.push(TierStep { meter, above, rate });
            }
        }
        if !steps.is_empty() {
            let mode = if self.chance(2) { TierMode::Graduated } else { TierMode::Volume };
            conditions.tiers = Some(Tiers { mode, steps });
        }
        conditions
    }

    fn rules(&mut self) -> Vec<PriceRule> {
        let mut rules = Vec::new();
        for client in [None, Some(ClientId(1)), Some(ClientId(2))] {
            for selector in ["*", "gpt-*", "gpt-5"] {
                if self.chance(3) || (client.is_none() && selector == "*") {
                    let charge = self.charge();
                    let conditions = self.conditions(&charge);
                    rules.push(PriceRule { client, selector: selector.parse().unwrap(), charge, conditions });
                }
            }
        }
        rules
    }

    fn usage(&mut self) -> Vec<MeteredUsage> {
        (0..self.below(12))
            .map(|_| MeteredUsage {
                private: false,
                day: day("2026-11-01").plus_days(i32::try_from(self.below(30)).unwrap()),
                gateway: GatewayId(i64::try_from(self.below(2)).unwrap()),
                model: ModelName::new(MODELS[usize::try_from(self.below(4)).unwrap()]),
                quantities: METERS.into_iter().fold(Quantities::NONE, |sum, meter| {
                    if self.chance(2) { sum } else { sum.with(meter, self.units(meter, 200_000_000)) }
                }),
                failed_requests: 0,
                cost: Nanos(i64::try_from(self.below(50_000_000_000)).unwrap()),
                currency: Currency::USD,
            })
            .collect()
    }
}

/// A number of 3 x 10³⁰ths: decimals of any length here, and the thirds that minutes make of milliseconds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ratio(BigInt);

fn ten(power: u32) -> BigInt {
    BigInt::from(10).pow(power)
}

impl Ratio {
    fn of(value: Decimal) -> Self {
        Self(ten(30) * 3).times(value)
    }

    fn times(&self, factor: Decimal) -> Self {
        Self(&self.0 * factor.mantissa()).over(ten(factor.scale()))
    }

    fn over(&self, divisor: impl Into<BigInt>) -> Self {
        let (divisor, even) = (divisor.into(), BigInt::from(0));
        assert!(&self.0 % &divisor == even, "not an even division");
        Self(&self.0 / divisor)
    }

    fn plus(&self, other: &Self) -> Self {
        Self(&self.0 + &other.0)
    }

    /// The nearest number of 10⁻ⁿths, halves away from zero.
    fn nearest(&self, decimals: u32) -> BigInt {
        let one = ten(30 - decimals) * 3;
        let half: BigInt = &one / 2;
        let size: BigInt = (BigInt::from(self.0.magnitude().clone()) + half) / one;
        if self.0 < BigInt::from(0) { -size } else { size }
    }

    fn rounded(&self, decimals: u32) -> Self {
        Self(self.nearest(decimals) * ten(30 - decimals) * 3)
    }
}

fn zero() -> Ratio {
    Ratio(BigInt::from(0))
}

/// List x exchange x (100 - per cent off) / 100, rounded once.
fn frozen(list: &ListPrices, price: Decimal, meter: Meter, off: Decimal) -> Ratio {
    let exchange = list.exchange.as_ref().map_or(Decimal::ONE, |exchange| exchange.rate);
    let decimals = match (&list.exchange, meter) {
        (None, _) | (_, Meter::Images) => 12,
        (_, Meter::InputTokens | Meter::OutputTokens) => 6,
        (_, Meter::VideoMillis) => 9,
        _ => 8,
    };
    Ratio::of(price).times(exchange).times(Decimal::ONE_HUNDRED - off).over(100).rounded(decimals)
}

/// The price of one counted unit at a rate.
fn unit_price(charge: &ChargeModel, meter: Meter, rate: Option<Decimal>) -> Ratio {
    let of = |prices: &[(Meter, Decimal)]| prices.iter().find(|(priced, _)| *priced == meter).map(|(_, price)| *price);
    let sold = match charge {
        ChargeModel::FixedPrice { prices } => of(prices).map(|own| Ratio::of(rate.unwrap_or(own))),
        ChargeModel::DiscountOffList { list, per_cent } => {
            of(&list.prices).map(|price| frozen(list, price, meter, rate.unwrap_or(*per_cent)))
        }
        ChargeModel::CommissionOnSavings(commission) => {
            of(&commission.standard.prices).map(|price| frozen(&commission.standard, price, meter, Decimal::ZERO))
        }
        ChargeModel::MarkupOnCost { .. } => None,
    };
    sold.unwrap_or_else(zero).over(meter.per_sold_unit())
}

/// What the units numbered `from`..`to` of a month cost.
fn units(rule: &PriceRule, meter: Meter, (from, to): (u64, u64), total: u64) -> Ratio {
    let included = rule.conditions.included.iter().find(|(free, _)| *free == meter).map_or(0, |(_, units)| *units);
    let tiers = rule.conditions.tiers.as_ref();
    let mut steps: Vec<&TierStep> =
        tiers.map_or_else(Vec::new, |tiers| tiers.steps.iter().filter(|step| step.meter == meter).collect());
    steps.sort_by_key(|step| step.above);
    let rate_at = |unit: u64| steps.iter().rev().find(|step| unit > step.above).map(|step| step.rate);
    let volume = tiers.is_some_and(|tiers| tiers.mode == TierMode::Volume);
    let mut cuts = vec![from, to, included];
    cuts.extend(steps.iter().map(|step| step.above));
    cuts.retain(|cut| (from..=to).contains(cut));
    cuts.sort_unstable();
    let mut sum = zero();
    for pair in cuts.windows(2) {
        if pair[1] > included {
            let rate = rate_at(if volume { total } else { pair[1] });
            sum = sum.plus(&unit_price(&rule.charge, meter, rate).times(Decimal::from(pair[1] - pair[0])));
        }
    }
    sum
}

/// The closest rule, by comparing all.
fn find<'r>(rules: &'r [PriceRule], client: ClientId, model: &str) -> &'r PriceRule {
    let fits = rules.iter().filter(|rule| rule.client.is_none_or(|owner| owner == client));
    let closeness = |rule: &&PriceRule| (rule.client.is_some(), rule.selector.to_string().trim_end_matches('*').len());
    fits.filter(|rule| rule.selector.matches(&ModelName::new(model))).max_by_key(closeness).unwrap()
}

fn key(rule: &PriceRule) -> String {
    format!("{:?} {}", rule.client, rule.selector)
}

/// The share of what a row saved, and its cost where the agency paid it.
fn on_savings(rule: &PriceRule, commission: &Commission, row: &MeteredUsage) -> Ratio {
    let cost = Ratio::of(row.cost.to_decimal());
    let standard = row.quantities.iter().fold(zero(), |sum, (meter, quantity)| {
        sum.plus(&unit_price(&rule.charge, meter, None).times(Decimal::from(quantity)))
    });
    let free = commission.free.iter().any(|selector| selector.matches(&row.model));
    let saved = if free || standard < cost { zero() } else { Ratio(standard.0 - &cost.0) };
    let charged = saved.times(commission.share).over(100);
    if commission.payer == Payer::Agency { charged.plus(&cost) } else { charged }
}

/// Every line and fee of a month in cents, as text.
fn by_hand(rules: &[PriceRule], usage: &[MeteredUsage], client: ClientId) -> Vec<String> {
    let mut usage: Vec<&MeteredUsage> = usage.iter().collect();
    usage.sort_by_key(|row| (row.day, row.gateway, &row.model));
    let mut lines: BTreeMap<(GatewayId, &ModelName), Ratio> = BTreeMap::new();
    let mut used: BTreeMap<(String, Meter), u64> = BTreeMap::new();
    for row in &usage {
        let rule = find(rules, client, row.model.as_str());
        let charge = match &rule.charge {
            ChargeModel::MarkupOnCost { per_cent } => {
                Ratio::of(row.cost.to_decimal()).times(Decimal::ONE_HUNDRED + per_cent).over(100)
            }
            ChargeModel::CommissionOnSavings(commission) => on_savings(rule, commission, row),
            _ => row.quantities.iter().fold(zero(), |sum, (meter, quantity)| {
                let mine = |other: &&&MeteredUsage| std::ptr::eq(find(rules, client, other.model.as_str()), rule);
                let total = usage.iter().filter(mine).map(|other| other.quantities.get(meter)).sum();
                let from = used.entry((key(rule), meter)).or_default();
                *from += quantity;
                sum.plus(&units(rule, meter, (*from - quantity, *from), total))
            }),
        };
        let line = lines.entry((row.gateway, &row.model)).or_insert_with(zero);
        *line = line.plus(&charge);
    }
    let cents = |amount: &Ratio| amount.nearest(2);
    let mut all: Vec<String> =
        lines.iter().map(|((gateway, model), amount)| format!("{gateway} {model} {}", cents(amount))).collect();
    for rule in rules.iter().filter(|rule| rule.client.is_none_or(|owner| owner == client)) {
        let mine = |row: &&&MeteredUsage| key(find(rules, client, row.model.as_str())) == key(rule);
        let touched = usage.iter().filter(mine).any(|row| row.quantities != Quantities::NONE);
        if rule.client.is_none() && !touched {
            continue;
        }
        all.extend(rule.conditions.flat_fee.map(|fee| format!("FlatFee {} {}", key(rule), cents(&Ratio::of(fee)))));
        let of_rule = lines.iter().filter(|((_, model), _)| key(find(rules, client, model.as_str())) == key(rule));
        let charged: BigInt = of_rule.map(|(_, amount)| cents(amount)).sum();
        let missing = rule.conditions.minimum.map(|minimum| cents(&Ratio::of(minimum)) - charged);
        all.extend(
            missing.filter(|missing| *missing > BigInt::from(0)).map(|cents| format!("Minimum {} {cents}", key(rule))),
        );
    }
    all.sort();
    all
}

fn by_engine(rated: &Rated) -> Vec<String> {
    let cents = |amount: ExactAmount| amount.round().unwrap().minor();
    let lines = rated.lines.iter().map(|line| format!("{} {} {}", line.gateway, line.model, cents(line.charge)));
    let fees = rated.fees.iter().map(|fee| {
        let PriceRule { client, selector, .. } = &fee.trail.rule;
        format!("{:?} {client:?} {selector} {}", fee.kind, cents(fee.charge))
    });
    let mut all: Vec<String> = lines.chain(fees).collect();
    all.sort();
    all
}

#[test]
fn every_model_and_condition_agrees_with_exact_fractions_to_the_cent() {
    let (mut lines, mut fees) = (0, 0);
    for case in 0..CASES {
        let mut draws = Draws(ChaCha8Rng::seed_from_u64(case));
        let (rules, usage) = (draws.rules(), draws.usage());
        let version =
            PriceBookVersion::new(PriceVersionId(1), day("2026-01-01"), PriceRules::new(rules.clone()).unwrap(), "");
        let book = PriceBook::new(Currency::USD, vec![]).unwrap().with_version(version).unwrap();
        let rated = rate_month(&usage, ClientId(1), &book, "2026-11".parse().unwrap()).unwrap();
        assert!(rated.unpriced.is_empty());
        assert_eq!(by_engine(&rated), by_hand(&rules, &usage, ClientId(1)), "case {case}: {rules:#?} {usage:#?}");
        (lines, fees) = (lines + rated.lines.len(), fees + rated.fees.len());
    }
    assert!(lines > 30_000 && fees > 10_000, "the draws say something: {lines} lines, {fees} fees");
}
