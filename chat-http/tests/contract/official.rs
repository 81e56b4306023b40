//! What other people's programs say of the documents: AsyncAPI's own parser, and Spectral with the rules that it
//! recommends, but for one. `cargo xtask setup` brings both.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::document;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Where `cargo xtask setup` puts packages of Node.js for these tests.
fn packages() -> PathBuf {
    let packages = here("../target/contract-node");
    assert!(packages.join("node_modules").exists(), "no {}: run `cargo xtask setup`", packages.display());
    packages
}

/// What Node.js prints as it runs a script with these files, and whether it ends well.
fn node(script: &Path, arguments: &[&Path]) -> (String, bool) {
    let output = Command::new("node").arg(script).args(arguments).current_dir(packages()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.success())
}

fn parsed(file: &Path) -> Value {
    let (said, well) = node(&here("tests/contract/validate.cjs"), &[file]);
    assert!(well, "{said}");
    serde_json::from_str(&said).unwrap()
}

/// The document with one fault, in a file.
fn broken(name: &str, fault: impl FnOnce(&mut Value)) -> PathBuf {
    let mut document = document();
    fault(&mut document);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, document.to_string()).unwrap();
    file
}

#[test]
fn the_official_parser_has_nothing_to_say_against_it() {
    let parsed = parsed(&here("asyncapi.json"));
    assert_eq!(parsed["told"], serde_json::json!([]));
    let operations = document()["operations"].as_object().unwrap().len();
    assert_eq!(parsed["operations"].as_array().unwrap().len(), operations);
}

#[test]
fn the_official_parser_sees_an_operation_whose_message_is_not_of_its_channel() {
    let file = broken("message.json", |document| {
        document["operations"]["send"]["messages"][0]["$ref"] = "#/components/messages/sendCommand".into();
    });
    let told = parsed(&file)["told"].to_string();
    assert!(told.contains("operations.send.messages"), "{told}");
}

fn linted(file: &Path, rules: &str) -> (String, bool) {
    let ruleset = here("tests/contract").join(rules);
    let spectral = packages().join("node_modules/@stoplight/spectral-cli/dist/index.js");
    let [lint, rules, severity] = ["lint", "--ruleset", "--fail-severity=warn"].map(Path::new);
    node(&spectral, &[lint, file, rules, &ruleset, severity])
}

#[test]
fn spectral_has_nothing_to_say_against_the_documents() {
    for (file, rules) in
        [("asyncapi.json", "asyncapi.yaml"), ("openapi.json", "openapi.yaml"), ("openapi-admin.json", "openapi.yaml")]
    {
        let (said, well) = linted(&here(file), rules);
        assert!(well && (said.contains("0 errors, 0 warnings") || said.contains("No results")), "{file}: {said}");
    }
}

#[test]
fn spectral_sees_an_operation_without_an_action() {
    let file = broken("operation.json", |document| {
        document["operations"]["send"].as_object_mut().unwrap().remove("action");
    });
    let (said, well) = linted(&file, "asyncapi.yaml");
    assert!(!well && said.contains("operations.send"), "{said}");
}

#[test]
fn spectral_sees_an_example_that_its_schema_does_not_take() {
    let mut document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    document["components"]["schemas"]["ReadPosition"]["example"]["unread"] = "none".into();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let (said, well) = linted(&file, "openapi.yaml");
    assert!(!well && said.contains("ReadPosition"), "{said}");
}
