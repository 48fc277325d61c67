//! A file that is written piece by piece, whole or not at all: beside its place first, then in it.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::AppError;
use crate::wire::{Code, SavedFile};

/// A file on its way. Dropped before [`NewFile::finish`], nothing of it is left.
pub(super) struct NewFile {
    path: PathBuf,
    beside: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl NewFile {
    /// Begins a file of this name.
    pub(super) fn begin(dir: &Path, name: &str) -> Result<Self, AppError> {
        let (path, beside) = (dir.join(name), dir.join(format!(".{name}.part")));
        let begun = std::fs::create_dir_all(dir).and_then(|()| File::create(&beside));
        let file = begun.map_err(|problem| refused(&path, &problem))?;
        Ok(Self { path, beside, file: Some(file), bytes: 0 })
    }

    /// Adds to it.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes).map_err(|problem| refused(&self.path, &problem))?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Puts it in its place.
    pub(super) fn finish(mut self) -> Result<SavedFile, AppError> {
        let Some(file) = self.file.take() else { return Err(AppError::internal("a file was finished twice")) };
        let moved = file.sync_all().and_then(|()| std::fs::rename(&self.beside, &self.path));
        drop(file);
        if let Err(problem) = moved {
            let _ = std::fs::remove_file(&self.beside);
            return Err(refused(&self.path, &problem));
        }
        let bytes = u32::try_from(self.bytes).unwrap_or(u32::MAX);
        Ok(SavedFile { path: self.path.display().to_string(), bytes })
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What could not be written whole is not left behind in part.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn refused(path: &Path, problem: &std::io::Error) -> AppError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let dir = path.parent().unwrap_or(path).display();
    AppError::new(Code::Storage, format!("the file {name} cannot be written to {dir}: {problem}"))
        .hint("Choose another folder, or make room on the disk.")
}
