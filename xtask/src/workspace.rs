//! Where the workspace is, and how programs are run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the workspace: the one around this package.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Cargo in the workspace; the one that runs this program, where one does.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Whether a program is there and ends well with these arguments. Says nothing.
pub(crate) fn answers(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs to the end, with what it prints shown.
pub(crate) fn succeed(mut command: Command) -> Result<(), String> {
    let shown = show(&command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` failed: {status}")),
        Err(error) => Err(format!("`{shown}` cannot be started: {error}")),
    }
}

/// Runs to the end and answers what it printed.
pub(crate) fn output(mut command: Command) -> Result<String, String> {
    let shown = show(&command);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("`{shown}` failed: {}", output.status))
    }
}

/// The command as one would type it, with the variables that were set for it.
pub(crate) fn show(command: &Command) -> String {
    let quoted = |text: &std::ffi::OsStr| {
        let text = text.to_string_lossy().into_owned();
        if text.contains(' ') { format!("'{text}'") } else { text }
    };
    let variables =
        command.get_envs().filter_map(|(name, value)| Some(format!("{}={}", name.to_string_lossy(), quoted(value?))));
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(quoted);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(show(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn the_root_is_where_the_workspace_manifest_is() {
        assert!(root().join("xtask/Cargo.toml").exists());
    }

    #[test]
    fn what_is_not_there_does_not_answer() {
        assert!(!answers(Command::new("no-such-program-anywhere")));
        assert!(!answers(Command::new("false")));
        assert!(answers(Command::new("true")));
    }
}
