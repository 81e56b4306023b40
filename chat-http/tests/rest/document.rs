//! The OpenAPI documents and the AsyncAPI document. Each is committed, so that a change of the API is seen in review; `BLESS=1` writes them anew.

use std::path::Path;

use serde_json::Value;

use super::town::Town;

async fn document(path: &str) -> Value {
    Town::new().await.nobody().get(path).await.json()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

/// Compares an OpenAPI document with the committed one, or replaces that.
#[track_caller]
fn check_openapi(mut document: Value, file: &str) {
    document["servers"] = serde_json::json!([{"url": "/"}]);
    check_committed(&document, file);
}

/// Compares a document with the committed one, or replaces that.
#[track_caller]
fn check_committed(document: &Value, file: &str) {
    let text = format!("{}\n", serde_json::to_string_pretty(document).unwrap());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "{} is out of date: run this test with BLESS=1 and commit it", file.display());
}

#[tokio::test]
async fn the_committed_documents_are_those_served() {
    check_openapi(document("/api/openapi.json").await, "openapi.json");
    check_openapi(document("/admin/openapi.json").await, "openapi-admin.json");
}

#[tokio::test]
async fn the_committed_asyncapi_document_is_the_one_served_but_for_where_it_is_mounted() {
    let mut document = document("/api/asyncapi.json").await;
    for server in ["websocket", "eventStream"] {
        let pathname = document["servers"][server].as_object_mut().unwrap().remove("pathname");
        assert_eq!(pathname, Some(Value::from("/chat")), "{server}");
    }
    check_committed(&document, "asyncapi.json");
}

#[tokio::test]
async fn every_operation_has_a_name_and_every_refusal_its_codes() {
    for path in ["/api/openapi.json", "/admin/openapi.json"] {
        let document = document(path).await;
        let operations = operations(&document);
        assert!(3 <= operations.len());
        let mut names = Vec::new();
        for (route, operation) in operations {
            names.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{route} has no name")));
            assert!(operation["summary"].as_str().is_some_and(|summary| summary.ends_with('.')), "{route}");
            let responses = operation["responses"].as_object().unwrap();
            // What the table of codes does not know keeps one response for all statuses.
            assert!(responses.contains_key("500") && !responses.contains_key("default"), "{route}");
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{names:?}");
    }
}

#[tokio::test]
async fn every_operation_wants_a_session_but_those_that_give_one() {
    let document = document("/api/openapi.json").await;
    let open = operations(&document).into_iter().filter(|(_, operation)| operation.get("security").is_none());
    let open: Vec<_> = open.map(|(route, _)| route).collect();
    assert_eq!(open, ["post /api/login", "post /api/refresh", "post /api/register"]);
}

#[tokio::test]
async fn every_link_fills_in_parameters_of_an_operation_that_is_there() {
    let document = document("/api/openapi.json").await;
    let operations = operations(&document);
    let mut links = 0;
    let responses = operations.iter().flat_map(|(_, from)| from["responses"].as_object().unwrap().values());
    for (name, link) in responses.filter_map(|response| response["links"].as_object()).flatten() {
        links += 1;
        let to = operations.iter().find(|(_, to)| to["operationId"] == link["operationId"]);
        let (_, to) = to.unwrap_or_else(|| panic!("{name} leads nowhere"));
        for parameter in link["parameters"].as_object().unwrap().keys() {
            let taken = to["parameters"].as_array().unwrap().iter().any(|taken| taken["name"] == parameter.as_str());
            assert!(taken, "{name} takes no {parameter}");
        }
    }
    assert!(0 < links);
}

#[tokio::test]
async fn the_types_of_the_contract_are_schemas_of_that_name() {
    let document = document("/api/openapi.json").await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, members) in [
        ("User", "availCoins createdAt name phone? prime userId"),
        ("Profile", "createdAt name prime relation userId"),
        ("Session", "accessToken deviceId expiresAt refreshExpiresAt refreshToken"),
        ("Room", "capacity closedAt? createdAt lastSeq me memberCount name ownerId roomId"),
        ("Member", "joinedAt name readSeq role userId"),
        ("CoinEntry", "amount at balanceAfter kind number reason? roomId?"),
        ("Invite", "createdAt createdBy expiresAt inviteId revokedAt? usedAt? userId"),
        ("Reaction", "emoji userIds"),
        ("FriendRequest", "createdAt decidedAt? fromUserId requestId state toUserId"),
        ("Friend", "name since userId"),
        (
            "MessageEvent",
            "body? clientId? createdAt deletedAt? editedAt? kind mentions? reactions? replyTo? roomId senderId seq",
        ),
        ("JoinedEvent", "createdAt kind roomId senderId seq"),
        ("LeftEvent", "createdAt kind roomId senderId seq"),
        ("RemovedEvent", "banned createdAt kind roomId senderId seq userId"),
        ("RoleChangedEvent", "createdAt kind role roomId senderId seq userId"),
        ("RoomChangedEvent", "capacity? createdAt kind name? roomId senderId seq"),
        ("MessageEditedEvent", "body? createdAt kind mentions? roomId senderId seq targetSeq"),
        ("MessageDeletedEvent", "createdAt kind roomId senderId seq targetSeq"),
        ("ReactionAddedEvent", "createdAt emoji kind roomId senderId seq targetSeq"),
        ("ReactionRemovedEvent", "createdAt emoji kind roomId senderId seq targetSeq"),
        ("RoomClosedEvent", "byOperator? createdAt kind roomId senderId seq"),
    ] {
        let schema = &schemas[name];
        let required: Vec<_> =
            schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let told = schema["properties"].as_object().unwrap().keys();
        let told: Vec<_> = told
            .map(|name| if required.contains(&name.as_str()) { name.clone() } else { format!("{name}?") })
            .collect();
        assert_eq!(told.join(" "), members, "{name}");
    }
    assert!(schemas.contains_key("Problem"));
}

