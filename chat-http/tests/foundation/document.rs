use serde_json::{Value, json};

use super::kitchen::{document, send, stranger};

async fn served() -> Value {
    let reply = send(stranger("GET", "/api/openapi.json"), "").await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"));
    reply.json()
}

#[test]
fn the_table_of_codes_knows_every_operation() {
    assert_eq!(document().gaps(), [] as [&str; 0]);
}

#[tokio::test]
async fn the_server_is_where_the_chat_is_mounted() {
    let document_at_root: Value = serde_json::from_str(&document().json("")).unwrap();
    assert_eq!(served().await["servers"], json!([{"url": "/chat"}]));
    assert_eq!(document_at_root["servers"], json!([{"url": "/"}]));
    let odd: Value = serde_json::from_str(&document().json("/a\"b")).unwrap();
    assert_eq!(odd["servers"], json!([{"url": "/a\"b"}]));
}

#[tokio::test]
async fn a_path_with_operations_in_two_places_keeps_them_all() {
    let methods = served().await["paths"]["/api/orders/{dish}"].clone();
    assert_eq!(methods.as_object().unwrap().keys().collect::<Vec<_>>(), ["delete", "get"]);
}

#[tokio::test]
async fn an_operation_lists_its_successes_and_its_problems() {
    let order = served().await["paths"]["/api/orders"]["post"].clone();
    let responses = order["responses"].as_object().unwrap();
    let statuses: Vec<_> = responses.keys().map(String::as_str).collect();
    assert_eq!(statuses, ["200", "201", "400", "401", "402", "403", "413", "415", "500", "503"]);
    for (status, response) in responses {
        let (media_type, schema) = if status.starts_with('2') {
            ("application/json", "#/components/schemas/Bill")
        } else {
            ("application/problem+json", "#/components/schemas/Problem")
        };
        let content = response["content"].as_object().unwrap();
        assert_eq!(content.keys().collect::<Vec<_>>(), [media_type], "{status}");
        assert_eq!(content[media_type]["schema"], json!({"$ref": schema}), "{status}");
    }
    assert_eq!(responses["402"]["description"], "`insufficient_coins`");
    assert_eq!(responses["401"]["description"], "`unauthenticated`, `token_expired`, `session_revoked`");
}

#[tokio::test]
async fn what_needs_no_sign_in_lists_no_401() {
    let ring = served().await["paths"]["/api/ring"]["post"].clone();
    assert_eq!((ring.get("security"), ring["responses"].get("401")), (None, None));
}

#[tokio::test]
async fn a_204_has_no_content() {
    let response = served().await["paths"]["/api/orders/{dish}"]["delete"]["responses"]["204"].clone();
    assert_eq!(response, json!({"description": "Done."}));
}

#[tokio::test]
async fn a_request_is_described_as_it_is_read() {
    let schema = served().await["components"]["schemas"]["OrderRequest"].clone();
    let expected = json!({
        "type": "object",
        "description": "A dish to be brought.",
        "required": ["dish", "count"],
        "properties": {
            "dish": {"type": "string", "description": "Its name on the menu."},
            "count": {"type": "integer", "format": "int64", "description": "How many."},
            "tableNote": {"type": "string", "description": "For the kitchen."},
            "urgent": {"type": "boolean", "description": "At once."},
        },
        "additionalProperties": false,
    });
    assert_eq!(schema, expected);
}

#[tokio::test]
async fn every_code_is_in_the_document() {
    let problem = served().await["components"]["schemas"]["Problem"]["properties"]["code"].clone();
    let text = problem["description"].as_str().unwrap();
    assert!(chat_http::Code::ALL.iter().all(|code| text.contains(&format!("`{}`", code.as_str()))));
}

#[tokio::test]
async fn query_parameters_are_optional_and_typed() {
    let look = served().await["paths"]["/api/orders/{dish}"]["get"]["parameters"].clone();
    let limit = look.as_array().unwrap().iter().find(|parameter| parameter["name"] == "limit").unwrap().clone();
    assert_eq!((limit["in"].as_str(), limit["required"].as_bool()), (Some("query"), Some(false)));
    assert_eq!(limit["schema"], json!({"type": "integer", "format": "int64"}));
}
