//! Tests that need candle's graph of gradients kept, or cut.
//!
//! Candle reads an environment variable for that once in a thread. A test that starts with the other setting runs itself
//! again, as a program of its own with the right one.

use std::process::Command;

const KEEP_GRAPH: &str = "CANDLE_GRAD_DO_NOT_DETACH";

/// Runs `body` where gradients can be differentiated again. `name` is the whole name of the calling test.
pub(crate) fn with_the_graph_kept(name: &str, body: impl FnOnce()) {
    if is_kept() { body() } else { again(name, |command| command.env(KEEP_GRAPH, "1")) }
}

/// Runs `body` where candle cuts gradients off the graph, as it does when nobody says otherwise.
pub(crate) fn with_the_graph_cut(name: &str, body: impl FnOnce()) {
    if is_kept() { again(name, |command| command.env_remove(KEEP_GRAPH)) } else { body() }
}

/// As candle reads it.
fn is_kept() -> bool {
    std::env::var(KEEP_GRAPH).is_ok_and(|value| !value.is_empty() && value != "0")
}

fn again(name: &str, set: impl FnOnce(&mut Command) -> &mut Command) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = set(command.args(["--exact", name, "--nocapture"])).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{name} is not the name of this test: {said}");
}
