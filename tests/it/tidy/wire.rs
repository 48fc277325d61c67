//! Serialisable types, product names, gateway writes and the thin shell (never-arrows 6 to 9).

use super::size::functions;
use super::sources::{Tree, has_word};
use super::{Offence, keeps, proves};

/// Where a struct may have a wire format.
const WIRE: [&str; 8] = [
    "src-tauri/crates/gateway/src/product/",
    "src-tauri/crates/gateway/src/product.rs",
    "src-tauri/crates/app/src/wire/",
    "src-tauri/crates/app/src/wire.rs",
    "src-tauri/crates/sandbox/",
    "src-tauri/src/",
    "src-tauri/build.rs",
    "tests/",
];
const PRODUCTS: &str = "src-tauri/crates/gateway/src/product";
/// Who could write to a gateway, and the one place that does.
const WRITERS: [&str; 4] =
    ["src-tauri/crates/app/src/", "src-tauri/crates/sync/src/", "src-tauri/cli/src/", "src-tauri/src/"];
const ACT: [&str; 2] = ["src-tauri/crates/app/src/act.rs", "src-tauri/crates/app/src/act/"];

const COMMAND_LINES: usize = 10;

fn wire_types(tree: &Tree) -> Vec<Offence> {
    let told = (
        "serialisable types live in gateway::product, app::wire and the sandbox",
        "keep the type as it is and make a serialisable counterpart there",
    );
    let traits = ["Serialize", "Deserialize", "specta::Type"];
    let breaks = |line: &str| line.contains("derive(") && traits.iter().any(|name| line.contains(name));
    let files = tree.rust(&["src-tauri/"]).filter(|file| !file.is_in(&WIRE));
    files.flat_map(|file| file.offences(&file.shipped(), told, breaks)).collect()
}

/// Nobody branches on which product a gateway is.
fn product_free(tree: &Tree) -> Vec<Offence> {
    let told =
        ("no branch on a gateway product outside gateway::product", "ask `Capability`, or a label of the descriptor");
    let files = tree.rust(&["src-tauri/"]).filter(|file| !file.is_in(&[PRODUCTS]) && !file.is_test());
    files
        .flat_map(|file| {
            let code = file.shipped();
            file.offences(&code, told, |line| {
                let asked = has_word(line, "product") || line.contains("product()");
                let compared = line.contains("product == ") || line.contains("product.as_str() == ");
                compared || (asked && has_word(line, "match") && line.trim_end().ends_with('{'))
            })
        })
        .collect()
}

fn writes_through_act(tree: &Tree) -> Vec<Offence> {
    let told =
        ("every gateway write goes through app::act", "call `app::act`: it writes the audit log before and after");
    let files = tree.rust(&WRITERS).filter(|file| !file.is_in(&ACT) && file.text.contains("gateway"));
    files.flat_map(|file| file.offences(&file.shipped(), told, |line| line.contains(".apply(&"))).collect()
}

fn thin_commands(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    for file in tree.rust(&["src-tauri/src/"]) {
        let code = file.code();
        let lines: Vec<&str> = code.lines().collect();
        for function in functions(&code) {
            let above = &lines[function.line.saturating_sub(4).min(function.line)..function.line];
            let body = function.lines.saturating_sub(2);
            if above.iter().any(|line| line.contains("tauri::command")) && body > COMMAND_LINES {
                found.push(Offence {
                    rule: "a command of the shell is at most 10 lines",
                    at: format!("{}:{}", file.path, function.line),
                    what: format!("`{}` has {body} lines in its body", function.name),
                    fix: "move the work to `app::command` or `app::query`",
                });
            }
        }
    }
    found
}

#[test]
fn types_on_the_wire_have_a_home() {
    let line = "#[derive(Debug, Serialize)]\nstruct A;\n";
    let good = [
        ("src-tauri/crates/app/src/wire/key.rs", line),
        ("src-tauri/crates/gateway/src/product/litellm/wire.rs", line),
        ("src-tauri/crates/store/src/a.rs", "// #[derive(Serialize)]\n"),
    ];
    proves(wire_types, &[("src-tauri/crates/store/src/table/key.rs", line)], &good);
    keeps(wire_types);
}

#[test]
fn nobody_branches_on_a_product() {
    let bad = [
        ("src-tauri/crates/app/src/a.rs", "match connection.product.as_str() {\n"),
        ("src-tauri/cli/src/a.rs", "if row.product == other {\n"),
    ];
    let good = [
        ("src-tauri/crates/gateway/src/product.rs", "match connection.product.as_str() {\n"),
        ("src-tauri/crates/app/src/a.rs", "let product = Product::new(name);\nmatch reproduction {\n"),
    ];
    proves(product_free, &bad, &good);
    keeps(product_free);
}

#[test]
fn writes_go_through_act() {
    let line = "use gateway::Gateway;\nlet outcome = gateway.apply(&action, now).await;\n";
    let bad = [("src-tauri/crates/app/src/command/key.rs", line), ("src-tauri/crates/sync/src/reconcile.rs", line)];
    let good = [("src-tauri/crates/app/src/act.rs", line), ("src-tauri/crates/app/src/b.rs", "filter.apply(&row)\n")];
    proves(writes_through_act, &bad, &good);
    keeps(writes_through_act);
}

#[test]
fn commands_of_the_shell_are_thin() {
    let body = "    one();\n".repeat(11);
    let bad = format!("#[tauri::command]\n#[specta::specta]\npub async fn key_block() {{\n{body}}}\n");
    let good =
        format!("#[tauri::command]\npub async fn key_block() {{\n    one();\n}}\n\n\n\npub fn build() {{\n{body}}}\n");
    proves(thin_commands, &[("src-tauri/src/bridge.rs", &bad)], &[("src-tauri/src/bridge.rs", &good)]);
    keeps(thin_commands);
}
