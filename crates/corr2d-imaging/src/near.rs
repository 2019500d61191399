//! "Did you mean …": the known names that a mistyped one resembles.

/// `, near sobel-x, sobel-y`, or nothing where no name resembles the found one.
pub(crate) fn near<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let found = found.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known.into_iter().map(|name| (resemblance(&found, name), name)).collect();
    scored.retain(|(score, _)| *score >= 0.8);
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    let names: Vec<&str> = scored.into_iter().take(3).map(|(_, name)| name).collect();
    if names.is_empty() { String::new() } else { format!(", near {}", names.join(", ")) }
}

/// Whoever types `sobel` means one of the names that begin so, and whoever types `mirror` means `scipy:mirror`.
fn resemblance(found: &str, name: &str) -> f64 {
    let bare = name.split_once(':').map_or(name, |(_, bare)| bare);
    if !found.is_empty() && (name.starts_with(found) || bare == found) {
        return 1.0;
    }
    strsim::jaro_winkler(found, name)
}
