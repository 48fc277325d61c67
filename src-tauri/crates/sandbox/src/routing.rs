//! Where calls to each model go: the target that answers while all is well, what takes over, and how each fares.
//!
//! Invented like the agency. One primary is down and its backup has taken over; one model runs on the agency's own
//! hardware; one target was never looked at.

use domain::Timestamp;

/// Time between two looks at a target.
const CHECK_MILLIS: i64 = 5 * 60 * 1000;
/// The primary that is down fails at each of these times of day in turn and is not back yet.
const SWITCH_MILLIS: i64 = 6 * 3600 * 1000;

/// How a target fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fares {
    /// It answers.
    Well,
    /// It does not answer.
    Badly,
    /// Nobody has looked.
    Unseen,
}

/// One place that can answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// The model there.
    pub upstream: &'static str,
    /// Who runs it, and where.
    pub runs_at: &'static str,
    /// How it fares.
    pub fares: Fares,
}

/// What answers calls to one model.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// The model as the client calls it: a name of the catalogue.
    pub model: &'static str,
    /// First the one that answers while all is well, then what takes over, first choice first.
    pub targets: &'static [Target],
}

impl Route {
    /// Whether it runs on the agency's own hardware alone, at price 0 (S0-14).
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.targets.iter().all(|target| target.upstream.starts_with("ollama/"))
    }

    /// When calls last went over to a backup; `None` where the primary answers.
    #[must_use]
    pub fn last_switch(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self.targets.first()?;
        (first.fares == Fares::Badly).then(|| floor(now, SWITCH_MILLIS))
    }
}

impl Target {
    /// When somebody last looked.
    #[must_use]
    pub fn checked_at(&self, now: Timestamp) -> Option<Timestamp> {
        (self.fares != Fares::Unseen).then(|| floor(now, CHECK_MILLIS))
    }
}

fn floor(at: Timestamp, step: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(step) * step)
}

/// A row of [`ROUTES`].
const fn target(upstream: &'static str, runs_at: &'static str, fares: Fares) -> Target {
    Target { upstream, runs_at, fares }
}

/// A route for every model of the catalogue, in its order.
pub const ROUTES: [Route; 8] = [
    Route {
        model: "gpt-4.1",
        targets: &[
            target("openai/gpt-4.1-2025-04-14", "OpenAI", Fares::Well),
            target("azure/gpt-4.1", "Azure OpenAI, Sweden Central", Fares::Well),
        ],
    },
    Route {
        model: "gpt-4.1-mini",
        targets: &[
            target("openai/gpt-4.1-mini-2025-04-14", "OpenAI", Fares::Well),
            target("azure/gpt-4.1-mini", "Azure OpenAI, Sweden Central", Fares::Well),
        ],
    },
    Route { model: "gpt-4.1-nano", targets: &[target("openai/gpt-4.1-nano-2025-04-14", "OpenAI", Fares::Well)] },
    Route {
        model: "claude-sonnet-4-5",
        targets: &[
            target("anthropic/claude-sonnet-4-5-20250929", "Anthropic", Fares::Badly),
            target("bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "AWS Bedrock, Frankfurt", Fares::Well),
            target("vertex_ai/claude-sonnet-4-5@20250929", "Google Vertex AI, Belgium", Fares::Well),
        ],
    },
    Route {
        model: "claude-haiku-4-5",
        targets: &[
            target("anthropic/claude-haiku-4-5-20251001", "Anthropic", Fares::Well),
            target("bedrock/eu.anthropic.claude-haiku-4-5-20251001-v1:0", "AWS Bedrock, Frankfurt", Fares::Well),
        ],
    },
    Route { model: "gemini-2.5-flash", targets: &[target("google/gemini-2.5-flash", "Google AI Studio", Fares::Well)] },
    Route {
        model: "deepseek-chat",
        targets: &[
            target("deepseek/deepseek-chat-v3", "DeepSeek", Fares::Well),
            target("together_ai/deepseek-ai/DeepSeek-V3", "Together AI", Fares::Unseen),
        ],
    },
    Route { model: "private-llama", targets: &[target("ollama/llama3.3:70b", "Own node, rack 2", Fares::Well)] },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::MODELS;

    #[test]
    fn every_model_has_a_route_and_only_a_free_one_is_private() {
        assert!(MODELS.iter().map(|model| model.name).eq(ROUTES.iter().map(|route| route.model)));
        for (model, route) in MODELS.iter().zip(&ROUTES) {
            assert_eq!(route.targets[0].upstream, model.upstream);
            assert_eq!(route.is_private(), model.input == 0 && model.output == 0, "{}", model.name);
        }
    }

    #[test]
    fn s0_15_one_route_has_gone_over_to_its_backup() {
        let now: Timestamp = "2026-11-21T10:03:00Z".parse().unwrap();
        let switched: Vec<&Route> = ROUTES.iter().filter(|route| route.last_switch(now).is_some()).collect();
        assert_eq!(switched.len(), 1);
        assert_eq!(switched[0].last_switch(now).unwrap().to_string(), "2026-11-21T06:00:00Z");
        assert_eq!(switched[0].targets[1].checked_at(now).unwrap().to_string(), "2026-11-21T10:00:00Z");
    }
}
