//! gRPC: the real server with a client of tonic's, and with one of Python's.

mod described;
mod drain;
mod ground;
mod host;
mod limits;
mod live;
mod python;
mod released;
mod resume;
mod story;
mod together;
