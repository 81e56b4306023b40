//! JSON as it stands on the wire, so that it can be written wrong: members in any number, values that are none, bytes that
//! are no text.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A value as it is written, right or wrong.
#[derive(Clone)]
pub(crate) enum Written {
    /// As it stands.
    Text(String),
    /// A string of so many of these.
    Long(&'static str, usize),
    /// So many arrays or objects in one another.
    Deep(bool, usize),
    /// So many digits.
    Digits(usize),
    /// A string of these bytes, UTF-8 or not.
    Bytes(Vec<u8>),
}

impl Written {
    /// The bytes on the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Long(piece, count) => format!("\"{}\"", piece.repeat(*count)).into_bytes(),
            Self::Deep(true, depth) => format!("{}{}", "[".repeat(*depth), "]".repeat(*depth)).into_bytes(),
            Self::Deep(false, depth) => format!("{}1{}", "{\"a\":".repeat(*depth), "}".repeat(*depth)).into_bytes(),
            Self::Digits(count) => "9".repeat(*count).into_bytes(),
            Self::Bytes(bytes) => [b"\"", bytes.as_slice(), b"\""].concat(),
        }
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Long(piece, count) => write!(f, "{piece:?} x {count}"),
            Self::Deep(arrays, depth) => write!(f, "{depth} {}", if *arrays { "arrays" } else { "objects" }),
            Self::Digits(count) => write!(f, "{count} digits"),
            Self::Bytes(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
        }
    }
}

