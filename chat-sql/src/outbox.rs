use chat_core::{
    model::{
        outbox::{ConsumerName, DeadLetter, OutboxEntry, OutboxId, Subject},
        room::RoomId,
        user::{Standing, UserId},
    },
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow, integer};

/// A subject as it stands in columns.
pub struct SubjectColumns<'s> {
    /// What happened.
    pub kind: &'static str,
    /// In which room.
    pub room: Option<&'s RoomId>,
    /// To whom.
    pub user: Option<&'s UserId>,
    /// With whom.
    pub other: Option<&'s UserId>,
    /// The number of the event or the ledger entry.
    pub number: Option<i64>,
}

const LOGGED: &str = "logged";
const MADE: &str = "friendship_made";
const ENDED: &str = "friendship_ended";
const ACTIVE: &str = "user_active";
const SUSPENDED: &str = "user_suspended";
const ERASED: &str = "user_erased";
const COINS: &str = "coins_changed";

impl<'s> SubjectColumns<'s> {
    /// The columns of a subject.
    pub fn of(subject: &'s Subject) -> Self {
        let none = Self { kind: LOGGED, room: None, user: None, other: None, number: None };
        match subject {
            Subject::Logged { room, seq } => Self { room: Some(room), number: Some(integer(seq.get())), ..none },
            Subject::FriendshipMade { user, other } => {
                Self { kind: MADE, user: Some(user), other: Some(other), ..none }
            }
            Subject::FriendshipEnded { user, other } => {
                Self { kind: ENDED, user: Some(user), other: Some(other), ..none }
            }
            Subject::StandingChanged { user, standing } => {
                let kind = match standing {
                    Standing::Active => ACTIVE,
                    Standing::Suspended => SUSPENDED,
                    Standing::Erased => ERASED,
                };
                Self { kind, user: Some(user), ..none }
            }
            Subject::CoinsChanged { user, number } => {
                Self { kind: COINS, user: Some(user), number: Some(integer(*number)), ..none }
            }
        }
    }
}

/// An entry of the outbox: all columns of its table but those of its place.
pub fn outbox_entry<R: SqlRow>(row: &R) -> Result<OutboxEntry, StoreError> {
    entry(&Columns::new(row, "outbox", &["entry_id"]))
}

/// A dead letter: all columns of its table.
pub fn dead_letter<R: SqlRow>(row: &R) -> Result<DeadLetter, StoreError> {
    let columns = Columns::new(row, "dead_letters", &["entry_id"]);
    Ok(DeadLetter {
        entry: entry(&columns)?,
        error: columns.text("error")?.to_owned(),
        died_at: columns.time("died_at")?,
    })
}

fn entry<R: SqlRow>(columns: &Columns<'_, R>) -> Result<OutboxEntry, StoreError> {
    Ok(OutboxEntry {
        id: OutboxId::from_bytes(columns.bytes("entry_id")?),
        consumer: columns.parsed("consumer", ConsumerName::parse)?,
        subject: subject(columns)?,
        at: columns.time("at")?,
        attempts: columns.count("attempts")?,
        event_kind: None,
    })
}

fn subject<R: SqlRow>(columns: &Columns<'_, R>) -> Result<Subject, StoreError> {
    let user = || columns.parsed("user_id", UserId::parse);
    let other = || columns.parsed("other_id", UserId::parse);
    let standing = |standing| Ok(Subject::StandingChanged { user: user()?, standing });
    match columns.text("kind")? {
        LOGGED => {
            Ok(Subject::Logged { room: RoomId::from_bytes(columns.bytes("room_id")?), seq: columns.seq("number")? })
        }
        MADE => Ok(Subject::FriendshipMade { user: user()?, other: other()? }),
        ENDED => Ok(Subject::FriendshipEnded { user: user()?, other: other()? }),
        ACTIVE => standing(Standing::Active),
        SUSPENDED => standing(Standing::Suspended),
        ERASED => standing(Standing::Erased),
        COINS => Ok(Subject::CoinsChanged { user: user()?, number: columns.count("number")? }),
        kind => Err(columns.corrupt("kind", format_args!("{kind:?} is not known"))),
    }
}
