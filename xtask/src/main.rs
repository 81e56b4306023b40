//! The chores of this workspace: `cargo xtask help` lists them.

mod clients;
mod databases;
mod figures;
mod mutants;
mod needs;
mod node;
mod package;
mod planted;
mod python;
mod setup;
mod soak;
mod steps;
mod test;
mod unpacked;
mod workspace;

use std::process::ExitCode;

use chat_test_database_servers::Kind;

const HELP: &str = "\
Usage: cargo xtask <chore>

  test [--require mariadb,mysql]
            Everything that has to hold before a change lands: sets up what the tests need, then
            format, clippy, the server, all tests, doc tests, documentation and packages. Starts a MariaDB and a
            MySQL for the run, or uses those that CHAT_TEST_MARIADB_URL and CHAT_TEST_MYSQL_URL name
            (an administrator's, without a database; or `none`). What cannot be had is not tested, as
            the last lines say; where it is required, the run fails
  setup [--require mariadb,mysql]
            Looks for what the tests need. As root on Debian it installs what is missing, saying so;
            elsewhere it says what to install
  databases COMMAND…
            Runs a command with the databases of the tests, as `test` does
  clients   Deletes the clients that generators have made of the OpenAPI documents, makes them anew, and
            spends an evening with each on the server. Sets up before
  planted   Builds chat-proofs with bugs in it, switches on one after the other, and fails unless the
            test that should notice each does; `databases` before it has more of them on servers, too
  mutants   Changes the rules and the commands at one place at a time, with cargo-mutants, and fails
            where no test notices and docs/proofs.md has no reason why. Takes hours
  soak [SCALE [PROOF…]]
            Runs all that takes a scale (steps against the model, histories, races, crashes, floods,
            Schemathesis, torture), or the named ones, that many times as much as `test` does (torture four times that), 10 where none
            is given, and prints what it did as Markdown
  package   Packs the libraries, as for a registry, and fails where cargo has something to say against them
  fmt       Formats all code
  figures   Builds a fresh clone from nothing and prints how long a newcomer waits, how large the
            server is and how many crates it takes, as a Markdown table
  help      Prints this
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["test"] => test::run(&[]),
        ["test", "--require", names] => Kind::list(names).and_then(|required| test::run(&required)),
        ["setup"] => setup::run(&[]),
        ["setup", "--require", names] => Kind::list(names).and_then(|required| setup::run(&required)),
        ["databases", command @ ..] => databases::run(command),
        ["clients"] => clients::run(),
        ["planted"] => planted::run(),
        ["mutants"] => mutants::run(),
        ["soak"] => soak::run("10", &[]),
        ["soak", scale, proofs @ ..] => soak::run(scale, proofs),
        ["package"] => package::run(),
        ["fmt"] => workspace::succeed(workspace::cargo(&["fmt", "--all"])),
        ["figures"] => figures::run(),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        [] => Err(format!("say which chore\n\n{HELP}")),
        other => Err(format!("no chore `{}`\n\n{HELP}", other.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
