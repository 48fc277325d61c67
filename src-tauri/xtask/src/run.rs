//! `cargo xtask run`: the window, or without a display the tour on the command line.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::step::{cargo, command, run as go, say};
use crate::{place, setup, test};

const BUILD: &str = "the compiler's message above says why";

/// How to open the app.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ask<'a> {
    headless: bool,
    own_profile: bool,
    rest: &'a [&'a str],
}

/// Sets up, builds and opens the app.
///
/// # Errors
/// A missing package that could not be installed, a build error, or the app's own failure.
pub fn run(args: &[&str]) -> Result<()> {
    let ask = parse(args)?;
    setup::setup()?;
    if ask.headless {
        return tour(ask.rest);
    }
    if !display() {
        say("there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): taking the tour instead");
        return tour(ask.rest);
    }
    window(&ask)
}

fn parse<'a>(args: &'a [&'a str]) -> Result<Ask<'a>> {
    let mut ask = Ask::default();
    for (index, arg) in args.iter().enumerate() {
        match *arg {
            "--headless" => ask.headless = true,
            "--own-profile" => ask.own_profile = true,
            "--sandbox" => ask.own_profile = false,
            "--" => {
                ask.rest = &args[index + 1..];
                break;
            }
            other => bail!("`run` does not know `{other}`; arguments for the app itself come after `--`"),
        }
    }
    Ok(ask)
}

/// Whether a window could be seen.
fn display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn window(ask: &Ask<'_>) -> Result<()> {
    go(&mut cargo(&["build", "--package", "purser"]), BUILD)?;
    let mut app = command(place::program("debug", "purser-desktop"));
    if ask.own_profile {
        say("opening the window on your own profile");
    } else {
        let profile = place::target().join("sandbox");
        fs::create_dir_all(&profile).with_context(|| format!("`{}` cannot be made", profile.display()))?;
        app.arg("--sandbox").env("PURSER_HOME", &profile);
        say("opening the window on the embedded sandbox; nothing it does reaches a real gateway");
        say(format_args!("its profile is {}; your own is not touched (--own-profile opens that)", profile.display()));
    }
    go(app.args(ask.rest), "run it with RUST_LOG=debug to see more")
}

/// The same agency without a window: sync, spend, a chart and invoices, in a profile that is thrown away next time.
fn tour(args: &[&str]) -> Result<()> {
    go(&mut cargo(&["build", "--package", "cli"]), BUILD)?;
    let profile = place::target().join("tour");
    if profile.exists() {
        fs::remove_dir_all(&profile).with_context(|| format!("`{}` cannot be emptied", profile.display()))?;
    }
    fs::create_dir_all(&profile).with_context(|| format!("`{}` cannot be made", profile.display()))?;
    let purser = place::program("debug", "purser");
    let mut tour = test::with_keyring(&purser.to_string_lossy());
    tour.arg("--profile").arg(&profile).arg("tour").args(args);
    go(&mut tour, "the message above says why")?;
    say(format_args!("the tour's profile and invoices are in {}", profile.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_the_app_come_after_two_dashes() {
        let ask = parse(&["--headless", "--", "--days", "7"]).expect("valid");
        assert_eq!(ask, Ask { headless: true, own_profile: false, rest: &["--days", "7"] });
        assert!(parse(&["--days"]).is_err(), "an unknown flag is not swallowed");
    }
}
