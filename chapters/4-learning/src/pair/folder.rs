//! The pairs of a folder: FOLDER/input and FOLDER/target hold them, each pair under one name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::arguments::Source;

/// Input and target of each pair, in the order of their names.
pub(crate) fn pairs_of(source: &Source) -> Result<Vec<(PathBuf, PathBuf)>> {
    let folder = match source {
        Source::Pair { input, target } => return Ok(vec![(input.clone(), target.clone())]),
        Source::Folder(folder) => folder,
    };
    let (inputs, mut targets) = (files(&folder.join("input"))?, files(&folder.join("target"))?);
    let mut pairs = Vec::new();
    for (name, input) in inputs {
        match targets.remove(&name) {
            Some(target) => pairs.push((input, target)),
            None => {
                bail!("--pairs: input/{name} has no partner: no file in target has that name, whatever its extension")
            }
        }
    }
    if let Some(name) = targets.keys().next() {
        bail!("--pairs: target/{name} has no partner: no file in input has that name, whatever its extension");
    }
    ensure!(!pairs.is_empty(), "--pairs: {} holds no picture in input and target", folder.display());
    Ok(pairs)
}

/// The files of a folder by their names without extension; hidden ones do not count.
fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let fail = || {
        format!("--pairs: {} cannot be read: a folder of pairs holds the folders input and target", folder.display())
    };
    let entries =
        std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).with_context(fail)?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    let mut files = BTreeMap::new();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || !path.is_file() {
            continue;
        }
        if let Some(other) = files.insert(name, path.clone()) {
            bail!("--pairs: {} and {} have one name: which belongs to the pair?", other.display(), path.display());
        }
    }
    Ok(files)
}
