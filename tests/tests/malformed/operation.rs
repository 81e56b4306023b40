//! The operations as the committed documents list them, and what each is asked rightly.

use serde_json::Value;

const DOCUMENTS: [&str; 2] =
    [include_str!("../../../chat-http/openapi.json"), include_str!("../../../chat-http/openapi-admin.json")];

/// An operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: String,
    /// With its parameters in braces.
    pub(crate) path: String,
    /// The parameters behind the path.
    pub(crate) query: Vec<String>,
    /// The fields of its body, where it has one.
    pub(crate) body: Option<Vec<String>>,
}

impl Operation {
    /// All that are documented.
    pub(crate) fn all() -> Vec<Self> {
        let mut operations = Vec::new();
        for document in DOCUMENTS {
            let document: Value = serde_json::from_str(document).expect("a committed document is JSON");
            for (path, methods) in document["paths"].as_object().expect("a document has paths") {
                for (method, operation) in methods.as_object().expect("a path has methods") {
                    operations.push(Self {
                        method: method.to_uppercase(),
                        path: path.clone(),
                        query: query(operation),
                        body: body(operation, &document),
                    });
                }
            }
        }
        operations
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it only looks.
    pub(crate) fn is_safe(&self) -> bool {
        self.method == "GET"
    }

    /// Whether it is an operator's.
    pub(crate) fn is_for_operators(&self) -> bool {
        self.path.starts_with("/admin/")
    }
}

fn query(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = parameters.iter().filter(|parameter| parameter["in"] == "query").map(|parameter| &parameter["name"]);
    names.map(|name| name.as_str().expect("a parameter has a name").to_owned()).collect()
}

fn body(operation: &Value, document: &Value) -> Option<Vec<String>> {
    let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()?;
    let name = schema.rsplit('/').next().expect("a reference ends in a name");
    let properties = &document["components"]["schemas"][name]["properties"];
    Some(properties.as_object().expect("a body has fields").keys().cloned().collect())
}
