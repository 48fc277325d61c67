//! The sandbox with a believable agency around it, for a first look without risk. Everything here is invented.
//!
//! **Owns:** the invented agency's own data and price book. **Does not own:** its clients' usage: that is the sandbox's.

mod history;

use std::collections::HashMap;

use domain::{
    AccountId, BillingAddress, Client, ClientId, ClientStatus, Currency, GatewayId, Name, PaymentTerms, Product,
};
use gateway::{Connection, Cursor, Gateway, Item, Resource};
use sandbox::agency::{COMPANIES, Company};
use store::Origin;
use store::table::{GatewayStatus, InvoiceFilter, NewGateway, StoredAccount};

use crate::command::gateway::{keep, known};
use crate::command::price::price_set;
use crate::command::{account, client, setting, sync};
use crate::connect::{self, EMBEDDED};
use crate::wire::{AgencyInput, ChargeKind, PriceChange, RuleInput, UnitPriceView};
use crate::{App, AppError};

/// Name of the sandbox among the gateways.
const NAME: &str = "Sandbox";
/// The adapter that speaks the sandbox's admin API.
const PRODUCT: &str = "sandbox";
/// The first day of the invented price book.
const PRICES_FROM: &str = "2025-01-01";

/// Opens the sandbox and puts the agency around it, as far as it is not there yet.
pub(crate) async fn open(app: &App, origin: Origin) -> Result<GatewayId, AppError> {
    let id = gateway(app, origin).await?;
    agency(app, origin).await?;
    let owners = clients(app, origin, id).await?;
    prices(app, origin, &owners).await?;
    let report = sync::sync_run(app, origin, Some(&id.to_string())).await?;
    for line in report.lines.iter().filter_map(|line| line.problem.as_ref()) {
        tracing::warn!("the sandbox could not be pulled from: {line}");
    }
    let invoiced = !app.store().reader().await?.invoice().list(&InvoiceFilter::default()).await?.is_empty();
    if !invoiced {
        history::history(app).await?;
    }
    Ok(id)
}

async fn gateway(app: &App, origin: Origin) -> Result<GatewayId, AppError> {
    let connection = Connection { product: Product::new(PRODUCT), base_url: EMBEDDED.to_owned() };
    let back = known(app, &connection).await?;
    if let Some(present) = back.as_ref().filter(|gateway| gateway.status != GatewayStatus::Removed) {
        return Ok(present.id);
    }
    let new = NewGateway {
        name: NAME.parse()?,
        product: connection.product,
        base_url: connection.base_url,
        currency: Currency::USD,
        vault_ref: None,
        read_vault_ref: None,
    };
    let probe = connect::try_embedded(app).await?;
    keep(app, origin, new, back.map(|gateway| gateway.id), &probe).await
}

/// The agency's data, unless the operator said any of it.
async fn agency(app: &App, origin: Origin) -> Result<(), AppError> {
    let said = app.store().reader().await?.setting().get("agency.name").await?;
    if said.is_some() {
        return Ok(());
    }
    let unsaid = app.agency().await?;
    let text = str::to_owned;
    let invented = AgencyInput {
        name: text("Lanternworks Studio"),
        street: text("48 Quayside Row\nUnit 6"),
        postal_code: text("97209"),
        city: text("Portland"),
        country: text("US"),
        tax_id: text("93-0000000"),
        email: text("billing@lanternworks.example"),
        iban: String::new(),
        payment_text: text("Please pay by bank transfer and quote the invoice number."),
        footer: text("Lanternworks Studio is an invented company of the Purser sandbox."),
        ..unsaid
    };
    setting::settings_agency(app, origin, invented).await?;
    Ok(())
}

