//! What things are: validated types, one noun a file. A value that exists is valid; the check stands in its
//! constructor and nowhere else.

pub mod admission;
pub mod ban;
pub mod block;
pub mod charge;
pub mod coin;
pub mod emoji;
pub mod event;
pub mod friend;
pub mod invite;
pub mod message;
pub mod operator;
pub mod outbox;
pub mod room;
pub mod session;
pub mod text;
pub mod time;
pub mod user;

/// Defines an id that is a random, time-ordered UUID (version 7, RFC 9562).
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new id. Ids made later sort after those made earlier, to the millisecond.
            #[expect(clippy::new_without_default, reason = "a default id would be random, which surprises")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// The id of these 16 bytes, as a store keeps it.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(uuid::Uuid::from_bytes(bytes))
            }

            /// Its 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads the hyphenated form; anything else is no id, and so names nothing that exists.
            pub fn parse(text: &str) -> Option<Self> {
                if text.len() != uuid::fmt::Hyphenated::LENGTH {
                    return None;
                }
                uuid::Uuid::try_parse(text).ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }
    };
}
pub(crate) use uuid_id;

/// Defines a name of the characters of ids: `A-Z a-z 0-9 . _ @ : + -`.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, at most $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The greatest number of characters.
            pub const MAX: usize = $max;

            /// Checks the text.
            ///
            /// # Errors
            /// What is wrong with it.
            pub fn parse(text: &str) -> Result<Self, crate::fault::Fault> {
                super::text::check_id(text, Self::MAX)?;
                Ok(Self(text.into()))
            }

            /// The same as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_id;
