//! What is wrong with a value that was given.

use std::{borrow::Cow, fmt};

/// What is wrong with a field, as a code that programs can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldCode {
    /// It must be there.
    Required,
    /// There is no such field.
    Unknown,
    /// It is of another JSON type.
    WrongType,
    /// Fewer characters than needed.
    TooShort,
    /// More characters than allowed.
    TooLong,
    /// A number beyond its bounds.
    OutOfRange,
    /// Characters or a form that are not allowed.
    BadFormat,
    /// A password that is among the first anybody would try.
    TooCommon,
}

impl FieldCode {
    /// The code as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Unknown => "unknown",
            Self::WrongType => "wrong_type",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::BadFormat => "bad_format",
            Self::TooCommon => "too_common",
        }
    }
}

impl fmt::Display for FieldCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a value was refused, before it is known which field it came from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// For programs.
    pub code: FieldCode,
    /// For people: what is expected. Never repeats the value.
    pub message: Cow<'static, str>,
}

impl Fault {
    /// A fault with its explanation.
    pub fn new(code: FieldCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// The fault, placed: `field` is the name the caller knows, with dots into nested objects.
    pub fn at(self, field: impl Into<Cow<'static, str>>) -> FieldError {
        FieldError { field: field.into(), code: self.code, message: self.message }
    }
}

/// One field of a request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Its name as the caller knows it.
    pub field: Cow<'static, str>,
    /// For programs.
    pub code: FieldCode,
    /// For people.
    pub message: Cow<'static, str>,
}
