//! Checks that several kinds of text share, and the name that users and rooms bear alike.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::user::UserId;
use crate::fault::{Fault, FieldCode};

/// Refuses a text of fewer than `min` or more than `max` characters (Unicode scalar values).
pub(crate) fn check_length(text: &str, min: usize, max: usize) -> Result<(), Fault> {
    // No text has more characters than bytes, so that most never need counting.
    if max < text.len() && max < text.chars().count() {
        return Err(Fault::new(FieldCode::TooLong, format!("at most {max} characters")));
    }
    if text.len() < min || (text.len() < min * 4 && text.chars().count() < min) {
        return Err(Fault::new(FieldCode::TooShort, format!("at least {min} characters")));
    }
    Ok(())
}

/// Refuses NUL, at which some databases and bcrypt end a text.
pub(crate) fn check_no_nul(text: &str) -> Result<(), Fault> {
    if text.contains('\0') {
        return Err(Fault::new(FieldCode::BadFormat, "must not contain NUL"));
    }
    Ok(())
}

/// Characters of which user ids and device ids are made (R-ACC-02, R-ACC-03).
pub(crate) const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'@' | b':' | b'+' | b'-')
}

/// Checks an id of 1 to `max` characters of [`is_id_byte`].
pub(crate) fn check_id(text: &str, max: usize) -> Result<(), Fault> {
    check_length(text, 1, max)?;
    if !text.bytes().all(is_id_byte) {
        return Err(Fault::new(FieldCode::BadFormat, "only A-Z a-z 0-9 . _ @ : + -"));
    }
    Ok(())
}

/// Checks an idempotency key of 1 to `max` printable ASCII characters.
pub(crate) fn check_key(text: &str, max: usize) -> Result<(), Fault> {
    check_length(text, 1, max)?;
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Fault::new(FieldCode::BadFormat, "only printable ASCII"));
    }
    Ok(())
}

/// The name of a user or a room: 1 to 64 characters, trimmed and in NFC, without control or bidirectional
/// characters (R-ACC-03, R-ADM-03).
///
/// ```
/// use chat_core::model::text::Name;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// assert_eq!(Name::parse("  Alice ")?.as_str(), "Alice");
/// assert!(Name::parse("   ").is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// The greatest number of characters.
    pub const MAX: usize = 64;

    /// Trims, normalizes and checks.
    ///
    /// # Errors
    /// `too_short`, `too_long`; `bad_format` with a control or bidirectional character (R-ACC-03).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let name: String = text.trim().nfc().collect();
        check_length(&name, 1, Self::MAX)?;
        if name.chars().any(|c| c.is_control() || is_bidirectional(c)) {
            return Err(Fault::new(FieldCode::BadFormat, "no control or bidirectional characters"));
        }
        Ok(Self(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&UserId> for Name {
    /// The characters of user ids are characters of names, in NFC and with nothing to trim, and no more of them.
    fn from(id: &UserId) -> Self {
        const { assert!(UserId::MAX <= Self::MAX, "every id is short enough for a name") };
        Self(id.as_str().to_owned())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that turn the direction of what follows, with which a name could disguise itself.
const fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Result<String, FieldCode> {
        Name::parse(text).map(|name| name.as_str().to_owned()).map_err(|fault| fault.code)
    }

    #[test]
    fn r_acc_03_a_name_is_trimmed_and_composed() {
        assert_eq!(code("  Zoe\u{308} \n"), Ok("Zo\u{eb}".to_owned()));
    }

    #[test]
    fn r_acc_03_a_name_has_1_to_64_characters_after_that() {
        assert_eq!(code(" \t "), Err(FieldCode::TooShort));
        assert_eq!(code(&"\u{1F600}".repeat(64)), Ok("\u{1F600}".repeat(64)));
        assert_eq!(code(&"x".repeat(65)), Err(FieldCode::TooLong));
        assert_eq!(code(&"e\u{301}".repeat(64)), Ok("\u{e9}".repeat(64)));
    }

    #[test]
    fn r_acc_02_03_every_user_id_is_a_name() {
        for id in ["a", "A.b_c@d:e+f-9", &"x".repeat(64)] {
            let name = Name::from(&UserId::parse(id).unwrap());
            assert_eq!(Name::parse(id), Ok(name), "{id}");
        }
    }

    #[test]
    fn r_acc_03_a_name_turns_no_text_around() {
        for c in [
            '\u{202A}', '\u{202E}', '\u{2066}', '\u{2069}', '\u{200E}', '\u{200F}', '\u{061C}', '\0', '\u{7f}',
            '\u{85}',
        ] {
            assert_eq!(code(&format!("a{c}b")), Err(FieldCode::BadFormat), "{c:?}");
        }
    }
}
