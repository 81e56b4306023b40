//! Passwords that whoever guesses tries first.

use std::{collections::HashSet, sync::LazyLock};

/// What is too short to be anybody's password was left out. Source and licence stand in its first lines.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// Whether this is one of the 10,000 that leaks hold most often, in whatever case.
pub(crate) fn is_common(password: &str) -> bool {
    COMMON.contains(password.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::Password;

    #[test]
    fn what_everybody_tries_first_is_known_in_whatever_case() {
        for password in ["password", "12345678", "qwertyuiop", "PassWord123", "iloveyou"] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn what_merely_contains_one_is_not() {
        for password in ["password!", "my password", "correct horse battery", "", "#"] {
            assert!(!is_common(password), "{password}");
        }
    }

    #[test]
    fn the_list_is_whole_and_holds_what_could_be_chosen_alone() {
        assert_eq!(COMMON.len(), 3_534);
        assert!(COMMON.iter().all(|line| Password::MIN <= line.len() && line.len() <= Password::MAX));
        assert!(COMMON.iter().all(|line| *line == line.to_ascii_lowercase()));
    }
}
