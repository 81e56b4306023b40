//! A user of the chat.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::{
    coin::{Coins, Reason},
    text::{Name, check_id, check_length, check_no_nul},
    time::Timestamp,
};
use crate::{
    fault::{Fault, FieldCode},
    security::common_passwords::is_common,
};

/// Who somebody is: 1 to 64 of `A-Z a-z 0-9 . _ @ : + -`, not `.` or `..`, compared byte for byte (R-ACC-02).
///
/// ```
/// use chat_core::model::user::UserId;
///
/// assert_eq!(UserId::parse("alice@example.org").map(|id| id.to_string()), Ok("alice@example.org".to_owned()));
/// assert!(UserId::parse("alice smith").is_err() && UserId::parse("..").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Box<str>);

impl UserId {
    /// The greatest number of characters.
    pub const MAX: usize = 64;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `bad_format` (R-ACC-02).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_id(text, Self::MAX)?;
        if matches!(text, "." | "..") {
            return Err(Fault::new(FieldCode::BadFormat, "must not be . or .."));
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two ids that differ in case alone have in common: no two users share it (R-ACC-02).
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A telephone number in E.164: `+` and 7 to 15 digits, the first not 0 (R-ACC-03). Shown to its user alone.
///
/// ```
/// use chat_core::model::user::Phone;
///
/// assert!(Phone::parse("+15550100").is_ok());
/// assert!(Phone::parse("015550100").is_err(), "E.164 begins with a plus");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(Box<str>);

impl Phone {
    /// Checks the text.
    ///
    /// # Errors
    /// `bad_format` (R-ACC-03).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digits = text.strip_prefix('+').unwrap_or("");
        let is_e164 = (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if !is_e164 {
            return Err(Fault::new(FieldCode::BadFormat, "+ and 7 to 15 digits, the first not 0 (E.164)"));
        }
        Ok(Self(text.into()))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(***)")
    }
}

/// A password that a user chose: 8 to 128 characters, any Unicode, no NUL (R-ACC-03), and none of the 10,000 that are
/// tried first.
///
/// ```
/// use chat_core::model::user::Password;
///
/// assert!(Password::parse("kestrel-ladder-92").is_ok());
/// assert_eq!(Password::parse("short").map_err(|fault| fault.code.as_str()).err(), Some("too_short"));
/// assert_eq!(Password::parse("password123").map_err(|fault| fault.code.as_str()).err(), Some("too_common"));
/// ```
#[derive(Clone, Debug)]
pub struct Password(SecretString);

impl Password {
    /// The least number of characters.
    pub const MIN: usize = 8;
    /// The greatest number of characters.
    pub const MAX: usize = 128;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`, `bad_format` with a NUL (R-ACC-03); `too_common`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_length(text, Self::MIN, Self::MAX)?;
        check_no_nul(text)?;
        if is_common(text) {
            return Err(Fault::new(FieldCode::TooCommon, "one of the passwords that are tried first"));
        }
        Ok(Self(text.into()))
    }

    /// The password itself, for hashing.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A password as the store keeps it: bcrypt over a peppered pre-hash. Never answered, logged or exported.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Box<str>);

impl PasswordHash {
    /// Takes what a hasher made or a store kept.
    pub fn from_stored(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The hash in its modular crypt form.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// Whether a user may act (R-ACC-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// As any.
    Active,
    /// Signs in nowhere until the operator lifts it.
    Suspended,
    /// Gone for good; the id is never given again.
    Erased,
}

/// A user, as they see themself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name that others see.
    pub name: Name,
    /// Absent where the host's users have none.
    pub phone: Option<Phone>,
    /// Whether the user may make rooms and be invited (R-ADM-01, R-INV-02).
    pub prime: bool,
    /// The balance (R-COIN-01).
    pub coins: Coins,
    /// Whether the user may act.
    pub standing: Standing,
    /// Since when.
    pub created_at: Timestamp,
}

/// A user, as the operator sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminUser {
    /// The user.
    pub user: User,
    /// What they have to spend. Absent where a wallet of the host's knows, which was not asked; `user.coins` is then the
    /// balance of the chat's own ledger, which buys nothing.
    pub coins: Option<Coins>,
    /// The operator's words for a suspension, while it stands.
    pub suspended_reason: Option<Reason>,
    /// When the user was erased, where they were.
    pub erased_at: Option<Timestamp>,
}

impl AdminUser {
    /// A user with the coins that the chat's own ledger has for them.
    pub fn new(user: User, suspended_reason: Option<Reason>, erased_at: Option<Timestamp>) -> Self {
        Self { coins: Some(user.coins), user, suspended_reason, erased_at }
    }
}

/// What any signed-in user sees of another (R-PRO-01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub id: UserId,
    /// The name.
    pub name: Name,
    /// Whether they are a prime member.
    pub prime: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// How they stand to who asks.
    pub relation: Relation,
}

/// How two users stand to each other, seen from one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is oneself.
    Oneself,
    /// A friend.
    Friend,
    /// One's own friend request to them is open.
    RequestSent,
    /// Their friend request to oneself is open.
    RequestReceived,
    /// None of these.
    None,
}

impl Relation {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Friend => "friend",
            Self::RequestSent => "request_sent",
            Self::RequestReceived => "request_received",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_acc_02_a_user_id_is_made_of_its_few_characters() {
        for good in ["a", "A.b_c@d:e+f-9", "...", &"x".repeat(64)] {
            assert!(UserId::parse(good).is_ok(), "{good}");
        }
        let code = |text: &str| UserId::parse(text).map_err(|fault| fault.code).err();
        assert_eq!(code(""), Some(FieldCode::TooShort));
        assert_eq!(code(&"x".repeat(65)), Some(FieldCode::TooLong));
        for bad in [".", "..", "a b", "a/b", "\u{e9}", "a\n", "a\0"] {
            assert_eq!(code(bad), Some(FieldCode::BadFormat), "{bad:?}");
        }
    }

    #[test]
    fn r_acc_03_a_phone_is_e_164() {
        for good in ["+1234567", "+123456789012345"] {
            assert!(Phone::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "+", "1234567", "+123456", "+1234567890123456", "+0123456", "+12345a7", "+12 34567", "+\u{661}234567"]
        {
            assert!(Phone::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn r_acc_03_a_password_has_8_to_128_characters_and_no_nul() {
        let code = |text: &str| Password::parse(text).map_err(|fault| fault.code).err();
        assert_eq!(code(&"\u{1F511}".repeat(8)), None);
        assert_eq!(code(&"\u{1F511}".repeat(7)), Some(FieldCode::TooShort));
        assert_eq!(code(&"x".repeat(128)), None);
        assert_eq!(code(&"x".repeat(129)), Some(FieldCode::TooLong));
        assert_eq!(code("pass\0word"), Some(FieldCode::BadFormat));
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let shown = format!(
            "{:?} {:?} {:?}",
            Phone::parse("+15550100").unwrap(),
            Password::parse("correct horse").unwrap(),
            PasswordHash::from_stored("$2b$secret")
        );
        for secret in ["15550100", "horse", "2b"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
