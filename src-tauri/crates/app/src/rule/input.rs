//! Price rules as a person types them: quantities in the units that are sold, everything as text.

use billing::{
    ChargeModel, Commission, Conditions, ExchangeRate, ListPrices, ModelSelector, Payer, PriceRule, TierMode, TierStep,
    Tiers,
};
use domain::money::exact_product;
use domain::{ClientId, Currency, Date, Meter};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::AppError;
use crate::wire::{
    ChargeKind, CommissionInput, ConditionsInput, ExchangeInput, ListInput, PayerName, QuantityView, RuleInput,
    StepInput, TierKind, UnitPriceView,
};

/// Whose rule it is and for which models.
///
/// # Errors
/// No such selector.
pub fn subject(input: &RuleInput) -> Result<(Option<ClientId>, ModelSelector), AppError> {
    let client = input.client_id.as_deref().map(str::parse::<ClientId>).transpose()?;
    let selector = input.selector.parse().map_err(|e| AppError::invalid("selector", e))?;
    Ok((client, selector))
}

/// A typed rule, in a price book of a currency. What figures make sense is for `billing` to say.
///
/// # Errors
/// Something that is no number, no date, no meter or no currency.
pub fn typed(input: &RuleInput, book: Currency) -> Result<PriceRule, AppError> {
    let (client, selector) = subject(input)?;
    let percent = || number(input.percent.as_deref().unwrap_or_default(), "percent");
    let charge = match input.kind {
        ChargeKind::Markup => ChargeModel::MarkupOnCost { per_cent: percent()? },
        ChargeKind::Fixed => ChargeModel::FixedPrice { prices: prices(&input.prices)? },
        ChargeKind::Discount => ChargeModel::DiscountOffList { list: list(input, book)?, per_cent: percent()? },
        ChargeKind::Commission => ChargeModel::CommissionOnSavings(Commission {
            share: percent()?,
            standard: list(input, book)?,
            payer: match input.commission.as_ref().map(|commission| commission.payer) {
                Some(PayerName::Client) => Payer::Client,
                Some(PayerName::Agency) | None => Payer::Agency,
            },
            free: free(input.commission.as_ref())?,
        }),
    };
    let conditions = input.conditions.as_ref().map(conditions).transpose()?.unwrap_or_default();
    Ok(PriceRule { client, selector, charge, conditions })
}

fn prices(typed: &[UnitPriceView]) -> Result<Vec<(Meter, Decimal)>, AppError> {
    typed.iter().map(|price| Ok((meter(&price.meter, "prices")?, number(&price.price, "prices")?))).collect()
}

fn list(input: &RuleInput, book: Currency) -> Result<ListPrices, AppError> {
    let prices = prices(&input.prices)?;
    let Some(ListInput { currency, exchange }) = &input.list else {
        return Ok(ListPrices { currency: book, prices, exchange: None });
    };
    let currency = currency_of(currency, book)?;
    Ok(ListPrices { currency, prices, exchange: exchange.as_ref().map(exchange_rate).transpose()? })
}

/// The currency of a list as typed; the price book's where nothing is.
fn currency_of(typed: &str, book: Currency) -> Result<Currency, AppError> {
    if typed.trim().is_empty() {
        return Ok(book);
    }
    typed.parse().map_err(|e: domain::MoneyError| AppError::invalid("listCurrency", e))
}

fn exchange_rate(typed: &ExchangeInput) -> Result<ExchangeRate, AppError> {
    let date: Date = typed.date.trim().parse().map_err(|e: domain::TimeError| AppError::invalid("exchangeDate", e))?;
    Ok(ExchangeRate { rate: number(&typed.rate, "exchangeRate")?, date, source: typed.source.trim().to_owned() })
}

fn free(typed: Option<&CommissionInput>) -> Result<Vec<ModelSelector>, AppError> {
    let selectors = typed.map_or(&[][..], |commission| commission.free.as_slice());
    selectors.iter().map(|text| text.parse().map_err(|e| AppError::invalid("free", e))).collect()
}

fn conditions(typed: &ConditionsInput) -> Result<Conditions, AppError> {
    let step = |step: &StepInput| {
        let meter = meter(&step.meter, "steps")?;
        Ok(TierStep { meter, above: counted(meter, &step.above, "steps")?, rate: number(&step.rate, "steps")? })
    };
    let included = |one: &QuantityView| {
        let meter = meter(&one.meter, "included")?;
        Ok((meter, counted(meter, &one.quantity, "included")?))
    };
    let mode = |kind: TierKind| match kind {
        TierKind::Graduated => TierMode::Graduated,
        TierKind::Volume => TierMode::Volume,
    };
    let steps = typed.steps.iter().map(step).collect::<Result<Vec<_>, AppError>>()?;
    let tiers = match typed.tiers {
        Some(kind) => Some(Tiers { mode: mode(kind), steps }),
        None if steps.is_empty() => None,
        None => {
            let problem = "say how the steps apply: graduated, each unit at its own step, or volume, all at the last";
            return Err(AppError::invalid("tiers", problem));
        }
    };
    Ok(Conditions {
        tiers,
        included: typed.included.iter().map(included).collect::<Result<_, AppError>>()?,
        minimum: typed.minimum.as_deref().map(|text| number(text, "minimum")).transpose()?,
        flat_fee: typed.flat_fee.as_deref().map(|text| number(text, "flatFee")).transpose()?,
    })
}

