//! What is measured in each round, beside each other.

use std::fmt;

use crate::{
    Failure, bulk,
    load::Load,
    naive,
    options::Scale,
    place::{Kind, Place},
    send, single,
};

/// One way to write messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// One row a statement, committed by itself.
    Single { writers: usize, connections: u32 },
    /// A transaction a message.
    Naive { writers: usize, connections: u32 },
    /// Many rows a statement.
    Bulk { batch: usize },
    /// Through the chat.
    Send { writers: usize },
}

/// How many write at once where it is many.
pub(crate) const MANY: usize = 256;

impl Contender {
    /// All of a database, those first which the database alone limits.
    pub(crate) fn of(kind: Kind) -> Vec<Self> {
        let sends = [1, 32, MANY].map(|writers| Self::Send { writers });
        if kind == Kind::Sqlite {
            return sends.to_vec();
        }
        let mut all = vec![
            Self::Single { writers: MANY, connections: 32 },
            Self::Naive { writers: MANY, connections: 32 },
            Self::Naive { writers: MANY, connections: 128 },
            Self::Bulk { batch: 256 },
            Self::Bulk { batch: 1_000 },
        ];
        all.extend(sends);
        all
    }

    /// Measures it once.
    pub(crate) async fn measure(self, place: &Place, scale: Scale) -> Result<Load, Failure> {
        let span = scale.span();
        match self {
            Self::Single { writers, connections } => single::measure(place, writers, connections, span).await,
            Self::Naive { writers, connections } => naive::measure(place, writers, connections, span).await,
            Self::Bulk { batch } => bulk::measure(place, scale.bulk(), batch).await,
            Self::Send { writers } => send::measure(place, writers, span).await,
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single { writers, connections } => {
                write!(f, "single INSERT, autocommit: {writers} waiting, {connections} connections")
            }
            Self::Naive { writers, connections } => {
                write!(f, "naive transaction: {writers} waiting, {connections} connections")
            }
            Self::Bulk { batch } => write!(f, "bulk INSERT, the limit: {batch} rows a statement"),
            Self::Send { writers } => write!(f, "durable sends through ChatService: {writers} waiting"),
        }
    }
}
