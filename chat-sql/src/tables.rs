//! SQL texts under a store's table prefix.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// The prefix that SQL texts are written with.
pub const DEFAULT_PREFIX: &str = "chat_";

/// The greatest length of a prefix, so that every name of ours fits into the 64 characters that MySQL has for one.
pub const MAX_PREFIX: usize = 24;

/// Whether names of tables can begin like this: `[a-z][a-z0-9_]*`, at most [`MAX_PREFIX`] characters, and not
/// `sqlite_`, which SQLite keeps for itself.
pub fn is_prefix(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= MAX_PREFIX
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !text.starts_with("sqlite_")
}

/// The names of the tables: every text says `chat_…`, and is rewritten once where the prefix is another.
///
/// ```
/// use chat_sql::tables::Tables;
///
/// let tables = Tables::new("talk_");
/// assert_eq!(tables.sql("SELECT count(*) FROM chat_users").as_str(), "SELECT count(*) FROM talk_users");
/// ```
pub struct Tables {
    prefix: Box<str>,
    rewritten: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Tables {
    /// Tables under a prefix that [`is_prefix`] holds of.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into(), rewritten: RwLock::default() }
    }

    /// What the names begin with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The text with the prefix of this store. Its own address space: at most one entry for each text of the store.
    pub fn sql(&self, text: &'static str) -> SqlStr {
        if *self.prefix == *DEFAULT_PREFIX {
            return SqlStr::from_static(text);
        }
        let known = self.rewritten.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        let rewritten = known.unwrap_or_else(|| {
            let rewritten: Arc<str> = text.replace(DEFAULT_PREFIX, &self.prefix).into();
            self.rewritten.write().unwrap_or_else(PoisonError::into_inner).entry(text).or_insert(rewritten).clone()
        });
        // A text of a store and a prefix of `[a-z][a-z0-9_]*`: nothing in it comes from a user.
        AssertSqlSafe(rewritten).into_sql_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_prefix_stands_wherever_a_text_names_a_table() {
        let text = "SELECT * FROM chat_rooms JOIN chat_members";
        assert_eq!(Tables::new("chat_").sql(text).as_str(), text);
        let tables = Tables::new("x1_");
        assert_eq!(tables.sql(text).as_str(), "SELECT * FROM x1_rooms JOIN x1_members");
        assert_eq!(tables.sql(text).as_str(), "SELECT * FROM x1_rooms JOIN x1_members");
    }

    #[test]
    fn a_prefix_needs_no_quotes() {
        for good in ["chat_", "c", "my_app_2_chat_"] {
            assert!(is_prefix(good), "{good}");
        }
        for bad in ["", "1chat", "Chat_", "chat-", "chat_;--", "sqlite_chat_", "a_prefix_of_25_characters"] {
            assert!(!is_prefix(bad), "{bad}");
        }
    }
}
