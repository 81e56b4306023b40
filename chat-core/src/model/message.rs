//! A message in a room.

use std::fmt;

use super::{
    emoji::Emoji,
    event::Seq,
    text::{check_key, check_length, check_no_nul},
    time::Timestamp,
    user::UserId,
};
use crate::fault::{Fault, FieldCode};

/// What a message says: 1 to 4,000 characters, not only white space, no NUL; kept byte for byte (R-MSG-05). It does not
/// show in `Debug`.
///
/// ```
/// use chat_core::model::message::MessageBody;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// assert_eq!(MessageBody::parse(" Hello! ".to_owned())?.as_str(), " Hello! ");
/// assert!(MessageBody::parse(" \n".to_owned()).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MessageBody(String);

impl MessageBody {
    /// The greatest number of characters.
    pub const MAX: usize = 4_000;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, also where all is white space; `too_long`; `bad_format` with a NUL (R-MSG-05).
    pub fn parse(text: String) -> Result<Self, Fault> {
        check_length(&text, 1, Self::MAX)?;
        check_no_nul(&text)?;
        if text.chars().all(char::is_whitespace) {
            return Err(Fault::new(FieldCode::TooShort, "must not be only white space"));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageBody({} bytes)", self.0.len())
    }
}

/// The idempotency key of a client's writing: 1 to 64 printable ASCII characters, best a random UUID. Unique for the
/// room and the sender (R-MSG-04), or for the maker of a room.
///
/// ```
/// use chat_core::model::message::ClientId;
///
/// assert!(ClientId::parse("4f1c9a52-0c1d-4b7f-8d0c-5e0a6b7f0c1d").is_ok());
/// assert!(ClientId::parse("").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(Box<str>);

impl ClientId {
    /// The greatest number of characters.
    pub const MAX: usize = 64;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`; `bad_format` with anything but printable ASCII (R-MSG-04).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_key(text, Self::MAX)?;
        Ok(Self(text.into()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A keyed MAC over what was first sent under a [`ClientId`], so that a repeat is told from other content without
/// keeping the content itself (R-MSG-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentMac([u8; 16]);

impl ContentMac {
    /// The MAC of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A message, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it says; absent once it was deleted.
    pub body: Option<MessageBody>,
    /// The sender's key for it.
    pub client_id: Option<ClientId>,
    /// The message of the same room that it answers.
    pub reply_to: Option<Seq>,
    /// The members whom it mentions, in the order of the body (R-MSG-10).
    pub mentions: Vec<UserId>,
    /// When it was edited last.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// How members have reacted to it, a kind each, in the order in which the kinds came (R-MSG-11).
    pub reactions: Vec<Reaction>,
}

/// One kind of reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji.
    pub emoji: Emoji,
    /// Who reacts with it, in the order in which they did; never empty.
    pub users: Vec<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_msg_05_a_body_has_1_to_4000_characters_not_only_white_space() {
        let code = |text: String| MessageBody::parse(text).map_err(|fault| fault.code).err();
        assert_eq!(code(String::new()), Some(FieldCode::TooShort));
        assert_eq!(code(" \n\u{3000}".into()), Some(FieldCode::TooShort));
        assert_eq!(code("a\0b".into()), Some(FieldCode::BadFormat));
        assert_eq!(code("\u{1F600}".repeat(4_000)), None);
        assert_eq!(code("x".repeat(4_001)), Some(FieldCode::TooLong));
    }

    #[test]
    fn r_msg_05_a_body_is_kept_byte_for_byte() {
        let text = " e\u{301}\u{202e} \r\n";
        assert_eq!(MessageBody::parse(text.to_owned()).unwrap().as_str(), text);
    }

    #[test]
    fn r_msg_04_a_client_id_is_1_to_64_printable_ascii() {
        assert!(ClientId::parse(&"~".repeat(64)).is_ok());
        for bad in ["", "a\u{e9}", "a\tb", &"x".repeat(65)] {
            assert!(ClientId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
