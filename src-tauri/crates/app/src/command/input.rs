//! What was typed, read once at the edge: each refusal names its field.

use domain::{
    BillingAddress, Budget, BudgetPeriod, Client, ClientStatus, Currency, Environment, Invoicing, KeySpec, Limit,
    ModelName, ModelScope, Name, Nanos, PaymentTerms, RateLimit, Scope, Timestamp, Zone,
};

use super::{choice, party};
use crate::wire::{AmountRole, BudgetInput, ClientInput, KeyInput};
use crate::{AppError, format};

/// Longest line of an address, in characters.
const LINE_MAX: usize = 300;
/// Longest validity of a key, in days.
const EXPIRY_MAX: u32 = 3650;
/// Longest time to pay, in days.
const TERMS_MAX: u16 = 365;

/// A name.
pub(super) fn name(text: &str) -> Result<Name, AppError> {
    text.parse::<Name>().map_err(|error| AppError::invalid("name", error))
}

/// Models; none named is all.
pub(super) fn models(names: &[String]) -> Result<ModelScope, AppError> {
    let mut models = Vec::new();
    for name in names {
        let named: Name = name.parse().map_err(|error| AppError::invalid("models", error))?;
        models.push(ModelName::new(named.as_str()));
    }
    models.sort();
    models.dedup();
    Ok(if models.is_empty() { ModelScope::All } else { ModelScope::Only(models) })
}

/// A budget, in the currency in which its gateway counts.
pub(super) fn budget(input: &BudgetInput, currency: Currency) -> Result<Budget, AppError> {
    let hint = "Write an amount such as 12.50, at most 1,000,000,000; or leave the budget out.";
    let refused = |error| AppError::invalid("budget.amount", error).hint(hint);
    let amount = Nanos::parse(input.amount.trim()).map_err(refused)?;
    let period = BudgetPeriod::from_code(&input.period).ok_or_else(|| {
        let message = format!("`{}` is not a period: use daily, weekly, monthly or total", input.period);
        AppError::invalid("budget.period", message)
    })?;
    let budget = Budget::new(amount, currency, period).map_err(|error| AppError::invalid("budget.amount", error))?;
    if input.warn_at.is_empty() {
        return Ok(budget);
    }
    budget.warning_at(input.warn_at.clone()).map_err(|error| AppError::invalid("budget.warnAt", error))
}

/// A budget or none.
pub(super) fn limit(input: Option<&BudgetInput>, currency: Currency) -> Result<Limit<Budget>, AppError> {
    Ok(input.map(|input| budget(input, currency)).transpose()?.into())
}

/// A change of budget as a sentence.
pub(super) fn budget_change(before: &Limit<Budget>, after: &Limit<Budget>) -> String {
    format!("budget {} → {}", budget_text(before), budget_text(after))
}

fn budget_text(limit: &Limit<Budget>) -> String {
    match limit {
        Limit::Unlimited => "none".to_owned(),
        Limit::Limited(budget) => {
            let amount = format::cost(budget.amount(), budget.currency(), AmountRole::Budget);
            format!("{} {}", amount.text, budget.period().code())
        }
    }
}

/// What a key is to be.
pub(super) fn key(input: &KeyInput, currency: Currency, now: Timestamp) -> Result<KeySpec, AppError> {
    let environment = Environment::from_code(&input.environment).ok_or_else(|| {
        let message = format!("`{}` is not an environment: use prod, staging, dev or other", input.environment);
        AppError::invalid("environment", message)
    })?;
    let scope = Scope::from_code(&input.scope).ok_or_else(|| {
        AppError::invalid("scope", format!("`{}` is not a scope: use inference, read_only or full", input.scope))
    })?;
    Ok(KeySpec {
        name: name(&input.name)?,
        environment,
        scope,
        models: models(&input.models)?,
        budget: limit(input.budget.as_ref(), currency)?,
        rate_limit: rate_limit(input)?,
        expires_at: input.expires_in_days.map(|days| expiry(days, now)).transpose()?,
    })
}

