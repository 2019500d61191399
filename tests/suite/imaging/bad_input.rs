//! Every bad input has its one line, which says what was found and what would do, and leaves no file behind.

mod arrays;
mod kernels;
mod pictures_read;
mod pictures_written;
mod tensors;

use std::fmt::Write;

use candle_core::Device;
use corr2d_imaging::Error;

use super::files;

const CPU: Device = Device::Cpu;

/// A folder of prepared files, and the table of what was refused.
pub(super) struct Desk {
    folder: tempfile::TempDir,
    table: String,
}

impl Desk {
    pub(super) fn new(prepared: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in prepared {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        Self { folder, table: String::new() }
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(super) fn refused<T>(&mut self, case: &str, outcome: Result<T, Error>) {
        let message = outcome.err().unwrap_or_else(|| panic!("{case}: accepted")).to_string();
        assert_eq!(message.lines().count(), 1, "{case}: {message}");
        let message = message.replace(&self.folder.path().display().to_string(), "[folder]");
        writeln!(self.table, "{case}: {message}").unwrap();
    }

    /// The table, after the check that the folder holds what was prepared and no more.
    pub(super) fn table(self, prepared: &[(&str, &[u8])]) -> String {
        let mut names: Vec<_> = prepared.iter().map(|(name, _)| name.to_string()).collect();
        names.sort();
        assert_eq!(files(self.folder.path()), names, "no file is left behind");
        for (name, content) in prepared {
            assert_eq!(std::fs::read(self.folder.path().join(name)).unwrap(), *content, "{name} is untouched");
        }
        self.table
    }
}
