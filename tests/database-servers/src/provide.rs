//! The server that tests share: one that was named, else a private one.

use std::fmt;

use crate::kind::Kind;
use crate::server::Server;

/// What [`Kind::variable`] says when there is to be no server.
pub const NONE: &str = "none";

/// A server for tests.
pub enum Provided {
    /// The one that [`Kind::variable`] names.
    Named(String),
    /// One that was started for this process.
    Started(Server),
}

impl Provided {
    /// An administrator's URL, without a database.
    pub fn url(&self) -> String {
        match self {
            Self::Named(url) => url.clone(),
            Self::Started(server) => server.url(),
        }
    }
}

/// That there is no server of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// Which kind.
    pub kind: Kind,
    /// What was tried, and why it did not help.
    pub tried: Vec<String>,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, tried } = self;
        write!(f, "no {kind}: {}; and {} names none", tried.join("; "), kind.variable())
    }
}

impl std::error::Error for Unavailable {}

/// The server that was named, unasked whether it answers; else a private one.
///
/// # Errors
/// What was tried, when there is neither, or [`Kind::variable`] says that there is to be none.
pub fn provide(kind: Kind) -> Result<Provided, Unavailable> {
    match std::env::var(kind.variable()) {
        Ok(none) if none == NONE => Err(Unavailable { kind, tried: vec![format!("{}={NONE}", kind.variable())] }),
        Ok(url) if !url.is_empty() => Ok(Provided::Named(url)),
        _ => Server::start(kind).map(Provided::Started),
    }
}
