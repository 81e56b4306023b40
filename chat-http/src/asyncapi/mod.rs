//! The AsyncAPI document (3.0) of the WebSocket and the event stream, made of the types that read the commands and write
//! the frames. It is written from the client's side: commands are what it sends, frames what it receives.

mod examples;
mod message;
mod schemas;

use std::sync::Arc;

use axum::{
    Extension,
    response::IntoResponse,
    routing::{MethodRouter, get},
};
use http::header;
use serde_json::{Map, Value, json};

use self::{message::Message, schemas::Schemas};
use crate::{openapi::HOST_SIGN_IN, payload::JSON, request_context::RequestContext, websocket::close_codes};

/// The document, as a route. It stands within [`every_request`](crate::every_request::every_request), which tells where
/// the chat is mounted.
pub(crate) fn route<S: Clone + Send + Sync + 'static>(document: Value) -> MethodRouter<S> {
    let document = Arc::new(document);
    get(async move |Extension(context): Extension<RequestContext>| {
        let document = mounted(Value::clone(&document), context.prefix());
        ([(header::CONTENT_TYPE, JSON)], document.to_string()).into_response()
    })
}

/// The document for clients that find the chat under `prefix`.
fn mounted(mut document: Value, prefix: &str) -> Value {
    if !prefix.is_empty() {
        for server in [WEBSOCKET, STREAM] {
            document["servers"][server]["pathname"] = prefix.into();
        }
    }
    document
}

const WEBSOCKET: &str = "websocket";
const STREAM: &str = "eventStream";

/// The document for clients that find the chat at the root.
pub(crate) fn document(host_signs_in: bool) -> Value {
    let schemas = Schemas::new();
    let messages = message::all(&schemas);
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:chat:v1",
        "info": {
            "title": "Chat, as it happens",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": {"name": env!("CARGO_PKG_LICENSE")},
            "tags": [{"name": "Live", "description": "What happens, as it happens."}],
        },
        "defaultContentType": "application/json",
        "servers": {
            WEBSOCKET: server("ws", "`wss` where there is TLS.", &["bearer", "subprotocol"]),
            STREAM: server("http", "`https` where there is TLS.", &["bearer"]),
        },
        "channels": {
            WEBSOCKET: {
                "address": "/api/ws",
                "title": "The WebSocket",
                "summary": "Commands and frames, a JSON object each.",
                "description": websocket_description(),
                "servers": [{"$ref": format!("#/servers/{WEBSOCKET}")}],
                "messages": message::of_websocket(&messages),
                "bindings": {"ws": {"method": "GET", "headers": handshake(), "bindingVersion": "0.1.0"}},
            },
            STREAM: {
                "address": "/api/events",
                "title": "The event stream",
                "summary": "The same frames for readers that send nothing.",
                "description": STREAM_DESCRIPTION,
                "servers": [{"$ref": format!("#/servers/{STREAM}")}],
                "messages": message::of_stream(&messages),
            },
        },
        "operations": message::operations(&messages, WEBSOCKET, STREAM),
        "components": {
            "messages": messages.iter().map(Message::component).collect::<Map<_, _>>(),
            "schemas": messages.iter().map(Message::schema).chain(schemas.types()).collect::<Map<_, _>>(),
            "securitySchemes": security_schemes(host_signs_in),
            "correlationIds": {
                "command": {"description": "The number of the command.", "location": "$message.payload#/id"},
            },
        },
    })
}

const DESCRIPTION: &str = "What a client says to the chat's WebSocket and hears from it, and from its event stream, in the \
    client's words: it sends commands and receives frames. JSON in camelCase; times are RFC 3339 in UTC with milliseconds. \
    A field that is absent is left out, and `null` is as absent. Fields that one does not know are to be ignored: more may \
    come. The rest of the chat is told by the OpenAPI document, `/api/openapi.json`.";

const STREAM_DESCRIPTION: &str = "Server-Sent Events: each frame as the JSON of one `data`. A frame that says how far one \
    is carries an `id` of the stream: who comes back with the last one in the header `Last-Event-ID` hears all that was \
    missed. A comment comes at every heartbeat. The stream ends with an `error`, or with the `notice` `draining`.";

fn websocket_description() -> String {
    let codes: String =
        close_codes().map(|(code, reason, advice)| format!("- {code}, {reason}: {advice}.\n")).collect();
    format!(
        "One JSON object a text frame, at most 64 KiB. `hello` comes first, within 10 s, and once. Each command has a \
         number of the client's choice, `id`, which its answer bears.\n\nThe server closes with these codes; an end without \
         one is to be taken as 4100.\n\n{codes}"
    )
}

fn server(protocol: &str, description: &str, schemes: &[&str]) -> Value {
    let schemes = schemes.iter().map(|scheme| json!({"$ref": format!("#/components/securitySchemes/{scheme}")}));
    json!({
        "host": "{host}",
        "protocol": protocol,
        "description": description,
        "variables": {"host": {"default": "localhost:8080", "description": "Where the chat is, with its port."}},
        "security": schemes.collect::<Vec<_>>(),
    })
}

const BY_SUBPROTOCOL: &str = "For browsers, which can set no other header: `chat.v1, bearer.` and the access token. Who is \
    refused then is told by a close code.";

fn handshake() -> Value {
    json!({
        "type": "object",
        "properties": {
            "Authorization": {"type": "string", "description": "`Bearer` and the access token."},
            "Sec-WebSocket-Protocol": {"type": "string", "description": format!("`chat.v1`. {BY_SUBPROTOCOL}")},
        },
    })
}

fn security_schemes(host_signs_in: bool) -> Value {
    let bearer = if host_signs_in { HOST_SIGN_IN } else { "The `accessToken` of a session." };
    json!({
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": bearer},
        "subprotocol": {
            "type": "httpApiKey", "in": "header", "name": "Sec-WebSocket-Protocol", "description": BY_SUBPROTOCOL,
        },
    })
}
