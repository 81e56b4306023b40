//! OpenAPI Generator's client for Go, of the standard library and what Debian packages.

use std::path::Path;
use std::process::Command;

use crate::evening::{Servers, client, emptied, program, succeeds};
use crate::openapi_generator::generate;

/// Go, which looks for packages in the folder and where Debian puts them, and asks no other host for modules.
fn go(folder: &Path, arguments: &[&str]) -> Command {
    let mut go = program("go", folder);
    let places = format!("{}:/usr/share/gocode", folder.display());
    go.args(arguments).env("GO111MODULE", "off").env("GOPATH", places);
    go
}

#[tokio::test]
async fn an_evening_by_openapi_generator_for_go() {
    let folder = emptied(client("go").join("generated"));
    let package = emptied(folder.join("src/chat"));
    generate(&["go"], &package, "packageName=chat,isGoSubmodule=false,useOneOfDiscriminatorLookup=true");
    succeeds(go(&folder, &["vet", "../evening.go"]));
    succeeds(go(&folder, &["vet", "chat"]));
    succeeds(go(&folder, &["build", "-o", "evening", "../evening.go"]));
    Servers::start().await.visited_by(program(folder.join("evening"), &folder));
}
