//! The models on offer and what they cost. Unit costs are whole nano-units per token, so every cost is exact.

use domain::Nanos;

/// A model on offer.
#[derive(Debug, PartialEq, Eq)]
pub struct Model {
    /// As the client calls it.
    pub name: &'static str,
    /// The upstream model behind it.
    pub upstream: &'static str,
    /// Nano-units per input token; 1,000 is one currency unit per million tokens.
    pub input: u64,
    /// Nano-units per input token read from the prompt cache.
    pub cache_read: u64,
    /// Nano-units per output token.
    pub output: u64,
}

impl Model {
    /// The exact cost of a request.
    #[must_use]
    pub fn cost(&self, tokens: Tokens) -> Nanos {
        let parts = [(tokens.input, self.input), (tokens.cache_read, self.cache_read), (tokens.output, self.output)];
        let total = parts.iter().fold(0_u64, |sum, (count, price)| sum.saturating_add(count.saturating_mul(*price)));
        Nanos(i64::try_from(total).unwrap_or(i64::MAX))
    }
}

/// What one request consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Tokens {
    /// Input tokens not read from the cache.
    pub input: u64,
    /// Input tokens read from the cache.
    pub cache_read: u64,
    /// Output tokens.
    pub output: u64,
}

/// Every model on offer. The last one runs on the agency's own hardware and costs nothing per token (S0-14).
pub const MODELS: [Model; 8] = [
    model("gpt-4.1", "openai/gpt-4.1-2025-04-14", [2_000, 500, 8_000]),
    model("gpt-4.1-mini", "openai/gpt-4.1-mini-2025-04-14", [400, 100, 1_600]),
    model("gpt-4.1-nano", "openai/gpt-4.1-nano-2025-04-14", [100, 25, 400]),
    model("claude-sonnet-4-5", "anthropic/claude-sonnet-4-5-20250929", [3_000, 300, 15_000]),
    model("claude-haiku-4-5", "anthropic/claude-haiku-4-5-20251001", [1_000, 100, 5_000]),
    model("gemini-2.5-flash", "google/gemini-2.5-flash", [300, 75, 2_500]),
    model("deepseek-chat", "deepseek/deepseek-chat-v3", [270, 70, 1_100]),
    model("private-llama", "ollama/llama3.3:70b", [0, 0, 0]),
];

/// A row of [`MODELS`]; prices are input, cache read, output.
const fn model(name: &'static str, upstream: &'static str, prices: [u64; 3]) -> Model {
    Model { name, upstream, input: prices[0], cache_read: prices[1], output: prices[2] }
}

/// The model of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_exact_to_the_nano_unit() {
        let tokens = Tokens { input: 1_000_000, cache_read: 0, output: 0 };
        let rows = [("gpt-4.1", 2_000_000_000), ("gpt-4.1-nano", 100_000_000), ("private-llama", 0)];
        for (name, cost) in rows {
            assert_eq!(find(name).unwrap().cost(tokens), Nanos(cost), "{name}");
        }
        let mixed = Tokens { input: 7, cache_read: 3, output: 2 };
        assert_eq!(find("claude-haiku-4-5").unwrap().cost(mixed), Nanos(7_000 + 300 + 10_000));
    }
}