/// A client for every company, attributed before usage is pulled, so that its days are cut in its own zone at once.
async fn clients(app: &App, origin: Origin, id: GatewayId) -> Result<HashMap<&'static str, ClientId>, AppError> {
    let accounts = accounts(app, id).await?;
    let mut known: HashMap<String, ClientId> = HashMap::new();
    for stored in app.store().reader().await?.client().list().await? {
        known.insert(stored.client.name.as_str().to_lowercase(), stored.id);
    }
    let mut owners = HashMap::new();
    for company in &COMPANIES {
        let account = accounts.iter().find(|account| account.account.spec.name.as_str() == company.name);
        let Some(account) = account else { continue };
        let owner = match (account.client, known.get(&company.name.to_lowercase())) {
            (Some(owner), _) => owner,
            (None, Some(owner)) => attributed(app, origin, account.id, *owner).await?,
            (None, None) => {
                let owner = client::add(app, origin, &client_of(company, account.account.paused)?).await?;
                attributed(app, origin, account.id, owner).await?
            }
        };
        owners.insert(company.slug, owner);
    }
    Ok(owners)
}

async fn attributed(app: &App, origin: Origin, id: AccountId, owner: ClientId) -> Result<ClientId, AppError> {
    account::attribute(app, origin, id, Some(owner)).await?;
    Ok(owner)
}

/// The sandbox's accounts, kept.
async fn accounts(app: &App, id: GatewayId) -> Result<Vec<StoredAccount>, AppError> {
    let connected = connect::reader(app, id).await?;
    let found = listed(connected.gateway.as_ref()).await?;
    let mut writer = app.store().begin(Origin::Sync(id)).await?;
    for item in found {
        if let Item::Account(account) = item {
            writer.account().upsert(id, &account, app.now()).await?;
        }
    }
    app.emit(writer.commit().await?);
    let all = app.store().reader().await?.account().list().await?;
    Ok(all.into_iter().filter(|account| account.gateway == id).collect())
}

async fn listed(gateway: &dyn Gateway) -> Result<Vec<Item>, AppError> {
    let (mut items, mut at) = (Vec::new(), Cursor::start());
    loop {
        let page = gateway.inventory(&Resource::Accounts, &at).await?;
        items.extend(page.items);
        match page.next {
            Some(next) if next != at => at = next,
            _ => return Ok(items),
        }
    }
}

fn client_of(company: &Company, paused: bool) -> Result<Client, AppError> {
    let name: Name = company.name.parse()?;
    Ok(Client {
        address: BillingAddress {
            street: "12 Invented Street".to_owned(),
            city: company.city.to_owned(),
            country: company.country.to_owned(),
            email: company.email.to_owned(),
            ..BillingAddress::default()
        },
        name,
        // The price book is in US dollars, and so are the invoices made from it.
        currency: Currency::USD,
        zone: company.zone.parse()?,
        status: if paused { ClientStatus::Paused } else { ClientStatus::Active },
        terms: PaymentTerms::default(),
        invoicing: domain::Invoicing::default(),
    })
}

/// A price book with one rule of every kind, unless there is one.
async fn prices(app: &App, origin: Origin, owners: &HashMap<&'static str, ClientId>) -> Result<(), AppError> {
    if !app.store().reader().await?.price().list().await?.is_empty() {
        return Ok(());
    }
    let mut set = vec![
        markup(None, "*", "25"),
        markup(None, "claude-*", "30"),
        fixed("deepseek-chat", &[("input_tokens", "0.40"), ("cache_read_tokens", "0.10"), ("output_tokens", "1.60")]),
    ];
    set.extend(owners.get("harborlight").map(|owner| markup(Some(*owner), "*", "18")));
    let note = "List prices plus our service".to_owned();
    let change = PriceChange { effective_from: PRICES_FROM.to_owned(), note, set, remove: Vec::new() };
    price_set(app, origin, &change).await?;
    Ok(())
}

fn markup(client: Option<ClientId>, selector: &str, percent: &str) -> RuleInput {
    let rule = RuleInput::plain(client.map(|id| id.to_string()), selector, ChargeKind::Markup);
    RuleInput { percent: Some(percent.to_owned()), ..rule }
}

fn fixed(selector: &str, prices: &[(&str, &str)]) -> RuleInput {
    let price =
        |(meter, price): &(&str, &str)| UnitPriceView { meter: (*meter).to_owned(), price: (*price).to_owned() };
    let prices = prices.iter().map(price).collect();
    RuleInput { prices, ..RuleInput::plain(None, selector, ChargeKind::Fixed) }
}
