//! `cargo xtask validators`: the official rules for e-invoices and PDF/A-3b, on invoices written for them.
//!
//! They come from PyPI into a virtual environment and from Maven Central into a folder beside it, both pinned in
//! `tests/validators` and kept in the target directory. On the build machine they must run; elsewhere a machine that cannot
//! get them is told so, and nothing else fails.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::place;
use crate::step::{cargo, command, run, say};

const REMEDY: &str = "python3 with venv, pip with access to PyPI, a Java runtime and qpdf are needed: \
    `apt-get install python3-venv default-jre-headless qpdf`";
const CENTRAL: &str = "the message above names what could not be had; https://repo1.maven.org must be reachable once";

/// Writes the invoices and validates them.
///
/// # Errors
/// A document breaks a rule; or, on the build machine, the validators cannot be set up.
pub fn validators() -> Result<()> {
    let python = match environment().and_then(|python| artefacts(&python).map(|()| python)) {
        Ok(python) => python,
        Err(error) if std::env::var_os("CI").is_some() => {
            return Err(error.context("the official validators could not be set up"));
        }
        Err(error) => {
            say(format_args!("e-invoices are NOT checked by the official validators here ({error:#})"));
            return Ok(());
        }
    };
    let folder = place::target().join("e-invoices");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    }
    let mut write = cargo(&["run", "--quiet", "--package", "render", "--example", "e_invoices", "--"]);
    run(write.arg(&folder), "an invoice of the matrix could not be made: the message above says why")?;
    let mut check = command(python);
    check.arg(scripts().join("validate.py")).arg(&folder).arg(fetched());
    run(&mut check, "the broken rules are named above")
}

fn scripts() -> PathBuf {
    place::root().join("tests/validators")
}

/// Where the pinned artefacts are kept.
fn fetched() -> PathBuf {
    place::target().join("validator-artefacts")
}

/// The Python of an environment that has what `requirements.txt` names.
fn environment() -> Result<PathBuf> {
    let home = place::target().join("validators");
    let python = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = scripts().join("requirements.txt");
    let stamp = home.join("requirements.txt");
    for program in ["qpdf", "java"] {
        if !place::on_path(&format!("{program}{}", std::env::consts::EXE_SUFFIX)) {
            bail!("{program} is not installed; {REMEDY}");
        }
    }
    if same(&wanted, &stamp) {
        return Ok(python);
    }
    run(command("python3").args(["-m", "venv", "--clear"]).arg(&home), REMEDY)?;
    let mut pip = command(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted);
    run(&mut pip, REMEDY)?;
    std::fs::copy(&wanted, &stamp).with_context(|| format!("{} cannot be written", stamp.display()))?;
    Ok(python)
}

/// Brings what `artefacts.txt` pins, unless it is there already.
fn artefacts(python: &Path) -> Result<()> {
    let mut fetch = command(python);
    fetch.arg(scripts().join("fetch.py")).arg(scripts().join("artefacts.txt")).arg(fetched());
    run(&mut fetch, CENTRAL)
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::process::Output;

    use super::*;

    /// Of the six letters `purser`.
    const DIGEST: &str = "eaa0e58dea2c9d3d12c06f452cdca0f0669fa2bd0441fb23ad36e391cbb6860c";

    /// What `fetch.py` makes of one pin to a file beside the list.
    fn fetch(name: &str, digest: &str, content: Option<&str>) -> Result<(PathBuf, Output)> {
        let home = std::env::temp_dir().join(format!("purser-fetch-{name}-{}", std::process::id()));
        fs::create_dir_all(home.join("kept"))?;
        fs::write(home.join("kept/old.jar"), "of an earlier list")?;
        let source = home.join("rules.jar");
        content.map_or(Ok(()), |content| fs::write(&source, content))?;
        fs::write(home.join("list.txt"), format!("# a remark\n\n{digest}  file://{}\n", source.display()))?;
        let script = scripts().join("fetch.py");
        let output = command("python3").arg(script).arg(home.join("list.txt")).arg(home.join("kept")).output()?;
        Ok((home, output))
    }

    #[test]
    fn what_is_pinned_is_kept_and_what_is_not_goes() -> Result<()> {
        let (home, output) = fetch("good", DIGEST, Some("purser"))?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read_to_string(home.join("kept/rules.jar"))?, "purser");
        assert!(!home.join("kept/old.jar").exists(), "a pattern must not find two versions");
        Ok(fs::remove_dir_all(home)?)
    }

    #[test]
    fn another_hash_is_refused_with_both_of_them_and_nothing_is_kept() -> Result<()> {
        let (home, output) = fetch("changed", DIGEST, Some("pirate"))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(DIGEST) && said.contains("cut short or changed"), "{said}");
        assert!(!home.join("kept/rules.jar").exists());
        Ok(fs::remove_dir_all(home)?)
    }

    #[test]
    fn a_download_that_fails_is_a_sentence_with_its_address() -> Result<()> {
        let (home, output) = fetch("gone", DIGEST, None)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("rules.jar cannot be downloaded"), "{said}");
        Ok(fs::remove_dir_all(home)?)
    }
}
