//! Who depends on whom, as cargo sees it.

use std::process::Command;

use serde_json::Value;

use super::tree::root;

/// The manifests of all members, from the root.
pub(super) fn manifests() -> Vec<String> {
    let relative = |package: &Value| {
        let path = package["manifest_path"].as_str().unwrap().to_owned();
        path.strip_prefix(&format!("{}/", root().display())).unwrap_or(&path).to_owned()
    };
    packages().iter().map(relative).collect()
}

/// What a member depends on outside its tests.
pub(super) fn of(name: &str) -> Vec<String> {
    let packages = packages();
    let package = packages.iter().find(|package| package["name"] == name).unwrap_or_else(|| panic!("no member {name}"));
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Dependencies between members that do not point down, those of tests included.
pub(super) fn upward() -> Vec<String> {
    let mut found = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let Some(floor) = floor(name) else {
            found.push(format!("{name} has no floor in tests/suite/architecture/dependencies.rs: give it one"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let on = dependency["name"].as_str().unwrap();
            if dependency["path"].is_string() && self::floor(on).is_none_or(|other| other >= floor) {
                found.push(format!("{name} depends on {on}"));
            }
        }
    }
    found
}

/// The floors of the house, from the ground up. A member stands on lower floors only.
fn floor(name: &str) -> Option<u32> {
    match name {
        "corr2d-cpu" => Some(0),
        "corr2d" => Some(1),
        "corr2d-imaging" => Some(2),
        "chapter-kit" => Some(3),
        _ if name.starts_with("chapter-") => Some(4),
        "corr2d-tests" => Some(5),
        "corr2d-benches" => Some(6),
        _ => None,
    }
}

/// The version of Rust that the workspace asks for.
pub(super) fn rust_version() -> String {
    packages()[0]["rust_version"].as_str().unwrap().to_owned()
}

/// The version of Rust that each package of the lock file asks for, if it names one.
pub(super) fn locked_rust_versions() -> Vec<(String, String)> {
    let of = |package: Value| {
        let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
        Some((name, package["rust_version"].as_str()?.to_owned()))
    };
    // Packages of other platforms may never have been downloaded.
    let host = host();
    metadata(&["--locked", "--filter-platform", &host]).into_iter().filter_map(of).collect()
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn packages() -> Vec<Value> {
    metadata(&["--no-deps"])
}

fn metadata(options: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1"])
        .args(options)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}
