//! Accounts: whom they stand for, and their budgets.

use domain::{Account, AccountId, BillingAddress, Client, ClientId, ClientStatus, Currency, Name, PaymentTerms};
use gateway::{Action, Cursor, Item, Resource};
use store::Origin;
use store::table::{AuditRecord, StoredAccount};

use super::{client, input};
use crate::act::{self, Deed, act, facts};
use crate::allowance;
use crate::query::client::client_row;
use crate::undo::{self, Step, WayBack};
use crate::wire::{BudgetInput, ClientRow, Code, Done};
use crate::{App, AppError, connect};

/// Says which client an account stands for, or that it stands for none. Its usage moves with it.
///
/// # Errors
/// `NotFound`.
pub async fn account_attribute(
    app: &App,
    origin: Origin,
    account_id: &str,
    client_id: Option<&str>,
) -> Result<Done, AppError> {
    let id: AccountId = account_id.parse()?;
    let client: Option<ClientId> = client_id.map(str::parse).transpose()?;
    let before = stored(app, id).await?;
    let message = attribute(app, origin, id, client).await?;
    let back = Step::Attribute(id, before.client);
    let steps = if before.client == client { Vec::new() } else { vec![back] };
    let name = &before.account.spec.name;
    let undo = undo::offer(app, WayBack { message: format!("Gave {name} back."), steps })?;
    Ok(Done { message, undo, effective_within_seconds: 0 })
}

/// Keeps whom an account stands for and notes it; the sentence.
pub(crate) async fn attribute(
    app: &App,
    origin: Origin,
    id: AccountId,
    client: Option<ClientId>,
) -> Result<String, AppError> {
    let mut writer = app.store().begin(origin).await?;
    let account = writer.account().read().get(id).await?;
    let owner = match client {
        Some(client) => Some(writer.client().read().get(client).await?.client.name),
        None => None,
    };
    writer.account().attribute(id, client).await?;
    let change =
        owner.as_ref().map_or_else(|| "stands for no client".to_owned(), |owner| format!("stands for {owner}"));
    let record = AuditRecord {
        at: app.now(),
        actor: act::actor(origin).to_owned(),
        action: "account_attribute".to_owned(),
        mark: None,
        gateway: Some(account.gateway),
        client: client.or(account.client),
        account: Some(id),
        key: None,
        subject: account.account.spec.name.to_string(),
        detail: facts::local(Some(&change)),
    };
    writer.audit().done(&record).await?;
    app.emit(writer.commit().await?);
    Ok(format!("{} now {change}.", account.account.spec.name))
}

/// Makes a client named as an account that stands for nobody, and attributes the account to it. Its zone and currency
/// are the agency's.
///
/// # Errors
/// `Conflict` when the account stands for a client already, or the name is taken.
pub async fn client_from_account(app: &App, origin: Origin, account_id: &str) -> Result<ClientRow, AppError> {
    let id: AccountId = account_id.parse()?;
    let account = stored(app, id).await?;
    if account.client.is_some() {
        return Err(AppError::conflict(format!("{} stands for a client already", account.account.spec.name)));
    }
    let agency = app.agency().await?;
    let made = Client {
        name: Name::lossy(account.account.spec.name.as_str(), account.account.external_id.as_str()),
        currency: agency.currency.parse().unwrap_or(Currency::USD),
        zone: input::zone(&agency.zone)?,
        status: if account.account.paused { ClientStatus::Paused } else { ClientStatus::Active },
        address: BillingAddress::default(),
        terms: PaymentTerms::default(),
        invoicing: domain::Invoicing::default(),
    };
    let client = client::add(app, origin, &made).await?;
    attribute(app, origin, id, Some(client)).await?;
    client_row(app, client).await
}

/// Sets or clears an account's own budget and nothing else: everything else is as its gateway holds it now.
///
/// # Errors
/// `Invalid` for a negative or absurd amount; those of a write to a gateway.
pub async fn account_budget(
    app: &App,
    origin: Origin,
    account_id: &str,
    typed: Option<BudgetInput>,
) -> Result<Done, AppError> {
    let account = stored(app, account_id.parse()?).await?;
    let gateway = app.store().reader().await?.gateway().get(account.gateway).await?;
    let wanted = input::limit(typed.as_ref(), gateway.connection.currency)?;
    let before = current(app, &account).await?.spec;
    let mut after = before.clone();
    after.budget = wanted;
    let to = |from: &domain::AccountSpec, spec: &domain::AccountSpec| Deed {
        gateway: account.gateway,
        action: Action::AccountUpdate { account: account.account.external_id.clone(), spec: spec.clone() },
        subject: account.account.spec.name.to_string(),
        client: account.client,
        account: Some(account.id),
        key: None,
        change: Some(input::budget_change(&from.budget, &spec.budget)),
    };
    let applied = act(app, origin, to(&before, &after)).await?;
    let name = &account.account.spec.name;
    let steps = vec![Step::Act(Box::new(to(&after, &before)))];
    let undo = undo::offer(app, WayBack { message: format!("Set the budget of {name} back."), steps })?;
    let message = format!("Changed the {} of {name}.", input::budget_change(&before.budget, &after.budget));
    Ok(Done { message, undo, effective_within_seconds: applied.receipt.effective_within_seconds })
}

/// Entrusts a gateway's adapter with the account's own credential, which is tried on the gateway and then kept in the
/// keychain. For gateways where only the account itself may manage its keys.
///
/// # Errors
/// `Invalid` for an empty one; `Unsupported` where it is not needed; `GatewayRefused` when the gateway does not take it
/// or it belongs to somebody else.
pub async fn account_entrust(
    app: &App,
    origin: Origin,
    account_id: &str,
    credential: String,
) -> Result<Done, AppError> {
    let account = stored(app, account_id.parse()?).await?;
    let credential = super::gateway::secret(credential).ok_or_else(|| {
        AppError::invalid("credential", "a credential is needed").hint("Paste the client's own token.")
    })?;
    let name = account.account.spec.name.clone();
    let deed = Deed {
        gateway: account.gateway,
        action: Action::AccountCredential { account: account.account.external_id.clone(), credential },
        subject: name.to_string(),
        client: account.client,
        account: Some(account.id),
        key: None,
        change: None,
    };
    act(app, origin, deed).await?;
    let message = format!("Purser can now manage the keys of {name}; its token is in the keychain.");
    Ok(Done { message, undo: None, effective_within_seconds: 0 })
}

async fn stored(app: &App, id: AccountId) -> Result<StoredAccount, AppError> {
    Ok(app.store().reader().await?.account().get(id).await?)
}

/// An account as its gateway holds it now.
async fn current(app: &App, account: &StoredAccount) -> Result<Account, AppError> {
    let connected = connect::reader(app, account.gateway).await?;
    let what = Resource::Account(account.account.external_id.clone());
    let page = connected.gateway.inventory(&what, &Cursor::start()).await?;
    let found = page.items.into_iter().find_map(|item| match item {
        Item::Account(account) => Some(account),
        _ => None,
    });
    let gone = || {
        AppError::new(Code::NotFound, "the gateway does not know this account any more").hint("Sync, then look again.")
    };
    allowance::shown_account(app, account.id, found.ok_or_else(gone)?).await
}