/// Of a schema `Invite` a generator for Go makes the function `NewInvite`, which must not be the name of a type.
#[tokio::test]
async fn no_schema_is_called_as_the_constructor_of_another() {
    for path in ["/api/openapi.json", "/admin/openapi.json"] {
        let document = document(path).await;
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let constructors: Vec<_> = schemas.keys().map(|name| format!("New{name}")).collect();
        let taken: Vec<_> = schemas.keys().filter(|name| constructors.contains(name)).collect();
        assert!(taken.is_empty(), "{path}: {taken:?}");
    }
}

#[tokio::test]
async fn an_event_is_one_of_its_kinds_told_apart_by_their_words() {
    let document = document("/api/openapi.json").await;
    let schemas = &document["components"]["schemas"];
    let event = &schemas["Event"];
    assert_eq!(event["discriminator"]["propertyName"], "kind");
    let mapping = event["discriminator"]["mapping"].as_object().unwrap();
    let one_of = event["oneOf"].as_array().unwrap();
    assert_eq!((mapping.len(), one_of.len()), (11, 11));
    for (word, reference) in mapping {
        assert!(one_of.iter().any(|schema| schema["$ref"] == *reference), "{word}");
        let name = reference.as_str().unwrap().strip_prefix("#/components/schemas/").unwrap();
        assert_eq!(schemas[name]["properties"]["kind"]["enum"], serde_json::json!([word]), "{name}");
    }
}

/// For integers of other formats generators for Java and Go take 32 bits, whatever their size.
#[tokio::test]
async fn integers_are_of_the_formats_that_openapi_knows() {
    fn formats(value: &Value, found: &mut Vec<String>) {
        if value["type"] == "integer" {
            found.push(value["format"].as_str().unwrap_or("none").to_owned());
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| formats(item, found)),
            Value::Object(members) => members.values().for_each(|member| formats(member, found)),
            _ => {}
        }
    }
    for path in ["/api/openapi.json", "/admin/openapi.json"] {
        let mut found = Vec::new();
        formats(&document(path).await, &mut found);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, ["int32", "int64"], "{path}");
    }
}
