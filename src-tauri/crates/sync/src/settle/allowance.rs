//! What becomes of an allowance with a change: kept with the change's outcome, however late that is known.

use domain::{Budget, BudgetPeriod, Nanos, Timestamp};
use store::table::{Allowance, Holder};
use store::{StoreResult, Writer};

/// What is kept of an allowance once the change it comes with has happened. The holder of a new object is known only
/// then, so the audit row of the intent carries this until the outcome is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowanceChange {
    /// It stays as it is.
    Same,
    /// This one takes its place.
    Set {
        /// What one period allows.
        budget: Budget,
        /// What the holder had spent in its lifetime when the period began.
        base: Nanos,
        /// When the funded period began.
        funded_from: Timestamp,
    },
    /// There is none any more: the gateway keeps the new budget itself, or the holder is gone.
    Clear,
}

/// Name of the line in the detail of an audit row.
const FACT: &str = "allowance";

impl AllowanceChange {
    /// The line for the `detail` of an intent's audit row; `None` when nothing changes.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        let told = match self {
            Self::Same => return None,
            Self::Clear => "none".to_owned(),
            Self::Set { budget, base, funded_from } => {
                let warnings: Vec<String> = budget.warn_at().iter().map(u8::to_string).collect();
                let (amount, from) = (budget.amount().0, funded_from.as_millis());
                let (currency, period) = (budget.currency(), budget.period().code());
                format!("{amount} {currency} {period} warn {} base {} from {from}", warnings.join(","), base.0)
            }
        };
        Some(format!("{FACT}: {told}"))
    }

    /// What an intent's audit row says; [`AllowanceChange::Same`] where it says nothing that can be read.
    #[must_use]
    pub fn read(detail: &str) -> Self {
        let mut facts = detail.lines().filter_map(|line| line.split_once(": "));
        match facts.find(|(name, _)| *name == FACT) {
            Some((_, "none")) => Self::Clear,
            Some((_, told)) => set(told).unwrap_or(Self::Same),
            None => Self::Same,
        }
    }

    /// Writes it down for the holder.
    ///
    /// # Errors
    /// See [`store::StoreError`].
    pub async fn note(&self, writer: &mut Writer, holder: Option<Holder>) -> StoreResult<()> {
        let Some(holder) = holder else { return Ok(()) };
        match self.clone() {
            Self::Same => Ok(()),
            Self::Clear => writer.allowance().remove(holder).await,
            Self::Set { budget, base, funded_from } => {
                writer.allowance().set(&Allowance { holder, budget, base, funded_from }).await
            }
        }
    }
}

fn set(told: &str) -> Option<AllowanceChange> {
    let words: Vec<&str> = told.split(' ').collect();
    let [amount, currency, period, "warn", warnings, "base", base, "from", from] = words[..] else { return None };
    let warnings = warnings.split(',').filter(|text| !text.is_empty());
    let warnings = warnings.map(str::parse).collect::<Result<Vec<u8>, _>>().ok()?;
    let amount = Nanos(amount.parse().ok()?);
    let budget = Budget::new(amount, currency.parse().ok()?, BudgetPeriod::from_code(period)?).ok()?;
    let budget = budget.warning_at(warnings).ok()?;
    let funded_from = Timestamp::from_millis(from.parse().ok()?);
    Some(AllowanceChange::Set { budget, base: Nanos(base.parse().ok()?), funded_from })
}

#[cfg(test)]
mod tests {
    use domain::Currency;

    use super::*;

    #[test]
    fn an_audit_row_holds_every_change() {
        let budget = Budget::new(Nanos(12_345_678_901), Currency::USD, BudgetPeriod::Weekly).unwrap();
        let set = |warnings: &[u8]| AllowanceChange::Set {
            budget: budget.clone().warning_at(warnings.to_vec()).unwrap(),
            base: Nanos(7),
            funded_from: Timestamp::from_millis(1_763_683_200_000),
        };
        for change in [set(&[]), set(&[50, 75, 90]), AllowanceChange::Clear, AllowanceChange::Same] {
            let detail = format!("account: team-1\n{}\nchange: x", change.detail().unwrap_or_default());
            assert_eq!(AllowanceChange::read(&detail), change, "{detail}");
        }
        assert_eq!(
            AllowanceChange::read("allowance: 5 pounds"),
            AllowanceChange::Same,
            "what nobody wrote is no change"
        );
    }
}
