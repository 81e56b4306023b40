//! `cargo xtask package`: the crates that others depend on are packages, of which cargo has nothing to say.

use std::process::Stdio;

use crate::workspace::{cargo, show};

/// The libraries. All else of the workspace stays in it.
const LIBRARIES: [&str; 10] = [
    "chat-client",
    "chat-conformance",
    "chat-core",
    "chat-grpc",
    "chat-http",
    "chat-limits",
    "chat-mysql",
    "chat-sql",
    "chat-sqlite",
    "chat-webhooks",
];

/// Packs them. They are not built once more: they hold the sources that the tests have built.
pub(crate) fn run() -> Result<(), String> {
    // That a package has no address of its repository, nor of its documentation, is so; the rest is tested below.
    let mut command = cargo(&["package", "--no-verify", "--no-metadata", "--allow-dirty"]);
    command.args(LIBRARIES.iter().flat_map(|name| ["--package", name])).stdin(Stdio::null());
    let shown = show(&command);
    let output = command.output().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    print!("{said}");
    match () {
        () if !output.status.success() => Err(format!("`{shown}` failed: {}", output.status)),
        () if warns(&said) => Err(format!("`{shown}` warns")),
        () => Ok(()),
    }
}

fn warns(said: &str) -> bool {
    said.lines().any(|line| line.starts_with("warning"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::workspace::root;

    /// The manifests of the packages in the workspace's own folder, without those of its tests and examples.
    fn manifests() -> Vec<(String, String)> {
        let folders = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
        let manifests = folders.filter_map(|folder| {
            let name = folder.file_name()?.to_string_lossy().into_owned();
            Some((name, fs::read_to_string(folder.join("Cargo.toml")).ok()?))
        });
        manifests.collect()
    }

    #[test]
    fn the_libraries_are_those_that_may_be_published() {
        let may_be = |(_, text): &(String, String)| !text.contains("publish.workspace = true");
        let mut found: Vec<_> = manifests().into_iter().filter(may_be).map(|(name, _)| name).collect();
        found.sort();
        assert_eq!(found, LIBRARIES);
    }

    #[test]
    fn each_library_says_what_it_is() {
        for (name, text) in manifests().iter().filter(|(name, _)| LIBRARIES.contains(&name.as_str())) {
            for field in ["description = \"", "license.workspace = true", "rust-version.workspace = true"] {
                assert!(text.contains(field), "{name} has no {field}");
            }
            for list in ["keywords = [", "categories = ["] {
                let words = text.split_once(list).map(|(_, rest)| rest.split(']').next().unwrap_or_default());
                let count = words.map(|words| words.split(',').count());
                assert!(count.is_some_and(|count| (1..=5).contains(&count)), "{name}: {list}…]: one to five");
            }
        }
    }

    #[test]
    fn a_warning_is_noticed() {
        assert!(warns("   Packaging a\nwarning: manifest has no license\n"));
        assert!(!warns("   Packaging a\n    Packaged 3 files, warning signs among them\n"));
    }
}
