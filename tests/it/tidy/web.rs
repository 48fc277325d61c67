//! The user interface: one door to Tauri, features apart, no arithmetic on money, no `any` (never-arrow 12).

use super::sources::{Source, Tree};
use super::{Offence, keeps, proves};

const BACKEND: [&str; 1] = ["ui/src/lib/backend/"];
const GENERATED: [&str; 2] = ["ui/src/lib/backend/bindings.ts", "ui/src/lib/paraglide/"];

/// Where numbers are made into text: those that are no money, and the invented program of the browser.
const NUMBERS: [&str; 2] = ["ui/src/lib/number.ts", "ui/src/lib/backend/fake/"];

/// Scripts and components that people wrote.
fn written(tree: &Tree) -> impl Iterator<Item = &Source> {
    let ours = |file: &&Source| file.is_in(&["ui/src/"]) && !file.is_in(&GENERATED);
    tree.files.iter().filter(ours).filter(|file| file.path.ends_with(".ts") || file.path.ends_with(".svelte"))
}

/// The script alone, without line comments; a component's markup and style are blank.
fn script(file: &Source) -> String {
    let mut inside = file.path.ends_with(".ts");
    let component = !inside;
    let mut out = String::new();
    for line in file.text.lines() {
        if component && line.trim_start().starts_with("<script") {
            inside = true;
        } else if component && line.contains("</script>") {
            inside = false;
        } else if inside && !line.trim_start().starts_with(['*', '/']) {
            out.push_str(line.split(" // ").next().unwrap_or(line));
        }
        out.push('\n');
    }
    out
}

fn one_door(tree: &Tree) -> Vec<Offence> {
    let told = ("only ui/src/lib/backend imports Tauri", "add a method to the backend interface");
    let files = written(tree).filter(|file| !file.is_in(&BACKEND));
    let breaks = |line: &str| line.contains("@tauri-apps") || line.contains("__TAURI");
    files.flat_map(|file| file.offences(&file.text, told, breaks)).collect()
}

fn features_apart(tree: &Tree) -> Vec<Offence> {
    let told = ("a feature never imports a feature", "lift what both need to ui/src/lib");
    let mut found = Vec::new();
    for file in written(tree) {
        let Some(feature) = file.path.strip_prefix("ui/src/features/").and_then(|rest| rest.split('/').next()) else {
            continue;
        };
        found.extend(file.offences(&file.text, told, |line| {
            let import = line.contains("import") || line.contains(" from ");
            let other = line.split("features/").nth(1).and_then(|rest| rest.split(['/', '\'', '"']).next());
            import && other.is_some_and(|other| other != feature)
        }));
    }
    found
}

fn no_arithmetic(tree: &Tree) -> Vec<Offence> {
    let told = ("the window shows amounts as they come", "send the text from `app::wire`, which rounds once");
    let banned = ["toFixed(", "parseFloat(", "Intl.NumberFormat", ".toLocaleString(", "BigInt("];
    let files = written(tree).filter(|file| !file.is_test() && !file.is_in(&NUMBERS));
    let breaks = |line: &str| banned.iter().any(|call| line.contains(call));
    files.flat_map(|file| file.offences(&file.text, told, breaks)).collect()
}

fn product_free(tree: &Tree) -> Vec<Offence> {
    let told = ("no condition on a product's name", "ask the capability that came with the gateway");
    let names = ["litellm", "newapi", "new-api", "openrouter", "bifrost"];
    let breaks = |line: &str| {
        let line = line.to_lowercase();
        let compared = line.contains("===") || line.contains("!==") || line.contains("case ");
        compared
            && names.iter().any(|name| line.contains(&format!("'{name}'")) || line.contains(&format!("\"{name}\"")))
    };
    let files = written(tree).filter(|file| !file.is_in(&BACKEND) && !file.is_test());
    files.flat_map(|file| file.offences(&file.text, told, breaks)).collect()
}

fn no_any(tree: &Tree) -> Vec<Offence> {
    let told = ("no `any` in TypeScript", "name the type, or take `unknown` and narrow it");
    let shapes = [": any", "as any", "<any", "any>", "any[]", "| any", "any |", "=> any"];
    let breaks = |line: &str| {
        shapes.iter().any(|shape| {
            line.match_indices(shape).any(|(at, _)| {
                let before = line[..at].chars().next_back().is_some_and(char::is_alphanumeric);
                let after = line[at + shape.len()..]
                    .chars()
                    .next()
                    .is_some_and(|c| c.is_alphanumeric() || c == ' ' && shape.ends_with("as any"));
                !(after || before && shape.starts_with('a'))
            })
        })
    };
    written(tree).flat_map(|file| file.offences(&script(file), told, breaks)).collect()
}

#[test]
fn tauri_has_one_door() {
    let line = "import { invoke } from '@tauri-apps/api/core';\n";
    proves(one_door, &[("ui/src/features/keys/Keys.svelte", line)], &[("ui/src/lib/backend/tauri.ts", line)]);
    keeps(one_door);
}

#[test]
fn features_do_not_know_each_other() {
    let bad = [("ui/src/features/keys/Keys.svelte", "  import Row from '../../features/clients/Row.svelte';\n")];
    let good = [
        ("ui/src/features/keys/Keys.svelte", "  import Row from '$features/keys/Row.svelte';\n"),
        ("ui/src/routes/App.svelte", "  import Row from '$features/clients/Row.svelte';\n"),
    ];
    proves(features_apart, &bad, &good);
    keeps(features_apart);
}

#[test]
fn the_window_does_not_compute_money() {
    let bad = [
        ("ui/src/features/usage/a.ts", "const text = cost.toFixed(2);\n"),
        ("ui/src/lib/sums.ts", "const sum = BigInt(a) + BigInt(b);\n"),
    ];
    proves(no_arithmetic, &bad, &[("ui/src/features/usage/a.test.ts", "expect((1).toFixed(2))\n")]);
    keeps(no_arithmetic);
}

#[test]
fn the_window_knows_no_product() {
    let bad = [("ui/src/features/gateways/a.ts", "if (gateway.product === 'litellm') {\n")];
    proves(product_free, &bad, &[("ui/src/features/gateways/a.ts", "const first = 'litellm';\n")]);
    keeps(product_free);
}

#[test]
fn types_are_named() {
    let bad = [
        ("ui/src/lib/a.ts", "function f(x: any) {}\n"),
        ("ui/src/lib/b.ts", "const x = y as any;\n"),
        ("ui/src/lib/C.svelte", "<script lang=\"ts\">\n  let rows: Array<any> = [];\n</script>\n"),
    ];
    let good = [
        ("ui/src/lib/a.ts", "// takes: any number\nconst x: anything = many[0];\n"),
        ("ui/src/lib/C.svelte", "<p>as any operator would expect: any key</p>\n"),
        ("ui/src/lib/backend/bindings.ts", "function f(x: any) {}\n"),
    ];
    proves(no_any, &bad, &good);
    keeps(no_any);
}
