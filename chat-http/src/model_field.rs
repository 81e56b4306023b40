//! The core's types as fields of requests. Each is checked by its own constructor; the schemas repeat the bounds for
//! those who read the document.
//!
//! Ids of what must exist already (a room to join, a user to invite) are no such fields: a malformed one is simply not
//! found, so it is read as text and looked up.

use chat_core::{
    error::{Fault, FieldCode},
    model::{
        coin::{Amount, CoinKey, Coins, Reason},
        emoji::Emoji,
        event::Seq,
        message::{ClientId, MessageBody},
        room::{Capacity, Role, RoomPassword},
        session::DeviceId,
        text::Name,
        user::{Password, Phone, UserId},
    },
};
use poem_openapi::registry::MetaSchema;
use serde_json::Value;

use crate::field::{Field, text, whole};

macro_rules! text_fields {
    ($($type:ty: $lengths:expr, $pattern:expr, $description:literal;)*) => {
        $(impl Field for $type {
            fn schema() -> MetaSchema {
                let (min, max): (usize, usize) = $lengths;
                MetaSchema {
                    min_length: Some(min),
                    max_length: Some(max),
                    pattern: Some($pattern.to_owned()),
                    description: Some($description),
                    ..MetaSchema::new("string")
                }
            }

            fn from_json(value: Value) -> Result<Self, Fault> {
                Self::parse(&text(value)?)
            }
        })*
    };
}

// The patterns are in what ECMA-262, Python, Java and Rust have in common.

/// Ids; of users without those that paths know, `.` and `..`.
const USER_ID: &str = r"^([A-Za-z0-9_@:+-]|\.[A-Za-z0-9_@:+-]|\.\.[A-Za-z0-9._@:+-])[A-Za-z0-9._@:+-]*$";
const DEVICE_ID: &str = r"^[A-Za-z0-9._@:+-]+$";
const E164: &str = r"^\+[1-9][0-9]{6,14}$";
const NO_NUL: &str = r"^[^\x00]*$";
const PRINTABLE_ASCII: &str = r"^[ -~]+$";
const NO_CONTROLS: &str = r"^[^\x00-\x1F\x7F-\x9F]+$";

/// The characters of Unicode's `White_Space`, within the brackets of a pattern.
macro_rules! white_space {
    () => {
        r"\x09-\x0D \x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
    };
}

/// What a name does not have, likewise; of the white space those around it are not its own.
macro_rules! no_name {
    () => {
        r"\x00-\x1F\x7F-\x9F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"
    };
}

/// Between white space of any kind something that is neither that nor forbidden, and nothing forbidden in its midst.
const NAME: &str = concat!(
    "^[",
    white_space!(),
    "]*[^",
    white_space!(),
    no_name!(),
    "]",
    "([^",
    no_name!(),
    "]*[^",
    white_space!(),
    no_name!(),
    "])?[",
    white_space!(),
    "]*$",
);
const NOT_ONLY_WHITE_SPACE: &str = concat!(r"^[^\x00]*[^\x00", white_space!(), r"][^\x00]*$");

text_fields! {
    UserId: (1, UserId::MAX), USER_ID, "`A-Z a-z 0-9 . _ @ : + -`, not `.` or `..`.";
    DeviceId: (1, DeviceId::MAX), DEVICE_ID, "`A-Z a-z 0-9 . _ @ : + -`.";
    Phone: (8, 16), E164, "E.164: `+` and 7 to 15 digits, the first not 0.";
    Password: (Password::MIN, Password::MAX), NO_NUL, "Any characters but NUL, and none that are tried first.";
    RoomPassword: (RoomPassword::MIN, RoomPassword::MAX), NO_NUL, "Any characters but NUL.";
    ClientId: (1, ClientId::MAX), PRINTABLE_ASCII, "An idempotency key of printable ASCII, best a random UUID.";
    Reason: (1, Reason::MAX), NO_CONTROLS, "No control characters.";
    CoinKey: (1, CoinKey::MAX), PRINTABLE_ASCII, "An idempotency key of printable ASCII.";
}

/// Without a greatest length in the schema: it counts after white space around the name is gone and in NFC.
impl Field for Name {
    fn schema() -> MetaSchema {
        let description = "1 to 64 characters, white space around them not counted; no control or bidirectional ones.";
        MetaSchema {
            min_length: Some(1),
            pattern: Some(NAME.to_owned()),
            description: Some(description),
            ..MetaSchema::new("string")
        }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::parse(&text(value)?)
    }
}