/// Sold units as counted units: 1.5 million tokens are 1,500,000.
fn counted(meter: Meter, text: &str, field: &str) -> Result<u64, AppError> {
    let sold = number(text, field)?;
    let counted = exact_product(sold, Decimal::from(meter.per_sold_unit()))?;
    let whole = counted.is_integer().then(|| counted.to_u64()).flatten();
    whole.ok_or_else(|| {
        let how = match meter.per_sold_unit() {
            1 => "write a whole number".to_owned(),
            unit => format!("it is written in units of {unit}, with as many decimals as make whole ones"),
        };
        AppError::invalid(field, format!("`{text}` is not a quantity of {meter}: {how}"))
    })
}

fn meter(code: &str, field: &str) -> Result<Meter, AppError> {
    Meter::from_code(code).ok_or_else(|| {
        let meters: Vec<&str> = Meter::ALL.into_iter().map(Meter::code).collect();
        AppError::invalid(field, format!("`{code}` is not something usage is counted in"))
            .hint(format!("Use one of {}.", meters.join(", ")))
    })
}

fn number(text: &str, field: &str) -> Result<Decimal, AppError> {
    let plain = text.trim().trim_end_matches('%').trim();
    Decimal::from_str_exact(plain).map_err(|_| {
        AppError::invalid(
            field,
            format!("`{text}` is not a number: write digits with a decimal point, for example 12.5"),
        )
    })
}

/// A rule ready to be typed over.
#[must_use]
pub fn input_of(rule: &PriceRule) -> RuleInput {
    let plain = RuleInput {
        client_id: rule.client.map(|id| id.to_string()),
        selector: rule.selector.to_string(),
        kind: ChargeKind::Markup,
        percent: None,
        prices: Vec::new(),
        list: None,
        commission: None,
        conditions: (!rule.conditions.is_empty()).then(|| conditions_of(&rule.conditions)),
    };
    let text = |value: &Decimal| Some(value.normalize().to_string());
    match &rule.charge {
        ChargeModel::MarkupOnCost { per_cent } => RuleInput { percent: text(per_cent), ..plain },
        ChargeModel::FixedPrice { prices } => {
            RuleInput { kind: ChargeKind::Fixed, prices: prices.iter().map(unit_price).collect(), ..plain }
        }
        ChargeModel::DiscountOffList { list, per_cent } => {
            listed(RuleInput { kind: ChargeKind::Discount, percent: text(per_cent), ..plain }, list)
        }
        ChargeModel::CommissionOnSavings(Commission { share, standard, payer, free }) => {
            let payer = if *payer == Payer::Client { PayerName::Client } else { PayerName::Agency };
            let commission = CommissionInput { payer, free: free.iter().map(ToString::to_string).collect() };
            let (kind, commission) = (ChargeKind::Commission, Some(commission));
            listed(RuleInput { kind, percent: text(share), commission, ..plain }, standard)
        }
    }
}

fn listed(rule: RuleInput, list: &ListPrices) -> RuleInput {
    let exchange = list.exchange.as_ref().map(|one| ExchangeInput {
        rate: one.rate.normalize().to_string(),
        date: one.date.to_string(),
        source: one.source.clone(),
    });
    let prices = list.prices.iter().map(unit_price).collect();
    RuleInput { prices, list: Some(ListInput { currency: list.currency.code().to_owned(), exchange }), ..rule }
}

fn conditions_of(conditions: &Conditions) -> ConditionsInput {
    let text = |value: &Option<Decimal>| value.map(|value| value.normalize().to_string());
    let step = |step: &TierStep| StepInput {
        meter: step.meter.code().to_owned(),
        above: sold(step.meter, step.above),
        rate: step.rate.normalize().to_string(),
    };
    let included =
        |(meter, units): &(Meter, u64)| QuantityView { meter: meter.code().to_owned(), quantity: sold(*meter, *units) };
    ConditionsInput {
        tiers: conditions.tiers.as_ref().map(|tiers| match tiers.mode {
            TierMode::Graduated => TierKind::Graduated,
            TierMode::Volume => TierKind::Volume,
        }),
        steps: conditions.tiers.iter().flat_map(|tiers| &tiers.steps).map(step).collect(),
        included: conditions.included.iter().map(included).collect(),
        minimum: text(&conditions.minimum),
        flat_fee: text(&conditions.flat_fee),
    }
}

/// Counted units as sold units. What was typed comes back; milliseconds that are no round part of a minute were never
/// typed, since no decimal says them.
pub(super) fn sold(meter: Meter, counted: u64) -> String {
    (Decimal::from(counted) / Decimal::from(meter.per_sold_unit())).normalize().to_string()
}

fn unit_price((meter, price): &(Meter, Decimal)) -> UnitPriceView {
    UnitPriceView { meter: meter.code().to_owned(), price: price.normalize().to_string() }
}
