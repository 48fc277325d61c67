//! One rule of a price version, over the tables that hold its parts.

use domain::{ClientId, Currency, Date, GatewayId, Meter};
use rust_decimal::Decimal;
use sqlx::{SqliteConnection, query, query_as};

use crate::StoreResult;
use crate::column::{self, days};

/// Separates selectors in one column; no selector holds it.
const UNIT: char = '\u{1f}';

/// One rule of a version. What a pattern matches and what a charge means is for `billing` to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceRule {
    /// Only for this client; `None` is every client.
    pub client: Option<ClientId>,
    /// Only on this gateway; `None` is every gateway.
    pub gateway: Option<GatewayId>,
    /// Exact model name, prefix pattern or `*`.
    pub pattern: String,
    /// Charge model by its stable name, for example `markup_on_cost`.
    pub charge: String,
    /// Percentage, where the charge model has one.
    pub per_cent: Option<Decimal>,
    /// Currency of the rates, where there are any.
    pub currency: Option<Currency>,
    /// Price per sold unit of a meter ([`Meter::per_sold_unit`]), the rule's own or a list's.
    pub rates: Vec<(Meter, Decimal)>,
    /// From the currency of a list into the price book's.
    pub exchange: Option<PriceExchange>,
    /// Who pays the provider, by its stable name: `agency` or `client`.
    pub payer: Option<String>,
    /// Patterns of models that are free of commission.
    pub free: Vec<String>,
    /// How the steps apply, by its stable name: `graduated` or `volume`.
    pub tier_mode: Option<String>,
    /// Other rates from quantities on.
    pub steps: Vec<PriceStep>,
    /// Counted units per month that are free.
    pub included: Vec<(Meter, u64)>,
    /// The least a month comes to, in the price book's currency.
    pub minimum: Option<Decimal>,
    /// Charged each month, in the price book's currency.
    pub flat_fee: Option<Decimal>,
}

/// An exchange rate as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceExchange {
    /// Units of the price book's currency for one of the list's.
    pub rate: Decimal,
    /// The day it was published.
    pub date: Date,
    /// Who published it.
    pub source: String,
}

/// Another rate from a quantity on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceStep {
    /// What is counted.
    pub meter: Meter,
    /// Counted units that must be exceeded.
    pub above: u64,
    /// A price or a percentage, as the charge model says.
    pub rate: Decimal,
}

struct Row {
    id: i64,
    client: Option<i64>,
    gateway: Option<i64>,
    pattern: String,
    charge: String,
    per_cent: Option<String>,
    currency: Option<String>,
    exchange_rate: Option<String>,
    exchange_date: Option<i64>,
    exchange_source: Option<String>,
    payer: Option<String>,
    free_models: Option<String>,
    tier_mode: Option<String>,
    minimum: Option<String>,
    flat_fee: Option<String>,
}

impl Row {
    /// The rule without what other tables hold of it.
    fn rule(self, at: column::Row) -> StoreResult<PriceRule> {
        let decimal = |text: Option<String>| at.ok(text.map(|text| text.parse()).transpose());
        let exchange = match (decimal(self.exchange_rate)?, self.exchange_date) {
            (Some(rate), Some(date)) => {
                let source = self.exchange_source.unwrap_or_default();
                Some(PriceExchange { rate, date: at.date(date)?, source })
            }
            _ => None,
        };
        Ok(PriceRule {
            client: self.client.map(ClientId),
            gateway: self.gateway.map(GatewayId),
            pattern: self.pattern,
            charge: self.charge,
            per_cent: decimal(self.per_cent)?,
            currency: at.ok(self.currency.map(|text| text.parse()).transpose())?,
            exchange,
            payer: self.payer,
            free: self.free_models.map_or_else(Vec::new, |text| text.split(UNIT).map(str::to_owned).collect()),
            tier_mode: self.tier_mode,
            minimum: decimal(self.minimum)?,
            flat_fee: decimal(self.flat_fee)?,
            ..PriceRule::default()
        })
    }
}

/// The rules of a version in the order they were given.
pub(super) async fn list(conn: &mut SqliteConnection, at: column::Row) -> StoreResult<Vec<PriceRule>> {
    let rows = query_as!(
        Row,
        r#"SELECT id AS "id!", client, gateway, pattern, charge, per_cent, currency, exchange_rate, exchange_date,
                  exchange_source, payer, free_models, tier_mode, minimum, flat_fee
           FROM price_rule WHERE version = ? ORDER BY id"#,
        at.id
    );
    let mut rules = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        let id = row.id;
        let (rates, steps) = (rates(conn, at, id).await?, steps(conn, at, id).await?);
        let included = included(conn, at, id).await?;
        rules.push(PriceRule { rates, steps, included, ..row.rule(at)? });
    }
    Ok(rules)
}

