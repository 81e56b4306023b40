//! What can be chosen.

use std::{path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

use crate::{load::Span, place::Kind};

/// Measures the chat beside what its databases can do.
#[derive(Debug, Parser)]
#[command(name = "chat-bench")]
pub(crate) struct Options {
    /// What to measure.
    #[arg(long, value_enum, default_value_t = Subject::Messages)]
    pub(crate) measure: Subject,
    /// On which databases. MariaDB and MySQL are private servers, started for this run, unless CHAT_TEST_MARIADB_URL
    /// or CHAT_TEST_MYSQL_URL names one; one that cannot be had is left out.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "mariadb,mysql,sqlite")]
    pub(crate) databases: Vec<Kind>,
    /// How long and how much.
    #[arg(long, value_enum, default_value_t = Scale::Full)]
    pub(crate) scale: Scale,
    /// Only what has this in its name; of refusals, only floods that have.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) only: String,
    /// Writes all figures of all rounds to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Fails when a ratio on MariaDB is not what it has to be, or was not measured.
    #[arg(long)]
    pub(crate) require: bool,
}

/// What is measured in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Writing messages, reading them and joining, beside what the databases can do.
    Messages,
    /// What floods of a chat-server cost those who are no part of them, and how fast they are refused. On SQLite, with the
    /// chat-server that was built beside this program.
    Refusals,
    /// How long a client takes to come back, alone and with thousands of others at once. On SQLite, with the chat-server
    /// that was built beside this program.
    Reconnects,
    /// What it costs those who send that a consumer is told, and one that is down.
    Consumers,
    /// Whether the time of a refused login tells who has an account. On SQLite.
    Enumeration,
}

/// How long and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scale {
    /// Some seconds: shows that everything works. Its figures mean nothing.
    Small,
    /// Minutes.
    Full,
}

impl Scale {
    /// How many rounds there are.
    pub(crate) const fn rounds(self) -> usize {
        match self {
            Self::Small => 1,
            Self::Full => 5,
        }
    }

    /// How long a load lasts.
    pub(crate) const fn span(self) -> Span {
        match self {
            Self::Small => Span { warm_up: Duration::from_millis(50), measured: Duration::from_millis(150) },
            Self::Full => Span { warm_up: Duration::from_millis(700), measured: Duration::from_millis(2_500) },
        }
    }

    /// How many rows are inserted in bulk.
    pub(crate) const fn bulk(self) -> usize {
        match self {
            Self::Small => 2_000,
            Self::Full => 80_000,
        }
    }

    /// How many events the large room has.
    pub(crate) const fn large_room(self) -> usize {
        match self {
            Self::Small => 5_000,
            Self::Full => 1_000_000,
        }
    }

    /// How many pages of each room are read a round.
    pub(crate) const fn pages(self) -> usize {
        match self {
            Self::Small => 50,
            Self::Full => 1_000,
        }
    }

    /// How many rooms are joined a round, by five users each.
    pub(crate) const fn joined_rooms(self) -> usize {
        match self {
            Self::Small => 2,
            Self::Full => 60,
        }
    }

    /// How many connect, and how many log in at once, in a flood.
    pub(crate) const fn flood(self) -> (usize, usize) {
        match self {
            Self::Small => (200, 250),
            Self::Full => (5_000, 1_000),
        }
    }

    /// How many come back at once, and how many one after another.
    pub(crate) const fn reconnects(self) -> (usize, usize) {
        match self {
            Self::Small => (100, 20),
            Self::Full => (5_000, 500),
        }
    }

    /// How often each login is tried a round, and at what cost passwords are hashed.
    pub(crate) const fn logins(self) -> (usize, u32) {
        match self {
            Self::Small => (3, 10),
            Self::Full => (20, 12),
        }
    }
}
