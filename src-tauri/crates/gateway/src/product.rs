//! The registry of gateway products: the only place that knows which adapters exist.
//!
//! **Owns:** the list, and how a connection becomes a wrapped [`Gateway`]. **Does not own:** anything about one product:
//! each folder below this one exports a `PRODUCT` that is named here once.

pub mod file;
pub mod litellm;
pub mod newapi;
pub mod sandbox;

use std::sync::Arc;

use domain::Secret;

use crate::detect::Recognise;
use crate::layer::{self, Pace};
use crate::{AccountSecrets, Connection, ErrorKind, Gateway, GatewayError};

/// Every product we can speak to, in the order in which they are offered. One line each.
static PRODUCTS: &[ProductInfo] =
    &[litellm::PRODUCT, newapi::PRODUCT, newapi::PRODUCT_OWN, sandbox::PRODUCT, file::PRODUCT];

/// A kind of gateway software, before any instance of it is connected.
#[derive(Debug, Clone)]
pub struct ProductInfo {
    /// Stable lower-case name, as in [`domain::Product`].
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// One sentence for the list of choices.
    pub summary: &'static str,
    /// What an account is called there.
    pub account_noun: &'static str,
    /// What a key is called there.
    pub key_noun: &'static str,
    /// Whether an admin credential is asked for.
    pub credential: CredentialNeed,
    /// What the credential is and how it is typed, as a sentence; empty where none is asked for.
    pub credential_hint: &'static str,
    /// Whether [`Connection::base_url`] must be an `http(s)` URL; else it is whatever the adapter says it is.
    pub needs_url: bool,
    /// An example of what to type as the address.
    pub address_example: &'static str,
    /// How hard an instance may be driven.
    pub pace: Pace,
    /// Tells an instance of this product at an address from anything else, without a credential; `None` where that
    /// cannot be told.
    pub recognise: Option<Recognise>,
    /// Makes the bare adapter. [`connect`] is what others call: it adds the layers.
    pub open: Open,
}

/// Whether a product is administered with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialNeed {
    /// It has none.
    Never,
    /// An instance may be set up without.
    Optional,
    /// Always.
    Required,
}

/// Makes a bare adapter.
pub type Open = fn(Opening) -> Result<Arc<dyn Gateway>, GatewayError>;

/// What an adapter is made from.
pub struct Opening {
    /// Where it is.
    pub connection: Connection,
    /// The admin credential.
    pub credential: Option<Secret>,
    /// Where credentials of single accounts are kept.
    pub accounts: Arc<dyn AccountSecrets>,
}

/// Every product we can speak to, in the order in which they are offered.
#[must_use]
pub fn products() -> &'static [ProductInfo] {
    PRODUCTS
}

impl Connection {
    /// Whether both lead to the same running instance: one product at one address, whose letters' case is not told apart.
    #[must_use]
    pub fn is_same_instance(&self, other: &Self) -> bool {
        self.product == other.product && self.base_url.eq_ignore_ascii_case(&other.base_url)
    }
}

/// The product of this stable name, as in [`domain::Product`]; `None` for a name nobody registered.
#[must_use]
pub fn product(name: &str) -> Option<&'static ProductInfo> {
    PRODUCTS.iter().find(|info| info.name == name)
}

/// Connects to a gateway: the product's adapter, wrapped in the layers that all share. Sends nothing yet.
///
/// # Errors
/// [`ErrorKind::Unsupported`] for a product nobody registered, [`ErrorKind::BadAddress`] for an address that may not be
/// used, [`ErrorKind::Unauthorized`] when a credential is needed and none was given.
pub fn connect(
    connection: &Connection,
    credential: Option<Secret>,
    accounts: Arc<dyn AccountSecrets>,
) -> Result<Arc<dyn Gateway>, GatewayError> {
    let info = find(connection)?;
    let credential = credential.filter(|secret| !secret.expose().is_empty());
    if info.credential == CredentialNeed::Required && credential.is_none() {
        let message = format!("{} needs an admin credential: paste one that may read and change keys", info.title);
        return Err(GatewayError::new(ErrorKind::Unauthorized, "connect", message));
    }
    let opening = Opening { connection: connection.clone(), credential: credential.clone(), accounts };
    let adapter = (info.open)(opening)?;
    Ok(layer::wrap(adapter, info.pace, credential))
}

fn find(connection: &Connection) -> Result<&'static ProductInfo, GatewayError> {
    let name = connection.product.as_str();
    product(name).ok_or_else(|| {
        let known: Vec<&str> = PRODUCTS.iter().map(|info| info.name).collect();
        let message = format!("`{name}` is not a gateway product we know: choose one of {}", known.join(", "));
        GatewayError::new(ErrorKind::Unsupported, "connect", message)
    })
}

#[cfg(test)]
mod tests {
    use domain::Product;

    use super::*;
    use crate::NoAccountSecrets;

    fn refused(product: &str, base_url: &str, credential: Option<&str>) -> ErrorKind {
        let connection = Connection { product: Product::new(product), base_url: base_url.to_owned() };
        connect(&connection, credential.map(Secret::new), Arc::new(NoAccountSecrets))
            .err()
            .expect("must be refused")
            .kind
    }

    #[test]
    fn one_instance_is_one_product_at_one_address() {
        let at = |product: &str, base_url: &str| Connection {
            product: Product::new(product),
            base_url: base_url.to_owned(),
        };
        let here = at("litellm", "https://gateway.example");
        assert!(here.is_same_instance(&at("litellm", "https://Gateway.Example")), "host names have no case");
        assert!(
            !here.is_same_instance(&at("sandbox", "https://gateway.example")),
            "another product may share the address"
        );
        assert!(
            !here.is_same_instance(&at("litellm", "https://gateway.example:8443")),
            "another port, another instance"
        );
        assert_eq!(product("litellm").map(|info| info.title), Some("LiteLLM"));
        assert!(product("LiteLLM").is_none(), "titles are not names");
    }

    #[test]
    fn names_are_unique_and_refusals_have_kinds() {
        let mut names: Vec<&str> = products().iter().map(|info| info.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), products().len(), "two products share a name");
        assert_eq!(refused("lite-llm", "http://127.0.0.1:1", Some("sk-x")), ErrorKind::Unsupported);
        assert_eq!(refused("litellm", "http://127.0.0.1:1", None), ErrorKind::Unauthorized);
        assert_eq!(refused("litellm", "http://127.0.0.1:1", Some("  ")), ErrorKind::Unauthorized);
        assert_eq!(refused("litellm", "http://gateway.example", Some("sk-x")), ErrorKind::BadAddress);
    }
}
