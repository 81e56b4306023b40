//! A document that lies is found out, whatever it lies about.

use chat_tests::Server;
use reqwest::Url;
use serde_json::{Value, json};

use super::FLAGS;
use super::run::Run;

/// The document of a server, changed, is held against the server in this operation: this kind of failure is found, and
/// none where nothing was changed.
async fn is_found_out(operation: &str, failure: &str, lie: impl FnOnce(&mut Value)) {
    let server = Server::with(&FLAGS).await;
    let url: Url = format!("{}/api/openapi.json", server.base()).parse().expect("a URL");
    let text = reqwest::get(url).await.expect("an answer").text().await.expect("a text");
    let truth: Value = serde_json::from_str(&text).expect("JSON");
    let mut lies = truth.clone();
    lie(&mut lies);
    assert_ne!(lies, truth);
    let folder = tempfile::tempdir().expect("a folder");
    for (document, expected) in [(truth, None), (lies, Some(failure))] {
        let server = Server::with(&FLAGS).await;
        let file = folder.path().join("openapi.json");
        std::fs::write(&file, document.to_string()).expect("a file in our own folder");
        let options = ["--include-operation-id", operation, "--phases", "coverage,fuzzing"];
        let document = file.display().to_string();
        let run = Run { server: &server, kind: "owner", document, examples: 8, seed: 1, options: &options };
        let outcome = run.to_its_end().await;
        assert_eq!(outcome.failures(), expected.into_iter().collect(), "{}", outcome.said);
        assert_eq!(outcome.status.success(), expected.is_none(), "{}", outcome.said);
    }
}

#[tokio::test]
async fn a_status_that_is_not_in_the_document_is_found() {
    is_found_out("createRoom", "UndefinedStatusCode", |document| {
        document["paths"]["/api/chatrooms"]["post"]["responses"].as_object_mut().expect("answers").remove("201");
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_is_wider_than_the_servers_is_found() {
    is_found_out("createRoom", "RejectedPositiveData", |document| {
        document["components"]["schemas"]["CreateRoomRequest"]["properties"]["capacity"]["maximum"] = json!(7);
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_is_narrower_than_the_servers_is_found() {
    is_found_out("createRoom", "AcceptedNegativeData", |document| {
        document["components"]["schemas"]["CreateRoomRequest"]["properties"]["capacity"]["maximum"] = json!(5);
    })
    .await;
}

#[tokio::test]
async fn a_member_of_an_answer_under_another_name_is_found() {
    is_found_out("getMe", "JsonSchemaError", |document| {
        let user = &mut document["components"]["schemas"]["User"];
        let coins = user["properties"].as_object_mut().expect("members").remove("availCoins").expect("coins");
        user["properties"]["coins"] = coins;
        for name in user["required"].as_array_mut().expect("names") {
            if name == "availCoins" {
                *name = json!("coins");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_of_another_media_type_is_found() {
    is_found_out("listRooms", "UndefinedContentType", |document| {
        let answer = &mut document["paths"]["/api/chatrooms"]["get"]["responses"]["200"];
        let content = answer["content"].as_object_mut().expect("media types");
        let schema = content.remove("application/json").expect("JSON");
        content.insert("application/xml".to_owned(), schema);
    })
    .await;
}
