//! Believable traffic, the same in every run: a few large clients and many small ones, keys and models used unevenly.

use domain::{
    BillingAddress, Client, ClientStatus, Currency, ExternalId, GatewayId, Meter, ModelName, Nanos, PaymentTerms,
    Product, Quantities, RequestOutcome, Timestamp, UsageOrigin, UsageRecord,
};
use store::table::NewGateway;
use store::{Origin, Store};

/// Clients, with an account each.
pub const CLIENTS: usize = 200;
/// Days of history.
pub const DAYS: i64 = 540;
/// 2026-11-20.
pub const LAST_DAY: i32 = 20_777;
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"];

/// Requests in the order of time.
pub struct Traffic {
    next: u64,
    rows: u64,
    seed: u64,
}

impl Traffic {
    /// So many requests over [`DAYS`] days.
    pub fn new(rows: usize) -> Self {
        Self { next: 0, rows: rows as u64, seed: 42 }
    }

    fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    /// Small numbers more often.
    fn uneven(&mut self, below: u64) -> u64 {
        let bound = self.random(below) + 1;
        self.random(bound)
    }

    /// The next requests.
    pub fn next(&mut self, count: usize) -> Vec<UsageRecord> {
        (0..count).map(|_| self.request()).collect()
    }

    fn request(&mut self) -> UsageRecord {
        let number = self.next;
        self.next += 1;
        let first = (i64::from(LAST_DAY) + 1 - DAYS) * 86_400_000;
        let at = first + (u128::from(number) * (DAYS as u128) * 86_400_000 / u128::from(self.rows)) as i64;
        let client = self.uneven(CLIENTS as u64);
        let key = client * 5 + self.uneven(5);
        let model = self.uneven(8);
        let (input, output, cached) = (50 + self.uneven(8_000), 10 + self.uneven(2_000), self.uneven(2_000));
        let failed = self.random(50) == 0;
        let quantities = Quantities::NONE
            .with(Meter::Requests, u64::from(!failed))
            .with(Meter::InputTokens, input)
            .with(Meter::OutputTokens, output)
            .with(Meter::CacheReadTokens, if cached > 400 { cached } else { 0 });
        UsageRecord {
            origin: UsageOrigin::Request(ExternalId::new(scattered(number))),
            occurred_at: Timestamp::from_millis(at),
            account: Some(ExternalId::new(format!("team-{client}"))),
            key: Some(ExternalId::new(format!("{key:064x}"))),
            model: ModelName::new(format!("model-{model}")),
            upstream_model: Some(ModelName::new(format!("vendor/model-{model}"))),
            quantities,
            failed_requests: u64::from(failed),
            cost: Nanos((input * 2_500 + output * 10_000) as i64),
            duration_millis: Some(200 + self.uneven(20_000) as u32),
            outcome: if failed { RequestOutcome::Failed } else { RequestOutcome::Succeeded },
        }
    }
}

/// An identifier without order, as gateways make them.
fn scattered(number: u64) -> String {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("chatcmpl-{:016x}{number:016x}", mixed ^ (mixed >> 31))
}

/// The gateway's identifier of a request.
pub fn id(record: &UsageRecord) -> &str {
    match &record.origin {
        UsageOrigin::Request(id) => id.as_str(),
        UsageOrigin::Day(_) => "",
    }
}

/// What a program without roll-ups would keep of a request.
pub fn integers(record: &UsageRecord) -> [i64; 10] {
    let digits = |text: &str| i64::from_str_radix(&text[text.len().saturating_sub(4)..], 16).unwrap_or(0);
    let meter = |meter| record.quantities.get(meter) as i64;
    let model = digits(record.model.as_str());
    [
        record.occurred_at.as_millis(),
        record.account.as_ref().map_or(0, |account| digits(account.as_str())),
        record.key.as_ref().map_or(0, |key| digits(key.as_str())),
        model,
        model,
        meter(Meter::InputTokens),
        meter(Meter::OutputTokens),
        meter(Meter::CacheReadTokens),
        record.cost.0,
        i64::from(record.duration_millis.unwrap_or(0)),
    ]
}

/// A gateway, and a client for each account, in four zones.
pub async fn set_up(store: &Store) -> GatewayId {
    let at = Timestamp::from_millis(0);
    let mut writer = store.begin(Origin::System).await.unwrap();
    let new = NewGateway {
        name: "bench".parse().unwrap(),
        product: Product::new("sandbox"),
        base_url: String::new(),
        currency: Currency::USD,
        vault_ref: None,
        read_vault_ref: None,
    };
    let gateway = writer.gateway().add(&new, at).await.unwrap();
    for number in 0..CLIENTS {
        let client = Client {
            name: format!("Client {number}").parse().unwrap(),
            currency: Currency::USD,
            zone: ZONES[number % ZONES.len()].parse().unwrap(),
            status: ClientStatus::Active,
            address: BillingAddress::default(),
            terms: PaymentTerms(14),
            invoicing: domain::Invoicing::default(),
        };
        let client = writer.client().add(&client, at).await.unwrap();
        let account = domain::Account {
            external_id: ExternalId::new(format!("team-{number}")),
            mark: None,
            spec: domain::AccountSpec {
                name: format!("team-{number}").parse().unwrap(),
                models: domain::ModelScope::All,
                budget: domain::Limit::Unlimited,
                rate_limit: domain::RateLimit::default(),
            },
            paused: false,
            spent: None,
            resets_at: None,
        };
        let account = writer.account().upsert(gateway, &account, at).await.unwrap();
        writer.account().attribute(account, Some(client)).await.unwrap();
    }
    let _ = writer.commit().await.unwrap();
    gateway
}
