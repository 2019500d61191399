//! A file of tensors that appears whole under its name, or not at all: written under another name in the same folder, then
//! renamed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{Device, Tensor};

use crate::error::{Error, Result};
use crate::variables::NamedTensors;

pub(super) fn read(path: &Path) -> Result<NamedTensors> {
    let shown = || path.display().to_string();
    let content = fs::read(path).map_err(|cause| Error::Unreadable { path: shown(), cause })?;
    match candle_core::safetensors::load_buffer(&content, &Device::Cpu) {
        Ok(tensors) => Ok(tensors.into_iter().collect()),
        Err(why) => Err(Error::NoCheckpoint { path: shown(), why: Error::from(why).to_string() }),
    }
}

pub(super) fn write(path: &Path, tensors: &NamedTensors) -> Result<()> {
    let draft_and_rename = || {
        let target = Target::of(path)?;
        let draft = Draft::beside(&target.path)?;
        draft.fill(tensors)?;
        target.give_permissions(&draft)?;
        draft.rename(&target.path)
    };
    draft_and_rename().map_err(|cause| Error::Unwritable { path: path.display().to_string(), cause })
}

/// What is to be replaced.
struct Target {
    path: PathBuf,
    permissions: Option<fs::Permissions>,
}

impl Target {
    /// A link stays, and what it points to is replaced.
    fn of(path: &Path) -> io::Result<Self> {
        let refuse = |kind, why: &str| Err(io::Error::new(kind, why.to_owned()));
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => refuse(io::ErrorKind::IsADirectory, "it is a folder"),
            Ok(found) if !found.is_file() => refuse(io::ErrorKind::InvalidInput, "it is no ordinary file"),
            Ok(found) if found.permissions().readonly() => refuse(io::ErrorKind::PermissionDenied, "it is read-only"),
            Ok(found) => Ok(Self { path: path.canonicalize()?, permissions: Some(found.permissions()) }),
            Err(_) => Ok(Self { path: path.to_owned(), permissions: None }),
        }
    }

    fn give_permissions(&self, draft: &Draft) -> io::Result<()> {
        self.permissions.as_ref().map_or(Ok(()), |own| fs::set_permissions(&draft.0, own.clone()))
    }
}

/// A file that is not under its name yet; dropped, it vanishes.
struct Draft(PathBuf);

impl Draft {
    /// Its name is one that no other process and no other thread of this one takes. In a container a process may have the
    /// number of one that was killed over its draft, so a name that is taken is passed over.
    fn beside(target: &Path) -> io::Result<Self> {
        static DRAFTS: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
            let draft = target.with_file_name(format!(".draft-{}-{number}", std::process::id()));
            match File::options().write(true).create_new(true).open(&draft) {
                Err(taken) if taken.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return opened.map(|_| Self(draft)),
            }
        }
    }

    fn fill(&self, tensors: &NamedTensors) -> io::Result<()> {
        let tensors: HashMap<&str, Tensor> =
            tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.clone())).collect();
        let failed = |error: candle_core::Error| io::Error::other(Error::from(error).to_string());
        candle_core::safetensors::save(&tensors, &self.0).map_err(failed)?;
        // On the disk before the rename, so that a power cut leaves the one or the other.
        File::options().write(true).open(&self.0)?.sync_all()
    }

    fn rename(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.0, target)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After the rename there is none, which is well.
        let _ = fs::remove_file(&self.0);
    }
}
