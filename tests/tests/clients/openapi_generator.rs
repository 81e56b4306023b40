//! OpenAPI Generator, of which a Python package brings the jar.

use std::path::{Path, PathBuf};

use chat_tests::tree::root;

use crate::evening::{program, succeeds};

/// What is not the client itself is not made.
const THE_CLIENT_ALONE: &str = "apiDocs=false,modelDocs=false,apiTests=false,modelTests=false";

/// Where `cargo xtask setup` puts it.
fn programs() -> PathBuf {
    let programs = root().join("target/openapi-generator/bin");
    assert!(programs.exists(), "no {}: run `cargo xtask setup`", programs.display());
    programs
}

/// Makes a client of the committed document below `folder`.
pub(crate) fn generate(generator: &[&str], folder: &Path, properties: &str) {
    let mut generate = program(programs().join("openapi-generator-cli"), folder);
    generate
        .args(["generate", "--generator-name"])
        .args(generator)
        .args(["--global-property", THE_CLIENT_ALONE, "--additional-properties", properties])
        .arg("--input-spec")
        .arg(root().join("chat-http/openapi.json"))
        .args(["--output", "."]);
    succeeds(generate);
}

/// Its jar.
pub(crate) fn jar() -> String {
    let mut python = program(programs().join("python"), &root());
    python.args(["-c", "import openapi_generator_cli as it; print(it.__path__[0])"]);
    format!("{}/openapi-generator.jar", succeeds(python).trim())
}
