//! A profile folder that one test owns.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// Where the app under test keeps its database, logs and documents. Removed when dropped, unless `PURSER_KEEP` is set.
#[derive(Debug)]
pub struct Profile {
    folder: TempDir,
}

impl Profile {
    /// An empty profile.
    ///
    /// # Errors
    /// The temporary folder cannot be made.
    pub fn new() -> Result<Self> {
        let mut folder = tempfile::Builder::new().prefix("purser-").tempdir().context("no temporary folder")?;
        folder.disable_cleanup(std::env::var_os("PURSER_KEEP").is_some());
        Ok(Self { folder })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Every file below the folder.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(self.path(), &mut files);
        files
    }

    /// The files whose bytes hold `needle`, read raw: a database and its write-ahead log included (canary tests).
    #[must_use]
    pub fn files_holding(&self, needle: &str) -> Vec<PathBuf> {
        files_below_holding(self.path(), needle)
    }
}

/// The files below a folder whose bytes hold `needle`, read raw.
#[must_use]
pub fn files_below_holding(folder: &Path, needle: &str) -> Vec<PathBuf> {
    let needle = needle.as_bytes();
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(needle.len().max(1)).any(|window| window == needle)
    };
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.into_iter().filter(holds).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_found_in_raw_bytes() {
        let profile = Profile::new().expect("temporary folder");
        fs::create_dir(profile.path().join("logs")).expect("folder");
        fs::write(profile.path().join("logs/a.wal"), b"\xff\x00sk-canary\x00").expect("file");
        fs::write(profile.path().join("clean"), "sk-other").expect("file");
        assert_eq!(profile.files().len(), 2);
        assert_eq!(profile.files_holding("sk-canary"), [profile.path().join("logs/a.wal")]);
    }
}
