//! docs/clients.md: its commands are run, and its code is of the programs that are.

use std::env;
use std::fs;
use std::path::PathBuf;

use chat_tests::tree::root;

use crate::evening::{client, program, succeeds};

/// The fenced blocks of the page, each with its language and the heading above it.
fn blocks() -> Vec<(String, String, String)> {
    let page = fs::read_to_string(root().join("docs/clients.md")).expect("docs/clients.md");
    let mut blocks = Vec::new();
    for section in page.split("\n## ") {
        let heading = section.lines().next().unwrap_or_default();
        for fenced in section.split("\n```").skip(1).step_by(2) {
            let (language, block) = fenced.split_once('\n').expect("a block has lines");
            blocks.push((heading.to_owned(), language.to_owned(), block.to_owned()));
        }
    }
    blocks
}

#[test]
fn the_code_of_the_page_is_of_programs_that_are_compiled() {
    let mut shown = 0;
    for (heading, language, block) in blocks() {
        let sources: Vec<PathBuf> = match (language.as_str(), heading.as_str()) {
            ("ts", heading) if heading.contains("openapi-fetch") => vec![client("typescript/fetch.ts")],
            ("ts", _) => vec![client("typescript/hey.ts")],
            ("python", _) => vec![client("python/evening.py")],
            ("rust", _) => vec![client("rust/build.rs"), root().join("tests/tests/clients/rust.rs")],
            ("java", _) => vec![client("java/Evening.java")],
            ("go", _) => vec![client("go/evening.go")],
            ("sh" | "text", _) => continue,
            (other, _) => panic!("who compiles {other}?"),
        };
        let texts = sources.iter().map(|source| fs::read_to_string(source).expect("a source"));
        let program = texts.collect::<String>();
        for line in block.lines() {
            assert!(program.lines().any(|other| other.trim() == line), "{heading}: no program has: {line}");
            shown += 1;
        }
    }
    assert!(shown > 25, "{shown}");
}

#[test]
fn the_commands_of_the_page_make_clients() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let commands = blocks().into_iter().filter(|(_, language, _)| language == "sh").map(|(.., block)| block);
    let commands = commands.collect::<Vec<_>>().join("\n");
    let target = root().join("target");
    let mut places = vec![
        client("typescript/node_modules/.bin"),
        target.join("clients-python/bin"),
        target.join("openapi-generator/bin"),
        chat_tests::program().parent().expect("a folder of binaries").to_owned(),
    ];
    places.extend(env::split_paths(&env::var_os("PATH").expect("a PATH")));
    let mut bash = program("bash", folder.path());
    bash.args(["-euo", "pipefail", "-c", &commands]).env("PATH", env::join_paths(places).expect("a PATH"));
    succeeds(bash);
    for made in ["chat.d.ts", "hey/sdk.gen.ts", "chat_client/client.py", "java/pom.xml", "go/api_rooms.go"] {
        assert!(folder.path().join(made).exists(), "{made}");
    }
}
