//! What progenitor makes of the OpenAPI document. `tests/tests/clients/rust.rs` spends an evening with it.

/// The client, as it is generated.
#[allow(clippy::all, clippy::unwrap_used, missing_docs, rustdoc::all, unreachable_pub, unused)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

pub use generated::*;
