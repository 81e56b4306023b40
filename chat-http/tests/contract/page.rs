//! docs/websocket.md and the document speak of the same commands, frames and close codes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document;

const PAGE: &str = include_str!("../../../docs/websocket.md");

/// The first column of the table below a heading, with its fields where the second has them.
fn table(heading: &str) -> Vec<(String, String)> {
    let (_, section) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].trim_matches('`').to_owned(), cells[1].to_owned())
    })
    .collect()
}

/// The fields that a cell names: those in backticks which are names, with `?` where they are optional.
fn fields(cell: &str) -> BTreeSet<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

/// The schemas of messages whose names end so.
fn schemas(document: &Value, end: &str) -> Vec<Value> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    schemas.iter().filter(|(name, _)| name.ends_with(end)).map(|(_, schema)| schema.clone()).collect()
}

fn kind(schema: &Value) -> String {
    schema["properties"]["type"]["const"].as_str().unwrap().to_owned()
}

fn fields_of(schema: &Value, but: &[&str]) -> BTreeSet<String> {
    let required = schema["required"].as_array().unwrap();
    let names = schema["properties"].as_object().unwrap().keys().filter(|name| !but.contains(&name.as_str()));
    names.map(|name| if required.contains(&name.as_str().into()) { name.clone() } else { format!("{name}?") }).collect()
}

/// The words that the fields of this frame may hold: a cell names them, too.
fn words(schemas: &[Value], told: &str) -> Vec<String> {
    let schema = schemas.iter().find(|schema| kind(schema) == told).unwrap();
    let properties = schema["properties"].as_object().unwrap().values();
    let words = properties.filter_map(|property| property["enum"].as_array()).flatten();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_page_has_the_commands_of_the_document_with_their_fields() {
    let document = document();
    let schemas = schemas(&document, "Command");
    let told: BTreeSet<_> = table("Commands").into_iter().map(|(kind, cell)| (kind, fields(&cell))).collect();
    let there: BTreeSet<_> = schemas.iter().map(|schema| (kind(schema), fields_of(schema, &["type", "id"]))).collect();
    assert_eq!(told, there);
}

#[test]
fn the_page_has_the_frames_of_the_document_with_their_fields() {
    let document = document();
    let schemas: Vec<_> = schemas(&document, "Frame").into_iter().chain(schemas(&document, "OkEmpty")).collect();
    let there: BTreeSet<_> = schemas.iter().map(|schema| (kind(schema), fields_of(schema, &["type"]))).collect();
    let rows = table("Frames");
    assert_eq!(rows.len(), there.len());
    for (told, cell) in rows {
        let (_, of_frame) = there.iter().find(|(kind, _)| *kind == told).unwrap_or_else(|| panic!("{told}"));
        // Of `welcome` the page means the WebSocket's, which answers a command.
        let of_frame = of_frame.iter().map(|field| if told == "welcome" && field == "id?" { "id" } else { field });
        let words = words(&schemas, &told);
        let named: BTreeSet<_> = fields(&cell).into_iter().filter(|name| !words.contains(name)).collect();
        assert_eq!(named, of_frame.map(str::to_owned).collect(), "{told}");
    }
}

#[test]
fn the_document_has_the_close_codes_of_the_page() {
    let document = document();
    let text = document["channels"]["websocket"]["description"].as_str().unwrap();
    let there: BTreeSet<_> =
        text.lines().filter_map(|line| line.strip_prefix("- ")?.split_once(',')).map(|(code, _)| code).collect();
    let told = table("Close codes");
    assert_eq!(told.iter().map(|(code, _)| code.as_str()).collect::<BTreeSet<_>>(), there);
}
