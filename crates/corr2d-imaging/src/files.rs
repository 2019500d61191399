//! Files are read within a budget, and written whole or not at all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, bytes};

/// No file longer than this is read into memory: 1 GiB.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Writes the file whole or not at all: under another name in the same folder first, then renamed.
///
/// A reader never sees half a file, and a failure leaves what stood there before. A new file gets the permissions that
/// any program would give it, an existing one keeps its own; a symbolic link stays, and its target is replaced. What is
/// no ordinary file, such as `/dev/stdout`, is written directly.
///
/// # Errors
///
/// The folder does not exist, the path is a folder or read-only, the disk is full, or `write` itself fails.
///
/// ```
/// use std::io::Write;
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("loss.json");
/// corr2d_imaging::write_whole(&path, |file| writeln!(file, "[16.0, 4.0]"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "[16.0, 4.0]\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_whole<F>(path: impl AsRef<Path>, write: F) -> Result<()>
where
    F: FnOnce(&mut dyn Write) -> io::Result<()>,
{
    let path = path.as_ref();
    let shown = path.display().to_string();
    let fail = |cause| Error::Unwritable { path: shown.clone(), cause };
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Error::IsFolder { path: shown }),
        Ok(found) if !found.is_file() => write_directly(path, write).map_err(fail),
        Ok(found) if found.permissions().readonly() => Err(Error::ReadOnly { path: shown }),
        Ok(found) => {
            let target = path.canonicalize().map_err(fail)?;
            replace(&target, Some(found.permissions()), write).map_err(fail)
        }
        Err(_) => {
            let folder = folder_of(path);
            if !folder.is_dir() {
                return Err(Error::NoFolder { path: shown, folder: folder.display().to_string() });
            }
            replace(path, None, write).map_err(fail)
        }
    }
}

/// Reads the file, up to [`MAX_FILE_BYTES`]: a device without an end must not fill the memory.
pub(crate) fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let shown = path.display().to_string();
    let fail = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => Error::NotFound { path: shown.clone() },
        io::ErrorKind::IsADirectory => Error::IsFolder { path: shown.clone() },
        _ => Error::Unreadable { path: shown.clone(), cause },
    };
    if path.is_dir() {
        return Err(Error::IsFolder { path: shown });
    }
    let mut content = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content).map_err(fail)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(Error::FileTooLarge { path: shown, limit: bytes(MAX_FILE_BYTES.into()) });
    }
    if content.is_empty() {
        return Err(Error::EmptyFile { path: shown });
    }
    Ok(content)
}

/// What follows the last dot of the name, in small letters; empty where there is none.
pub(crate) fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn replace(
    target: &Path,
    permissions: Option<std::fs::Permissions>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut draft = draft_in(&folder_of(target))?;
    let mut buffered = io::BufWriter::new(draft.as_file_mut());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    if let Some(permissions) = permissions {
        draft.as_file().set_permissions(permissions)?;
    }
    draft.as_file().sync_all()?;
    draft.persist(target)?;
    Ok(())
}

fn draft_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // Drafts are private by default; the finished file must not be. The umask still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".draft-").tempfile_in(folder).map_err(without_path)
}

/// The system's own words, without the name of the draft, which means nothing to the reader.
fn without_path(cause: io::Error) -> io::Error {
    let text = cause.to_string();
    match text.split_once(" at path ") {
        Some((words, _)) => io::Error::new(cause.kind(), words.to_string()),
        None => cause,
    }
}

fn write_directly(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    write(&mut file)?;
    file.flush()
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
