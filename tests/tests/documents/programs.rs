//! The programs of the pages are run.

use std::process::Command;

use chat_tests::Server;
use chat_tests::tree::root;

use crate::page::blocks_of;
use crate::reader::TOLD;

/// Runs a program to its end, and answers what it printed.
async fn run(mut command: Command) -> String {
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic").expect("it starts");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    said.into_owned()
}

/// Older versions of Node.js lack these two, which browsers have.
const AS_IN_BROWSERS: &str = "\
import { webcrypto } from 'node:crypto';
import { WebSocket as Socket } from 'ws';
globalThis.crypto ??= webcrypto;
globalThis.WebSocket ??= Socket;
";

#[tokio::test]
async fn what_a_page_does_in_a_browser_goes() {
    let server = Server::demo().await;
    let packages = root().join("target/documents-node");
    assert!(packages.exists(), "no {}: run `cargo xtask setup`", packages.display());
    for block in blocks_of("js") {
        let told = format!("http://{TOLD}");
        assert!(block.text.contains(&told), "{}: it says where the chat is", block.place());
        let page = block.text.replace(&told, server.base());
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval", &format!("{AS_IN_BROWSERS}{page}")]).current_dir(&packages);
        let said = run(node).await;
        assert!(said.starts_with("2 alice: Hello, everybody!\nclosed "), "{}: {said}", block.place());
    }
}

#[tokio::test]
async fn what_python_does_by_grpc_goes() {
    let server = Server::demo_with(&["--grpc-listen", "127.0.0.1:0"]).await;
    let python = root().join("target/grpc-python/bin/python");
    assert!(python.exists(), "no {}: run `cargo xtask setup`", python.display());
    for block in blocks_of("python") {
        let told = "127.0.0.1:50051";
        assert!(block.text.contains(told), "{}: it says where gRPC is", block.place());
        let mut command = Command::new(&python);
        command.args(["-c", &block.text.replace(told, &server.grpc())]).current_dir(root());
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let room = run(command).await;
        assert_eq!(room.trim().len(), 36, "{}: the id of a room: {room}", block.place());
    }
}
