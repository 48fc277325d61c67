//! `purser` as someone meets it who has never used it: a fresh profile, wrong words, wrong figures, a pipe that closes.

#![allow(clippy::expect_used, reason = "a test whose program does not start has failed")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn purser(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purser"));
    command.args(args).env("PURSER_HOME", home).env_remove("COLUMNS").env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::null());
    command
}

fn run(home: &Path, args: &[&str]) -> Output {
    purser(home, args).output().expect("purser starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn an_empty_profile_says_what_to_do_first() {
    let home = TempDir::new().unwrap();
    let rows: [(&[&str], &str); 15] = [
        (&["gateway", "list"], "purser gateway connect"),
        (&["gateway", "models"], "No gateway offers a model yet."),
        (&["client", "list"], "purser client create"),
        (&["account", "list"], "connect a gateway"),
        (&["key", "list"], "purser key create"),
        (&["usage"], "Nothing was used from "),
        (&["requests"], "No single requests are kept"),
        (&["sync"], "There is nothing to pull from"),
        (&["sync", "--plan"], "There is nothing to pull from"),
        (&["price", "show"], "purser price set"),
        (&["invoice", "list"], "purser invoice draft"),
        (&["ledger", "charge"], "purser ledger prepay"),
        (&["ledger", "rules"], "first-deposit-percent"),
        (&["notice", "list"], "No notice waits"),
        (&["audit"], "Nothing was done yet."),
    ];
    for (args, told) in rows {
        let output = run(home.path(), args);
        let stdout = text(&output.stdout);
        assert!(output.status.success() && stdout.contains(told), "{args:?}: {stdout}{}", text(&output.stderr));
    }
}

#[test]
fn what_is_wrong_has_an_exit_code_and_a_remedy() {
    let home = TempDir::new().unwrap();
    assert!(run(home.path(), &["client", "create", "Acme Ltd"]).status.success());
    let rows: [(&[&str], i32, &str); 22] = [
        (&["client", "show", "nobody"], 3, "There is Acme Ltd."),
        (&["client", "create", "acme ltd"], 4, "choose another name"),
        (&["client", "create", ""], 2, "type 1 to 120 characters"),
        (&["client", "create", "X", "--zone", "Mars/Base"], 2, "Europe/Berlin"),
        (&["client", "create", "X", "--currency", "EURO"], 2, "for example USD"),
        (&["client", "create", "X", "--gateway", "Main"], 3, "There is no gateway yet."),
        (&["client", "update", "acme ltd", "colour=red"], 3, "purser client show"),
        (&["client", "statement", "acme ltd", "--month", "october"], 2, "write it as 2026-11"),
        (&["client", "statement", "acme ltd", "--from", "2026-11-02", "--to", "2026-11-01"], 2, "before it starts"),
        (&["client", "erase", "acme ltd", "--yes"], 4, "until they are settled"),
        (&["key", "create", "acme ltd"], 3, "no account on any gateway yet"),
        (&["key", "pause", "key_9"], 3, "There is no key yet."),
        (&["budget", "set", "key_9", "5"], 3, "there is no key or account `key_9`"),
        (&["price", "set", "*", "--markup", "lots", "--from", "2026-01-01"], 2, "for example 12.5"),
        (&["price", "set", "*", "--markup", "25", "--from", "2026-13-01"], 2, "write it as 2026-11-30"),
        (&["price", "set", "*", "--price", "beans=1", "--from", "2026-01-01"], 2, "input_tokens"),
        (&["usage", "--from", "yesterday"], 2, "write it as 2026-11-30"),
        (&["invoice", "finalise", "october"], 2, "write it as 2026-11"),
        (&["invoice", "show", "2026-0001"], 3, "purser invoice list"),
        (&["gateway", "connect", "--product", "bogus"], 2, "Choose one of litellm"),
        (&["gateway", "connect", "--product", "litellm"], 2, "--url https://"),
        (&["gateway", "connect", "--product", "file"], 2, "--url usage.csv"),
    ];
    for (args, code, remedy) in rows {
        let output = run(home.path(), args);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(remedy), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{args:?}: errors are not answers");
    }
}

#[test]
fn a_client_without_usage_has_a_statement_and_nothing_to_erase() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("out");
    run(home.path(), &["client", "create", "Acme Ltd"]);
    let shown = text(&run(home.path(), &["client", "statement", "acme ltd", "--month", "2026-10"]).stdout);
    assert_eq!(
        shown,
        "Acme Ltd, 2026-10-01 to 2026-10-31\nWhat the client is shown. Days in UTC. Never synced.\n\nNothing was \
         used.\n\nNo key was used.\n\nNo final invoice is for these days.\n"
    );
    let formats = ["--format", "pdf,csv,json,html,usage-csv,usage-jsonl", "--folder", folder.to_str().unwrap()];
    let saved = run(home.path(), &[&["client", "statement", "acme ltd", "--month", "2026-10"][..], &formats].concat());
    let names: Vec<String> =
        text(&saved.stdout).lines().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect();
    let [pdf, csv, json, html] =
        ["pdf", "csv", "json", "html"].map(|kind| format!("statement-1-acme-ltd-2026-10.{kind}"));
    let usage = ["csv", "jsonl"].map(|kind| format!("usage-1-acme-ltd-2026-10.{kind}"));
    assert_eq!(names, [pdf, csv, json, html, usage[0].clone(), usage[1].clone()], "{}", text(&saved.stderr));
    for args in [&["client", "metadata", "acme ltd"][..], &["client", "erase", "acme ltd"]] {
        let told = text(&run(home.path(), args).stdout);
        assert!(told.contains("No row of Acme Ltd is kept") && told.contains("0 final invoices"), "{args:?}: {told}");
    }
}

