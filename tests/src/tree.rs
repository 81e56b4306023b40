//! The sources of the workspace, for tests of what is written rather than of what it does.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace around this package").to_owned()
}

/// The files below `folder` whose name ends so, with their path from the root and their text, sorted; without what builds
/// leave behind.
pub fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry of a folder that can be read").path();
            let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            if path.is_dir()
                && !name.starts_with('.')
                && !["target", "node_modules", "generated", "chat-data"].contains(&name.as_str())
            {
                folders.push(path);
            } else if name.ends_with(ending) && path.is_file() {
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let shown = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.push((shown, text));
            }
        }
    }
    found.sort();
    found
}

/// The Rust files of the workspace.
pub fn rust_files() -> Vec<(String, String)> {
    let files = files(&root(), ".rs");
    assert!(files.len() > 10, "the tree is where this looks: {}", files.len());
    files
}

/// The part of a file that is tests: all of it below a `tests` folder, else what follows `#[cfg(test)]`.
pub fn tests_of<'a>(path: &str, text: &'a str) -> &'a str {
    if path.starts_with("tests/") || path.contains("/tests/") {
        return text;
    }
    text.find("#[cfg(test)]").map_or("", |start| &text[start..])
}
