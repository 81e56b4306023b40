//! Frames that break the protocol of WebSockets (RFC 6455), among others that do not; and what the protocol says of them,
//! written down once more.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::chance::Outcome;
use crate::frames::{Length, Said, Wire, frame, frame_with};
use crate::ground::Ground;

/// The greatest frame and message of the contract, in bytes.
const GREATEST: usize = 64 * 1024;

/// The id of the command that is sent last.
const LAST: u64 = 4_000_000_007;

/// A frame of any kind.
#[derive(Clone, Debug)]
struct Piece {
    fin: bool,
    reserved: u8,
    opcode: u8,
    masked: bool,
    length: Length,
    payload: Payload,
}

#[derive(Clone, Debug)]
enum Payload {
    /// A whole command, with so much white space behind it.
    Command(usize),
    /// The first part of a command.
    FirstHalf,
    /// The rest of it.
    SecondHalf,
    /// These bytes, so many times.
    Bytes(Vec<u8>, usize),
}

const COMMAND: &[u8] = br#"{"type":"ping","id":7}"#;

impl Payload {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Command(padding) => [COMMAND, &vec![b' '; *padding]].concat(),
            Self::FirstHalf => COMMAND[..9].to_vec(),
            Self::SecondHalf => COMMAND[9..].to_vec(),
            Self::Bytes(bytes, times) => bytes.repeat(*times),
        }
    }
}

/// Some frames one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Frames(Vec<Piece>);

/// How a connection goes on after some frames.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// So many commands were given, and more may come.
    Goes(usize),
    /// So many commands were given, then something ends it: the client, or a breach.
    Ends(usize),
    /// More is announced than comes, and at most so many commands were given.
    Waits(usize),
}

/// What the protocol, and the contract above it, say of these frames.
fn verdict(frames: &[Piece]) -> Verdict {
    let (mut commands, mut begun): (usize, Option<(u8, Vec<u8>)>) = (0, None);
    for (at, piece) in frames.iter().enumerate() {
        let payload = piece.payload.bytes();
        if let Length::Lie(more) = piece.length {
            let whole = (payload.len() as u64).saturating_add(more);
            // The frames that follow make up what is missing, or some of it: what they then mean is not told here.
            let at_most = commands + frames.len() - at;
            return if whole <= 4 * GREATEST as u64 { Verdict::Waits(at_most) } else { Verdict::Ends(commands) };
        }
        let is_control = 8 <= piece.opcode;
        let is_known = [0, 1, 2, 8, 9, 10].contains(&piece.opcode);
        let is_whole_control = piece.fin && payload.len() <= 125;
        let is_breach = !is_known || !piece.masked || piece.reserved != 0 || (is_control && !is_whole_control);
        if is_breach || piece.opcode == 8 {
            return Verdict::Ends(commands);
        }
        if is_control {
            continue;
        }
        let message = match (piece.opcode, begun.take()) {
            (0, Some((opcode, first))) => (opcode, [first, payload].concat()),
            (opcode @ (1 | 2), None) => (opcode, payload),
            _ => return Verdict::Ends(commands),
        };
        if !piece.fin {
            begun = Some(message);
            continue;
        }
        let (opcode, text) = message;
        if opcode != 1 || GREATEST < text.len() || text.trim_ascii_end() != COMMAND {
            return Verdict::Ends(commands);
        }
        commands += 1;
    }
    // What is begun would swallow what comes next.
    if begun.is_some() { Verdict::Waits(commands) } else { Verdict::Goes(commands) }
}

