//! How an element is named: as a person or a screen reader would, or by its test id.

use std::fmt;

use anyhow::{Context, Result};
use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

/// The key under which WebDriver hands an element over.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A way to name elements. Only what can be seen is found; what lies in an open dialog comes first, and an exact name
/// goes before one that merely holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    kind: &'static str,
    value: String,
    name: String,
}

impl By {
    /// By `data-testid`.
    #[must_use]
    pub fn testid(id: &str) -> Self {
        Self { kind: "testid", value: id.to_owned(), name: String::new() }
    }

    /// By ARIA role and accessible name; an empty name matches any.
    #[must_use]
    pub fn role(role: &str, name: &str) -> Self {
        Self { kind: "role", value: role.to_owned(), name: name.to_owned() }
    }

    /// A button by its name.
    #[must_use]
    pub fn button(name: &str) -> Self {
        Self::role("button", name)
    }

    /// A link by its name.
    #[must_use]
    pub fn link(name: &str) -> Self {
        Self::role("link", name)
    }

    /// A field that text can be put in or an option chosen from, by its label.
    #[must_use]
    pub fn field(label: &str) -> Self {
        Self { kind: "field", value: String::new(), name: label.to_owned() }
    }

    /// The innermost element with this text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { kind: "text", value: String::new(), name: text.to_owned() }
    }

    /// By CSS selector.
    #[must_use]
    pub fn css(selector: &str) -> Self {
        Self { kind: "css", value: selector.to_owned(), name: String::new() }
    }

    pub(super) async fn find(&self, client: &Client) -> Result<Vec<Element>> {
        let args = vec![json!(self.kind), json!(self.value), json!(self.name)];
        let found = client.execute(include_str!("find.js"), args).await;
        // The page was drawn anew between finding and handing over: as if nothing was there yet.
        if found.as_ref().is_err_and(|error| error.to_string().contains("Stale element")) {
            return Ok(Vec::new());
        }
        let found = found.with_context(|| format!("{self} cannot be looked for"))?;
        let references = found.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(references.iter().filter_map(|reference| element(client, reference)).collect())
    }
}

fn element(client: &Client, reference: &Value) -> Option<Element> {
    let id = reference.get(ELEMENT)?.as_str()?.to_owned();
    Some(Element::from_element_id(client.clone(), ElementRef::from(id)))
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            "role" => write!(f, "{} `{}`", self.value, self.name),
            "field" | "text" => write!(f, "{} `{}`", self.kind, self.name),
            kind => write!(f, "{kind} `{}`", self.value),
        }
    }
}
