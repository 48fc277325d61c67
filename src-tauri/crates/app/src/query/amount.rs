//! Sums of amounts that stand in the window. The window adds nothing itself (never-arrow 12).

use std::collections::HashMap;

use domain::{Currency, ExactAmount};
use rust_decimal::Decimal;

use crate::wire::{AmountRole, AmountView};
use crate::{AppError, format};

/// The exact sums of each list: one per currency and role, in the order in which they first occur.
///
/// # Errors
/// `Invalid` for an amount or a currency that cannot be read, or a sum with more digits than can be kept.
pub fn amount_sums(lists: &[Vec<AmountView>]) -> Result<Vec<Vec<AmountView>>, AppError> {
    lists.iter().map(|list| sums(list)).collect()
}

fn sums(amounts: &[AmountView]) -> Result<Vec<AmountView>, AppError> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut totals: Vec<(ExactAmount, AmountRole)> = Vec::new();
    for view in amounts {
        let amount = exact(view)?;
        let place = *places.entry((&view.currency, role(view.role))).or_insert(totals.len());
        match totals.get_mut(place) {
            Some((total, _)) => *total = total.checked_add(amount)?,
            None => totals.push((amount, view.role)),
        }
    }
    Ok(totals.into_iter().map(|(total, role)| format::amount(total, role)).collect())
}

fn exact(view: &AmountView) -> Result<ExactAmount, AppError> {
    let unreadable = |_| AppError::invalid("amount", format!("`{}` is not an amount", view.amount));
    let amount: Decimal = view.amount.parse().map_err(unreadable)?;
    let currency: Currency = view.currency.parse()?;
    Ok(ExactAmount::new(amount, currency))
}

fn role(role: AmountRole) -> &'static str {
    match role {
        AmountRole::Cost => "cost",
        AmountRole::Charge => "charge",
        AmountRole::Margin => "margin",
        AmountRole::Budget => "budget",
        AmountRole::Credit => "credit",
        AmountRole::Price => "price",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str, currency: &str, role: AmountRole) -> AmountView {
        let text = text.to_owned();
        AmountView { amount: text.clone(), currency: currency.to_owned(), text, role, negative: false }
    }

    #[test]
    fn sums_are_exact_and_rounded_only_to_be_shown() {
        let rows = [
            (vec!["0.1", "0.2"], "0.3", "$0.30"),
            (vec!["9007199254740993", "0.000000001"], "9007199254740993.000000001", "$9,007,199,254,740,993.00"),
            (vec!["1204.495", "0.01"], "1204.505", "$1,204.51"),
            (vec!["-3", "1"], "-2", "-$2.00"),
        ];
        for (parts, exact, shown) in rows {
            let list = parts.iter().map(|part| amount(part, "USD", AmountRole::Charge)).collect();
            let sums = amount_sums(&[list]).unwrap();
            assert_eq!((sums[0][0].amount.as_str(), sums[0][0].text.as_str()), (exact, shown), "{parts:?}");
        }
    }

    #[test]
    fn currencies_and_roles_stay_apart_in_the_order_they_come() {
        let list = vec![
            amount("1", "EUR", AmountRole::Cost),
            amount("2", "USD", AmountRole::Cost),
            amount("3", "EUR", AmountRole::Charge),
            amount("4", "EUR", AmountRole::Cost),
        ];
        let sums = amount_sums(&[list, Vec::new()]).unwrap();
        let told: Vec<_> = sums[0].iter().map(|sum| (sum.amount.as_str(), sum.currency.as_str(), sum.role)).collect();
        let wanted = [("5", "EUR", AmountRole::Cost), ("2", "USD", AmountRole::Cost), ("3", "EUR", AmountRole::Charge)];
        assert_eq!(told, wanted);
        assert!(sums[1].is_empty(), "of nothing there is no sum");
    }
}
