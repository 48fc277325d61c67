//! The repository as text: paths, contents, and contents with strings, comments or tests blanked out.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::Offence;

/// Folders that hold nothing we wrote.
const SKIPPED: [&str; 9] =
    [".git", "target", "node_modules", "dist", "gen", "screenshots", "paraglide", ".svelte-kit", "dist-demo"];
const KINDS: [&str; 12] = ["rs", "toml", "sql", "ts", "js", "svelte", "css", "json", "jsonl", "md", "sh", "typ"];

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every file that a rule may read.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) files: Vec<Source>,
}

impl Tree {
    /// The repository as it is on disk, committed or not; read once.
    pub(crate) fn repository() -> &'static Self {
        static TREE: OnceLock<Tree> = OnceLock::new();
        TREE.get_or_init(|| {
            let root = acceptance::root();
            let mut files = Vec::new();
            walk(&root, &root, &mut files);
            files.sort_by(|a, b| a.path.cmp(&b.path));
            assert!(files.len() > 50, "only {} files below {}: the walk is broken", files.len(), root.display());
            Self { files }
        })
    }

    /// A made-up tree.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let source = |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(source).collect() }
    }

    /// Rust files whose path starts with one of these.
    pub(crate) fn rust<'a>(&'a self, folders: &'a [&str]) -> impl Iterator<Item = &'a Source> {
        self.kind("rs").filter(move |file| file.is_in(folders))
    }

    /// Files whose name ends in `.kind`.
    pub(crate) fn kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Source> {
        self.files.iter().filter(move |file| file.path.rsplit_once('.').is_some_and(|(_, end)| end == kind))
    }

    /// One file.
    pub(crate) fn file(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl Source {
    /// Whether the path starts with one of these.
    pub(crate) fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Whether the whole file is only compiled for tests and benches.
    pub(crate) fn is_test(&self) -> bool {
        let inside = ["/tests/", "/benches/", "/testing/"].iter().any(|part| self.path.contains(part));
        inside || self.path.starts_with("tests/") || self.path.ends_with("/tests.rs") || self.path.ends_with(".test.ts")
    }

    /// The code alone: strings, characters and comments are blanks, lines stay where they are.
    pub(crate) fn code(&self) -> String {
        blank(&self.text)
    }

    /// The code that ships: as [`Source::code`], without what follows a `#[cfg(test)]`; empty for a test file.
    pub(crate) fn shipped(&self) -> String {
        if self.is_test() { String::new() } else { without_tests(&self.code()) }
    }

    /// An offence in this file, for every line of `text` that `breaks` the rule.
    pub(crate) fn offences(
        &self,
        text: &str,
        (rule, fix): (&'static str, &'static str),
        breaks: impl Fn(&str) -> bool,
    ) -> Vec<Offence> {
        let raw: Vec<&str> = self.text.lines().collect();
        let broken = text.lines().enumerate().filter(|(_, line)| breaks(line));
        let shown = |number: usize| raw.get(number).copied().unwrap_or_default().trim().to_owned();
        broken
            .map(|(number, _)| Offence { rule, at: format!("{}:{}", self.path, number + 1), what: shown(number), fix })
            .collect()
    }
}

/// Whether `line` holds `word` with no letter, digit or underscore on either side.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(root, &path, files);
            }
        } else if name.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind)) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push(Source { path, text });
        }
    }
}

/// Blanks strings, characters and comments of Rust.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = opaque(rest).unwrap_or(0);
        if length == 0 {
            // A raw string's prefix must not be taken for the end of an identifier such as `expr"`.
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let step = word.max(first.len_utf8());
            out.push_str(&rest[..step]);
            rest = &rest[step..];
        } else {
            blank_out(&rest[..length], &mut out);
            rest = &rest[length..];
        }
    }
    out
}

/// A blank for every byte, so that line numbers and offsets hold for the original too.
fn blank_out(text: &str, out: &mut String) {
    out.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

/// The length of the string, character or comment that `rest` starts with.
fn opaque(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let plain = rest.strip_prefix(['b', 'c']).unwrap_or(rest);
    let prefix = rest.len() - plain.len();
    if let Some(raw) = plain.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let close = format!("\"{}", "#".repeat(hashes));
        let body = raw[hashes..].strip_prefix('"')?;
        return Some(prefix + 2 + hashes + body.find(&close)? + close.len());
    }
    if let Some(body) = plain.strip_prefix('"') {
        return Some(prefix + 1 + until_quote(body));
    }
    let body = plain.strip_prefix('\'')?;
    character(body).map(|length| prefix + 1 + length)
}

/// Up to and with the closing quote.
fn until_quote(body: &str) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    body.len()
}

/// The rest of a character literal; `None` for a lifetime.
fn character(body: &str) -> Option<usize> {
    let mut letters = body.char_indices();
    let (_, first) = letters.next()?;
    if first == '\\' {
        return body[2..].find('\'').map(|end| end + 3);
    }
    letters.next().filter(|(_, second)| *second == '\'').map(|(at, _)| at + 1)
}

/// Blanks the item after each `#[cfg(test)]`, up to its closing brace or semicolon.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        let end = at + MARK.len() + item_end(&rest[at + MARK.len()..]);
        blank_out(&rest[at..end], &mut out);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The end of the item that `code` starts with.
pub(crate) fn item_end(code: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
        if c == '}' && depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn strings_comments_and_tests_are_blanked() {
    let text = "let a = \"nö // unwrap\"; // gone\nlet b = 'x'; let c: &'static str = r#\"f64\"#;\nlet d = '\\'';\n\
                #[cfg(test)]\nmod tests {\n    fn t() { f64; }\n}\nfn kept() {}\n";
    let source = Tree::of(&[("src-tauri/crates/domain/src/x.rs", text)]).files.remove(0);
    let code = source.code();
    assert_eq!(code.lines().count(), text.lines().count(), "lines stay where they are");
    assert_eq!(code.len(), text.len(), "and so does every byte");
    assert!(!code.contains("unwrap") && !code.contains("gone"), "strings and comments are blank: {code}");
    assert!(code.contains("&'static str"), "a lifetime is no character: {code}");
    assert!(source.code().contains("f64") && !source.shipped().contains("f64"), "tests do not ship");
    assert!(source.shipped().contains("fn kept()"), "what follows the tests ships");
}

#[test]
fn words_end_where_identifiers_end() {
    assert!(has_word("let x: f64 = 1.0;", "f64"));
    assert!(!has_word("fn is_f64_like()", "f64"));
}
