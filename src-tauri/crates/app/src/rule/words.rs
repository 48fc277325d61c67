//! Price rules in words.

use billing::{ChargeModel, Commission, Conditions, ListPrices, Payer, PriceRule, TierMode, TierStep};
use domain::{Currency, ExactAmount, Meter};
use rust_decimal::Decimal;

use super::input::sold;
use crate::format;
use crate::wire::AmountRole;

/// How a rule charges, for people: `+25 % on cost`, `0.85 × list: 2.5 per M input tokens`.
#[must_use]
pub fn charge_text(charge: &ChargeModel) -> String {
    match charge {
        ChargeModel::MarkupOnCost { per_cent } => {
            let sign = if per_cent.is_sign_negative() && !per_cent.is_zero() { "−" } else { "+" };
            format!("{sign}{} % on cost", per_cent.abs().normalize())
        }
        ChargeModel::FixedPrice { prices } => format!("fixed: {}", prices_text(prices)),
        ChargeModel::DiscountOffList { list, per_cent } => {
            let factor = (Decimal::ONE_HUNDRED - per_cent) / Decimal::ONE_HUNDRED;
            format!("{} × list: {}", factor.normalize(), list_text(list))
        }
        ChargeModel::CommissionOnSavings(Commission { share, standard, payer, free }) => {
            let cost = if *payer == Payer::Client { "the client pays its provider" } else { "cost passed on" };
            let except = free.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let except = if except.is_empty() { String::new() } else { format!("; free: {except}") };
            format!("{} % of savings, {cost}; standard: {}{except}", share.normalize(), list_text(standard))
        }
    }
}

fn list_text(list: &ListPrices) -> String {
    let exchange = list.exchange.as_ref().map(|one| {
        let rate = one.rate.normalize();
        format!(" in {}, exchanged at {rate} ({}, {})", list.currency, one.source, one.date)
    });
    format!("{}{}", prices_text(&list.prices), exchange.unwrap_or_default())
}

fn prices_text(prices: &[(Meter, Decimal)]) -> String {
    let part = |(meter, price): &(Meter, Decimal)| format!("{} {}", price.normalize(), per_unit(*meter));
    prices.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// What is agreed on for a month, one entry per agreement: `10 M input tokens included`.
#[must_use]
pub fn conditions_text(rule: &PriceRule, currency: Currency) -> Vec<String> {
    let Conditions { tiers, included, minimum, flat_fee } = &rule.conditions;
    let money = |amount: &Decimal| format::amount(ExactAmount::new(*amount, currency), AmountRole::Price).text;
    let mut texts: Vec<String> =
        included.iter().map(|(meter, units)| format!("{} included", quantity(*meter, *units))).collect();
    if let Some(tiers) = tiers {
        let all = if tiers.mode == TierMode::Volume { ", for all of it" } else { "" };
        texts.extend(tiers.steps.iter().map(|step| format!("{}{all}", step_text(step, &rule.charge))));
    }
    texts.extend(minimum.iter().map(|amount| format!("at least {} a month", money(amount))));
    texts.extend(flat_fee.iter().map(|amount| format!("{} flat a month", money(amount))));
    texts
}

fn step_text(step: &TierStep, charge: &ChargeModel) -> String {
    let above = quantity(step.meter, step.above);
    match charge {
        ChargeModel::DiscountOffList { .. } => {
            let factor = (Decimal::ONE_HUNDRED - step.rate) / Decimal::ONE_HUNDRED;
            format!("above {above}: {} × list", factor.normalize())
        }
        _ => format!("above {above}: {}", step.rate.normalize()),
    }
}

/// `10 M input tokens`, `90 seconds of video`.
fn quantity(meter: Meter, counted: u64) -> String {
    let noun = match meter {
        Meter::Requests => "requests",
        Meter::InputTokens => "M input tokens",
        Meter::OutputTokens => "M output tokens",
        Meter::CacheReadTokens => "M cached tokens read",
        Meter::CacheWriteTokens => "M cached tokens written",
        Meter::Images => "images",
        Meter::VideoMillis => "seconds of video",
        Meter::SpeechChars => "characters of speech",
        Meter::AudioMillis => "minutes of audio",
    };
    format!("{} {noun}", format::grouped(&sold(meter, counted)))
}

/// What a price of a meter is per, for people.
fn per_unit(meter: Meter) -> &'static str {
    match meter {
        Meter::Requests => "per request",
        Meter::InputTokens => "per M input tokens",
        Meter::OutputTokens => "per M output tokens",
        Meter::CacheReadTokens => "per M cached tokens read",
        Meter::CacheWriteTokens => "per M cached tokens written",
        Meter::Images => "per image",
        Meter::VideoMillis => "per second of video",
        Meter::SpeechChars => "per character of speech",
        Meter::AudioMillis => "per minute of audio",
    }
}