impl Field for MessageBody {
    fn schema() -> MetaSchema {
        MetaSchema {
            min_length: Some(1),
            max_length: Some(Self::MAX),
            pattern: Some(NOT_ONLY_WHITE_SPACE.to_owned()),
            description: Some("Not only white space, no NUL; kept byte for byte."),
            ..MetaSchema::new("string")
        }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::parse(text(value)?)
    }
}

impl Field for Emoji {
    fn schema() -> MetaSchema {
        let description = "One emoji of Unicode (an RGI sequence).";
        MetaSchema { description: Some(description), ..MetaSchema::new("string") }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::parse(&text(value)?)
    }
}

impl Field for Capacity {
    fn schema() -> MetaSchema {
        bounded("int32", i64::from(Self::MIN.get()), i64::from(Self::MAX.get()))
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::parse(whole(value)?)
    }
}

impl Field for Role {
    fn schema() -> MetaSchema {
        let names = [Self::Owner, Self::Moderator, Self::Member].map(|role| Value::from(role.as_str()));
        MetaSchema { enum_items: names.into(), ..MetaSchema::new("string") }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        let fault = || Fault::new(FieldCode::BadFormat, "owner, moderator or member");
        Self::from_name(&text(value)?).ok_or_else(fault)
    }
}

impl Field for Coins {
    fn schema() -> MetaSchema {
        bounded("int64", 0, Self::MAX.get())
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        let fault = || Fault::new(FieldCode::OutOfRange, "from 0 to 9007199254740991");
        Self::new(whole(value)?).ok_or_else(fault)
    }
}

impl Field for Amount {
    fn schema() -> MetaSchema {
        bounded("int64", -Coins::MAX.get(), Coins::MAX.get())
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::parse(whole(value)?)
    }
}

/// A number that no event has is not found, not refused: one below the first becomes [`Seq::ZERO`], one beyond 64 bits
/// the greatest. For a position in the log that is its beginning and its end.
impl Field for Seq {
    fn schema() -> MetaSchema {
        MetaSchema::new_with_format("integer", "int64")
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        let below_zero = value.as_f64().is_some_and(|number| number < 0.0);
        nearest_seq(whole(value), below_zero)
    }

    fn from_text(text: &str) -> Result<Self, Fault> {
        nearest_seq(i64::from_text(text), text.starts_with('-'))
    }
}

fn nearest_seq(number: Result<i64, Fault>, below_zero: bool) -> Result<Seq, Fault> {
    match number {
        Ok(number) => Ok(u64::try_from(number).map_or(Seq::ZERO, Seq::new)),
        Err(fault) if fault.code != FieldCode::OutOfRange => Err(fault),
        Err(_) if below_zero => Ok(Seq::ZERO),
        Err(_) => Ok(Seq::new(i64::MAX.unsigned_abs())),
    }
}

