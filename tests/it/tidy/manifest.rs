//! Manifests, read as far as the rules need: names and sections of dependencies.

use super::sources::{Source, Tree};

/// One dependency of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only for tests, examples and benches.
    pub(crate) dev: bool,
    /// Where it is written, `path:line`.
    pub(crate) at: String,
}

/// One package of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// Every package in the tree.
pub(crate) fn packages(tree: &Tree) -> Vec<Package> {
    let manifests = tree.files.iter().filter(|file| file.path == "Cargo.toml" || file.path.ends_with("/Cargo.toml"));
    manifests.filter_map(package).collect()
}

/// The external crates of `[workspace.dependencies]`, with their lines; our own, which have a path, are left out.
pub(crate) fn workspace_dependencies(tree: &Tree) -> Vec<Dependency> {
    let Some(top) = tree.file("Cargo.toml") else { return Vec::new() };
    let external =
        |(section, _, line): &(String, usize, &str)| section == "workspace.dependencies" && !line.contains("path =");
    entries(top).filter(external).filter_map(|entry| dependency(top, &entry)).collect()
}

fn package(manifest: &Source) -> Option<Package> {
    let names = |(section, _, line): (String, usize, &str)| {
        let value = line.strip_prefix("name")?.trim_start().strip_prefix('=')?;
        (section == "package").then(|| value.trim().trim_matches('"').to_owned())
    };
    let name = entries(manifest).find_map(names)?;
    let used = entries(manifest).filter(|(section, ..)| is_dependencies(section));
    Some(Package { name, dependencies: used.filter_map(|entry| dependency(manifest, &entry)).collect() })
}

fn is_dependencies(section: &str) -> bool {
    let last = section.rsplit('.').next().unwrap_or(section);
    !section.starts_with("workspace") && matches!(last, "dependencies" | "dev-dependencies" | "build-dependencies")
}

fn dependency(manifest: &Source, (section, number, line): &(String, usize, &str)) -> Option<Dependency> {
    let name = line.split(['.', '=', ' ']).next()?.trim_matches('"').to_owned();
    let at = format!("{}:{number}", manifest.path);
    (!name.is_empty()).then(|| Dependency { name, dev: section.contains("dev-dependencies"), at })
}

/// Every `key = value` line with its section and line number.
fn entries(manifest: &Source) -> impl Iterator<Item = (String, usize, &str)> {
    let mut section = String::new();
    manifest.text.lines().enumerate().filter_map(move |(index, line)| {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_start_matches('[').split(']').next().unwrap_or_default().to_owned();
            return None;
        }
        let is_entry = line.contains('=') && !line.starts_with('#');
        is_entry.then(|| (section.clone(), index + 1, line))
    })
}

#[test]
fn manifests_are_read_by_section() {
    let top = "[workspace.dependencies]\nstore = { path = \"x\" }\nserde = \"1\"\n[package]\nname = \"purser\"\n\
               [dependencies]\nserde.workspace = true\n[target.'cfg(unix)'.dev-dependencies]\nrand = \"1\"\n";
    let tree = Tree::of(&[("Cargo.toml", top)]);
    let names = |list: Vec<Dependency>| list.into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names(workspace_dependencies(&tree)), ["serde"]);
    let [package] = packages(&tree).try_into().expect("one package");
    assert_eq!(package.name, "purser");
    assert_eq!(package.dependencies[1].at, "Cargo.toml:9");
    assert!(package.dependencies[1].dev && !package.dependencies[0].dev, "sections tell what is for tests");
}
