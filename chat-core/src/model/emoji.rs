//! What one reacts with.

use std::fmt;

use crate::fault::{Fault, FieldCode};

/// One emoji: a sequence that Unicode recommends for general interchange (RGI, UTS #51), fully qualified, skin tones and
/// flags included (R-MSG-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Emoji(&'static str);

impl Emoji {
    /// Checks the text.
    ///
    /// # Errors
    /// `bad_format`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match emojis::get(text) {
            Some(emoji) if emoji.as_str() == text => Ok(Self(emoji.as_str())),
            Some(emoji) => {
                let what = format!("the variation selector is missing: {} is one emoji", emoji.as_str());
                Err(Fault::new(FieldCode::BadFormat, what))
            }
            None => Err(Fault::new(FieldCode::BadFormat, "one emoji of Unicode (an RGI sequence), and nothing else")),
        }
    }

    /// The sequence as text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_msg_11_an_emoji_is_one_rgi_sequence() {
        let sequences = [
            "\u{1F44D}",
            "\u{2764}\u{FE0F}",
            "\u{1F44D}\u{1F3FD}",
            "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}",
            "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "#\u{FE0F}\u{20E3}",
            "\u{1F1E9}\u{1F1EA}",
            "\u{1F468}\u{1F3FB}\u{200D}\u{2764}\u{FE0F}\u{200D}\u{1F48B}\u{200D}\u{1F468}\u{1F3FF}",
        ];
        for text in sequences {
            assert_eq!(Emoji::parse(text).map(Emoji::as_str), Ok(text), "{text}");
        }
        let others =
            ["", "a", "1", " ", "\u{1F44D}\u{1F44D}", "\u{1F44D} ", "\u{2764}", ":+1:", "\u{200D}", "\u{1F1E9}"];
        for text in others {
            assert_eq!(Emoji::parse(text).map_err(|fault| fault.code), Err(FieldCode::BadFormat), "{text:?}");
        }
    }
}
