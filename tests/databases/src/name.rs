//! The names of databases, and of the users who own them.

use std::fmt;

use chat_test_database_servers::hexadecimal;

const PREFIX: &str = "chat_test_";
const DIGITS: usize = 16;

/// The name of a database, of its user and of the lock that its owner holds: such that it can stand in SQL as
/// it is, and that a further user's name, two characters longer, has the 32 characters that MySQL allows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Name(String);

impl Name {
    /// A name that nothing has.
    pub(crate) fn fresh() -> Self {
        Self(format!("{PREFIX}{}", hexadecimal()))
    }

    /// One of ours, if it is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let hexadecimal = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        (digits.len() == DIGITS && digits.bytes().all(hexadecimal)).then(|| Self(text.to_owned()))
    }

    /// The name as a pattern of LIKE and of grants, in which `_` stands for any character.
    pub(crate) fn pattern(&self) -> String {
        self.0.replace('_', r"\_")
    }

    /// A pattern that every name has, and others may have, too.
    pub(crate) fn any() -> String {
        Self(PREFIX.to_owned()).pattern() + "%"
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_name_is_ours_and_no_other_is_the_same() {
        let name = Name::fresh();
        assert_eq!(Name::parse(name.as_str()), Some(name.clone()));
        assert_ne!(Name::fresh(), name);
        assert!(name.as_str().len() + 2 <= 32, "{name}");
    }

    #[test]
    fn what_others_call_theirs_is_not_ours() {
        for other in
            ["chat_test_", "chat_test_mine", "chat_test_0123456789ABCDEF", "chat_test_0123456789abcdef0", "chat"]
        {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }
}
