//! No file of a command is written over another one of it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// A file, and the option that names it.
pub(crate) type Named = (&'static str, PathBuf);

/// Refuses a file to be written that another option names too, to be written or to be read.
pub(crate) fn check_apart(read: &[Named], written: &[Named]) -> Result<()> {
    let whole = |named: &Named| (named.0, whole(&named.1));
    let mut others: Vec<Named> = read.iter().map(whole).collect();
    for named in written {
        let (option, path) = whole(named);
        if let Some((other, _)) = others.iter().find(|(_, other)| *other == path) {
            bail!("{other} and {option} name the same file, {}: give each its own", named.1.display());
        }
        others.push((option, path));
    }
    Ok(())
}

/// The folder a file is in, however it is reached, and its name.
fn whole(path: &Path) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}