/// Values around every limit and beside every type.
const VALUES: [&str; 52] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "6",
    "7",
    "1.0",
    "1.5",
    "1e2",
    "1E400",
    "-1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "-Infinity",
    "01",
    "+1",
    "0x10",
    ".5",
    "1.",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740991",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    r#""""#,
    r#"" ""#,
    r#""a\u0000b""#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\ud83d\ude00""#,
    r#""\u202e""#,
    r#""\uZZZZ""#,
    r#""\x41""#,
    "\"\u{1}\"",
    "\"a\nb\"",
    "\"\u{feff}\"",
    "\"\u{85}\u{a0}\u{2028}\"",
    "\"unclosed",
    "'single'",
    "[]",
    "[null]",
    "{}",
    r#"{"$ne":null}"#,
    r#""' OR 1=1; --""#,
    r#""../../etc/passwd""#,
];

/// The lengths around which texts are refused.
const LENGTHS: [usize; 16] = [3, 4, 5, 7, 8, 9, 64, 65, 128, 129, 200, 201, 4_000, 4_001, 60_000, 70_000];

/// Something that stands where a value should.
pub(crate) fn written() -> impl Strategy<Value = Written> {
    let text = |text: &str| Written::Text(text.to_owned());
    prop_oneof![
        8 => select(&VALUES[..]).prop_map(text),
        3 => (select(vec!["x", "7", " ", "\u{e9}", "\u{1f600}", "a\u{301}", r"\u0041"]), select(&LENGTHS[..]))
            .prop_map(|(piece, count)| Written::Long(piece, count)),
        1 => (any::<bool>(), select(vec![1, 2, 64, 126, 127, 128, 129, 5_000])).prop_map(|(arrays, depth)| Written::Deep(arrays, depth)),
        1 => select(vec![15_usize, 19, 20, 21, 309, 400, 5_000]).prop_map(Written::Digits),
        2 => any::<String>().prop_map(|text| Written::Text(serde_json::Value::from(text).to_string())),
        2 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Written::Bytes),
        1 => any::<i64>().prop_map(|number| Written::Text(number.to_string())),
        1 => any::<f64>().prop_map(|number| Written::Text(format!("{number:?}"))),
    ]
}

/// One fault of an object.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// A member has another value.
    Value(Index, Written),
    /// A member is not there.
    Missing(Index),
    /// A member stands there twice, the second time so.
    Twice(Index, Option<Written>),
    /// A member's name is written otherwise.
    Renamed(Index, &'static str),
    /// There is one more member.
    More(&'static str, Written),
    /// All is something else.
    Whole(&'static str),
    /// The text ends too early.
    Cut(Index),
    /// These bytes stand somewhere within.
    Within(Index, &'static [u8]),
    /// White space, until all is so long.
    Padded(usize),
}

const NAMES: [&str; 9] =
    ["colour", "", "__proto__", "id", "type", "userId", "\\u0000", "senderId", "constructor.prototype"];

const WHOLE: [&str; 14] =
    ["", " ", "{}", "[]", "null", "7", "\"text\"", "{", "}", "{} {}", "[{}]", "{\"a\":}", "{'a':1}", "{\"a\":1,}"];

const PIECES: [&[u8]; 12] = [
    b"\0",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b",",
    b"/* */",
    b"\x1b[2J",
];

/// Lengths around that of the greatest body and frame, 64 KiB.
const SIZES: [usize; 5] = [65_535, 65_536, 65_537, 131_072, 262_145];

/// One fault of an object.
pub(crate) fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        12 => (any::<Index>(), written()).prop_map(|(at, value)| Fault::Value(at, value)),
        3 => any::<Index>().prop_map(Fault::Missing),
        2 => (any::<Index>(), prop::option::of(written())).prop_map(|(at, value)| Fault::Twice(at, value)),
        1 => (any::<Index>(), select(&NAMES[..])).prop_map(|(at, name)| Fault::Renamed(at, name)),
        3 => (select(&NAMES[..]), written()).prop_map(|(name, value)| Fault::More(name, value)),
        1 => select(&WHOLE[..]).prop_map(Fault::Whole),
        1 => any::<Index>().prop_map(Fault::Cut),
        2 => (any::<Index>(), select(&PIECES[..])).prop_map(|(at, piece)| Fault::Within(at, piece)),
        1 => select(&SIZES[..]).prop_map(Fault::Padded),
    ]
}

/// An object with these members, in which all of these faults are.
pub(crate) fn spoilt(members: &[(String, serde_json::Value)], faults: &[Fault]) -> Vec<u8> {
    let mut members: Vec<(String, Vec<u8>)> =
        members.iter().map(|(name, value)| (name.clone(), value.to_string().into_bytes())).collect();
    for fault in faults {
        spoil_member(&mut members, fault);
    }
    let members = members.iter().map(|(name, value)| [format!("\"{name}\":").as_bytes(), value].concat());
    let mut bytes = [b"{", members.collect::<Vec<_>>().join(&b","[..]).as_slice(), b"}"].concat();
    for fault in faults {
        spoil_text(&mut bytes, fault);
    }
    bytes
}

fn spoil_member(members: &mut Vec<(String, Vec<u8>)>, fault: &Fault) {
    let place = |at: &Index| (!members.is_empty()).then(|| at.index(members.len()));
    match fault {
        Fault::Value(at, value) => {
            if let Some(at) = place(at) {
                members[at].1 = value.bytes();
            }
        }
        Fault::Missing(at) => {
            if let Some(at) = place(at) {
                members.remove(at);
            }
        }
        Fault::Twice(at, value) => {
            if let Some(at) = place(at) {
                let (name, first) = members[at].clone();
                members.push((name, value.as_ref().map_or(first, Written::bytes)));
            }
        }
        Fault::Renamed(at, name) => {
            if let Some(at) = place(at) {
                members[at].0 = (*name).to_owned();
            }
        }
        Fault::More(name, value) => members.push(((*name).to_owned(), value.bytes())),
        Fault::Whole(_) | Fault::Cut(_) | Fault::Within(..) | Fault::Padded(_) => {}
    }
}

fn spoil_text(bytes: &mut Vec<u8>, fault: &Fault) {
    match fault {
        Fault::Whole(text) => *bytes = text.as_bytes().to_vec(),
        Fault::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
        Fault::Within(at, piece) => {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, piece.iter().copied());
        }
        Fault::Padded(size) => bytes.resize(bytes.len().max(*size), b' '),
        _ => {}
    }
}

#[test]
fn an_object_without_fault_is_json_and_each_fault_shows() {
    let members = [("a".to_owned(), serde_json::json!(1)), ("b".to_owned(), serde_json::json!("x"))];
    assert_eq!(spoilt(&members, &[]), br#"{"a":1,"b":"x"}"#);
    let first = any_index();
    for (fault, text) in [
        (Fault::Value(first, Written::Text("NaN".to_owned())), r#"{"a":NaN,"b":"x"}"#),
        (Fault::Missing(first), r#"{"b":"x"}"#),
        (Fault::Twice(first, None), r#"{"a":1,"b":"x","a":1}"#),
        (Fault::Renamed(first, "c"), r#"{"c":1,"b":"x"}"#),
        (Fault::More("c", Written::Long("y", 2)), r#"{"a":1,"b":"x","c":"yy"}"#),
        (Fault::Whole("[]"), "[]"),
        (Fault::Cut(first), ""),
        (Fault::Within(first, b"\0"), "\0{\"a\":1,\"b\":\"x\"}"),
        (Fault::Padded(17), r#"{"a":1,"b":"x"}  "#),
    ] {
        assert_eq!(String::from_utf8_lossy(&spoilt(&members, &[fault])), text);
    }
}

/// The index of the first of whatever there is.
fn any_index() -> Index {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut tree = any::<Index>().new_tree(&mut TestRunner::deterministic()).expect("any index");
    while tree.simplify() {}
    tree.current()
}