fn payload() -> impl Strategy<Value = Payload> {
    let close_codes = vec![0_u16, 999, 1000, 1001, 1004, 1005, 1006, 1015, 1016, 2999, 3000, 4004, 4999, 5000, 65_535];
    let close = (select(close_codes), select(vec![&b""[..], b"bye", b"\xff\xfe", b"\xed\xa0\x80"]));
    let odd = vec![
        &b""[..],
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xef\xbb\xbf{}",
        b"[]",
        b"{}",
        b"{\"type\":5}",
    ];
    prop_oneof![
        6 => Just(Payload::Command(0)),
        2 => select(vec![103_usize, 104, 65_514, 65_515, 262_122, 262_123]).prop_map(Payload::Command),
        2 => Just(Payload::FirstHalf),
        2 => Just(Payload::SecondHalf),
        2 => close.prop_map(|(code, why)| Payload::Bytes([&code.to_be_bytes(), why].concat(), 1)),
        2 => (select(odd), select(vec![1_usize, 1, 125, 126, 70_000])).prop_map(|(bytes, times)| Payload::Bytes(bytes.to_vec(), times)),
        1 => prop::collection::vec(any::<u8>(), 0..130).prop_map(|bytes| Payload::Bytes(bytes, 1)),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    let reserved = prop_oneof![15 => Just(0), 1 => 1..8_u8];
    let opcode =
        prop_oneof![8 => Just(1), 3 => Just(0), 1 => Just(2), 1 => Just(8), 3 => select(vec![9_u8, 10]), 1 => 3..16_u8];
    let length = prop_oneof![
        10 => Just(Length::Shortest),
        1 => Just(Length::Two),
        1 => Just(Length::Eight),
        1 => select(vec![1, 20, 100_000, 300_000, 1 << 32, 1 << 62, u64::MAX]).prop_map(Length::Lie),
    ];
    (prop::bool::weighted(0.8), reserved, opcode, prop::bool::weighted(0.95), length, payload()).prop_map(
        |(fin, reserved, opcode, masked, length, payload)| Piece { fin, reserved, opcode, masked, length, payload },
    )
}

/// One to five frames.
pub(crate) fn frames() -> impl Strategy<Value = Frames> {
    prop::collection::vec(piece(), 1..=5).prop_map(Frames)
}

impl Frames {
    /// Sends them, and holds what comes back against what the protocol says.
    ///
    /// # Errors
    /// What does not hold.
    pub(crate) async fn check(&self, ground: &mut Ground<'_>) -> Result<Outcome, String> {
        ground.begin().await;
        let mut wire = Wire::greeted(ground.server, ground.town.alice.token()).await?;
        for piece in &self.0 {
            let first = u8::from(piece.fin) << 7 | piece.reserved << 4 | piece.opcode;
            wire.send(&frame_with(first, piece.masked, piece.length, &piece.payload.bytes())).await;
        }
        let verdict = verdict(&self.0);
        let most = match verdict {
            Verdict::Goes(commands) => {
                wire.send(&frame(0x81, json!({"type": "ping", "id": LAST}).to_string().as_bytes())).await;
                for _ in 0..=commands {
                    let said = wire.reply().await?;
                    if !said.is_ok() {
                        return Err(format!("nothing was wrong, and yet {said:?}"));
                    }
                }
                ground.end(false).await?;
                return Ok(Outcome::Taken);
            }
            Verdict::Ends(commands) => commands,
            Verdict::Waits(commands) => {
                wire.end().await;
                commands
            }
        };
        let mut answered = 0;
        loop {
            match wire.reply().await? {
                Said::Frame(reply) if reply["type"] == "ok" => answered += 1,
                Said::Frame(reply) => return Err(format!("{reply}")),
                Said::Closed(code) => {
                    // The codes of the contract, that of RFC 6455 for a close that breaks it, or the client's own.
                    let own = self.close_codes();
                    if !code.is_none_or(|code| [4004, 1009, 1002].contains(&code) || own.contains(&code)) {
                        return Err(format!("closed with {code:?}"));
                    }
                    break;
                }
                Said::Gone => break,
            }
        }
        if most < answered {
            return Err(format!("{answered} commands were answered, where {verdict:?}"));
        }
        ground.end(false).await
    }

    /// The codes with which the client closes.
    fn close_codes(&self) -> Vec<u16> {
        let closing = self.0.iter().filter(|piece| piece.opcode == 8);
        closing.filter_map(|piece| Some(u16::from_be_bytes(*piece.payload.bytes().first_chunk()?))).collect()
    }
}

#[test]
fn the_protocol_is_read_as_it_is_written() {
    let whole = Piece {
        fin: true,
        reserved: 0,
        opcode: 1,
        masked: true,
        length: Length::Shortest,
        payload: Payload::Command(0),
    };
    let first = Piece { fin: false, payload: Payload::FirstHalf, ..whole.clone() };
    let second = Piece { opcode: 0, payload: Payload::SecondHalf, ..whole.clone() };
    let ping = Piece { opcode: 9, ..whole.clone() };
    assert_eq!(verdict(&[whole.clone(), first.clone(), ping.clone(), second.clone()]), Verdict::Goes(2));
    assert_eq!(verdict(&[whole.clone(), first.clone()]), Verdict::Waits(1));
    assert_eq!(verdict(&[whole.clone(), Piece { length: Length::Lie(1), ..whole.clone() }]), Verdict::Waits(2));
    for breach in [
        second,
        Piece { reserved: 4, ..whole.clone() },
        Piece { masked: false, ..whole.clone() },
        Piece { opcode: 3, ..whole.clone() },
        Piece { opcode: 2, ..whole.clone() },
        Piece { opcode: 8, ..whole.clone() },
        Piece { fin: false, ..ping.clone() },
        Piece { payload: Payload::Command(104), ..ping },
        Piece { payload: Payload::Command(GREATEST), ..whole.clone() },
        Piece { payload: Payload::Bytes(vec![0xff], 1), ..whole.clone() },
        Piece { length: Length::Lie(1 << 62), ..whole.clone() },
    ] {
        assert_eq!(verdict(&[whole.clone(), breach.clone()]), Verdict::Ends(1), "{breach:?}");
        assert_eq!(verdict(&[breach, whole.clone()]), Verdict::Ends(0));
    }
    assert_eq!(verdict(&[first, whole]), Verdict::Ends(0), "a message begins within another");
}
