//! A test as a program of its own, for what holds for a whole process.

use std::env;
use std::process::Command;

/// Runs the calling test again, alone in a process with these variables, and returns what that printed. `name` is the test's whole
/// name. The test has to see from one of the variables that it is the one that runs there.
///
/// # Errors
/// What was printed, where the test failed or none of this name ran.
pub fn run_in_its_own_program(name: &str, variables: &[(&str, &str)]) -> Result<String, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["--exact", name, "--nocapture"]).envs(variables.iter().copied());
    let output = command.output().map_err(|error| error.to_string())?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() && said.contains("1 passed") { Ok(said) } else { Err(said) }
}
