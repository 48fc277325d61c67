//! The command palette: everything with a name, found by a part of it.

use store::table::invoice::InvoiceFilter;
use store::table::key::KeyFilter;

use crate::wire::PaletteHit;
use crate::{App, AppError};

/// Hits of one kind.
const PER_KIND: usize = 8;

/// Clients, keys, invoices and gateways whose name, label or number holds the text, whatever its case. Names that start
/// with it come first.
///
/// # Errors
/// The store cannot be read.
pub async fn palette(app: &App, text: &str) -> Result<Vec<PaletteHit>, AppError> {
    let needle = text.trim().to_lowercase();
    if needle.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = app.store().reader().await?;
    let clients = reader.client().list().await?;
    let owner = |id| clients.iter().find(|client| Some(client.id) == id).map(|client| client.client.name.to_string());
    let mut hits = Vec::new();
    let found = clients
        .iter()
        .map(|one| hit("client", one.id, one.client.name.as_str(), format!("Client · {}", one.client.status.code())));
    pick(&needle, found, &mut hits);
    let keys = reader.key().list(&KeyFilter::default()).await?;
    let found = keys.iter().map(|one| {
        let whose = owner(one.client).unwrap_or_else(|| "no client".to_owned());
        hit("key", one.id, one.key.spec.name.as_str(), format!("Key · {whose} · {}", one.key.label.as_str()))
    });
    pick(&needle, found, &mut hits);
    let gateways = reader.gateway().list().await?;
    let found = gateways.iter().map(|one| {
        hit("gateway", one.id, one.connection.name.as_str(), format!("Gateway · {}", one.connection.base_url))
    });
    pick(&needle, found, &mut hits);
    let invoices = reader.invoice().list(&InvoiceFilter::default()).await?;
    let found = invoices.iter().filter_map(|one| {
        let number = one.issued.as_ref()?.label.clone();
        Some(hit(
            "invoice",
            one.id,
            &number,
            format!("Invoice · {}", owner(Some(one.draft.client)).unwrap_or_default()),
        ))
    });
    pick(&needle, found, &mut hits);
    Ok(hits)
}

fn hit(kind: &str, id: impl std::fmt::Display, title: &str, detail: String) -> PaletteHit {
    PaletteHit { kind: kind.to_owned(), id: id.to_string(), title: title.to_owned(), detail }
}

fn pick(needle: &str, all: impl Iterator<Item = PaletteHit>, hits: &mut Vec<PaletteHit>) {
    let holds =
        |hit: &PaletteHit| hit.title.to_lowercase().contains(needle) || hit.detail.to_lowercase().contains(needle);
    let mut found: Vec<PaletteHit> = all.filter(holds).collect();
    found.sort_by_cached_key(|hit| {
        let title = hit.title.to_lowercase();
        (!title.starts_with(needle), !title.contains(needle), title)
    });
    found.truncate(PER_KIND);
    hits.append(&mut found);
}
