//! System packages on Debian, Ubuntu and their kin, by apt.

use std::io::IsTerminal;
use std::process::Command;

use anyhow::{Result, bail};

use crate::place;
use crate::step::{command, output_of, run, say};

/// Each with what it is for.
const PACKAGES: [(&str, &str); 21] = [
    ("build-essential", "the C compiler and linker"),
    ("ca-certificates", "TLS roots"),
    ("curl", "downloads"),
    ("dbus", "the private bus of the tests"),
    ("file", "bundling"),
    ("fontconfig", "fonts of the window"),
    ("fonts-droid-fallback", "the window's font for Chinese, Japanese and Korean names"),
    ("fonts-inter", "the window's font"),
    ("gnome-keyring", "the keychain of the tests"),
    ("libsecret-tools", "looking into that keychain"),
    ("libwebkit2gtk-4.1-dev", "the window"),
    ("openssl", "a server with a bad certificate, for a test"),
    ("pkg-config", "finding system libraries"),
    ("poppler-utils", "reading invoices back"),
    ("procps", "ending what a test started"),
    ("python3-venv", "the official rules for e-invoices"),
    ("qpdf", "checking invoices"),
    ("sqlite3", "describing queries"),
    ("webkit2gtk-driver", "driving the window"),
    ("xauth", "the virtual display"),
    ("xvfb", "the virtual display"),
];

/// Whether apt and dpkg are what this system uses.
pub fn here() -> bool {
    cfg!(target_os = "linux") && place::on_path("apt-get") && place::on_path("dpkg-query")
}

/// Installs what is missing, asking nothing.
///
/// # Errors
/// apt fails, or this user can neither be root nor become it.
pub fn install_missing() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        say("every system package is here");
        return Ok(());
    }
    for (name, purpose) in &missing {
        say(format_args!("{name} is missing: {purpose}"));
    }
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    let by_hand = format!("install by hand: sudo apt-get install {}", names.join(" "));
    if run(&mut as_root(&["apt-get", "update", "-qq"], &by_hand)?, &by_hand).is_err() {
        say("the package lists could not be refreshed: trying with the ones there are");
    }
    let mut install = as_root(&["apt-get", "install", "-y", "-qq", "--no-install-recommends"], &by_hand)?;
    run(install.args(&names), &by_hand)
}

fn missing() -> Vec<(&'static str, &'static str)> {
    let mut wanted = PACKAGES.to_vec();
    if !place::on_path("node") || !place::on_path("npm") {
        wanted.extend([("nodejs", "building the user interface"), ("npm", "its packages")]);
    }
    if !place::on_path("java") {
        wanted.push(("default-jre-headless", "the official validator of PDF/A"));
    }
    wanted.retain(|(name, _)| !installed(name));
    wanted
}

fn installed(name: &str) -> bool {
    let status = output_of(command("dpkg-query").args(["-W", "-f=${db:Status-Status}", name]));
    status.is_some_and(|status| status == "installed")
}

/// A command run by root. Without a terminal sudo must not ask, so it is told not to.
fn as_root(words: &[&str], by_hand: &str) -> Result<Command> {
    let mut elevated = if is_root() {
        command("env")
    } else if place::on_path("sudo") && (std::io::stdin().is_terminal() || may_sudo_silently()) {
        let mut sudo = command("sudo");
        sudo.arg("env");
        sudo
    } else {
        bail!("packages are missing and this user cannot become root without a password; {by_hand}");
    };
    elevated.arg("DEBIAN_FRONTEND=noninteractive").args(words);
    Ok(elevated)
}

fn may_sudo_silently() -> bool {
    output_of(command("sudo").args(["-n", "true"])).is_some()
}

fn is_root() -> bool {
    output_of(command("id").arg("-u")).is_some_and(|id| id == "0")
}
