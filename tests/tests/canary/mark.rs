//! What must not be found where it does not belong, and the search for it, in whatever form it is written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What every text has in it that is made up here. Found anywhere, one of them is there.
pub(crate) const STEM: &str = "qX7canary";

/// A text of its own with the mark in it.
pub(crate) fn marked(what: &str) -> String {
    format!("{STEM}-{what}")
}

/// Texts to look for, each in all forms in which a program may write it.
pub(crate) struct Marks {
    /// What it is, how it is written, and the bytes of that.
    forms: Vec<(String, &'static str, Vec<u8>)>,
}

impl Marks {
    /// These texts, each with a name.
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self { forms: texts.into_iter().flat_map(|(what, text)| forms(what, text)).collect() }
    }

    /// What is found in these bytes, and how it is written there.
    pub(crate) fn within(&self, bytes: &[u8]) -> Vec<String> {
        let bytes = text_of(bytes);
        let found = self.forms.iter().filter(|(_, _, form)| bytes.contains(&*text_of(form)));
        found.map(|(what, how, form)| format!("{what}, {how}: {}", form.escape_ascii())).collect()
    }
}

/// Bytes as characters of the same numbers, since text is searched faster.
fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn forms(what: &str, text: &str) -> Vec<(String, &'static str, Vec<u8>)> {
    let bytes = text.as_bytes();
    let hex = |upper: bool| -> String {
        bytes.iter().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect()
    };
    let decimal: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let mut forms = vec![
        ("as it is", text.to_owned()),
        ("in upper case", text.to_ascii_uppercase()),
        ("in lower case", text.to_ascii_lowercase()),
        ("in hexadecimal digits", hex(false)),
        ("in hexadecimal digits", hex(true)),
        ("as a list of bytes", decimal.join(", ")),
        ("as a list of bytes", decimal.join(",")),
        ("percent-encoded", bytes.iter().map(|byte| format!("%{byte:02X}")).collect()),
    ];
    // In base64 a text looks different after none, one and two bytes; its ends hang together with what is beside it.
    for shift in 0..3 {
        let shifted = [&vec![0; shift], bytes].concat();
        let (begin, end) = (shift.div_ceil(3) * 4, shifted.len() / 3 * 4);
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            forms.push(("in base64", encoded[begin..end].to_owned()));
        }
    }
    // Digits have no case.
    forms.retain(|(how, form)| *how == "as it is" || form != text);
    forms.into_iter().map(|(how, form)| (what.to_owned(), how, form.into_bytes())).collect()
}

#[test]
fn a_mark_is_found_in_every_form() {
    let marks = Marks::new([("a marked text", STEM), ("the key", "a key of some length"), ("a phone", "15790010001")]);
    let text = marked("body");
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded: Vec<String> =
        (0..3).map(|shift| STANDARD_NO_PAD.encode(format!("{}{text}", "x".repeat(shift)))).collect();
    for written in [
        format!("2026-11-24 TRACE a::b: received frame {{\"body\":\"{text}\"}}"),
        format!("INSERT INTO t VALUES (x'{hex}')"),
        format!("INSERT INTO t VALUES (x'{}')", hex.to_uppercase()),
        format!("Frame {{ payload: {:?} }}", text.as_bytes()),
        format!("{:?}", text.to_uppercase()),
        format!("Authorization: Basic {}", encoded[0]),
        encoded[1].clone(),
        encoded[2].clone(),
        "key = \"a key of some length\"".to_owned(),
        "+4915790010001".to_owned(),
    ] {
        assert!(!marks.within(written.as_bytes()).is_empty(), "not found in {written}");
    }
    assert!(marks.within(b"qX7 canary 0010001 a key").is_empty());
    assert!(marks.within(&[0xff, 0xfe]).is_empty());
}
