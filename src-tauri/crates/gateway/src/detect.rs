//! Which product answers at an address that somebody pasted.
//!
//! **Owns:** how an address is cleaned, and that every product is asked at once. **Does not own:** how a product is
//! told from others: each folder under `product/` knows that of its own ([`crate::ProductInfo::recognise`]).

use std::pin::Pin;

use tokio::task::JoinSet;

use crate::http::Http;
use crate::{ErrorKind, GatewayError, products};

/// Recognises one product at a base address. Sends no credential; whatever goes wrong means "not recognised".
pub type Recognise = fn(String) -> Pin<Box<dyn Future<Output = Option<Recognised>> + Send>>;

/// A product that was recognised at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The release, where it is told to strangers.
    pub version: Option<String>,
}

/// What was found at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The address to connect to: what was pasted, without what does not belong to it.
    pub base_url: String,
    /// Stable names of the products that fit, in the order in which products are offered, with their releases.
    pub products: Vec<(&'static str, Recognised)>,
}

/// Ends of addresses that people paste from consoles and from client configurations; no gateway lies below them.
const NOT_THE_BASE: [&str; 12] = [
    "/v1/chat/completions",
    "/chat/completions",
    "/openai/v1",
    "/api/v1",
    "/v1",
    "/ui/login",
    "/ui",
    "/login",
    "/console",
    "/dashboard",
    "/workspace",
    "/docs",
];

/// Which products answer at an address.
///
/// # Errors
/// [`ErrorKind::BadAddress`] for text that is no address we may use; [`ErrorKind::Unreachable`], [`ErrorKind::Tls`] or
/// [`ErrorKind::Unavailable`] when nothing answers there.
pub async fn detect(pasted: &str) -> Result<Detected, GatewayError> {
    let base_url = base_of(pasted);
    let http = Http::new(&base_url, None)?;
    // An address where nothing answers is told as such, not as an unknown product.
    http.get("/").anonymous().named("GET /").send().await?;
    let mut asked = JoinSet::new();
    for (place, info) in products().iter().enumerate() {
        let Some(recognise) = info.recognise else { continue };
        let answer = recognise(base_url.clone());
        asked.spawn(async move { (place, answer.await) });
    }
    let answers = asked.join_all().await.into_iter();
    let mut found: Vec<(usize, Recognised)> = answers.filter_map(|(place, answer)| Some((place, answer?))).collect();
    found.sort_by_key(|(place, _)| *place);
    let named = found.into_iter().filter_map(|(place, answer)| Some((products().get(place)?.name, answer)));
    Ok(Detected { products: named.collect(), base_url })
}

/// The base address in what was pasted: with a scheme, without query, fragment and the paths of endpoints and consoles.
fn base_of(pasted: &str) -> String {
    let text = pasted.trim();
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let mut base = match text.contains("://") {
        true => text.to_owned(),
        false if is_local(text) => format!("http://{text}"),
        false => format!("https://{text}"),
    };
    loop {
        let shorter = base.trim_end_matches('/');
        let end = NOT_THE_BASE.into_iter().find(|end| shorter.ends_with(end) && !shorter.ends_with(&format!("/{end}")));
        let Some(end) = end else { return shorter.to_owned() };
        base = shorter[..shorter.len() - end.len()].to_owned();
    }
}

fn is_local(text: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|host| text.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])))
}

impl Detected {
    /// An error for when no product fits, naming what Purser knows.
    #[must_use]
    pub fn unknown(&self) -> GatewayError {
        let known: Vec<&str> =
            products().iter().filter(|info| info.recognise.is_some()).map(|info| info.title).collect();
        let message = format!(
            "something answers at {}, and it is none of {}: check the address, or choose the kind by hand",
            self.base_url,
            known.join(", ")
        );
        GatewayError::new(ErrorKind::NotThisProduct, "detect", message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_becomes_the_base_address() {
        let rows = [
            ("https://llm.example.com/", "https://llm.example.com"),
            ("llm.example.com", "https://llm.example.com"),
            ("localhost:4000/ui/", "http://localhost:4000"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("127.0.0.1.example.com", "https://127.0.0.1.example.com"),
            ("https://llm.example.com/v1/chat/completions", "https://llm.example.com"),
            (" https://llm.example.com/gateway/v1?key=x#top ", "https://llm.example.com/gateway"),
            ("https://openrouter.ai/api/v1", "https://openrouter.ai"),
            ("https://llm.example.com/console/login", "https://llm.example.com"),
        ];
        for (pasted, base) in rows {
            assert_eq!(base_of(pasted), base, "{pasted}");
        }
    }
}
