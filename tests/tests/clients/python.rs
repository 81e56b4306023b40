//! openapi-python-client, for Python.

use chat_tests::tree::root;

use crate::evening::{Servers, client, emptied, program, succeeds};

#[tokio::test]
async fn an_evening_by_openapi_python_client() {
    let folder = client("python");
    let programs = root().join("target/clients-python/bin");
    assert!(programs.exists(), "no {}: run `cargo xtask setup`", programs.display());
    emptied(folder.join("generated"));
    for (document, package) in [("openapi.json", "chat_client"), ("openapi-admin.json", "operator_client")] {
        let mut generate = program(programs.join("openapi-python-client"), &folder);
        generate
            .args(["generate", "--meta", "none", "--config", "config.yml", "--fail-on-warning"])
            .args(["--output-path", &format!("generated/{package}"), "--path"])
            .arg(root().join("chat-http").join(document));
        succeeds(generate);
    }
    succeeds(program(programs.join("mypy"), &folder));
    let mut evening = program(programs.join("python"), &folder);
    evening.arg("evening.py").env("PYTHONPATH", "generated").env("PYTHONDONTWRITEBYTECODE", "1");
    Servers::start().await.visited_by(evening);
}
