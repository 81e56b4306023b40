//! Chat rooms that live inside your server.
#![deny(rustdoc::broken_intra_doc_links)]

pub mod error;
pub mod model;
pub mod policy;
pub mod ports;
pub mod realtime;
pub mod rules;
