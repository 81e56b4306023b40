//! Clients that generators make of the OpenAPI document, used: an evening of three users with each.
//!
//! Each test makes its client anew, compiles it as strictly as its language can, and runs it against the server.

mod evening;
mod go;
mod java;
mod openapi_generator;
mod page;
mod python;
mod rust;
mod typescript;
