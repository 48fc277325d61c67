//! Usage as bars of text, for a terminal.

use domain::money::exact_sum;
use domain::{BudgetPeriod, Date, ExactAmount};
use rust_decimal::Decimal;

use super::{charge_days, cost_days, each_day, parsed};
use crate::rating::price_book;
use crate::wire::{AmountRole, UsageFilterInput};
use crate::{App, AppError, format};

/// What a filter covers as bars of text, for a terminal of so many columns: by day, or by week or month where days would
/// be too many to be seen at once.
///
/// # Errors
/// As for [`super::usage_chart`].
pub async fn usage_bars(
    app: &App,
    filter: &UsageFilterInput,
    role: AmountRole,
    width: usize,
) -> Result<Bars, AppError> {
    let wanted = parsed(filter)?;
    let mut reader = app.store().reader().await?;
    let book = price_book(app, &mut reader).await?;
    let days = match role {
        AmountRole::Charge => charge_days(&mut reader, &book, &wanted, filter.group).await?,
        _ => cost_days(&mut reader, &wanted, filter.group).await?,
    };
    let step = Step::of(wanted.last.epoch_days() - wanted.first.epoch_days() + 1);
    let mut sums: Vec<(String, Decimal)> = Vec::new();
    for (index, day) in each_day(wanted.first, wanted.last).enumerate() {
        let (label, value) = (step.label(day, wanted.first), days.total(index)?);
        match sums.last_mut().filter(|(last, _)| *last == label) {
            Some((_, sum)) => *sum = exact_sum(*sum, value)?,
            None => sums.push((label, value)),
        }
    }
    let bar = |(label, value): (String, Decimal)| {
        let figure = format::amount(ExactAmount::new(value, book.currency()), role).text;
        render::terminal::Bar { label, value, figure }
    };
    let bars: Vec<_> = sums.into_iter().map(bar).collect();
    Ok(Bars { step: step.noun(), lines: render::terminal::bars(&bars, width) })
}

/// A chart as lines of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// What one bar stands for: `day`, `week` or `month`.
    pub step: &'static str,
    /// One line per bar.
    pub lines: Vec<String>,
}

/// What one bar stands for: few enough bars to be seen at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Day,
    Week,
    Month,
}

impl Step {
    /// Most bars by day: a month and the days around it.
    const DAYS: i32 = 45;
    /// Most days drawn by week: nine months.
    const WEEKS: i32 = 274;

    const fn of(days: i32) -> Self {
        if days <= Self::DAYS {
            Self::Day
        } else if days <= Self::WEEKS {
            Self::Week
        } else {
            Self::Month
        }
    }

    /// The bar a day belongs to. Weeks start on Monday, the first one where the range does.
    fn label(self, day: Date, first: Date) -> String {
        match self {
            Self::Day => day.to_string(),
            Self::Week => {
                let monday = BudgetPeriod::Weekly.first_day(day).unwrap_or(day);
                monday.max(first).to_string()
            }
            Self::Month => day.month().to_string(),
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_range_is_drawn_by_week_or_month() {
        let rows =
            [(1, "day"), (31, "day"), (45, "day"), (46, "week"), (274, "week"), (275, "month"), (1_098, "month")];
        for (days, noun) in rows {
            assert_eq!(Step::of(days).noun(), noun, "{days} days");
        }
        let [friday, monday]: [Date; 2] = ["2026-10-23", "2026-10-26"].map(|day| day.parse().unwrap());
        assert_eq!(Step::Week.label(friday, friday), "2026-10-23", "a cut week starts where the range does");
        assert_eq!(Step::Week.label(monday.plus_days(6), friday), "2026-10-26", "Sunday ends its week");
        assert_eq!(Step::Month.label(friday, friday), "2026-10");
        assert_eq!(Step::Day.label(friday, friday), "2026-10-23");
    }
}