/// Bounds of at most 53 bits, which the schema's floating-point numbers hold exactly.
fn bounded(format: &'static str, min: i64, max: i64) -> MetaSchema {
    let (minimum, maximum) = (Some(min as f64), Some(max as f64));
    MetaSchema { minimum, maximum, ..MetaSchema::new_with_format("integer", format) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn code<T: Field>(value: Value) -> Option<FieldCode> {
        T::from_json(value).err().map(|fault| fault.code)
    }

    #[test]
    fn each_type_refuses_by_its_own_check_and_a_wrong_type_first() {
        assert_eq!(code::<UserId>(json!("a b")), Some(FieldCode::BadFormat));
        assert_eq!(code::<UserId>(json!(7)), Some(FieldCode::WrongType));
        assert_eq!(code::<Name>(json!(" ")), Some(FieldCode::TooShort));
        assert_eq!(code::<Password>(json!("x".repeat(129))), Some(FieldCode::TooLong));
        assert_eq!(code::<Phone>(json!("0151")), Some(FieldCode::BadFormat));
        assert_eq!(code::<MessageBody>(json!("hi")), None);
        assert_eq!(code::<Capacity>(json!(7)), Some(FieldCode::OutOfRange));
        assert_eq!(code::<Role>(json!("Owner")), Some(FieldCode::BadFormat));
        assert_eq!(code::<Coins>(json!(-1)), Some(FieldCode::OutOfRange));
        assert_eq!(code::<Amount>(json!(0)), Some(FieldCode::OutOfRange));
    }

    #[test]
    fn the_schema_has_the_bounds_of_the_type() {
        let longest = UserId::schema().max_length.unwrap();
        assert_eq!(code::<UserId>(json!("x".repeat(longest))), None);
        assert_eq!(code::<UserId>(json!("x".repeat(longest + 1))), Some(FieldCode::TooLong));
        let most = Coins::schema().maximum.unwrap();
        assert_eq!(most, 9_007_199_254_740_991.0);
    }

    /// Whether the schema of `T` takes a value, by a validator of somebody else's.
    fn schema_takes<T: Field>(value: &Value) -> bool {
        let mut schema = json!(T::schema());
        crate::openapi::plain_integers(&mut schema);
        jsonschema::draft7::new(&schema).unwrap().is_valid(value)
    }

    /// Text of what is likely to be taken for something else, around the lengths at which something changes.
    fn any_text() -> impl Strategy<Value = String> {
        let characters = prop::sample::select(
            "aZ09._@:+-~ \t\n\0\u{1f}\u{7f}\u{85}\u{a0}\u{61c}\u{1680}\u{180e}\u{200a}\u{200b}\u{200f}\u{2028}\u{202e}\u{202f}\u{205f}\u{2069}\u{3000}\u{feff}é\u{301}\u{1f600}"
                .chars()
                .collect::<Vec<_>>(),
        );
        let plain = prop::sample::select("abcdefgh0123456789".chars().collect::<Vec<_>>());
        let text = |characters: BoxedStrategy<char>, most: usize| {
            prop::collection::vec(characters, 0..=most).prop_map(String::from_iter)
        };
        let number = "[+0]?[0-9]{5,17}";
        let few = text(characters.clone().boxed(), 5);
        let mixed = prop_oneof![9 => plain.clone(), 1 => characters].boxed();
        prop_oneof![
            few,
            text(mixed, 70),
            text(plain.boxed(), 210),
            number,
            Just("x".repeat(4001)),
            Just(" ".repeat(4000))
        ]
    }

    #[track_caller]
    fn agree<T: Field>(text: &str) {
        let value = Value::from(text);
        let (schema, code) = (schema_takes::<T>(&value), code::<T>(value));
        let beyond_schemas = code == Some(FieldCode::TooCommon);
        assert!(schema == code.is_none() || beyond_schemas, "{}: {text:?}: {code:?}", std::any::type_name::<T>());
    }

    proptest! {
        #[test]
        fn the_schema_takes_what_the_type_takes(text in any_text()) {
            agree::<UserId>(&text);
            agree::<DeviceId>(&text);
            agree::<Phone>(&text);
            agree::<Password>(&text);
            agree::<RoomPassword>(&text);
            agree::<ClientId>(&text);
            agree::<Reason>(&text);
            agree::<CoinKey>(&text);
            agree::<MessageBody>(&text);
            if text.chars().count() <= Name::MAX {
                agree::<Name>(&text);
            }
        }

        #[test]
        fn the_schema_takes_the_numbers_that_the_type_takes(number in prop_oneof![-9i64..9, any::<i64>()]) {
            let number = Value::from(number);
            assert_eq!(schema_takes::<Capacity>(&number), code::<Capacity>(number.clone()).is_none());
            assert_eq!(schema_takes::<Coins>(&number), code::<Coins>(number.clone()).is_none());
            assert_eq!(schema_takes::<Seq>(&number), code::<Seq>(number.clone()).is_none());
            // That it is not 0 is said in words.
            if number != 0 {
                assert_eq!(schema_takes::<Amount>(&number), code::<Amount>(number).is_none());
            }
        }
    }

    #[test]
    fn a_number_that_no_event_has_becomes_the_nearest() {
        let literal = |text: &str| Seq::from_json(serde_json::from_str(text).unwrap());
        let greatest = Seq::new(i64::MAX.unsigned_abs());
        assert_eq!((literal("7"), Seq::from_text("7")), (Ok(Seq::new(7)), Ok(Seq::new(7))));
        for below in ["-1", "-9223372036854775808", "-99999999999999999999"] {
            assert_eq!((literal(below), Seq::from_text(below)), (Ok(Seq::ZERO), Ok(Seq::ZERO)), "{below}");
        }
        for beyond in ["9223372036854775807", "18446744073709551615", "99999999999999999999"] {
            assert_eq!((literal(beyond), Seq::from_text(beyond)), (Ok(greatest), Ok(greatest)), "{beyond}");
        }
        assert_eq!(code::<Seq>(json!("7")), Some(FieldCode::WrongType));
        assert_eq!(code::<Seq>(json!(7.5)), Some(FieldCode::WrongType));
        assert_eq!(Seq::from_text("x").unwrap_err().code, FieldCode::WrongType);
    }
}
