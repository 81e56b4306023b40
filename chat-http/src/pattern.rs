//! What texts are made of, as the OpenAPI document says it: what the types' constructors refuse, and no more.
//!
//! The patterns keep to what regular expressions have in common everywhere, so that each client's language can check
//! them: no lookahead, and `\x` and `\u` alone for what is not printed. Lengths stand beside them, where a schema counts
//! as the chat does.

/// Not `.` or `..`, without which it is made as a [`DEVICE_ID`] is.
pub(crate) const USER_ID: &str = r"^(\.{0,2}[A-Za-z0-9_@:+-]|\.{3})[A-Za-z0-9._@:+-]*$";
pub(crate) const DEVICE_ID: &str = "^[A-Za-z0-9._@:+-]+$";
pub(crate) const PHONE: &str = r"^\+[1-9][0-9]{6,14}$";
pub(crate) const PRINTABLE_ASCII: &str = r"^[\x20-\x7e]+$";
pub(crate) const NO_NUL: &str = r"^[^\x00]*$";
pub(crate) const NO_CONTROL: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";

/// White space is what Unicode calls so, and not what `\s` is, which is something else in each language.
macro_rules! white_space {
    () => {
        r"\x09-\x0d\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    };
}

macro_rules! control_and_bidirectional {
    () => {
        r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    };
}

pub(crate) const MESSAGE_BODY: &str = concat!(r"^[^\x00]*[^\x00", white_space!(), r"][^\x00]*$");

/// White space around it is not counted, whatever it is. Without a length, which the chat counts after that.
pub(crate) const NAME: &str = concat!(
    "^[",
    white_space!(),
    "]*[^",
    white_space!(),
    control_and_bidirectional!(),
    "]([^",
    control_and_bidirectional!(),
    "]*[^",
    white_space!(),
    control_and_bidirectional!(),
    "])?[",
    white_space!(),
    "]*$"
);

#[cfg(test)]
mod tests {
    use chat_core::model::{
        coin::{CoinKey, Reason},
        message::{ClientId, MessageBody},
        room::RoomPassword,
        session::DeviceId,
        text::Name,
        user::{Password, Phone, UserId},
    };
    use serde_json::{Value, json};

    use crate::field::Field;

    /// Holds the schema of a type against its constructor.
    #[track_caller]
    fn agree<T: Field>(texts: impl IntoIterator<Item = String>) {
        let schema = serde_json::to_value(T::schema()).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        for text in texts {
            let taken = T::from_json(Value::String(text.clone())).is_ok();
            assert_eq!(schema.is_valid(&json!(text)), taken, "{text:?}");
        }
    }

    /// Each character of the planes in which there is anything to refuse, before, between and after others.
    fn with_each_character(others: &str) -> Vec<String> {
        let characters = ('\0'..='\u{3100}').chain(['\u{feff}', '\u{ffff}', '\u{1F600}', '\u{10FFFF}']);
        characters
            .flat_map(|c| [format!("{c}{others}"), format!("{others}{c}{others}"), format!("{others}{c}")])
            .collect()
    }

    /// What is short, empty or white space alone.
    fn short() -> Vec<String> {
        let mut texts = vec![String::new()];
        texts.extend(
            ('\0'..='\u{3100}').flat_map(|c| [c.to_string(), format!(" {c}"), format!("{c}\n"), format!("{c}{c}")]),
        );
        texts
    }

    #[test]
    fn the_patterns_refuse_what_the_constructors_refuse() {
        agree::<UserId>(with_each_character("a").into_iter().chain(short()));
        agree::<DeviceId>(with_each_character("a").into_iter().chain(short()));
        agree::<ClientId>(with_each_character("a").into_iter().chain(short()));
        agree::<CoinKey>(with_each_character("a").into_iter().chain(short()));
        agree::<Reason>(with_each_character("a").into_iter().chain(short()));
        agree::<Name>(with_each_character("a").into_iter().chain(short()));
        agree::<MessageBody>(with_each_character("a").into_iter().chain(short()));
        agree::<RoomPassword>(with_each_character("secret").into_iter().chain(short()));
        agree::<Password>(with_each_character("correct horse").into_iter().chain(short()));
    }

    #[test]
    fn a_user_id_is_neither_of_the_two_that_paths_take_for_folders() {
        let dots = [".", "..", "...", "....", ".a", "..a", "...a", "a.", "a..", ".a.", ". ", ".. ", "... "];
        agree::<UserId>(dots.map(str::to_owned));
    }

    #[test]
    fn a_phone_has_the_digits_that_the_pattern_counts() {
        let digits =
            |first: &str| (0..20).map(move |count| format!("{first}{}", "7".repeat(count))).collect::<Vec<_>>();
        let phones = ["", "+", "+0", "+1", "0", "++", "+1-", "+\u{661}"].into_iter().flat_map(digits);
        agree::<Phone>(phones.chain(with_each_character("1234567")));
    }
}
