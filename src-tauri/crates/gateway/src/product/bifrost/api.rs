//! Bifrost's calls, one function each: paths and parameters in, wire structs out.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

use super::error;
use super::wire::{
    Config, Customer, Customers, Logs, Models, OneCustomer, OneVirtualKey, PriceOverrides, Provider, ProviderKeys,
    ProviderSecret, Providers, RoutingRule, RoutingRules, Team, VirtualKey, VirtualKeys,
};
use crate::http::{Call, Http, Reply};
use crate::{ErrorKind, GatewayError};

/// Rows asked for at once: the most that is allowed (1001 is refused).
pub const ROWS_PAGE: usize = 1000;
/// Virtual keys asked for at once: more is cut to this.
const KEYS_PAGE: usize = 100;
/// More models than any catalogue has; without it five are told.
const MODELS_MAX: u32 = 100_000;
/// Longest time for a page of requests or a whole list: each counts its table on the way.
const LONG: Duration = Duration::from_secs(50);

/// Longest time for a question whose answer is only good to know.
const SHORT: Duration = Duration::from_secs(10);

/// A JSON object being put together, field by field; amounts keep their text.
#[derive(Default)]
pub struct Fields(BTreeMap<&'static str, Box<RawValue>>);

impl Fields {
    /// Sets a field.
    pub fn set(&mut self, name: &'static str, value: &impl Serialize) -> &mut Self {
        if let Ok(raw) = to_raw_value(value) {
            self.0.insert(name, raw);
        }
        self
    }

    /// Whether nothing was set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Fields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A span of rows to ask for, both ends included; ascending by time.
#[derive(Debug, Clone, Copy)]
pub struct RowAsk<'a> {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Releases before 1.5 do not read it and answer with everything.
    pub customer: Option<&'a str>,
    /// Only rows without a cost, or with none above zero.
    pub missing_cost: bool,
    pub limit: usize,
    pub offset: usize,
    pub ascending: bool,
}

/// One Bifrost's API.
pub struct Api {
    pub http: Http,
    /// Whether there is a credential to send.
    pub signed_in: bool,
}

/// The body of a successful reply, and the reply's clock.
pub struct Dated<T> {
    pub value: T,
    pub date: Option<Timestamp>,
}

impl Api {
    pub fn new(http: Http, signed_in: bool) -> Self {
        Self { http, signed_in }
    }

    async fn read<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Dated<T>, GatewayError> {
        let reply = call.send().await?;
        if !reply.is_success() || reply.is_html() {
            return Err(error::error(&reply, self.signed_in));
        }
        // A reply that holds secrets of virtual keys is never quoted.
        let value = serde_json::from_slice(&reply.body).map_err(|why| unreadable(&reply, &why))?;
        Ok(Dated { value, date: reply.date })
    }

    /// A write: the reply of whatever status.
    pub async fn write(&self, call: Call<'_>, name: &str, body: &impl Serialize) -> Result<Reply, GatewayError> {
        call.json(body).named(name).send().await
    }

    pub async fn config(&self) -> Result<Dated<Config>, GatewayError> {
        self.read(self.http.get("/api/config")).await
    }

    pub async fn version(&self) -> Result<String, GatewayError> {
        Ok(self.read(self.http.get("/api/version")).await?.value)
    }

    /// Names of the providers that are set up.
    pub async fn providers(&self) -> Result<Dated<Vec<String>>, GatewayError> {
        let found = self.provider_list().await?;
        let names = found.value.into_iter().map(|provider| provider.name).collect();
        Ok(Dated { value: names, date: found.date })
    }

    /// The providers that are set up, with their credentials in releases before 1.5.
    pub async fn provider_list(&self) -> Result<Dated<Vec<Provider>>, GatewayError> {
        let found: Dated<Providers> = self.read(self.http.get("/api/providers")).await?;
        Ok(Dated { value: found.value.providers, date: found.date })
    }

    /// How a provider's credentials fare (1.5 and later). Their secrets are masked, and not read.
    pub async fn provider_keys(&self, provider: &str) -> Result<Vec<ProviderSecret>, GatewayError> {
        let path = format!("{}/keys", path("/api/providers", provider)?);
        let call = self.http.get(&path).named("GET /api/providers/{id}/keys");
        Ok(self.read::<ProviderKeys>(call).await?.value.keys)
    }

    /// Every routing rule: without a limit there are no pages.
    pub async fn routing_rules(&self) -> Result<Vec<RoutingRule>, GatewayError> {
        Ok(self.read::<RoutingRules>(self.http.get("/api/governance/routing-rules")).await?.value.rules)
    }

    /// Whether there are prices of the operator's own (1.5 and later).
    pub async fn price_overrides(&self) -> Result<bool, GatewayError> {
        let call = self.http.get("/api/governance/pricing-overrides");
        Ok(!self.read::<PriceOverrides>(call).await?.value.pricing_overrides.is_empty())
    }

    pub async fn models(&self) -> Result<Models, GatewayError> {
        Ok(self.read(self.http.get("/api/models").query("limit", MODELS_MAX)).await?.value)
    }

    /// Every customer at once: without a limit there are no pages that could shift.
    pub async fn customers(&self) -> Result<Vec<Customer>, GatewayError> {
        let found: Dated<Customers> = self.read(self.http.get("/api/governance/customers").within(LONG)).await?;
        Ok(found.value.customers)
    }

    pub async fn customer(&self, id: &str) -> Result<Customer, GatewayError> {
        self.one_customer(self.http.get(&customer_path(id)?)).await
    }

    /// The same from memory, where the counters are ten seconds ahead of the database.
    pub async fn customer_live(&self, id: &str) -> Result<Customer, GatewayError> {
        self.one_customer(self.http.get(&customer_path(id)?).query("from_memory", "true")).await
    }

    async fn one_customer(&self, call: Call<'_>) -> Result<Customer, GatewayError> {
        let call = call.named("GET /api/governance/customers/{id}");
        Ok(self.read::<OneCustomer>(call).await?.value.customer)
    }

    /// Every virtual key at once.
    pub async fn keys(&self) -> Result<Vec<VirtualKey>, GatewayError> {
        let found: Dated<VirtualKeys> = self.read(self.http.get("/api/governance/virtual-keys").within(LONG)).await?;
        Ok(found.value.virtual_keys)
    }

    /// The virtual keys of a customer and of its teams.
    pub async fn keys_of(&self, customer: &str, teams: &[Team]) -> Result<Vec<VirtualKey>, GatewayError> {
        let mut keys = self.keys_where("customer_id", customer).await?;
        for team in teams {
            keys.extend(self.keys_where("team_id", &team.id).await?);
        }
        // Old releases do not read the filter and answer with every key, each time.
        keys.retain(|key| super::map::owner(key) == Some(customer) || teams.iter().any(|team| is_of(key, team)));
        let mut seen = std::collections::BTreeSet::new();
        keys.retain(|key| seen.insert(key.id.clone()));
        Ok(keys)
    }

    async fn keys_where(&self, field: &str, value: &str) -> Result<Vec<VirtualKey>, GatewayError> {
        let (mut keys, mut seen): (Vec<VirtualKey>, _) = (Vec::new(), std::collections::BTreeSet::new());
        loop {
            let call = self.http.get("/api/governance/virtual-keys").query(field, value);
            let call = call.query("limit", KEYS_PAGE).query("offset", keys.len());
            let page: VirtualKeys = self.read(call).await?.value;
            // A page without a new key is one that was told before: whoever answers does not read the offset.
            let news = page.virtual_keys.iter().filter(|key| seen.insert(key.id.clone())).count();
            let last = news == 0 || page.virtual_keys.len() < KEYS_PAGE || page.total_count.is_none();
            keys.extend(page.virtual_keys);
            if last {
                return Ok(keys);
            }
        }
    }

    pub async fn key(&self, id: &str) -> Result<Dated<VirtualKey>, GatewayError> {
        self.one_key(self.http.get(&key_path(id)?)).await
    }

    /// The same from memory, where the counters are ten seconds ahead of the database.
    pub async fn key_live(&self, id: &str) -> Result<Dated<VirtualKey>, GatewayError> {
        self.one_key(self.http.get(&key_path(id)?).query("from_memory", "true")).await
    }

    async fn one_key(&self, call: Call<'_>) -> Result<Dated<VirtualKey>, GatewayError> {
        let call = call.named("GET /api/governance/virtual-keys/{id}");
        let found: Dated<OneVirtualKey> = self.read(call).await?;
        Ok(Dated { value: found.value.virtual_key, date: found.date })
    }

    pub async fn rows(&self, ask: RowAsk<'_>) -> Result<Logs, GatewayError> {
        let mut call = self.http.get("/api/logs").within(if ask.missing_cost { SHORT } else { LONG });
        call = call.query("start_time", ask.from).query("end_time", ask.to);
        call = call.query("limit", ask.limit).query("offset", ask.offset).query("sort_by", "timestamp");
        call = call.query("order", if ask.ascending { "asc" } else { "desc" });
        if let Some(customer) = ask.customer {
            call = call.query("customer_ids", customer);
        }
        if ask.missing_cost {
            call = call.query("missing_cost_only", "true");
        }
        Ok(self.read(call).await?.value)
    }
}

fn is_of(key: &VirtualKey, team: &Team) -> bool {
    key.team_id.as_deref() == Some(team.id.as_str())
}

fn unreadable(reply: &Reply, why: &serde_json::Error) -> GatewayError {
    let message = format!(
        "the answer to {} cannot be read ({why}): try again; if it stays so, this release is newer than Purser knows",
        reply.call
    );
    reply.error(ErrorKind::Malformed, message)
}

/// The path of a customer.
///
/// # Errors
/// [`ErrorKind::NotFound`] for what cannot be an identifier.
pub fn customer_path(id: &str) -> Result<String, GatewayError> {
    path("/api/governance/customers", id)
}

/// The path of a virtual key.
///
/// # Errors
/// [`ErrorKind::NotFound`] for what cannot be an identifier.
pub fn key_path(id: &str) -> Result<String, GatewayError> {
    path("/api/governance/virtual-keys", id)
}

/// Identifiers are made by Bifrost (UUIDs) or written in its configuration file. Anything else could be a secret, which
/// would then stand in an address and in the logs of whatever lies between.
fn path(list: &str, id: &str) -> Result<String, GatewayError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let odd = id.is_empty() || id.len() > 255 || !id.chars().all(plain) || id.starts_with("sk-") || id.starts_with('.');
    if odd {
        let message = "Bifrost does not know it: an identifier is a UUID, or a plain word of its configuration file";
        return Err(GatewayError::new(ErrorKind::NotFound, format!("GET {list}/{{id}}"), message));
    }
    Ok(format!("{list}/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_put_into_an_address() {
        for good in ["4c9262a9-b976-4bc4-ad71-a6fd43789a5e", "vk_main.1"] {
            assert!(key_path(good).is_ok(), "{good}");
        }
        for bad in ["", "sk-bf-085954e3", "a/b", "a?b", "..", "a b", "ä", &"x".repeat(256)] {
            assert_eq!(key_path(bad).unwrap_err().kind, ErrorKind::NotFound, "{bad}");
        }
    }
}
