//! A client's ledger as it stands: read from the store, replayed by `billing`.
//!
//! **Owns:** which currency a ledger is in, the agency's rules of credit, what an invoice takes over of it, what a refusal of
//! the ledger becomes. **Does not own:** any rule of the ledger itself.

pub(crate) mod invoiced;
pub(crate) mod rules;

use billing::Ledger;
use billing::ledger::{Entry, LedgerError};
use domain::{ClientId, Currency};
use store::Reader;
use store::table::{ClientTable, LedgerTable, Prepaid, StoredClient};

use crate::AppError;
use crate::rating::broken;

/// A client with its entries and what they come to.
#[derive(Debug)]
pub(crate) struct Book {
    /// The client.
    pub(crate) client: StoredClient,
    /// Every entry, first posted first.
    pub(crate) entries: Vec<Entry>,
    /// Their state.
    pub(crate) ledger: Ledger,
    /// The days it pays in advance.
    pub(crate) prepaid: Option<Prepaid>,
}

/// Reads a client's ledger from a snapshot.
pub(crate) async fn read(reader: &mut Reader, id: ClientId) -> Result<Book, AppError> {
    let client = client(reader.client(), id).await?;
    book(reader.ledger(), client).await
}

pub(crate) async fn client(mut table: ClientTable<'_>, id: ClientId) -> Result<StoredClient, AppError> {
    Ok(table.get(id).await?)
}

/// Replays the entries of a client.
pub(crate) async fn book(mut table: LedgerTable<'_>, client: StoredClient) -> Result<Book, AppError> {
    let entries = table.entries(client.id).await?;
    let prepaid = table.prepaid(client.id).await?;
    // A ledger keeps the currency it began in.
    let currency: Currency = entries.first().map_or(client.client.currency, Entry::currency);
    let ledger = Ledger::replay(currency, &entries).map_err(broken)?;
    Ok(Book { client, entries, ledger, prepaid })
}

/// What the ledger refused, at the field it is about.
pub(crate) fn refused(error: LedgerError) -> AppError {
    match &error {
        LedgerError::NoReason(_) => AppError::invalid("reason", error),
        LedgerError::NotPositive
        | LedgerError::BelowMinimum(_)
        | LedgerError::TooMuch { .. }
        | LedgerError::Currency { .. }
        | LedgerError::Amount(_) => AppError::invalid("amount", error),
        LedgerError::NoCharge => AppError::invalid("entry", error),
        LedgerError::Again(_) => {
            AppError::conflict("this payment is in the ledger already: nothing is posted twice").at("reference")
        }
        _ => AppError::internal(error.to_string()),
    }
}
