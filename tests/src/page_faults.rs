//! How often fresh memory was touched.

use std::fs;

/// The page faults of this process so far that needed no disk, as Linux counts them: the eighth field behind its name in
/// parentheses. `None` where `/proc` does not say.
#[must_use]
pub fn page_faults() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, behind) = status.rsplit_once(") ")?;
    behind.split(' ').nth(7)?.parse().ok()
}
