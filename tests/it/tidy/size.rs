//! Tails: long files and long functions.

use super::sources::{Tree, item_end};
use super::{Offence, keeps, proves};

const RUST_FILE: usize = 600;
const FUNCTION: usize = 80;
const SVELTE_FILE: usize = 400;

/// A function of a Rust file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// First line, counted from 1.
    pub(crate) line: usize,
    /// From `fn` to the closing brace.
    pub(crate) lines: usize,
}

/// Every function with a body in blanked code.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    let starts = code.match_indices("fn ").filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || c == '(')
    });
    starts.filter_map(|(at, _)| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let rest = &code[at..];
    let name: String = rest[3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let text = &rest[..item_end(rest)];
    let has_body = text.trim_end().ends_with('}');
    (!name.is_empty() && has_body).then(|| Function {
        name,
        line: code[..at].matches('\n').count() + 1,
        lines: text.matches('\n').count() + 1,
    })
}

fn files(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    for (kind, limit) in [("rs", RUST_FILE), ("svelte", SVELTE_FILE)] {
        for file in tree.kind(kind) {
            let lines = file.text.lines().count();
            if lines > limit {
                found.push(Offence {
                    rule: "a Rust file has at most 600 lines, a Svelte file 400",
                    at: format!("{}:{limit}", file.path),
                    what: format!("{lines} lines"),
                    fix: "find the second subject in it and give it a file of its own",
                });
            }
        }
    }
    found
}

fn long_functions(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    for file in tree.kind("rs") {
        for function in functions(&file.code()).into_iter().filter(|function| function.lines > FUNCTION) {
            found.push(Offence {
                rule: "a function has at most 80 lines",
                at: format!("{}:{}", file.path, function.line),
                what: format!("`{}` has {} lines", function.name, function.lines),
                fix: "name its steps and make each a function",
            });
        }
    }
    found
}

#[test]
fn files_have_a_tail() {
    let long = "// line\n".repeat(601);
    let markup = "<p></p>\n".repeat(401);
    let good = [("src-tauri/src/a.rs", &long[..600 * 8]), ("ui/src/messages.ts", &long[..])];
    proves(files, &[("src-tauri/src/a.rs", &long), ("ui/src/A.svelte", &markup)], &good);
    keeps(files);
}

#[test]
fn functions_have_a_tail() {
    let body = |lines: usize| format!("fn f(g: fn(u8) -> [u8; 2]) -> u8 {{\n{}}}\n", "    step();\n".repeat(lines));
    let (long, short) = (body(79), body(78));
    let nested = "trait T {\n    fn declared(&self);\n}\n";
    proves(long_functions, &[("a.rs", &long)], &[("a.rs", &short), ("b.rs", nested)]);
    keeps(long_functions);
}
