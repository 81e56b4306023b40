//! The examples of the OpenAPI documents: there is one of everything, it is as its schema says, and the server takes
//! it.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::town::Town;

const DOCUMENTS: [&str; 2] = ["/api/openapi.json", "/admin/openapi.json"];

async fn document(town: &Town, path: &str) -> Value {
    town.nobody().get(path).await.json()
}

/// Each operation with its path and its method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |one| (path, one)));
    methods.map(|(path, (method, operation))| (path.as_str(), method.as_str(), operation)).collect()
}

/// The document's schema of this name, which takes no members that it does not name.
fn closed(document: &Value, name: &str) -> jsonschema::Validator {
    let mut components = document["components"].clone();
    for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = false.into();
        }
    }
    let reference = format!("#/components/schemas/{name}");
    jsonschema::draft7::new(&json!({"$ref": reference, "components": components})).unwrap()
}

#[tokio::test]
async fn every_schema_has_an_example_that_it_takes() {
    let town = Town::new().await;
    for path in DOCUMENTS {
        let document = document(&town, path).await;
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            // What problems are made of has one for each code.
            if ["Problem", "WrongField"].contains(&name.as_str()) {
                continue;
            }
            let example = schema.get("example").unwrap_or_else(|| panic!("{name} has no example"));
            let faults: Vec<_> = closed(&document, name).iter_errors(example).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{name}: {faults:?}");
        }
    }
}

#[tokio::test]
async fn every_parameter_of_a_path_has_an_example() {
    let town = Town::new().await;
    for path in DOCUMENTS {
        for (path, method, operation) in operations(&document(&town, path).await) {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "path") {
                assert!(parameter.get("example").is_some(), "{method} {path}: {}", parameter["name"]);
            }
        }
    }
}

#[tokio::test]
async fn every_refusal_shows_a_problem_of_each_of_its_codes() {
    let town = Town::new().await;
    for path in DOCUMENTS {
        let document = document(&town, path).await;
        let (problem, mut shown) = (closed(&document, "Problem"), BTreeSet::new());
        for (path, method, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let Some(media) = response["content"].get("application/problem+json") else { continue };
                let examples = media["examples"].as_object().unwrap();
                let named = response["description"].as_str().unwrap().split(", ").map(|code| code.trim_matches('`'));
                assert!(named.collect::<BTreeSet<_>>().into_iter().eq(examples.keys()), "{method} {path} {status}");
                for (code, example) in examples {
                    assert_eq!(example["$ref"], format!("#/components/examples/{code}"));
                    let example = &document["components"]["examples"][code]["value"];
                    assert!(problem.is_valid(example), "{example}");
                    assert_eq!((example["status"].to_string(), &example["code"]), (status.clone(), &json!(code)));
                    shown.insert(code.clone());
                }
            }
        }
        assert!(shown.iter().eq(document["components"]["examples"].as_object().unwrap().keys()));
    }
}

#[tokio::test]
async fn every_request_of_an_example_is_understood() {
    let town = Town::new().await;
    let (bob, operator) = (town.prime("bob").await, town.operator());
    let mut asked = 0;
    for document_path in DOCUMENTS {
        let document = document(&town, document_path).await;
        for (path, method, operation) in operations(&document) {
            let Some(reference) = operation.pointer("/requestBody/content/application~1json/schema/$ref") else {
                continue;
            };
            let schema = reference.as_str().unwrap().trim_start_matches('#');
            let body = document.pointer(schema).unwrap()["example"].to_string();
            let mut filled = path.to_owned();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let example =
                    parameter["example"].as_str().map_or_else(|| parameter["example"].to_string(), str::to_owned);
                let example = utf8_percent_encode(&example, NON_ALPHANUMERIC).to_string();
                filled = filled.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &example);
            }
            let person = if path.starts_with("/admin/") { &operator } else { &bob };
            let reply = person.send(&method.to_uppercase(), &filled, body.clone()).await;
            // Whatever the rules say to it.
            assert!(
                ![400, 413, 415, 500].contains(&reply.status.as_u16()),
                "{method} {filled} {body}: {}",
                reply.status
            );
            asked += 1;
        }
    }
    assert_eq!(asked, 17);
}
