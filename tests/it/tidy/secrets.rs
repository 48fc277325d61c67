//! Secrets stay where they may be (never-arrow 10).

use super::sources::{Tree, has_word};
use super::{Offence, keeps, proves};

const WIRE: [&str; 3] =
    ["src-tauri/crates/app/src/wire/", "src-tauri/crates/app/src/wire.rs", "src-tauri/crates/store/src/"];
const LOGS: [&str; 8] = ["trace!(", "debug!(", "info!(", "warn!(", "error!(", "event!(", "format!(", "println!("];

/// No field of a wire type, row or audit entry is a `Secret`; they hold a `VaultRef` or a label.
fn no_secret_on_the_wire(tree: &Tree) -> Vec<Offence> {
    let told = ("no `Secret` in a wire type or a row", "hold a `VaultRef`, or `Secret::label` for people");
    let breaks = |line: &str| has_word(line, "Secret") || has_word(line, "SecretString");
    tree.rust(&WIRE).flat_map(|file| file.offences(&file.shipped(), told, breaks)).collect()
}

/// A secret in clear never goes straight into a log line or a message; the one string that may hold it is an
/// authorization header.
fn no_secret_in_text(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    for file in tree.rust(&["src-tauri/"]) {
        let code = file.shipped();
        for at in LOGS.iter().flat_map(|log| code.match_indices(log)).map(|(at, log)| at + log.len() - 1) {
            let length = closing(&code[at..]);
            let (said, raw) = (&code[at..at + length], file.text.get(at..at + length).unwrap_or_default());
            if (said.contains(".expose()") || said.contains("expose_secret(")) && !raw.contains("Bearer ") {
                found.push(Offence {
                    rule: "no secret in a log or a message",
                    at: format!("{}:{}", file.path, code[..at].matches('\n').count() + 1),
                    what: said.split_whitespace().collect::<Vec<_>>().join(" "),
                    fix: "write `Secret::label`, which shows the last four characters",
                });
            }
        }
    }
    found
}

/// The length up to and with the bracket that closes the one `code` starts with.
fn closing(code: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in code.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

/// Recorded replies hold no key that could be real.
fn scrubbed_fixtures(tree: &Tree) -> Vec<Offence> {
    let told = ("fixtures are scrubbed", "put `sk-test-…` in its place");
    let recorded = tree.files.iter().filter(|file| {
        [".json", ".jsonl", ".sql", ".snap", ".toml", ".svelte", ".ts"].iter().any(|kind| file.path.ends_with(kind))
    });
    recorded.flat_map(|file| file.offences(&file.text, told, holds_key)).collect()
}

fn holds_key(line: &str) -> bool {
    line.match_indices("sk-").any(|(at, _)| {
        let starts_word = !line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
        let body: String =
            line[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect();
        let made_up = ["test", "canary", "example", "sandbox", "fake", "0000", "xxxx", "1234"];
        // A made-up key is words joined by dashes; a drawn one has a long stretch of letters and digits.
        let drawn = |part: &str| part.len() >= 12 && part.chars().any(|c| c.is_ascii_digit());
        let random = body.len() >= 20 && body.split('-').any(drawn);
        starts_word && random && !made_up.iter().any(|word| body.to_lowercase().contains(word))
    })
}

#[test]
fn wire_types_hold_no_secret() {
    let bad = [("src-tauri/crates/app/src/wire/gateway.rs", "pub credential: Option<Secret>,\n")];
    let good = [
        ("src-tauri/crates/app/src/wire/gateway.rs", "/// Never a Secret.\npub credential: VaultRef,\n"),
        ("src-tauri/crates/app/src/vault.rs", "pub fn read(&self) -> Option<Secret>;\n"),
    ];
    proves(no_secret_on_the_wire, &bad, &good);
    keeps(no_secret_on_the_wire);
}

#[test]
fn messages_hold_no_secret() {
    let bad = [("src-tauri/crates/app/src/act.rs", "tracing::warn!(\n    key = key.expose(),\n    \"refused\"\n);\n")];
    let good = [
        ("src-tauri/crates/gateway/src/http.rs", "let header = format!(\"Bearer {}\", key.expose());\n"),
        ("src-tauri/crates/gateway/src/a.rs", "digest(key.expose()).map(|byte| format!(\"{byte:02x}\"));\n"),
    ];
    proves(no_secret_in_text, &bad, &good);
    keeps(no_secret_in_text);
}

#[test]
fn fixtures_are_scrubbed() {
    let real = format!("{{\"key\": \"sk-{}\"}}\n", "aB3dE6gH9jK2mN5pQ8sT");
    let good = [(
        "a.json",
        "{\"key\": \"sk-test-0123456789abcdefghij\", \"task-1234567890123456789012\": \"sk-lab-harbor-llmonly-0001\"}\n",
    )];
    proves(scrubbed_fixtures, &[("src-tauri/crates/gateway/fixtures/a.json", &real)], &good);
    keeps(scrubbed_fixtures);
}
