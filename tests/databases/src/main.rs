//! A database to try things on: `cargo run --package chat-test-databases -- mariadb` prints the URL of a fresh
//! one, and drops it at the end of standard input. `cargo xtask databases` keeps the servers up around it.

use std::io::Read;
use std::process::ExitCode;

use chat_test_databases::{Database, Kind};
use tokio::task::spawn_blocking;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let kind = match arguments.as_slice() {
        [name] => name.parse::<Kind>(),
        _ => Err("say which: mariadb or mysql".to_owned()),
    };
    let kind = match kind {
        Ok(kind) => kind,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let Some(database) = Database::fresh(kind).await else { return ExitCode::FAILURE };
    println!("{}", database.url());
    let end = spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
    end.expect("reading does not panic").expect("standard input can be read");
    ExitCode::SUCCESS
}