async fn rates(conn: &mut SqliteConnection, at: column::Row, rule: i64) -> StoreResult<Vec<(Meter, Decimal)>> {
    let rows = query!("SELECT meter, rate FROM price_rate WHERE rule = ?", rule);
    let mut rates = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        rates.push((meter(at, &row.meter)?, at.ok(row.rate.parse())?));
    }
    rates.sort_unstable();
    Ok(rates)
}

async fn steps(conn: &mut SqliteConnection, at: column::Row, rule: i64) -> StoreResult<Vec<PriceStep>> {
    let rows = query!("SELECT meter, above, rate FROM price_step WHERE rule = ?", rule);
    let mut steps = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        let (above, rate) = (at.ok(u64::try_from(row.above))?, at.ok(row.rate.parse())?);
        steps.push(PriceStep { meter: meter(at, &row.meter)?, above, rate });
    }
    steps.sort_unstable_by_key(|step| (step.meter, step.above));
    Ok(steps)
}

async fn included(conn: &mut SqliteConnection, at: column::Row, rule: i64) -> StoreResult<Vec<(Meter, u64)>> {
    let rows = query!("SELECT meter, quantity FROM price_included WHERE rule = ?", rule);
    let mut included = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        included.push((meter(at, &row.meter)?, at.ok(u64::try_from(row.quantity))?));
    }
    included.sort_unstable();
    Ok(included)
}

fn meter(at: column::Row, code: &str) -> StoreResult<Meter> {
    at.known("meter", Meter::from_code(code))
}

/// Adds a rule to a version.
pub(super) async fn add(conn: &mut SqliteConnection, version: i64, rule: &PriceRule) -> StoreResult<()> {
    let (client, gateway) = (rule.client.map(|id| id.0), rule.gateway.map(|id| id.0));
    let text = |decimal: Option<Decimal>| decimal.map(|value| value.to_string());
    let (per_cent, minimum, flat_fee) = (text(rule.per_cent), text(rule.minimum), text(rule.flat_fee));
    let currency = rule.currency.map(|currency| currency.code().to_owned());
    let exchange = rule.exchange.as_ref();
    let (exchange_rate, exchange_date) =
        (text(exchange.map(|one| one.rate)), exchange.map(|exchange| days(exchange.date)));
    let exchange_source = exchange.map(|exchange| exchange.source.as_str());
    let free = (!rule.free.is_empty()).then(|| rule.free.join(&UNIT.to_string()));
    let added = query!(
        "INSERT INTO price_rule (version, client, gateway, pattern, charge, per_cent, currency, exchange_rate,
            exchange_date, exchange_source, payer, free_models, tier_mode, minimum, flat_fee)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        version,
        client,
        gateway,
        rule.pattern,
        rule.charge,
        per_cent,
        currency,
        exchange_rate,
        exchange_date,
        exchange_source,
        rule.payer,
        free,
        rule.tier_mode,
        minimum,
        flat_fee
    );
    let id = added.execute(&mut *conn).await?.last_insert_rowid();
    parts_add(conn, id, rule).await
}

async fn parts_add(conn: &mut SqliteConnection, id: i64, rule: &PriceRule) -> StoreResult<()> {
    for (meter, rate) in &rule.rates {
        let (meter, rate) = (meter.code(), rate.to_string());
        query!("INSERT INTO price_rate (rule, meter, rate) VALUES (?, ?, ?)", id, meter, rate)
            .execute(&mut *conn)
            .await?;
    }
    for step in &rule.steps {
        let (meter, above, rate) = (step.meter.code(), units(step.above), step.rate.to_string());
        query!("INSERT INTO price_step (rule, meter, above, rate) VALUES (?, ?, ?, ?)", id, meter, above, rate)
            .execute(&mut *conn)
            .await?;
    }
    for (meter, quantity) in &rule.included {
        let (meter, quantity) = (meter.code(), units(*quantity));
        query!("INSERT INTO price_included (rule, meter, quantity) VALUES (?, ?, ?)", id, meter, quantity)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// A column holds 63 bits; `billing` refuses more than 10¹⁵ units.
fn units(counted: u64) -> i64 {
    i64::try_from(counted).unwrap_or(i64::MAX)
}
