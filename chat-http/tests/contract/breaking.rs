//! What of a later document breaks a client that was made from an earlier one.
//!
//! A client reads what it is answered, so that answers may gain fields, and sends what it knows, so that requests may
//! gain optional ones. It treats an unknown problem by its status and passes over unknown frames. What it cannot know is a
//! new word in an enumeration that it was generated with.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// From whom something comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Client,
    Server,
}

/// Two documents, and what was found.
pub(crate) struct Comparison<'a> {
    earlier: &'a Value,
    later: &'a Value,
    /// Pairs of schemas that were compared already, or are being compared.
    seen: BTreeSet<(String, String, bool)>,
    breaks: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn new(earlier: &'a Value, later: &'a Value) -> Self {
        Self { earlier, later, seen: BTreeSet::new(), breaks: Vec::new() }
    }

    fn tell(&mut self, place: &str, what: &str) {
        self.breaks.push(format!("{place}: {what}"));
    }

    fn schema(&mut self, place: &str, from: From, earlier: &'a Value, later: &'a Value) {
        if let (Some(one), Some(other)) = (earlier["$ref"].as_str(), later["$ref"].as_str())
            && !self.seen.insert((one.to_owned(), other.to_owned(), from == From::Client))
        {
            return;
        }
        let (earlier, later) = (followed(self.earlier, earlier), followed(self.later, later));
        for name in ["type", "format", "pattern"] {
            if earlier[name] != later[name] && !(name == "pattern" && from == From::Server) {
                self.tell(place, &format!("{name} {} became {}", earlier[name], later[name]));
            }
        }
        self.words(place, from, &words(earlier), &words(later));
        self.words(place, from, &variants(earlier), &variants(later));
        if from == From::Client {
            self.limits(place, earlier, later);
        }
        self.fields(place, from, earlier, later);
        for name in ["items", "additionalProperties"] {
            if let (Some(one), Some(other)) = (earlier.get(name), later.get(name)) {
                self.schema(&format!("{place}[]"), from, one, other);
            }
        }
        for one in list(earlier, "oneOf") {
            if let Some(other) = list(later, "oneOf").find(|other| *other == one) {
                self.schema(place, from, one, other);
            }
        }
    }

    /// What a server says must have been known to the client, what a client says must still be known to the server.
    fn words(&mut self, place: &str, from: From, earlier: &BTreeSet<String>, later: &BTreeSet<String>) {
        let (said, known) = if from == From::Client { (earlier, later) } else { (later, earlier) };
        // Where there are no words, any text will do.
        if !known.is_empty() && (said.is_empty() || !said.is_subset(known)) {
            let unknown: Vec<_> = said.difference(known).collect();
            self.tell(place, &format!("not known on the other side: {unknown:?}"));
        }
    }

    fn limits(&mut self, place: &str, earlier: &Value, later: &Value) {
        for (name, upper) in [("minLength", false), ("minimum", false), ("maxLength", true), ("maximum", true)] {
            let narrower = match (earlier[name].as_f64(), later[name].as_f64()) {
                (None, Some(_)) => true,
                (Some(one), Some(other)) => {
                    if upper {
                        other < one
                    } else {
                        one < other
                    }
                }
                (_, None) => false,
            };
            if narrower {
                self.tell(place, &format!("{name} {} became {}", earlier[name], later[name]));
            }
        }
    }

    fn fields(&mut self, place: &str, from: From, earlier: &'a Value, later: &'a Value) {
        let (required, required_later) = (strings(earlier, "required"), strings(later, "required"));
        for (name, field) in members(earlier, "properties") {
            let place = format!("{place}.{name}");
            match later["properties"].get(name) {
                Some(other) => self.schema(&place, from, field, other),
                None => self.tell(&place, "is gone"),
            }
            if from == From::Server && required.contains(name) && !required_later.contains(name) {
                self.tell(&place, "may be absent");
            }
        }
        if from == From::Client {
            for name in required_later.difference(&required) {
                self.tell(&format!("{place}.{name}"), "must be given");
            }
        }
    }

    fn operation(&mut self, place: &str, earlier: &'a Value, later: &'a Value) {
        for name in ["operationId", "security"] {
            if earlier.get(name) != later.get(name) {
                self.tell(place, &format!("{name} is another"));
            }
        }
        let name = |parameter: &Value| (parameter["in"].clone(), parameter["name"].clone());
        for one in list(earlier, "parameters") {
            let place = format!("{place} {}", one["name"]);
            match list(later, "parameters").find(|other| name(other) == name(one)) {
                Some(other) => self.schema(&place, From::Client, &one["schema"], &other["schema"]),
                None => self.tell(&place, "is gone"),
            }
        }
        for other in list(later, "parameters").filter(|other| other["required"] == true) {
            if !list(earlier, "parameters").any(|one| name(one) == name(other)) {
                self.tell(place, &format!("{} must be given", other["name"]));
            }
        }
        let body = |operation: &'a Value| operation.pointer("/requestBody/content/application~1json/schema");
        match (body(earlier), body(later)) {
            (Some(one), Some(other)) => self.schema(place, From::Client, one, other),
            (None, None) => {}
            _ => self.tell(place, "there is a body where there was none, or none where there was one"),
        }
        self.answers(place, earlier, later);
    }

    fn answers(&mut self, place: &str, earlier: &'a Value, later: &'a Value) {
        for (status, answer) in members(earlier, "responses") {
            let place = format!("{place} {status}");
            let Some(other) = later["responses"].get(status) else {
                if status.starts_with('2') {
                    self.tell(&place, "is gone");
                }
                continue;
            };
            for (kind, content) in members(answer, "content") {
                match other["content"].get(kind) {
                    Some(other) => self.schema(&place, From::Server, &content["schema"], &other["schema"]),
                    None => self.tell(&place, &format!("{kind} is gone")),
                }
            }
        }
        for status in members(later, "responses").map(|(status, _)| status).filter(|status| status.starts_with('2')) {
            if earlier["responses"].get(status).is_none() {
                self.tell(&format!("{place} {status}"), "is a success that was not known");
            }
        }
    }
}

