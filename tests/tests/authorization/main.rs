//! The authorization matrix: every REST route and every WebSocket command, asked by every kind of caller, answered as
//! table.md says. `BLESS=1 cargo test -p chat-tests --test authorization` writes that anew.
//!
//! The operations come from the documents of the running server and from its codec: one without a row fails here. Each
//! cell has a room and people of its own; a refusal of what writes must leave them as they were. What gRPC has a call or a
//! command for is answered there as the same table says.

mod caller;
mod grpc;
mod late;
mod message_changes;
mod operators;
mod play;
mod rest;
mod row;
mod stage;
mod table;
mod unbuilt;
mod websocket;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use caller::{Caller, NO_OPERATORS, NOT_SIGNED_IN, OPERATORS, USERS};
use chat_tests::Server;
use chat_tests::tree::root;
use futures_util::{StreamExt, stream};
use row::{at_once, row};
use serde_json::Value;
use stage::World;
use table::{Cells, Section};

/// How many cells are played at once.
const AT_ONCE: usize = 16;

/// The parts of the table.
fn sections() -> Vec<Section> {
    vec![
        Section { title: "REST", groups: &[NOT_SIGNED_IN, USERS], rows: rest::rows() },
        Section { title: "WebSocket", groups: &[NOT_SIGNED_IN, USERS], rows: websocket::rows() },
        Section { title: "Operators", groups: &[NO_OPERATORS, USERS, OPERATORS], rows: operators::rows() },
    ]
}

#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `METHOD /path` of every operation of a document.
fn operations(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().expect("a document has paths");
    let methods = |(path, methods): (&String, &Value)| -> Vec<String> {
        let methods = methods.as_object().expect("a path has methods");
        methods.keys().map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    paths.iter().flat_map(methods).collect()
}

/// All operations of a running server.
async fn built(server: &Server) -> BTreeSet<String> {
    let mut built = websocket::commands(server).await;
    for document in [rest::DOCUMENT, operators::DOCUMENT] {
        let path = document.trim_start_matches("GET ");
        let operations = operations(&server.nobody().get(path).await.is(200));
        assert!(operations.len() > 5, "{path} is where this looks: {operations:?}");
        built.extend(operations);
    }
    built.extend([websocket::HANDSHAKE, rest::DOCUMENT, rest::LIVE_DOCUMENT, operators::DOCUMENT].map(str::to_owned));
    built
}

fn unmatched(built: &BTreeSet<String>, rows: &BTreeSet<String>) -> Vec<String> {
    let without = built.difference(rows).map(|operation| format!("{operation} has no row: write one, then BLESS"));
    let stale =
        rows.difference(built).map(|operation| format!("{operation} has a row, and there is no such operation"));
    without.chain(stale).collect()
}

#[tokio::test]
async fn every_operation_has_a_row_and_every_row_an_operation() {
    let server = Server::start().await;
    let rows = sections().into_iter().flat_map(|section| section.rows).map(|row| row.operation.to_owned()).collect();
    none(unmatched(&built(&server).await, &rows));
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(unmatched(&set(&["a", "b"]), &set(&["b", "c"])).len(), 2);
}

#[tokio::test]
async fn what_is_said_to_be_unbuilt_is() {
    let server = Server::start().await;
    let there = built(&server).await;
    none(unbuilt::built(unbuilt::OPERATIONS, unbuilt::CALLERS, |operation| there.contains(operation)));
    assert_eq!(unbuilt::built(&["send"], &[("writer", "POST /api/messages")], |name| there.contains(name)).len(), 2);
    let columns: Vec<&str> =
        sections().iter().flat_map(|section| section.groups.concat()).map(|caller| caller.name()).collect();
    assert!(unbuilt::CALLERS.iter().all(|(caller, _)| !columns.contains(caller)), "nobody is both built and not");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_is_answered_as_the_table_says() {
    let (world, sections) = (Arc::new(World::start().await), Arc::new(sections()));
    let mut cells = Vec::new();
    for (section, Section { groups, rows, .. }) in sections.iter().enumerate() {
        for row in 0..rows.len() {
            cells.extend(groups.concat().into_iter().map(|caller| (section, row, caller)));
        }
    }
    let played = stream::iter(cells.into_iter().enumerate()).map(|(number, (section, row, caller))| {
        let (world, shared) = (Arc::clone(&world), Arc::clone(&sections));
        let place = table::place(sections[section].title, &sections[section].rows[row], caller);
        async move {
            let play = async move { play::play(world, number, &shared[section].rows[row], caller).await };
            let outcome = tokio::spawn(play).await.unwrap_or_else(|fault| panic!("{place:?}: {fault}"));
            (place, outcome)
        }
    });
    let seen: Cells = played.buffer_unordered(AT_ONCE).collect().await;
    let page = table::write(&sections, &seen);
    let path = root().join("tests/tests/authorization/table.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).expect("the table can be written");
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    none(table::differences(&table::read(&stands), &seen));
    assert!(stands == page, "the table is not as BLESS writes it");
}

#[test]
fn a_table_is_read_as_it_was_written_and_differs_where_it_does() {
    let rows = vec![row("GET /", |stage| at_once(stage.ask()))];
    let place = |caller| table::place("A", &row("GET /", |stage| at_once(stage.ask())), caller);
    let sections = [Section { title: "A", groups: &[&[Caller::Nobody, Caller::Member], &[Caller::Owner]], rows }];
    let told = [(Caller::Nobody, "401 unauthenticated"), (Caller::Member, "–"), (Caller::Owner, "200")];
    let seen: Cells = told.map(|(caller, told)| (place(caller), told.to_owned())).into();
    assert_eq!(table::read(&table::write(&sections, &seen)), seen);
    let mut table = seen.clone();
    table.insert(place(Caller::Owner), "403 not_allowed".to_owned());
    table.remove(&place(Caller::Member));
    table.insert(place(Caller::Admin), "200".to_owned());
    assert_eq!(table::differences(&table, &seen).len(), 3);
}
