//! `cargo xtask validators`: the official rules for e-invoices and PDF/A-3, on invoices written for them.
//!
//! They come from PyPI into a virtual environment in the target directory. On the build machine they must run; elsewhere
//! a machine that cannot get them is told so, and nothing else fails.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::place;
use crate::step::{cargo, command, run, say};

const REMEDY: &str =
    "python3 with venv, pip with access to PyPI, and qpdf are needed: `apt-get install python3-venv qpdf`";

/// Writes the invoices and validates them.
///
/// # Errors
/// A document breaks a rule; or, on the build machine, the validators cannot be set up.
pub fn validators() -> Result<()> {
    let python = match environment() {
        Ok(python) => python,
        Err(error) if std::env::var_os("CI").is_some() => {
            return Err(error.context(format!("the official validators could not be set up; {REMEDY}")));
        }
        Err(error) => {
            say(format_args!("e-invoices are NOT checked by the official validators here ({error:#}); {REMEDY}"));
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
    run(check.arg(scripts().join("validate.py")).arg(&folder), "the broken rules are named above")
}

fn scripts() -> PathBuf {
    place::root().join("tests/validators")
}

/// The Python of an environment that has what `requirements.txt` names.
fn environment() -> Result<PathBuf> {
    let home = place::target().join("validators");
    let python = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = scripts().join("requirements.txt");
    let stamp = home.join("requirements.txt");
    if !place::on_path("qpdf") {
        bail!("qpdf is not installed");
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

fn same(one: &Path, other: &Path) -> bool {
    matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}
