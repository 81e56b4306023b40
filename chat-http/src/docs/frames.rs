//! `/api/docs/frames`: the AsyncAPI document for people, and a connection to try it on.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The page, made of the AsyncAPI document.
pub(super) fn page(document: &Value) -> String {
    let mut html = String::from(include_str!("frames.html"));
    let (messages, schemas) = (&document["components"]["messages"], &document["components"]["schemas"]);
    section(&mut html, "What clients say", messages, schemas, |name| name.ends_with("Command"));
    section(&mut html, "What they hear", messages, schemas, |name| !name.ends_with("Command"));
    html.push_str("<section>\n<h2>What that is made of</h2>\n");
    let shown = |schema: &Value| schema["properties"]["type"]["const"].is_null();
    for (name, schema) in members(schemas).filter(|(_, schema)| shown(schema)) {
        let _ = writeln!(html, "<h3 id=\"{name}\">{name}</h3>\n<p>{}</p>", prose(&schema["description"]));
        fields(&mut html, schema);
    }
    let codes = prose(&document["channels"]["websocket"]["description"]);
    let _ = writeln!(html, "</section>\n<section>\n<h2>How it ends</h2>\n<p>{codes}</p>\n</section>\n</body>\n</html>");
    html
}

// Writing to a String cannot fail.

fn section(html: &mut String, title: &str, messages: &Value, schemas: &Value, of: fn(&str) -> bool) {
    let _ = writeln!(html, "<section>\n<h2>{title}</h2>");
    for (name, message) in members(messages).filter(|(name, _)| of(name)) {
        let schema = &schemas[reference(&message["payload"]).unwrap_or_default()];
        let kind = escaped(schema["properties"]["type"]["const"].as_str().unwrap_or(name));
        let _ = writeln!(html, "<h3 id=\"{name}\">{kind}</h3>\n<p>{}</p>", prose(&message["summary"]));
        fields(html, schema);
        let example = escaped(&message["examples"][0]["payload"].to_string());
        let _ = write!(html, "<pre>{example}</pre>");
        html.push_str(if of("Command") { "<button type=\"button\" class=\"example\">Try</button>\n" } else { "\n" });
    }
    html.push_str("</section>\n");
}

fn fields(html: &mut String, schema: &Value) {
    for (index, variant) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        let _ = write!(html, "{}{}", if index == 0 { "<p>" } else { ", " }, type_of(variant));
    }
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut rows = members(&schema["properties"]).filter(|(name, _)| *name != "type").peekable();
    if rows.peek().is_none() {
        return;
    }
    html.push_str("<table>\n<tr><th>Field<th>Is<th>Means\n");
    for (name, field) in rows {
        let may = if required.contains(&name.as_str()) { "" } else { "?" };
        let (is, means) = (type_of(field), prose(&field["description"]));
        let _ = writeln!(html, "<tr><td><code>{name}{may}</code><td>{is}<td>{means}");
    }
    html.push_str("</table>\n");
}

/// What a field is, in a few words.
fn type_of(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    let words: Vec<_> = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !words.is_empty() {
        return words.iter().map(|word| format!("<code>{word}</code>")).collect::<Vec<_>>().join(" or ");
    }
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", type_of(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("by name: {}", type_of(&schema["additionalProperties"]))
        }
        Some("string") if schema["format"] == "date-time" => "time".to_owned(),
        Some("string") => match (&schema["minLength"], &schema["maxLength"]) {
            (Value::Number(least), Value::Number(most)) => format!("text of {least} to {most} characters"),
            _ => "text".to_owned(),
        },
        Some("integer") => "whole number".to_owned(),
        Some(other) => other.to_owned(),
        None => "anything".to_owned(),
    }
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The few marks that descriptions use.
fn prose(text: &Value) -> String {
    let text = escaped(text.as_str().unwrap_or_default()).replace("\n- ", "<br>• ").replace("\n\n", "<br><br>");
    let code = |(index, part): (usize, &str)| {
        if index % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }
    };
    text.split('`').enumerate().map(code).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_place_its_fields_and_its_example() {
        let document = crate::asyncapi::document(false);
        let html = page(&document);
        for (name, message) in members(&document["components"]["messages"]) {
            assert!(html.contains(&format!("<h3 id=\"{name}\">")), "{name}");
            assert!(html.contains(&escaped(&message["examples"][0]["payload"].to_string())), "{name}");
        }
        for (name, schema) in members(&document["components"]["schemas"]) {
            for (field, _) in members(&schema["properties"]).filter(|(field, _)| *field != "type") {
                assert!(html.contains(&format!("<td><code>{field}")), "{name}.{field}");
            }
        }
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let html = page(&crate::asyncapi::document(false));
        let links: Vec<_> = html.split("href=\"#").skip(1).filter_map(|rest| rest.split_once('"')).collect();
        assert!(10 < links.len());
        for (anchor, _) in links {
            assert!(html.contains(&format!("id=\"{anchor}\"")), "{anchor}");
        }
    }

    #[test]
    fn text_is_text() {
        assert_eq!(prose(&Value::from("a <b> & `c <d>`")), "a &lt;b&gt; &amp; <code>c &lt;d&gt;</code>");
    }
}
