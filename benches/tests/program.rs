//! The program itself, at a scale whose figures mean nothing.

#![expect(clippy::expect_used, reason = "a test may stop where what it needs is not there")]

use std::process::{Command, Output};

use chat_test_databases::{Database, Kind};
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_chat-bench"));
    program.args(["--scale", "small"]).args(arguments).output().expect("the program runs")
}

fn report(databases: &str) -> (String, Value) {
    report_of(&["--databases", databases])
}

fn report_of(arguments: &[&str]) -> (String, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.json");
    let output = run(&[arguments, &["--json", file.to_str().expect("a path of text")]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json = std::fs::read(file).expect("the figures are written");
    (String::from_utf8(output.stdout).expect("text"), serde_json::from_slice(&json).expect("JSON"))
}

#[test]
fn every_figure_of_a_file_is_measured_in_every_round_and_reported() {
    let (table, json) = report("sqlite");
    let figures = json["figures"].as_array().expect("figures");
    assert_eq!(figures.len(), 5, "{json}");
    for figure in figures {
        assert_eq!(figure["rounds"].as_array().map(Vec::len), Some(1), "{figure}");
        assert!(table.contains(figure["name"].as_str().expect("a name")), "{table}");
    }
}

#[tokio::test]
async fn on_a_server_all_that_is_required_is_compared() {
    for (kind, name) in [(Kind::MariaDb, "mariadb"), (Kind::MySql, "mysql")] {
        // The same answer for the program: where there is no server it measures nothing.
        let Some(_there) = Database::fresh(kind).await else { continue };
        let (table, json) = report(name);
        assert_eq!(json["figures"].as_array().map(Vec::len), Some(12), "{json}");
        assert_eq!(json["ratios"].as_array().map(Vec::len), Some(4), "{json}");
        assert!(table.contains("durable sends through ChatService: 256 waiting"), "{table}");
    }
}

#[test]
fn what_is_required_fails_where_it_was_not_measured() {
    let only = ["--databases", "sqlite", "--only", "1 waiting"];
    assert!(run(&only).status.success());
    assert_eq!(run(&[&only[..], &["--require"]].concat()).status.code(), Some(1));
}

#[test]
fn logins_that_tell_nothing_are_compared_with_a_wrong_password() {
    let (table, json) = report_of(&["--measure", "enumeration"]);
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(5), "{json}");
    assert_eq!(json["ratios"].as_array().map(Vec::len), Some(4), "{json}");
    assert!(table.contains("login: unknown user, to the wrong password, p50"), "{table}");
}

#[test]
fn sends_of_which_a_consumer_is_told_are_compared_with_those_of_which_nobody_is() {
    let (table, json) = report_of(&["--measure", "consumers", "--databases", "sqlite"]);
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(3), "{json}");
    assert_eq!(json["ratios"].as_array().map(Vec::len), Some(4), "{json}");
    assert!(table.contains("a webhook whose receiver is down, to none, a second"), "{table}");
}

/// With the server that Cargo built beside the program.
#[test]
fn others_and_refusals_are_measured_under_every_flood() {
    let (table, json) = report_of(&["--measure", "refusals"]);
    // What others do, quiet and under each of five floods; three floods are refused.
    assert_eq!(json["figures"].as_array().map(Vec::len), Some(3 + 5 * 3 + 3), "{json}");
    assert_eq!(json["ratios"].as_array().map(Vec::len), Some(5 * 3 + 3), "{json}");
    assert!(table.contains("a read on a new connection, under half-open handshakes"), "{table}");
}
