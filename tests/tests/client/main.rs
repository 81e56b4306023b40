//! The client crate against the real server: it signs in, stays connected, and the application sees each event of each
//! room once, in order, without hole (R-MSG-03, -04, -08, -09).

mod calls;
mod changes;
mod ground;
mod resume;
mod sign_in;
