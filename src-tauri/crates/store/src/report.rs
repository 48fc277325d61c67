//! Report queries. They read roll-ups; only [`Report::request_page`] reads raw usage, through an index.

use domain::{AccountId, ClientId, Date, GatewayId, KeyId, ModelName, Nanos, Quantities, RequestOutcome, Timestamp};
use sqlx::SqliteConnection;

use crate::StoreResult;

/// What to report on. Dates are local dates of each client, inclusive; an empty list is no restriction.
/// With models *and* keys restricted, only [`Report::request_page`] can answer: the other reports refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// First local date.
    pub first: Date,
    /// Last local date.
    pub last: Date,
    /// These clients.
    pub clients: Vec<ClientId>,
    /// These gateways.
    pub gateways: Vec<GatewayId>,
    /// These keys.
    pub keys: Vec<KeyId>,
    /// These models.
    pub models: Vec<ModelName>,
}

impl Filter {
    /// Everything between two local dates, inclusive.
    #[must_use]
    pub fn days(first: Date, last: Date) -> Self {
        Self { first, last, clients: vec![], gateways: vec![], keys: vec![], models: vec![] }
    }

    /// The same restricted to a client.
    #[must_use]
    pub fn client(mut self, client: ClientId) -> Self {
        self.clients.push(client);
        self
    }
}

/// What to group by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// By client; unattributed usage is a group of its own.
    Client,
    /// By model as the client called it.
    Model,
    /// By key; usage without a key is a group of its own.
    Key,
    /// By gateway.
    Gateway,
}

/// One value of a [`Group`]. `None` is nobody's, or no key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// A client.
    Client(Option<ClientId>),
    /// A model.
    Model(ModelName),
    /// A key.
    Key(Option<KeyId>),
    /// A gateway.
    Gateway(GatewayId),
    /// Everything that is not among the named members.
    Other,
}

/// What was consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consumption {
    /// Quantities.
    pub quantities: Quantities,
    /// Requests that were refused or failed.
    pub failed_requests: u64,
    /// What the gateways say it cost, in nano-units of the gateways' currency.
    pub cost: Nanos,
}

/// What one member consumed on one local date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// Local date.
    pub day: Date,
    /// Who or what.
    pub member: Member,
    /// What was consumed.
    pub consumption: Consumption,
}

/// What one client consumed of one model on one gateway on one local date: what rating starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingRow {
    /// The client; `None` is unattributed.
    pub client: Option<ClientId>,
    /// Local date.
    pub day: Date,
    /// Where.
    pub gateway: GatewayId,
    /// What.
    pub model: ModelName,
    /// What was consumed.
    pub consumption: Consumption,
}

/// Where to go on in a listing of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestCursor(pub(crate) i64, pub(crate) i64);

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// When it started.
    pub occurred_at: Timestamp,
    /// The gateway.
    pub gateway: GatewayId,
    /// The account; `None` is unattributed.
    pub account: Option<AccountId>,
    /// The client of that account.
    pub client: Option<ClientId>,
    /// The key.
    pub key: Option<KeyId>,
    /// The model as the client called it.
    pub model: ModelName,
    /// The upstream model that answered.
    pub upstream_model: Option<ModelName>,
    /// What was consumed.
    pub consumption: Consumption,
    /// Time to the end of the answer in milliseconds.
    pub duration_millis: Option<u32>,
    /// Whether it was served.
    pub outcome: RequestOutcome,
}

/// A page of requests, latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// The requests.
    pub rows: Vec<RequestRow>,
    /// Where to go on; `None` at the end.
    pub next: Option<RequestCursor>,
}

/// How fresh the data of a gateway are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The gateway.
    pub gateway: GatewayId,
    /// Usage is complete up to here; `None` before the first finished pull.
    pub usage_through: Option<Timestamp>,
    /// When any pull last finished.
    pub pulled_at: Option<Timestamp>,
    /// Why the latest pull failed, if it did.
    pub error: Option<String>,
}

/// The report queries of a session.
#[derive(Debug)]
pub struct Report<'c> {
    pub(crate) conn: &'c mut SqliteConnection,
}

impl Report<'_> {
    /// Everything together.
    ///
    /// # Errors
    /// `Rule` when models and keys are both restricted.
    pub async fn total(&mut self, filter: &Filter) -> StoreResult<Consumption> {
        todo!("{filter:?}")
    }

    /// Per member, greatest cost first. Members without consumption are left out.
    ///
    /// # Errors
    /// `Rule` when models and keys are mixed, in the filter or with the group.
    pub async fn totals(&mut self, filter: &Filter, group: Group) -> StoreResult<Vec<(Member, Consumption)>> {
        todo!("{filter:?}{group:?}")
    }

    /// Per local date, everything together, in date order. Dates without consumption are left out.
    ///
    /// # Errors
    /// As for [`Report::total`].
    pub async fn days(&mut self, filter: &Filter) -> StoreResult<Vec<(Date, Consumption)>> {
        todo!("{filter:?}")
    }

    /// Per local date and member, in date order. Only the `top` members by cost over the whole range are told apart;
    /// the rest of each date is [`Member::Other`].
    ///
    /// # Errors
    /// As for [`Report::totals`].
    pub async fn by_day(&mut self, filter: &Filter, group: Group, top: u16) -> StoreResult<Vec<DayRow>> {
        todo!("{filter:?}{group:?}{top}")
    }

    /// What rating starts from, in the order client, date, gateway, model.
    ///
    /// # Errors
    /// `Rule` when keys are restricted.
    pub async fn usage_by_client_model(&mut self, filter: &Filter) -> StoreResult<Vec<RatingRow>> {
        todo!("{filter:?}")
    }

    /// A page of requests, latest first. Dates are local dates of each client. At most 1,000 rows.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn request_page(
        &mut self,
        filter: &Filter,
        after: Option<RequestCursor>,
        limit: u16,
    ) -> StoreResult<RequestPage> {
        todo!("{filter:?}{after:?}{limit}")
    }

    /// What each key spent between local dates, inclusive; keys that spent nothing are left out.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn key_spend(&mut self, first: Date, last: Date) -> StoreResult<Vec<(KeyId, Nanos)>> {
        todo!("{first}{last}")
    }

    /// What each client spent between local dates, inclusive; `None` is unattributed.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn client_spend(&mut self, first: Date, last: Date) -> StoreResult<Vec<(Option<ClientId>, Nanos)>> {
        todo!("{first}{last}")
    }

    /// How fresh the data of each gateway are ("as of").
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub async fn freshness(&mut self) -> StoreResult<Vec<Freshness>> {
        todo!()
    }
}
