//! Who does what, in which order: drawn from the seed before anything happens.

use chat_tests::chance::Chance;

/// How many users there are.
pub(crate) const USERS: usize = 60;
/// How many rooms. The first users own one each.
pub(crate) const ROOMS: usize = 20;

/// What somebody puts under messages.
const EMOJI: [&str; 4] = ["👍", "🦀", "❤️", "🎉"];
/// How many messages are sent at once at most.
const BURST: u32 = 6;

/// Something to do. Rooms and messages are chosen among those that there are then, by a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// So many messages at once, one after another over the connection.
    Write {
        room: usize,
        count: u32,
    },
    /// A message whose sender does not wait for the answer.
    WriteAndGo {
        room: usize,
    },
    Edit {
        message: usize,
    },
    Delete {
        message: usize,
    },
    React {
        room: usize,
        message: usize,
        emoji: &'static str,
        remove: bool,
    },
    Read {
        room: usize,
    },
    Type {
        room: usize,
    },
    /// Any room of all.
    Join {
        room: usize,
    },
    /// Any room that is not one's own.
    Leave {
        room: usize,
    },
    /// Somebody out of one's own room.
    Remove {
        member: usize,
    },
}

/// What one user does until they have written so many messages.
pub(crate) fn plan(chance: &mut Chance, user: usize, messages: u32) -> Vec<Act> {
    let owns_a_room = user < ROOMS;
    let (mut acts, mut left) = (Vec::new(), messages);
    while 0 < left {
        let any = chance.within(0..10_000) as usize;
        let act = match chance.within(0..40) {
            0..14 => {
                let count = chance.within(1..BURST + 1).min(left);
                left -= count;
                Act::Write { room: any, count }
            }
            14..16 => {
                left -= 1;
                Act::WriteAndGo { room: any }
            }
            16..21 => Act::Edit { message: any },
            21..23 => Act::Delete { message: any },
            23..30 => {
                let message = chance.within(0..10_000) as usize;
                let emoji = chance.one_of(&EMOJI).expect("some");
                Act::React { room: any, message, emoji, remove: chance.within(0..3) == 0 }
            }
            30..33 => Act::Read { room: any },
            33..35 => Act::Type { room: any },
            35..37 => Act::Join { room: any },
            37 => Act::Remove { member: any },
            _ => Act::Leave { room: any },
        };
        if owns_a_room || !matches!(act, Act::Remove { .. }) {
            acts.push(act);
        }
    }
    acts
}

/// The rooms in which a user comes and goes: no more, so that not everybody has the log of every room in mind.
pub(crate) fn haunts(user: usize) -> [usize; 3] {
    [0, 7, 13].map(|further| (user + further) % ROOMS)
}

/// Those of them in which a user sits at first: each room has five members then, and a seat that is free.
pub(crate) fn rooms_of(user: usize) -> Vec<usize> {
    haunts(user)[..if user < 2 * ROOMS { 2 } else { 1 }].to_vec()
}

#[test]
fn a_seed_decides_who_does_what() {
    let chance = Chance::seeded();
    let plans = || (0..USERS).map(|user| plan(&mut chance.numbered(user as u64), user, 50)).collect::<Vec<_>>();
    assert_eq!(plans(), plans());
    for acts in plans() {
        let written = acts.iter().map(|act| match act {
            Act::Write { count, .. } => *count,
            Act::WriteAndGo { .. } => 1,
            _ => 0,
        });
        assert_eq!(written.sum::<u32>(), 50);
    }
    for room in 0..ROOMS {
        assert_eq!((0..USERS).filter(|user| rooms_of(*user).contains(&room)).count(), 5, "room {room}");
    }
}
