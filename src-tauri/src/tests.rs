//! The list of permissions and the generated TypeScript are what the code says.

use std::path::Path;

use specta_typescript::Typescript;

include!("command_names.rs");

/// Run with `UPDATE_BINDINGS=1` to write the file instead of comparing it.
#[test]
fn bindings_are_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/lib/backend/bindings.ts");
    let made = tempfile(&file);
    crate::command::builder().export(Typescript::default(), &made).expect("the bindings can be written");
    let fresh = std::fs::read_to_string(&made).expect("the bindings were written");
    std::fs::remove_file(&made).expect("the scratch file is ours");
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        std::fs::write(&file, &fresh).expect("the bindings can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == fresh, "the bindings are stale: run `cargo xtask bindings`");
}

/// A command that is not on the list is denied at run time, one that is only on the list is a hole.
#[test]
fn every_command_has_its_permission() {
    let commands = include_str!("command.rs");
    let list = commands.split("collect_commands![").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let registered: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .filter_map(|path| path.rsplit("::").next())
        .collect();
    assert_eq!(registered, COMMANDS, "command.rs and command_names.rs differ");
}

fn tempfile(beside: &Path) -> std::path::PathBuf {
    beside.with_file_name(format!(".bindings-{}.ts", std::process::id()))
}
