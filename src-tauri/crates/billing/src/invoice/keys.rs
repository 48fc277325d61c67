//! What each key of a client used, beside the lines that charge it.
//!
//! Prices are per model, so what a key is charged follows only from what it used of each model. It is shown where that,
//! priced key by key, adds up to the exact charge of the lines; then the rounded charge of the lines is split by largest
//! remainder (invoice.md §4.2.4). Anywhere else the counts stand alone: a guess is no charge.

use domain::{ClientId, ExactAmount, Money, MoneyError, Quantities};
use rust_decimal::Decimal;

use super::line::{InvoiceLine, LineSubject};
use crate::price_book::PriceBook;
use crate::rating::{MeteredUsage, rate};

/// What was metered of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyShare {
    /// What the key is called; `None` for usage without a key.
    pub name: Option<String>,
    /// Its usage, by day, gateway and model.
    pub usage: Vec<MeteredUsage>,
}

/// Rows of a table; more keys than that, the smallest, stand together in its last row.
const ROWS_MAX: usize = 100;

/// Whose usage a row is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyName {
    /// A key with its name.
    Named(String),
    /// Usage without a key.
    Keyless,
    /// So many keys that have no row of their own.
    Others(u32),
}

/// What one key used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUsage {
    /// Whose usage it is.
    pub name: KeyName,
    /// What was consumed.
    pub quantities: Quantities,
    /// Its part of the charge, where it is known.
    pub charge: Option<Money>,
}

/// The usage of an invoice by key: adds up to the counts of its lines, and to their charge where every row has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTable {
    /// Dearest or busiest first.
    pub rows: Vec<KeyUsage>,
}

impl KeyTable {
    /// The table of what was metered by key; `None` where that is not what the lines count.
    ///
    /// # Errors
    /// Sums beyond what can be kept exactly.
    pub fn of(
        lines: &[InvoiceLine],
        shares: &[KeyShare],
        client: ClientId,
        book: &PriceBook,
    ) -> Result<Option<Self>, MoneyError> {
        let mut rows: Vec<KeyUsage> =
            shares.iter().map(counted).filter(|row| row.quantities != Quantities::NONE).collect();
        if let Some(charges) = charges(lines, shares, client, book)? {
            rows =
                rows.into_iter().zip(charges).map(|(row, charge)| KeyUsage { charge: Some(charge), ..row }).collect();
        }
        rows.sort_by_key(|row| {
            let charge = row.charge.map_or(0, |charge| charge.minor());
            (std::cmp::Reverse((charge, row.quantities.get(domain::Meter::Requests))), row.name.clone())
        });
        let table = Self { rows: folded(rows) };
        Ok((table.agrees(lines) && !table.rows.is_empty()).then_some(table))
    }

    /// Whether every row has its charge.
    #[must_use]
    pub fn is_charged(&self) -> bool {
        self.rows.iter().all(|row| row.charge.is_some())
    }

    /// Whether it adds up to the usage lines: their counts, and their charge where it tells charges.
    #[must_use]
    pub fn agrees(&self, lines: &[InvoiceLine]) -> bool {
        let counts = self.rows.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
        let used = usage(lines).fold(Quantities::NONE, |sum, line| sum.plus(&line.quantities));
        let charge: i64 = self.rows.iter().filter_map(|row| row.charge).map(|charge| charge.minor()).sum();
        let net: i64 = usage(lines).map(|line| line.net.minor()).sum();
        counts == used && (!self.is_charged() || charge == net)
    }
}

fn counted(share: &KeyShare) -> KeyUsage {
    let quantities = share.usage.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
    let name = share.name.clone().map_or(KeyName::Keyless, KeyName::Named);
    KeyUsage { name, quantities, charge: None }
}

/// At most [`ROWS_MAX`] rows; the last stands for all that have none of their own.
fn folded(mut rows: Vec<KeyUsage>) -> Vec<KeyUsage> {
    if rows.len() <= ROWS_MAX {
        return rows;
    }
    let rest = rows.split_off(ROWS_MAX - 1);
    let keys = u32::try_from(rest.len()).unwrap_or(u32::MAX);
    let charges: Option<Vec<Money>> = rest.iter().map(|row| row.charge).collect();
    let charge = charges.map(|all| all.into_iter().map(|charge| (charge.minor(), charge.currency())));
    let charge = charge.and_then(|all| all.reduce(|(sum, currency), (minor, _)| (sum + minor, currency)));
    let charge = charge.map(|(minor, currency)| Money::from_minor(minor, currency));
    let quantities = rest.iter().fold(Quantities::NONE, |sum, row| sum.plus(&row.quantities));
    rows.push(KeyUsage { name: KeyName::Others(keys), quantities, charge });
    rows
}

fn usage(lines: &[InvoiceLine]) -> impl Iterator<Item = &InvoiceLine> {
    lines.iter().filter(|line| matches!(line.subject, LineSubject::Usage { .. }))
}

