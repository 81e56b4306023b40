//! The OpenAPI document (3.0): what poem-openapi writes, mended in one place, so that it says all that is true and
//! code generators take it.

mod examples;
mod links;
mod problems;

use std::{collections::BTreeMap, fmt};

use poem_openapi::{OpenApi, OpenApiService};
use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{Map, Value, json};

pub use self::problems::{Takes, implied_codes};
use crate::{code::Code, signed_in::SCHEME};

/// The codes that an operation can answer, by its `operationId`, without those of [`implied_codes`]. `None`: the
/// table does not know the operation.
pub type CodesOf = fn(&str) -> Option<&'static [Code]>;

/// The document, ready to be served under any prefix.
#[derive(Clone, Debug)]
pub struct Document {
    before_server: String,
    after_server: String,
    gaps: Vec<String>,
}

impl Document {
    /// The document of `service`, whose callers the host signs in where `host_signs_in`. It is total: what is missing is
    /// told by [`gaps`](Self::gaps).
    pub fn new<A: OpenApi>(service: &OpenApiService<A, ()>, codes_of: CodesOf, host_signs_in: bool) -> Self {
        let written = written_by_poem(&service.spec());
        let mut gaps = Vec::new();
        let mut info = written.info;
        info["license"] = json!({"name": env!("CARGO_PKG_LICENSE")});
        let mut document = json!({
            "openapi": "3.0.3",
            "info": info,
            "servers": [{"url": SERVER}],
            "tags": written.tags,
            "paths": written.paths,
            "components": written.components,
        });
        for (path, method, operation) in operations(&mut document["paths"]) {
            match operation["operationId"].as_str().and_then(codes_of) {
                Some(codes) => problems::list(operation, codes, method != "get", host_signs_in),
                None => gaps.push(format!("{method} {path}")),
            }
        }
        if host_signs_in {
            document["components"]["securitySchemes"][SCHEME]["description"] = HOST_SIGN_IN.into();
        }
        links::add(&mut document["paths"]);
        close_requests(&mut document);
        problems::show(&mut document);
        examples::show(&mut document);
        document["components"]["schemas"]["Problem"]["properties"]["code"]["description"] = all_codes().into();
        let text = document.to_string();
        let (before, after) = text.split_once(SERVER).unwrap_or((&text, ""));
        Self { before_server: before.to_owned(), after_server: after.to_owned(), gaps }
    }

    /// Operations without an `operationId`, or which the table of codes does not know: a test wants none.
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }

    /// The JSON for clients that find the chat under `prefix`.
    pub fn json(&self, prefix: &str) -> String {
        let server = Value::from(if prefix.is_empty() { "/" } else { prefix }).to_string();
        // Both halves end and begin with the quotation mark of the JSON string that `server` stands for.
        format!("{}{}{}", self.before_server, server.trim_matches('"'), self.after_server)
    }
}

pub(crate) const HOST_SIGN_IN: &str =
    "A token of the application's, where it signs its users in by one; else its cookie.";

/// Stands in the document where the prefix comes.
const SERVER: &str = "{mounted-at}";

#[derive(Deserialize)]
struct Written {
    info: Value,
    #[serde(default)]
    tags: Value,
    #[serde(deserialize_with = "merged")]
    paths: Value,
    components: Value,
}

#[expect(clippy::expect_used, reason = "poem serializes a fixed structure with serde_json")]
fn written_by_poem(spec: &str) -> Written {
    let mut written: Written =
        serde_json::from_str(spec).expect("poem writes a document with info, paths and components");
    plain_integers(&mut written.paths);
    plain_integers(&mut written.components);
    written
}

/// poem writes every limit as a float; of an integer's limits generators and people expect integers. And it has formats for
/// integers without a sign, which OpenAPI does not know: generators for Java and Go take 32 bits for each.
pub(crate) fn plain_integers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(plain_integers),
        Value::Object(members) => {
            let signed = match members.get("format").and_then(Value::as_str) {
                Some("uint8" | "uint16") => Some("int32"),
                Some("uint32" | "uint64") => Some("int64"),
                _ => None,
            };
            if let Some(signed) = signed {
                members.insert("format".to_owned(), signed.into());
                members.entry("minimum").or_insert_with(|| 0.into());
            }
            members.values_mut().for_each(plain_integers);
        }
        Value::Number(number) => {
            // Floats hold every integer up to 2^53 exactly, and their text is that of the integer with `.0` behind it.
            if let Some(whole) = number.to_string().strip_suffix(".0").and_then(|text| text.parse::<i64>().ok()) {
                *number = whole.into();
            }
        }
        _ => {}
    }
}

/// poem writes a path once for each `OpenApi` that has operations on it, and a JSON reader would keep the last alone.
fn merged<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    struct Paths;

    impl<'de> Visitor<'de> for Paths {
        type Value = BTreeMap<String, Map<String, Value>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("paths")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut paths: A) -> Result<Self::Value, A::Error> {
            let mut merged = Self::Value::new();
            while let Some((path, methods)) = paths.next_entry::<String, Map<String, Value>>()? {
                merged.entry(path).or_default().extend(methods);
            }
            Ok(merged)
        }
    }

    Ok(json!(deserializer.deserialize_map(Paths)?))
}

/// Every operation with its path and method.
fn operations(paths: &mut Value) -> impl Iterator<Item = (&String, &String, &mut Value)> {
    let paths = paths.as_object_mut().into_iter().flatten();
    let methods = |(path, methods)| {
        let methods: &mut Value = methods;
        methods.as_object_mut().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    };
    paths.flat_map(methods)
}

/// Requests take no fields but those they name, which poem's schema type cannot say.
fn close_requests(document: &mut Value) {
    let schema_of = |operation: &Value| {
        let schema = operation.pointer("/requestBody/content/application~1json/schema/$ref")?.as_str()?;
        Some(schema.trim_start_matches("#/components/schemas/").to_owned())
    };
    let requests: Vec<_> = operations(&mut document["paths"]).filter_map(|(.., one)| schema_of(one)).collect();
    for request in requests {
        document["components"]["schemas"][request]["additionalProperties"] = false.into();
    }
}

pub(crate) fn all_codes() -> String {
    let list: String = Code::ALL
        .iter()
        .map(|code| format!("- `{}` ({}): {}\n", code.as_str(), code.status().as_u16(), code.meaning()))
        .collect();
    format!("What programs decide by. More may come: treat an unknown one by its status.\n\n{list}")
}
