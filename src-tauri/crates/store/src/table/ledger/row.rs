//! Rows of the ledger's tables, and how an entry is made of them again.

use billing::ledger::{Entry, EntryKind, EntryParts, Lot, LotKind, LotNumber, Pot, Receipt};
use domain::{Currency, ExactAmount, GatewayId, Meter, ModelName, PriceVersionId, Quantities};

use crate::column::{self, models, time};
use crate::{StoreError, StoreResult};

/// A row of `ledger_entry`.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) number: i64,
    pub(super) posted_at: i64,
    pub(super) valued_at: i64,
    pub(super) kind: String,
    pub(super) key: String,
    pub(super) reason: String,
    pub(super) currency: String,
    pub(super) day: Option<i64>,
    pub(super) gateway: Option<i64>,
    pub(super) model: Option<String>,
    pub(super) price_version: Option<i64>,
    pub(super) rule: Option<String>,
    pub(super) quantities: Option<String>,
}

/// A row of `ledger_posting` with its entry's number.
pub(super) struct Posting {
    pub(super) number: i64,
    pub(super) pot: String,
    pub(super) amount: String,
}

/// A row of `ledger_lot`.
pub(super) struct LotRow {
    pub(super) entry: i64,
    pub(super) number: i64,
    pub(super) kind: String,
    pub(super) amount: String,
    pub(super) credited_at: i64,
    pub(super) expires_at: Option<i64>,
    pub(super) models: Option<String>,
}

impl Row {
    /// The entry, checked as when it was made.
    pub(super) fn entry(self, sides: Vec<Posting>, lot: Option<LotRow>) -> StoreResult<Entry> {
        let at = column::Row { noun: "ledger entry", id: self.id };
        let currency: Currency = at.ok(self.currency.parse())?;
        let receipt = self.receipt(at)?;
        let postings = sides.iter().map(|side| posting(at, side, currency)).collect::<StoreResult<Vec<_>>>()?;
        let lot = lot.map(|lot| lot.lot(at, currency)).transpose()?;
        let entry = Entry::new(EntryParts {
            at: time(self.posted_at),
            valued_at: time(self.valued_at),
            kind: at.known("kind", EntryKind::from_code(&self.kind))?,
            key: self.key,
            reason: self.reason,
            receipt,
            quantities: quantities(at, self.quantities.as_deref())?,
            lot,
            postings,
        });
        at.ok(entry)
    }

    fn receipt(&self, at: column::Row) -> StoreResult<Option<Receipt>> {
        let (Some(day), Some(gateway), Some(model), Some(version), Some(rule)) =
            (self.day, self.gateway, &self.model, self.price_version, &self.rule)
        else {
            return Ok(None);
        };
        Ok(Some(Receipt {
            day: at.date(day)?,
            gateway: GatewayId(gateway),
            model: ModelName::new(model),
            version: PriceVersionId(version),
            rule: rule.clone(),
        }))
    }
}

fn posting(at: column::Row, side: &Posting, currency: Currency) -> StoreResult<billing::ledger::Posting> {
    let pot = at.known("pot", Pot::from_code(&side.pot))?;
    Ok(billing::ledger::Posting { pot, amount: amount(at, &side.amount, currency)? })
}

fn amount(at: column::Row, text: &str, currency: Currency) -> StoreResult<ExactAmount> {
    Ok(ExactAmount::new(at.ok(text.parse())?, currency))
}

impl LotRow {
    fn lot(self, at: column::Row, currency: Currency) -> StoreResult<Lot> {
        let number = LotNumber(at.ok(self.number.try_into())?);
        let kind = at.known("kind of credit", LotKind::from_code(&self.kind))?;
        let times = (time(self.credited_at), self.expires_at.map(time));
        at.ok(Lot::new(number, kind, amount(at, &self.amount, currency)?, times, models(self.models)))
    }
}

/// `input_tokens=12,requests=3`.
pub(super) fn quantities_text(quantities: &Quantities) -> String {
    let parts: Vec<String> = quantities.iter().map(|(meter, amount)| format!("{meter}={amount}")).collect();
    parts.join(",")
}

fn quantities(at: column::Row, text: Option<&str>) -> StoreResult<Quantities> {
    let parts = text.unwrap_or_default().split(',').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=')).try_fold(Quantities::NONE, |sum, part| {
        let (meter, amount) = at.known("quantity", part)?;
        Ok::<_, StoreError>(sum.with(at.known("meter", Meter::from_code(meter))?, at.ok(amount.parse())?))
    })
}
