//! The documents as they are committed, which `tests/rest/document.rs` holds to be those that are served.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod breaking;
mod examples;
mod official;
mod page;
mod released;

use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(include_str!("../../asyncapi.json")).unwrap()
}
