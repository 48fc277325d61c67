//! A price rule from its options.

use app::wire::{
    ChargeKind, CommissionInput, ConditionsInput, ExchangeInput, ListInput, PayerName, QuantityView, RuleInput,
    StepInput, TierKind, UnitPriceView,
};

use crate::args::{Agreed, ListArgs, NewRule, Payer, Tiers};
use crate::fault::Fault;

/// What the options say. What makes sense is for the price book to say.
pub fn rule(client: Option<String>, new: &NewRule) -> Result<RuleInput, Fault> {
    let (kind, percent) = kind(new);
    let prices = if new.price.is_empty() { &new.list.list } else { &new.price };
    let listed = matches!(kind, ChargeKind::Discount | ChargeKind::Commission);
    if !listed && !new.list.list.is_empty() {
        return Err(Fault::usage("--list is for --discount and --commission: a fixed price is written with --price"));
    }
    Ok(RuleInput {
        percent: percent.cloned(),
        prices: prices.iter().map(|text| unit_price(text)).collect::<Result<_, _>>()?,
        list: listed.then(|| list(&new.list)),
        commission: new.commission.as_ref().map(|_| commission(&new.list)),
        conditions: conditions(&new.agreed)?,
        ..RuleInput::plain(client, &new.selector, kind)
    })
}

fn kind(new: &NewRule) -> (ChargeKind, Option<&String>) {
    match (&new.markup, &new.discount, &new.commission) {
        (Some(percent), _, _) => (ChargeKind::Markup, Some(percent)),
        (_, Some(percent), _) => (ChargeKind::Discount, Some(percent)),
        (_, _, Some(percent)) => (ChargeKind::Commission, Some(percent)),
        _ => (ChargeKind::Fixed, None),
    }
}

fn list(typed: &ListArgs) -> ListInput {
    let exchange = typed.exchange_rate.as_ref().map(|rate| ExchangeInput {
        rate: rate.clone(),
        date: typed.exchange_date.clone().unwrap_or_default(),
        source: typed.exchange_source.clone().unwrap_or_default(),
    });
    ListInput { currency: typed.list_currency.clone().unwrap_or_default(), exchange }
}

fn commission(typed: &ListArgs) -> CommissionInput {
    let payer = match typed.paid_by {
        Payer::Agency => PayerName::Agency,
        Payer::Client => PayerName::Client,
    };
    CommissionInput { payer, free: typed.free.iter().filter(|text| !text.is_empty()).cloned().collect() }
}

fn conditions(typed: &Agreed) -> Result<Option<ConditionsInput>, Fault> {
    let conditions = ConditionsInput {
        tiers: typed.tiers.map(|tiers| match tiers {
            Tiers::Graduated => TierKind::Graduated,
            Tiers::Volume => TierKind::Volume,
        }),
        steps: typed.step.iter().map(|text| step(text)).collect::<Result<_, _>>()?,
        included: typed.included.iter().map(|text| included(text)).collect::<Result<_, _>>()?,
        minimum: typed.minimum.clone(),
        flat_fee: typed.flat_fee.clone(),
    };
    let nothing = ConditionsInput { tiers: None, steps: vec![], included: vec![], minimum: None, flat_fee: None };
    Ok((conditions != nothing).then_some(conditions))
}

fn unit_price(text: &str) -> Result<UnitPriceView, Fault> {
    let wrong = || Fault::usage(format!("`{text}` is not a price: write meter=price, for example input_tokens=1.50"));
    let (meter, price) = pair(text).ok_or_else(wrong)?;
    Ok(UnitPriceView { meter, price })
}

fn included(text: &str) -> Result<QuantityView, Fault> {
    let wrong = || {
        Fault::usage(format!("`{text}` is not a quantity: write meter=quantity, for example input_tokens=10 for 10 M"))
    };
    let (meter, quantity) = pair(text).ok_or_else(wrong)?;
    Ok(QuantityView { meter, quantity })
}

fn step(text: &str) -> Result<StepInput, Fault> {
    let wrong = || {
        let problem = "is not a step: write meter:above=rate, for example input_tokens:100=2.00 above 100 M tokens";
        Fault::usage(format!("`{text}` {problem}"))
    };
    let (left, rate) = pair(text).ok_or_else(wrong)?;
    let (meter, above) = left.split_once(':').ok_or_else(wrong)?;
    Ok(StepInput { meter: meter.trim().to_owned(), above: above.trim().to_owned(), rate })
}

fn pair(text: &str) -> Option<(String, String)> {
    text.split_once('=').map(|(left, right)| (left.trim().to_owned(), right.trim().to_owned()))
}
