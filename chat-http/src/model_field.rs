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

use crate::{
    field::{Field, text, whole},
    pattern,
};

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

text_fields! {
    UserId: (1, UserId::MAX), pattern::USER_ID, "`A-Z a-z 0-9 . _ @ : + -`, not `.` or `..`.";
    DeviceId: (1, DeviceId::MAX), pattern::DEVICE_ID, "`A-Z a-z 0-9 . _ @ : + -`.";
    Phone: (8, 16), pattern::PHONE, "E.164: `+` and 7 to 15 digits, the first not 0.";
    Password: (Password::MIN, Password::MAX), pattern::NO_NUL, "Any characters but NUL.";
    RoomPassword: (RoomPassword::MIN, RoomPassword::MAX), pattern::NO_NUL, "Any characters but NUL.";
    ClientId: (1, ClientId::MAX), pattern::PRINTABLE_ASCII, "An idempotency key of printable ASCII, best a random UUID.";
    Reason: (1, Reason::MAX), pattern::NO_CONTROL, "No control characters.";
    CoinKey: (1, CoinKey::MAX), pattern::PRINTABLE_ASCII, "An idempotency key of printable ASCII.";
}

/// Without lengths in the schema: they count after white space around the name is gone.
impl Field for Name {
    fn schema() -> MetaSchema {
        let description = "1 to 64 characters, white space around them not counted; no control or bidirectional ones.";
        MetaSchema {
            description: Some(description),
            pattern: Some(pattern::NAME.to_owned()),
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
            pattern: Some(pattern::MESSAGE_BODY.to_owned()),
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
        MetaSchema { minimum: Some(0.0), ..MetaSchema::new_with_format("integer", "int64") }
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