#[test]
fn programs_get_json_on_both_outputs() {
    let home = TempDir::new().unwrap();
    for args in [["client", "list"], ["invoice", "list"], ["settings", "show"], ["price", "show"], ["sync", "--plan"]] {
        let output = run(home.path(), &[&args[..], &["--json"]].concat());
        let answer: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
        assert!(output.status.success() && answer.is_ok(), "{args:?}: {}", text(&output.stdout));
    }
    let output = run(home.path(), &["client", "show", "nobody", "--json"]);
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).expect("one JSON object");
    assert_eq!(error["code"], "not_found");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn without_a_command_there_is_help_with_the_exit_codes() {
    let home = TempDir::new().unwrap();
    let output = run(home.path(), &[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("First steps:") && told.contains("10  the keychain cannot be used"), "{told}");
    assert!(!told.contains(&home.path().display().to_string()), "the help names no folder of this machine: {told}");
}

#[test]
fn a_reader_that_leaves_is_no_fault() {
    let home = TempDir::new().unwrap();
    for args in [&["completions", "zsh"][..], &["completions", "bash"], &["client", "list"], &["--help"]] {
        let mut child = purser(home.path(), args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = text(&output.stderr);
        assert!(!first.is_empty() && !stderr.contains("panicked"), "{args:?}: {stderr}");
        assert!(output.status.success(), "{args:?}: {stderr}");
    }
}

#[test]
fn a_pipe_gets_no_colour() {
    let home = TempDir::new().unwrap();
    run(home.path(), &["client", "create", "Acme Ltd"]);
    for args in [&["client", "list"][..], &["client", "show", "nobody"], &["frobnicate"], &["--help"]] {
        let output = run(home.path(), args);
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!all.contains('\u{1b}'), "{args:?}: {all:?}");
    }
}

#[test]
fn a_bill_is_imported_once_and_a_bad_one_not_at_all() {
    let home = TempDir::new().unwrap();
    let good = home.path().join("bill.csv");
    let bad = home.path().join("bad.csv");
    let rows = "time,model,cost\n2026-11-01T10:00:00Z,gpt-4o,0.0012\n2026-11-02T10:00:00Z,gpt-4o,0.0024\n";
    std::fs::write(&good, rows).unwrap();
    std::fs::write(&bad, rows.replace("0.0024", "lots")).unwrap();
    let (good, bad) = (good.display().to_string(), bad.display().to_string());
    let connect = ["gateway", "connect", "--product", "file", "--name", "Bills", "--url", &good];
    assert!(run(home.path(), &connect).status.success());

    let refused = run(home.path(), &["import", &bad, "--gateway", "bills"]);
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("`lots` is not an amount") && told.contains("1 row is wrong"), "{told}");
    for told in ["2 rows are new", "0 rows are new, 0 changed what was known, 2 were known already"] {
        let output = run(home.path(), &["import", &good, "--gateway", "bills"]);
        assert!(text(&output.stdout).starts_with(told), "{}", text(&output.stdout));
    }
    let usage = text(&run(home.path(), &["usage", "--from", "2026-11-01", "--to", "2026-11-02"]).stdout);
    assert!(usage.contains("$0.00360"), "the sum, once: {usage}");
}