/// The breaks between two OpenAPI documents.
pub(crate) fn of_openapi(earlier: &Value, later: &Value) -> Vec<String> {
    let mut comparison = Comparison::new(earlier, later);
    for (path, methods) in members(earlier, "paths") {
        for (method, operation) in methods.as_object().unwrap() {
            let place = format!("{method} {path}");
            match later["paths"].get(path).and_then(|methods| methods.get(method)) {
                Some(other) => comparison.operation(&place, operation, other),
                None => comparison.tell(&place, "is gone"),
            }
        }
    }
    comparison.breaks
}

/// The breaks between two AsyncAPI documents: between the payloads of their messages.
pub(crate) fn of_asyncapi(earlier: &Value, later: &Value) -> Vec<String> {
    let mut comparison = Comparison::new(earlier, later);
    for (name, message) in members(&earlier["components"], "messages") {
        let from = if name.ends_with("Command") { From::Client } else { From::Server };
        match later["components"]["messages"].get(name) {
            Some(other) => comparison.schema(name, from, &message["payload"], &other["payload"]),
            None => comparison.tell(name, "is gone"),
        }
    }
    comparison.breaks
}

fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value[name].as_object().into_iter().flat_map(Map::iter)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[name].as_array().into_iter().flatten()
}

fn strings(value: &Value, name: &str) -> BTreeSet<String> {
    list(value, name).map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect()
}

fn words(schema: &Value) -> BTreeSet<String> {
    let one = schema.get("const").map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned));
    strings(schema, "enum").into_iter().chain(one).collect()
}

fn variants(schema: &Value) -> BTreeSet<String> {
    list(schema, "oneOf").filter_map(|variant| variant["$ref"].as_str()).map(str::to_owned).collect()
}
