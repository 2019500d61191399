//! Files are read within a budget, and written whole or not at all.

use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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
/// Those of [`check_writable`], a full disk, or `write` itself fails.
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
    publish(vec![Draft::of(path.as_ref(), write)?])
}

/// Writes several files, each as [`write_whole`] does, and all of them or none: no name appears before the last content
/// is on the disk.
///
/// What is left are the renames, which fail only if somebody takes a folder away in that moment.
///
/// # Errors
///
/// As for `write_whole`, for the first file that cannot be written.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// let (kernel, plot) = (folder.path().join("kernel.csv"), folder.path().join("no-such-folder/loss.svg"));
/// let refused = corr2d_imaging::write_together(&[(&kernel, b"1,-1\n"), (&plot, b"<svg/>")]);
/// assert!(refused.is_err() && !kernel.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_together(files: &[(&Path, &[u8])]) -> Result<()> {
    let draft = |&(path, content): &(&Path, &[u8])| Draft::of(path, |file| file.write_all(content));
    publish(files.iter().map(draft).collect::<Result<_>>()?)
}

/// Whether a file could be written under this name, so that a command can refuse it before a long computation.
///
/// # Errors
///
/// The folder does not exist, or the path is a folder or read-only.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// corr2d_imaging::check_writable(folder.path().join("kernel.csv"))?;
/// assert!(corr2d_imaging::check_writable(folder.path()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_writable(path: impl AsRef<Path>) -> Result<()> {
    Destination::of(path.as_ref()).map(drop)
}

/// What stands under a name.
enum Destination {
    Nothing,
    File {
        target: PathBuf,
        permissions: Permissions,
    },
    /// A device or a pipe, which nothing can replace.
    Device,
}

impl Destination {
    fn of(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(Error::IsFolder { path: shown }),
            Ok(found) if !found.is_file() => Ok(Self::Device),
            Ok(found) if found.permissions().readonly() => Err(Error::ReadOnly { path: shown }),
            Ok(found) => {
                // The target of a link, so that the link stays.
                let target = path.canonicalize().map_err(unwritable(path))?;
                Ok(Self::File { target, permissions: found.permissions() })
            }
            Err(_) => {
                let folder = folder_of(path);
                if folder.is_dir() {
                    return Ok(Self::Nothing);
                }
                Err(Error::NoFolder { path: shown, folder: folder.display().to_string() })
            }
        }
    }
}

/// A content that is complete but not under its name yet; dropped, it vanishes.
struct Draft {
    path: PathBuf,
    content: Content,
}

enum Content {
    Drafted { draft: NamedTempFile, target: PathBuf },
    ForDevice(Vec<u8>),
}

impl Draft {
    fn of(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Self> {
        let content = match Destination::of(path)? {
            Destination::Nothing => Self::beside(path.to_path_buf(), None, write),
            Destination::File { target, permissions } => Self::beside(target, Some(permissions), write),
            Destination::Device => {
                let mut content = Vec::new();
                write(&mut content).map(|()| Content::ForDevice(content))
            }
        };
        Ok(Self { path: path.to_path_buf(), content: content.map_err(unwritable(path))? })
    }

    fn beside(
        target: PathBuf,
        permissions: Option<Permissions>,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Content> {
        let mut draft = draft_in(&folder_of(&target))?;
        let mut buffered = io::BufWriter::new(draft.as_file_mut());
        write(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        if let Some(permissions) = permissions {
            draft.as_file().set_permissions(permissions)?;
        }
        draft.as_file().sync_all()?;
        Ok(Content::Drafted { draft, target })
    }
}

/// Devices first: what fails there leaves no file behind.
fn publish(drafts: Vec<Draft>) -> Result<()> {
    for Draft { path, content } in &drafts {
        if let Content::ForDevice(content) = content {
            write_directly(path, content).map_err(unwritable(path))?;
        }
    }
    for Draft { path, content } in drafts {
        if let Content::Drafted { draft, target } = content {
            draft.persist(target).map_err(|failure| unwritable(&path)(failure.error))?;
        }
    }
    Ok(())
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> Error {
    let shown = path.display().to_string();
    move |cause| Error::Unwritable { path: shown.clone(), cause }
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

fn draft_in(folder: &Path) -> io::Result<NamedTempFile> {
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

fn write_directly(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).open(path)?;
    file.write_all(content)?;
    file.flush()
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
