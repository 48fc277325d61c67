//! Where the repository and the built programs are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The top of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A built program: the one `variable` names, or else the one beside the running test.
///
/// # Errors
/// It is not built.
pub(crate) fn program(variable: &str, name: &str) -> Result<PathBuf> {
    let found = match env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => beside_this_test()?.join(format!("{name}{}", env::consts::EXE_SUFFIX)),
    };
    ensure!(found.is_file(), "`{}` is not built; `cargo build --workspace --bins` builds it", found.display());
    Ok(found)
}

/// Tests run from `<target>/<profile>/deps/`.
fn beside_this_test() -> Result<PathBuf> {
    let exe = env::current_exe().context("this test's own path is not known")?;
    Ok(exe.ancestors().nth(2).unwrap_or(&exe).to_path_buf())
}
