//! What the OpenAPI documents say of the server's answers, for every answer that a test sees.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};

/// The documents as they are committed.
static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let texts = [include_str!("../../chat-http/openapi.json"), include_str!("../../chat-http/openapi-admin.json")];
    texts.into_iter().map(Document::new).collect()
});

struct Document {
    /// Each with the parts of its path; those in braces stand for anything.
    paths: Vec<(Vec<String>, Value)>,
    components: Value,
    /// By their names, those that were asked for.
    schemas: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Document {
    fn new(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).expect("the committed document is JSON");
        let mut components = document["components"].clone();
        // Clients pass over members that they do not know; here there are to be none.
        for schema in components["schemas"].as_object_mut().expect("schemas").values_mut() {
            if schema.get("properties").is_some() {
                schema["additionalProperties"] = false.into();
            }
        }
        let paths = document["paths"].as_object().expect("paths").iter();
        let paths =
            paths.map(|(path, methods)| (path.split('/').skip(1).map(str::to_owned).collect(), methods.clone()));
        Self { paths: paths.collect(), components, schemas: Mutex::default() }
    }

    /// The operation at a path, wherever the chat is mounted.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let parts: Vec<_> = path.split('/').collect();
        let found = self.paths.iter().filter(|(template, _)| {
            let Some(mounted) = parts.len().checked_sub(template.len()) else { return false };
            template.iter().zip(&parts[mounted..]).all(|(part, asked)| part.starts_with('{') || part == asked)
        });
        // A word stands before what may be anything.
        let found = found.min_by_key(|(template, _)| template.iter().filter(|part| part.starts_with('{')).count());
        found?.1.get(method.to_ascii_lowercase())
    }

    fn schema(&self, reference: &str) -> Arc<Validator> {
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = schemas.entry(reference.to_owned()).or_insert_with(|| {
            let schema = json!({"$ref": reference, "components": self.components});
            Arc::new(jsonschema::draft7::new(&schema).expect("the schemas of the document"))
        });
        Arc::clone(compiled)
    }
}

/// Whether a problem is one that only servers have whose users an application signs in: their document differs from the
/// committed one in that, as own_users.rs shows.
pub(crate) fn is_of_a_hosts_sign_in(method: &Method, problem: &Value) -> bool {
    problem["code"] == "user_id_taken" || (problem["code"] == "not_allowed" && method != Method::GET)
}

/// Checks an answer; one to what is no documented operation may be any. A server may lack operations: those of the
/// operators, say.
///
/// # Panics
/// When the operation lists no such status, not the problem's code, or another body.
#[track_caller]
pub(crate) fn check(method: &str, path: &str, status: u16, body: &Value) {
    let found = DOCUMENTS.iter().find_map(|document| Some((document, document.operation(method, path)?)));
    let Some((document, operation)) = found.filter(|_| body["code"] != "route_not_found") else { return };
    let context = || format!("{method} {path} answered {status}: {body}");
    let answer = &operation["responses"][status.to_string()];
    assert!(answer.is_object(), "a status that the document does not list: {}", context());
    let Some(content) = answer["content"].as_object() else {
        assert!(body.is_null(), "a body that the document does not list: {}", context());
        return;
    };
    let (kind, content) = content.iter().next().expect("one media type");
    if kind == "application/problem+json" {
        let code = body["code"].as_str().unwrap_or_default();
        assert!(content["examples"].get(code).is_some(), "a code that the document does not list: {}", context());
    }
    let schema = document.schema(content["schema"]["$ref"].as_str().expect("a schema of its own"));
    let faults: Vec<_> = schema.iter_errors(body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "not as the document says: {}\n{faults:#?}", context());
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITION: (&str, &str) = ("PUT", "/chat/api/chatrooms/r/read");

    #[test]
    fn an_answer_is_taken_as_it_is_written_wherever_the_chat_is() {
        let (method, path) = POSITION;
        check(method, path, 200, &json!({"readSeq": 1, "unread": 0}));
        check(method, "/api/chatrooms/r/read", 200, &json!({"readSeq": 1, "unread": 0}));
        check("DELETE", "/api/friends/bob", 204, &Value::Null);
        check("GET", "/somewhere/else", 418, &json!([]));
    }

    #[test]
    #[should_panic = "not as the document says"]
    fn a_field_of_another_name_is_refused() {
        check(POSITION.0, POSITION.1, 200, &json!({"readSeq": 1, "unread": 0, "seen": 2}));
    }

    #[test]
    #[should_panic = "not as the document says"]
    fn a_missing_field_is_refused() {
        check(POSITION.0, POSITION.1, 200, &json!({"readSeq": 1}));
    }

    #[test]
    #[should_panic = "a status that the document does not list"]
    fn a_status_that_is_not_listed_is_refused() {
        check(POSITION.0, POSITION.1, 409, &json!({"code": "room_full"}));
    }

    #[test]
    #[should_panic = "a code that the document does not list"]
    fn a_code_that_is_not_listed_is_refused() {
        check(POSITION.0, POSITION.1, 403, &json!({"code": "prime_required"}));
    }

    #[test]
    #[should_panic = "a body that the document does not list"]
    fn a_body_where_there_is_none_is_refused() {
        check("DELETE", "/api/friends/bob", 204, &json!({}));
    }
}
