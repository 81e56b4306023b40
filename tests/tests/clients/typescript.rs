//! Two generators for TypeScript: openapi-typescript, whose types openapi-fetch goes by, and @hey-api/openapi-ts.

use std::path::{Path, PathBuf};
use std::process::Command;

use chat_tests::tree::root;

use crate::evening::{Servers, client, emptied, program, succeeds};

/// Makes the client anew, compiles the evening with it, and spends it.
async fn spend_an_evening(generator: &str) {
    let folder = client("typescript");
    emptied(folder.join("generated").join(generator));
    succeeds(npm_run(generator, &folder));
    let out = format!("generated/{generator}-program");
    let mut compile = program(folder.join("node_modules/.bin/tsc"), &folder);
    compile.args(["--project", &format!("tsconfig.{generator}.json"), "--outDir", &out]);
    succeeds(compile);
    let mut evening = program("node", &folder);
    evening.arg(format!("{out}/{generator}.js"));
    Servers::start().await.visited_by(evening);
}

fn npm_run(script: &str, folder: &Path) -> Command {
    assert!(folder.join("node_modules").exists(), "no packages in {}: run `cargo xtask setup`", folder.display());
    let mut npm = program("npm", folder);
    npm.args(["run", "--silent", script]);
    npm
}

#[tokio::test]
async fn an_evening_by_openapi_fetch() {
    spend_an_evening("fetch").await;
}

#[tokio::test]
async fn an_evening_by_hey_api() {
    spend_an_evening("hey").await;
}

/// A twin of the folder, whose types are those of a document with another name for `availCoins`.
fn with_a_renamed_field(folder: &Path) -> PathBuf {
    let twin = emptied(folder.join("generated/renamed"));
    let write = |name: &str, text: &str| std::fs::write(twin.join(name), text).expect("a file in our own folder");
    for name in ["fetch.ts", "server.ts", "tsconfig.json", "tsconfig.fetch.json"] {
        write(name, &std::fs::read_to_string(folder.join(name)).expect(name));
    }
    for (document, types) in [("openapi.json", "chat"), ("openapi-admin.json", "admin")] {
        let text = std::fs::read_to_string(root().join("chat-http").join(document)).expect(document);
        let renamed = text.replace("\"availCoins\"", "\"coinsLeft\"");
        assert_ne!(renamed, text);
        write(document, &renamed);
        let mut generate = program(folder.join("node_modules/.bin/openapi-typescript"), &twin);
        generate.args([document, "--output", &format!("generated/fetch/{types}.d.ts")]);
        succeeds(generate);
    }
    twin
}

#[test]
fn the_compiler_notices_a_renamed_field() {
    let folder = client("typescript");
    let mut compile = program(folder.join("node_modules/.bin/tsc"), &with_a_renamed_field(&folder));
    let output = compile.args(["--noEmit", "--project", "tsconfig.fetch.json"]).output().expect("tsc");
    let faults = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "it compiles");
    for fault in faults.lines().filter(|line| line.contains("error TS")) {
        assert!(fault.contains("availCoins"), "{fault}");
    }
    assert!(faults.contains("Property 'availCoins' does not exist"), "{faults}");
}