fn rate_limit(input: &KeyInput) -> Result<RateLimit, AppError> {
    let tokens = input.tokens_per_minute.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let tokens = tokens.map(|text| text.replace([',', ' '], "").parse::<u64>()).transpose();
    let tokens_per_minute = tokens
        .map_err(|_| AppError::invalid("tokensPerMinute", "tokens per minute is a whole number, for example 100000"))?;
    let zero = |field, value: Option<u64>| match value {
        Some(0) => Err(AppError::invalid(field, "a limit of 0 would refuse everything: pause the key instead")),
        _ => Ok(()),
    };
    zero("requestsPerMinute", input.requests_per_minute.map(u64::from))?;
    zero("tokensPerMinute", tokens_per_minute)?;
    zero("parallel", input.parallel.map(u64::from))?;
    Ok(RateLimit { requests_per_minute: input.requests_per_minute, tokens_per_minute, parallel: input.parallel })
}

fn expiry(days: u32, now: Timestamp) -> Result<Timestamp, AppError> {
    if (1..=EXPIRY_MAX).contains(&days) {
        return Ok(now.plus_days(i64::from(days)));
    }
    Err(AppError::invalid("expiresInDays", format!("a key can expire in 1 to {EXPIRY_MAX} days, or never")))
}

/// A client; its status is given.
pub(super) fn client(input: &ClientInput, status: ClientStatus) -> Result<Client, AppError> {
    if input.terms_days > TERMS_MAX {
        return Err(AppError::invalid("termsDays", format!("use at most {TERMS_MAX} days to pay")));
    }
    let address = address(input)?;
    let invoicing = Invoicing {
        tax: choice::tax(input.tax),
        tax_reason: line("taxReason", &input.tax_reason)?,
        e_invoice: choice::e_invoice(input.e_invoice),
        language: choice::language(input.language),
    };
    party::taxable(invoicing.tax, &invoicing.tax_reason, &address)?;
    Ok(Client {
        name: name(&input.name)?,
        currency: input
            .currency
            .trim()
            .parse()
            .map_err(|error: domain::MoneyError| AppError::invalid("currency", error))?,
        zone: zone(&input.zone)?,
        status,
        address,
        terms: PaymentTerms(input.terms_days),
        invoicing,
    })
}

fn address(input: &ClientInput) -> Result<BillingAddress, AppError> {
    party::address(&party::Typed {
        legal_name: &input.legal_name,
        street: &input.street,
        postal_code: &input.postal_code,
        city: &input.city,
        country: &input.country,
        tax_id: &input.tax_id,
        email: &input.email,
        vat_id: &input.vat_id,
        registration: &input.registration,
        endpoint: &input.endpoint,
        reference: &input.reference,
    })
}

/// A time zone.
pub(super) fn zone(text: &str) -> Result<Zone, AppError> {
    text.trim().parse().map_err(|error: domain::TimeError| AppError::invalid("zone", error))
}

/// A line for people, which may be empty.
pub(super) fn line(field: &str, text: &str) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.chars().count() > LINE_MAX {
        return Err(AppError::invalid(field, format!("use at most {LINE_MAX} characters")));
    }
    // A name's rules for characters, for texts that may be longer than a name.
    for part in text.split_whitespace() {
        if let Err(error @ domain::NameError::Invisible(_)) = part.parse::<Name>() {
            return Err(AppError::invalid(field, error));
        }
    }
    Ok(text.to_owned())
}

/// Several lines for people, which may be empty.
pub(super) fn lines(field: &str, text: &str) -> Result<String, AppError> {
    let lines: Vec<String> = text.lines().map(|text| line(field, text)).collect::<Result<_, _>>()?;
    if lines.len() > 8 {
        return Err(AppError::invalid(field, "use at most 8 lines"));
    }
    Ok(lines.join("\n").trim().to_owned())
}

/// An e-mail address, which may be empty.
pub(super) fn email(text: &str) -> Result<String, AppError> {
    let address = line("email", text)?;
    let plausible = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    if address.is_empty() || (plausible && !address.contains(char::is_whitespace)) {
        return Ok(address);
    }
    Err(AppError::invalid("email", "this is not an e-mail address: write name@example.com"))
}