/// What each key with usage is charged; `None` unless the exact charges of the keys are those of the lines.
fn charges(
    lines: &[InvoiceLine],
    shares: &[KeyShare],
    client: ClientId,
    book: &PriceBook,
) -> Result<Option<Vec<Money>>, MoneyError> {
    let zero = ExactAmount::zero(book.currency());
    let mut parts = Vec::new();
    for share in shares.iter().filter(|share| counted(share).quantities != Quantities::NONE) {
        let Ok(rated) = rate(&share.usage, client, book) else { return Ok(None) };
        parts.push(rated.lines.iter().try_fold(zero, |sum, line| sum.checked_add(line.charge))?);
    }
    let all = parts.iter().try_fold(zero, |sum, part| sum.checked_add(*part))?;
    let exact = usage(lines).try_fold(zero, |sum, line| sum.checked_add(line.exact))?;
    let net = usage(lines).try_fold(Money::from_minor(0, book.currency()), |sum, line| sum.checked_add(line.net))?;
    if all != exact { Ok(None) } else { split(net, &parts) }
}

/// A total in parts as large as the weights say, to the cent: each is cut, and the cents that are left go to those that
/// lost most, the first of equals. `None` where a weight is negative or none is above zero.
fn split(total: Money, weights: &[ExactAmount]) -> Result<Option<Vec<Money>>, MoneyError> {
    let scale = Decimal::from(10_u64.pow(total.currency().decimals()));
    let minor = weights.iter().map(|weight| domain::money::exact_product(weight.amount(), scale));
    let minor = minor.collect::<Result<Vec<_>, _>>()?;
    if minor.iter().any(Decimal::is_sign_negative) || total.minor() < 0 {
        return Ok(None);
    }
    let cut = minor.iter().map(|part| i64::try_from(part.trunc()).map_err(|_| MoneyError::Overflow));
    let mut parts = cut.collect::<Result<Vec<_>, _>>()?;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|place| (std::cmp::Reverse(minor[*place].fract()), *place));
    // The lines were rounded one by one, so a few cents may be left to give or to take.
    let left = total.minor().saturating_sub(parts.iter().fold(0, |sum: i64, part| sum.saturating_add(*part)));
    if !give(&mut parts, &order, left) {
        return Ok(None);
    }
    Ok(Some(parts.into_iter().map(|part| Money::from_minor(part, total.currency())).collect()))
}

/// Gives cents in an order, or takes them in the order from behind, never below zero. Whether all of them found a place.
fn give(parts: &mut [i64], order: &[usize], left: i64) -> bool {
    let mut left = left;
    let backwards: Vec<usize> = order.iter().rev().copied().collect();
    while left != 0 {
        let before = left;
        for place in if left > 0 { order } else { &backwards } {
            if left > 0 {
                (parts[*place], left) = (parts[*place] + 1, left - 1);
            } else if left < 0 && parts[*place] > 0 {
                (parts[*place], left) = (parts[*place] - 1, left + 1);
            }
        }
        if left == before {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use domain::Currency;

    use super::*;

    fn parts(total: i64, weights: &[&str]) -> Option<Vec<i64>> {
        let weights: Vec<_> =
            weights.iter().map(|weight| ExactAmount::new(weight.parse().unwrap(), Currency::EUR)).collect();
        let parts = split(Money::from_minor(total, Currency::EUR), &weights).unwrap()?;
        Some(parts.iter().map(|part| part.minor()).collect())
    }

    #[test]
    fn the_smallest_of_many_keys_share_a_row() {
        let row = |n: u64| KeyUsage {
            name: KeyName::Named(format!("key {n}")),
            quantities: Quantities::NONE.with(domain::Meter::Requests, n),
            charge: Some(Money::from_minor(7, Currency::EUR)),
        };
        let rows = folded((1..=250).map(row).collect());
        let last = rows.last().unwrap();
        assert_eq!((rows.len(), &last.name), (ROWS_MAX, &KeyName::Others(151)));
        assert_eq!(last.charge, Some(Money::from_minor(151 * 7, Currency::EUR)));
        assert_eq!(folded((1..=100).map(row).collect()).len(), 100, "that many have one each");
    }

    #[test]
    fn a_known_total_is_split_by_largest_remainder() {
        assert_eq!(parts(100, &["0.333", "0.333", "0.334"]), Some(vec![33, 33, 34]));
        assert_eq!(parts(1, &["0.005", "0.005"]), Some(vec![1, 0]), "the first of equals");
        assert_eq!(parts(2, &["0.005", "0.005"]), Some(vec![1, 1]), "as the lines were rounded");
        assert_eq!(parts(2, &["0.019", "0.011"]), Some(vec![1, 1]), "rounded down");
        assert_eq!(parts(0, &["0.004", "0"]), Some(vec![0, 0]));
        assert_eq!(parts(0, &[]), Some(vec![]), "nothing of nothing");
        assert_eq!(parts(5, &["-1", "1.05"]), None, "nobody is split a credit");
    }
}
