//! What came later to a frozen invoice: how it is set, and its usage by key.

use billing::{KeyName, KeyTable, KeyUsage, Look};
use domain::{Currency, DocumentLanguage, Money, Quantities};
use serde::{Deserialize, Serialize};

use super::meter;
use crate::AppError;

/// How an invoice is set. The logo is told by its fingerprint; its drawing is in the PDF.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct LookSnapshot {
    language: String,
    accent: String,
    logo: String,
    greeting: String,
    closing: String,
}

/// One row of the table by key: a name, or none, or so many keys together.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeySnapshot {
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    others: Option<u32>,
    quantities: Vec<(String, u64)>,
    charge_minor: Option<i64>,
}

pub(super) fn look_snapshot(look: &Look) -> LookSnapshot {
    LookSnapshot {
        language: look.language.code().to_owned(),
        accent: look.accent.clone(),
        logo: look.logo.clone(),
        greeting: look.greeting.clone(),
        closing: look.closing.clone(),
    }
}

pub(super) fn look(snapshot: LookSnapshot) -> Look {
    Look {
        language: DocumentLanguage::from_code(&snapshot.language).unwrap_or_default(),
        accent: snapshot.accent,
        logo: snapshot.logo,
        greeting: snapshot.greeting,
        closing: snapshot.closing,
    }
}

pub(super) fn keys_snapshot(table: &KeyTable) -> Vec<KeySnapshot> {
    let row = |row: &KeyUsage| {
        let (name, others) = match &row.name {
            KeyName::Named(name) => (Some(name.clone()), None),
            KeyName::Keyless => (None, None),
            KeyName::Others(count) => (None, Some(*count)),
        };
        let quantities = row.quantities.iter().map(|(meter, count)| (meter.code().to_owned(), count)).collect();
        KeySnapshot { name, others, quantities, charge_minor: row.charge.map(|charge| charge.minor()) }
    };
    table.rows.iter().map(row).collect()
}

pub(super) fn keys(rows: Vec<KeySnapshot>, currency: Currency) -> Result<KeyTable, AppError> {
    let row = |row: KeySnapshot| {
        let mut quantities = Quantities::NONE;
        for (code, count) in &row.quantities {
            quantities = quantities.with(meter(code)?, *count);
        }
        let name = match (row.name, row.others) {
            (Some(name), _) => KeyName::Named(name),
            (None, Some(count)) => KeyName::Others(count),
            (None, None) => KeyName::Keyless,
        };
        Ok(KeyUsage { name, quantities, charge: row.charge_minor.map(|minor| Money::from_minor(minor, currency)) })
    };
    Ok(KeyTable { rows: rows.into_iter().map(row).collect::<Result<_, AppError>>()? })
}
