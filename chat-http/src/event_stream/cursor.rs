//! How far a client is in all of its rooms, as one event id that it gives back.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chat_core::model::{event::Seq, room::RoomId};

/// The rooms of a client and the number of the last event it has of each; those come first in which something happened
/// last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    rooms: Vec<(RoomId, Seq)>,
    /// It was too long: it does not say how far the client is in the other rooms.
    pub(super) cut: bool,
}

/// What it takes in a header at most.
const MAX_TEXT: usize = 4 * 1024;
const MAX_BYTES: usize = MAX_TEXT / 4 * 3;
/// The first byte, by which a later version tells ours.
const WHOLE: u8 = 1;
const CUT: u8 = 2;
/// An id, and a number in groups of 7 bits, the lowest first, each but the last with its highest bit set (LEB128).
const ID: usize = 16;
const GROUPS: usize = 10;

impl Cursor {
    pub(super) fn new(rooms: impl IntoIterator<Item = (RoomId, Seq)>) -> Self {
        Self { rooms: rooms.into_iter().collect(), cut: false }
    }

    /// Reads one that was written by [`fmt`](fmt::Display::fmt); `None`: it was not.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if MAX_TEXT < text.len() {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (&version, mut rest) = bytes.split_first()?;
        let mut cursor = Self { rooms: Vec::new(), cut: version == CUT };
        if version != WHOLE && version != CUT {
            return None;
        }
        while !rest.is_empty() {
            let (id, after) = rest.split_first_chunk::<ID>()?;
            let (seq, after) = read_number(after)?;
            let room = RoomId::from_bytes(*id);
            if cursor.of(room).is_some() {
                return None;
            }
            cursor.rooms.push((room, seq));
            rest = after;
        }
        Some(cursor)
    }

    /// How far it is in a room.
    pub(super) fn of(&self, room: RoomId) -> Option<Seq> {
        self.rooms.iter().find(|(other, _)| *other == room).map(|(_, seq)| *seq)
    }

    pub(super) fn rooms(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        self.rooms.iter().copied()
    }

    /// The client is so far in a room.
    pub(super) fn set(&mut self, room: RoomId, seq: Seq) {
        self.remove(room);
        self.rooms.insert(0, (room, seq));
    }

    pub(super) fn remove(&mut self, room: RoomId) {
        self.rooms.retain(|(other, _)| *other != room);
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![WHOLE];
        for (room, seq) in &self.rooms {
            let before = bytes.len();
            bytes.extend_from_slice(room.as_bytes());
            write_number(seq.get(), &mut bytes);
            if MAX_BYTES < bytes.len() {
                bytes.truncate(before);
                bytes[0] = CUT;
                break;
            }
        }
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while 0x80 <= number {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn read_number(bytes: &[u8]) -> Option<(Seq, &[u8])> {
    let mut number = 0_u64;
    for (&byte, group) in bytes.iter().zip(0..GROUPS) {
        let bits = u64::from(byte & 0x7f);
        number |= bits.checked_shl(u32::try_from(7 * group).ok()?).filter(|shifted| shifted >> (7 * group) == bits)?;
        if byte & 0x80 == 0 {
            return Some((Seq::new(number), &bytes[group + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn cursor(rooms: impl IntoIterator<Item = (u128, u64)>) -> Cursor {
        let rooms = rooms.into_iter().map(|(id, seq)| (RoomId::from_bytes(id.to_be_bytes()), Seq::new(seq)));
        Cursor::new(rooms)
    }

    fn room(id: u128) -> RoomId {
        RoomId::from_bytes(id.to_be_bytes())
    }

    #[test]
    fn the_room_in_which_something_happens_comes_first() {
        let mut moved = cursor([(1, 10), (2, 20), (3, 30)]);
        moved.set(room(3), Seq::new(31));
        moved.remove(room(1));
        moved.set(room(4), Seq::new(1));
        assert_eq!(moved, cursor([(4, 1), (3, 31), (2, 20)]));
        assert_eq!((moved.of(room(3)), moved.of(room(1))), (Some(Seq::new(31)), None));
    }

    #[test]
    fn one_that_is_too_long_keeps_those_that_come_first_and_says_so() {
        let rooms = (0..1_000).map(|id| (id, u64::try_from(id).unwrap() << 20));
        let text = cursor(rooms.clone()).to_string();
        assert!(MAX_TEXT - 40 < text.len() && text.len() <= MAX_TEXT, "{}", text.len());
        let read = Cursor::parse(&text).unwrap();
        assert!(read.cut);
        let kept = read.rooms.len();
        assert!(150 < kept && kept < 1_000, "{kept}");
        assert_eq!(read.rooms, cursor(rooms).rooms[..kept]);
        assert_eq!(read.to_string().len(), text.len(), "what is kept fits again");
    }

    #[test]
    fn what_is_none_of_ours_is_none() {
        let ours = cursor([(7, 300)]).to_string();
        assert!(Cursor::parse(&ours).is_some());
        let twice = cursor([(7, 1), (7, 2)]).to_string();
        let long = BASE64_URL_SAFE_NO_PAD.encode([WHOLE].repeat(MAX_BYTES + 1));
        let unending = BASE64_URL_SAFE_NO_PAD.encode([&[WHOLE; 1 + ID][..], &[0xff; GROUPS + 1]].concat());
        let strange =
            ["", "42", "AA", "Aw", "*", &ours[..ours.len() - 2], &format!("{ours}="), &twice, &long, &unending];
        for strange in strange {
            assert_eq!(Cursor::parse(strange), None, "{strange}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_as_it_was(rooms in vec((any::<u128>(), any::<u64>()), 0..100)) {
            let mut written = Cursor::default();
            rooms.into_iter().for_each(|(id, seq)| written.set(room(id), Seq::new(seq)));
            prop_assert_eq!(Cursor::parse(&written.to_string()), Some(written));
        }

        #[test]
        fn whatever_text_comes_is_read_as_what_it_says_or_not_at_all(bytes in vec(any::<u8>(), 0..60), version in 0_u8..4) {
            let text = BASE64_URL_SAFE_NO_PAD.encode([&[version][..], &bytes].concat());
            if let Some(read) = Cursor::parse(&text) {
                let again = Cursor::parse(&read.to_string()).unwrap();
                prop_assert_eq!(again.rooms, read.rooms);
            }
        }
    }
}
