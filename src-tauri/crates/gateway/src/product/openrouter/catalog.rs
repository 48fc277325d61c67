//! Models under their two names: what clients call (`openai/gpt-4.1`) and what OpenRouter keeps in guardrails and
//! statistics (`openai/gpt-4.1-2025-04-14`, the canonical slug).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::api::Api;
use super::wire::Model;
use crate::GatewayError;

/// How long the list of models is believed: it is a megabyte, and new models come daily.
const FRESH: Duration = Duration::from_secs(600);
/// The variant that has no name of its own.
const STANDARD: &str = "standard";

/// The list of models, kept for a while.
#[derive(Default)]
pub struct Kept(Mutex<Option<(Instant, Arc<Catalog>)>>);

/// Models by either name.
#[derive(Debug, Default)]
pub struct Catalog {
    by_slug: BTreeMap<String, String>,
    by_name: BTreeMap<String, String>,
}

/// The list of models, fetched when it is needed.
pub async fn catalog(api: &Api) -> Result<Arc<Catalog>, GatewayError> {
    let mut kept = api.catalog.0.lock().await;
    if let Some((at, known)) = kept.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
        tracing::trace!(age = ?at.elapsed(), "models are known");
        return Ok(Arc::clone(known));
    }
    let fresh = Arc::new(Catalog::new(&api.models().await?));
    *kept = Some((Instant::now(), Arc::clone(&fresh)));
    Ok(fresh)
}

impl Catalog {
    /// Both directions. Where several names share a slug (aliases such as `~openai/gpt-latest`), the shortest plain one
    /// counts: it is the one that the others point to.
    pub fn new(models: &[Model]) -> Self {
        let mut catalog = Self::default();
        for model in models {
            let slug = slug(model);
            let better = |known: &String| rank(&model.id) < rank(known);
            if catalog.by_slug.get(&slug).is_none_or(better) {
                catalog.by_slug.insert(slug.clone(), model.id.clone());
            }
            catalog.by_name.insert(model.id.clone(), slug);
        }
        catalog
    }

    /// What clients call a model that OpenRouter told; what is not on offer any more keeps its name.
    pub fn name(&self, told: &str) -> String {
        self.by_slug.get(told).cloned().unwrap_or_else(|| told.to_owned())
    }

    /// The slug under which OpenRouter keeps a model, so that two names of one model can be compared.
    pub fn slug(&self, name: &str) -> String {
        self.by_name.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// The canonical slug, with the variant that the name has (`…:free`).
fn slug(model: &Model) -> String {
    let slug = model.canonical_slug.as_deref().unwrap_or(&model.id);
    match model.id.split_once(':') {
        Some((_, variant)) if !slug.contains(':') => format!("{slug}:{variant}"),
        _ => slug.to_owned(),
    }
}

/// A model of the statistics, with its variant.
pub fn with_variant(model: &str, variant: &str) -> String {
    if model.is_empty() || model.contains(':') || variant.is_empty() || variant == STANDARD {
        return model.to_owned();
    }
    format!("{model}:{variant}")
}

fn rank(name: &str) -> (bool, usize, &str) {
    (name.starts_with('~'), name.len(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_have_two_names() {
        let model = |id: &str, slug: Option<&str>| Model {
            id: id.to_owned(),
            canonical_slug: slug.map(str::to_owned),
            pricing: super::super::wire::Pricing::default(),
        };
        let catalog = Catalog::new(&[
            model("~acme/latest", Some("acme/large-2026")),
            model("acme/large", Some("acme/large-2026")),
            model("acme/large:free", Some("acme/large-2026")),
            model("acme/small", None),
        ]);
        let rows = [
            ("acme/large-2026", "acme/large"),
            ("acme/large-2026:free", "acme/large:free"),
            ("acme/small", "acme/small"),
            ("acme/gone", "acme/gone"),
        ];
        for (told, called) in rows {
            assert_eq!(catalog.name(told), called, "{told}");
            assert_eq!(catalog.slug(called), told, "and back");
        }
        assert_eq!(catalog.slug("~acme/latest"), "acme/large-2026", "an alias is the same model");
    }

    #[test]
    fn variants_are_told_once() {
        let rows = [
            (("acme/large", "free"), "acme/large:free"),
            (("acme/large:free", "free"), "acme/large:free"),
            (("acme/large", "standard"), "acme/large"),
            (("acme/large", ""), "acme/large"),
            (("", "free"), ""),
        ];
        for ((model, variant), name) in rows {
            assert_eq!(with_variant(model, variant), name);
        }
    }
}
