//! The OpenAPI document (3.0): what poem-openapi writes, mended in one place, so that it says all that is true and
//! code generators take it.

mod links;

use std::{collections::BTreeMap, fmt};

use poem_openapi::{OpenApi, OpenApiService};
use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{Map, Value, json};

use crate::{code::Code, problem::PROBLEM_JSON, signed_in::SCHEME};

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
        let mut document = json!({
            "openapi": "3.0.3",
            "info": written.info,
            "servers": [{"url": SERVER}],
            "tags": written.tags,
            "paths": written.paths,
            "components": written.components,
        });
        for (path, method, operation) in operations(&mut document["paths"]) {
            match operation["operationId"].as_str().and_then(codes_of) {
                Some(codes) => list_problems(operation, codes, method != "get", host_signs_in),
                None => gaps.push(format!("{method} {path}")),
            }
        }
        if host_signs_in {
            document["components"]["securitySchemes"][SCHEME]["description"] = HOST_SIGN_IN.into();
        }
        links::add(&mut document["paths"]);
        close_requests(&mut document);
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

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// A sign-in.
    pub sign_in: bool,
    /// That sign-in is the host's own.
    pub host_sign_in: bool,
    /// It is of another method than GET.
    pub writes: bool,
    /// A query.
    pub query: bool,
    /// A body.
    pub body: bool,
}

/// Codes that need no line in the table, since they follow from what an operation takes.
pub fn implied_codes(takes: Takes) -> Vec<Code> {
    let mut codes = Vec::new();
    if takes.sign_in {
        codes.extend([Code::Unauthenticated, Code::TokenExpired, Code::SessionRevoked, Code::Suspended]);
    }
    if takes.sign_in && takes.host_sign_in {
        codes.push(Code::UserIdTaken);
        codes.extend(takes.writes.then_some(Code::NotAllowed));
    }
    codes.extend((takes.query || takes.body).then_some(Code::InvalidRequest));
    if takes.body {
        codes.extend([Code::TooLarge, Code::UnsupportedMediaType]);
    }
    codes.extend([Code::Internal, Code::Overloaded, Code::StoreUnavailable]);
    codes
}

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
    whole_limits(&mut written.paths);
    whole_limits(&mut written.components);
    written
}

/// poem writes every limit as a float; of an integer's limits generators and people expect integers.
pub(crate) fn whole_limits(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(whole_limits),
        Value::Object(members) => members.values_mut().for_each(whole_limits),
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

/// Spreads poem's one response for a problem over the statuses that the operation can answer with.
fn list_problems(operation: &mut Value, codes: &[Code], writes: bool, host_sign_in: bool) {
    let sign_in = operation["security"].is_array();
    let query = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["in"] == "query"));
    let body = operation["requestBody"].is_object();
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    let takes = Takes { sign_in, host_sign_in, writes, query, body };
    for code in codes.iter().copied().chain(implied_codes(takes)) {
        let same_status = by_status.entry(code.status().as_u16()).or_default();
        if !same_status.contains(&code) {
            same_status.push(code);
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.remove("default");
    for (status, codes) in by_status {
        responses.insert(status.to_string(), problem_response(status, &codes));
    }
}

const RATE_LIMIT: (&str, &str) = (
    "RateLimit",
    "Of each limit that this counts against, how many more requests there may be at once, `r`, and in how many seconds it \
     has its full size again, `t`.",
);
const RATE_LIMIT_POLICY: (&str, &str) =
    ("RateLimit-Policy", "Of each of these limits its size, `q`, and in how many seconds an empty one is full, `w`.");

fn problem_response(status: u16, codes: &[Code]) -> Value {
    let codes: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
    let mut response = json!({
        "description": codes.join(", "),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    const RETRY_AFTER: (&str, &str) = ("Retry-After", "Seconds to wait.");
    let headers: &[(&str, &str)] = match status {
        401 => &[("WWW-Authenticate", "The scheme, and what is wrong with a token that was sent (RFC 6750).")],
        429 => &[RETRY_AFTER, RATE_LIMIT, RATE_LIMIT_POLICY],
        503 => &[RETRY_AFTER],
        _ => &[],
    };
    for (name, description) in headers {
        response["headers"][name] = json!({"description": description, "schema": {"type": "string"}});
    }
    response
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
