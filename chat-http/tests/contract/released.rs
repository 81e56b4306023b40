//! A release keeps what clients of the one before rely on, or has a number that says otherwise. `released/` holds the
//! documents of the last release: whoever makes one copies them there.

use serde_json::{Value, json};

use super::breaking::{of_asyncapi, of_openapi};

const DOCUMENTS: [(&str, &str); 2] = [
    (include_str!("released/openapi.json"), include_str!("../../openapi.json")),
    (include_str!("released/openapi-admin.json"), include_str!("../../openapi-admin.json")),
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The part of a version whose change may break clients (Semantic Versioning 2.0.0, 4 and 8).
fn generation(document: &Value) -> (u64, u64) {
    let version = document["info"]["version"].as_str().unwrap();
    let mut numbers = version.split('.').map(|number| number.parse().unwrap());
    let (major, minor) = (numbers.next().unwrap(), numbers.next().unwrap());
    (major, if major == 0 { minor } else { 0 })
}

#[test]
fn no_client_of_the_last_release_is_broken_without_a_new_generation() {
    let mut breaks = Vec::new();
    for (released, now) in DOCUMENTS.map(|(released, now)| (json(released), json(now))) {
        if generation(&released) == generation(&now) {
            breaks.extend(of_openapi(&released, &now));
        }
    }
    let (released, now) = (json(include_str!("released/asyncapi.json")), super::document());
    if generation(&released) == generation(&now) {
        breaks.extend(of_asyncapi(&released, &now));
    }
    assert!(breaks.is_empty(), "raise the version, or keep what clients rely on:\n{}", breaks.join("\n"));
}

#[track_caller]
fn breaks(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let earlier = json(DOCUMENTS[0].1);
    let mut later = earlier.clone();
    change(&mut later);
    assert_ne!(earlier, later);
    assert_eq!(of_openapi(&earlier, &later), expected);
}

fn schema<'a>(document: &'a mut Value, name: &str) -> &'a mut Value {
    &mut document["components"]["schemas"][name]
}

fn operation<'a>(document: &'a mut Value, path: &str, method: &str) -> &'a mut Value {
    &mut document["paths"][path][method]
}

fn without(object: &mut Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name).unwrap()
}

#[test]
fn what_answers_lose_breaks_and_what_they_gain_does_not() {
    const PLACE: &str = "put /api/chatrooms/{roomId}/read 200";
    let field = |document: &mut Value| without(&mut schema(document, "ReadPosition")["properties"], "unread");
    breaks(|document| drop(field(document)), &[&format!("{PLACE}.unread: is gone")]);
    breaks(
        |document| schema(document, "ReadPosition")["required"] = json!(["readSeq"]),
        &[&format!("{PLACE}.unread: may be absent")],
    );
    breaks(
        |document| schema(document, "ReadPosition")["properties"]["unread"]["type"] = "string".into(),
        &[&format!("{PLACE}.unread: type \"integer\" became \"string\"")],
    );
    breaks(|document| schema(document, "ReadPosition")["properties"]["seen"] = json!({"type": "boolean"}), &[]);
}

#[test]
fn what_requests_must_have_more_breaks_and_what_they_may_have_does_not() {
    const PLACE: &str = "patch /api/chatrooms/{roomId}/messages/{seq}";
    breaks(
        |document| {
            let request = schema(document, "EditMessageRequest");
            request["properties"]["why"] = json!({"type": "string"});
            request["required"] = json!(["body", "why"]);
        },
        &[&format!("{PLACE}.why: must be given")],
    );
    breaks(|document| schema(document, "EditMessageRequest")["properties"]["why"] = json!({"type": "string"}), &[]);
    let limit = |document: &mut Value, most: u32| {
        schema(document, "EditMessageRequest")["properties"]["body"]["maxLength"] = most.into();
    };
    breaks(|document| limit(document, 3999), &[&format!("{PLACE}.body: maxLength 4000 became 3999")]);
    breaks(|document| limit(document, 5000), &[]);
}

#[test]
fn a_word_that_the_other_side_does_not_know_breaks() {
    let roles = |document: &mut Value, schema_name: &str, words: Value| {
        schema(document, schema_name)["properties"]["role"]["enum"] = words;
    };
    breaks(
        |document| roles(document, "Member", json!(["owner", "moderator", "member", "guest"])),
        &["get /api/chatrooms/{roomId}/members 200.members[].role: not known on the other side: [\"guest\"]"],
    );
    breaks(|document| roles(document, "Member", json!(["owner", "member"])), &[]);
    breaks(
        |document| roles(document, "SetRoleRequest", json!(["owner", "member"])),
        &["put /api/chatrooms/{roomId}/members/{userId}/role.role: not known on the other side: [\"moderator\"]"],
    );
}

#[test]
fn a_new_kind_of_event_breaks() {
    breaks(
        |document| {
            let kinds = schema(document, "Event")["oneOf"].as_array_mut().unwrap();
            kinds.push(json!({"$ref": "#/components/schemas/PollEvent"}));
        },
        &["get /api/chatrooms/{roomId}/messages 200.events[]: not known on the other side: \
             [\"#/components/schemas/PollEvent\"]"],
    );
}

#[test]
fn an_operation_that_is_gone_renamed_or_answers_otherwise_breaks() {
    breaks(|document| drop(without(&mut document["paths"], "/api/me/coins")), &["get /api/me/coins: is gone"]);
    breaks(
        |document| operation(document, "/api/me", "get")["operationId"] = "getSelf".into(),
        &["get /api/me: operationId is another"],
    );
    breaks(
        |document| {
            let responses = &mut operation(document, "/api/logout", "post")["responses"];
            let answer = without(responses, "204");
            responses["200"] = answer;
        },
        &["post /api/logout 204: is gone", "post /api/logout 200: is a success that was not known"],
    );
    breaks(
        |document| {
            let parameters = operation(document, "/api/me/coins", "get")["parameters"].as_array_mut().unwrap();
            parameters.push(json!({"name": "kind", "in": "query", "required": true, "schema": {"type": "string"}}));
        },
        &["get /api/me/coins: \"kind\" must be given"],
    );
    // Clients treat a problem that they do not know by its status.
    breaks(
        |document| {
            let responses = &mut operation(document, "/api/me", "get")["responses"];
            responses["410"] = responses["401"].clone();
        },
        &[],
    );
}

#[test]
fn a_command_or_a_frame_that_changes_breaks() {
    let earlier = super::document();
    let mut later = earlier.clone();
    without(&mut later["components"]["messages"], "typingFrame");
    let payload = |document: &mut Value, message: &str| {
        let reference = document["components"]["messages"][message]["payload"]["$ref"].as_str().unwrap().to_owned();
        reference.rsplit('/').next().unwrap().to_owned()
    };
    let (send, receipt) = (payload(&mut later, "sendCommand"), payload(&mut later, "receiptFrame"));
    schema(&mut later, &send)["properties"]["body"]["maxLength"] = 10.into();
    without(&mut schema(&mut later, &receipt)["properties"], "readSeq");
    assert_eq!(
        of_asyncapi(&earlier, &later),
        ["receiptFrame.readSeq: is gone", "sendCommand.body: maxLength 4000 became 10", "typingFrame: is gone"]
    );
}
