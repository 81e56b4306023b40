//! The kinds of databases, and the environment variables about them.

use std::fmt;
use std::str::FromStr;

/// The variable that lists the kinds without which a test fails instead of being skipped.
pub const REQUIRE: &str = "CHAT_TEST_REQUIRE";

/// A kind of database server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// MariaDB, 10.11 or later.
    MariaDb,
    /// Oracle's MySQL, 8.0.16 or later.
    MySql,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::MariaDb, Self::MySql];

    /// As it is written in [`REQUIRE`]: `mariadb` or `mysql`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadb",
            Self::MySql => "mysql",
        }
    }

    /// The variable that names a server: an administrator's URL without a database, or `none` for no server.
    pub fn variable(self) -> &'static str {
        match self {
            Self::MariaDb => "CHAT_TEST_MARIADB_URL",
            Self::MySql => "CHAT_TEST_MYSQL_URL",
        }
    }

    /// The kinds of a list such as `mariadb,mysql`.
    ///
    /// # Errors
    /// What is wrong with a name that is none.
    pub fn list(names: &str) -> Result<Vec<Self>, String> {
        names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse).collect()
    }

    /// Whether [`REQUIRE`] names this kind.
    ///
    /// # Errors
    /// What is wrong with the variable.
    pub fn required(self) -> Result<bool, String> {
        let names = std::env::var(REQUIRE).unwrap_or_default();
        let kinds = Self::list(&names).map_err(|error| format!("{REQUIRE}: {error}"))?;
        Ok(kinds.contains(&self))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::name).join(" or ");
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| format!("no database `{name}`: {}", known()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_kinds() {
        assert_eq!(Kind::list("mariadb,mysql"), Ok(Kind::ALL.to_vec()));
        assert_eq!(Kind::list(" mysql "), Ok(vec![Kind::MySql]));
        assert_eq!(Kind::list(""), Ok(Vec::new()));
    }

    #[test]
    fn an_unknown_kind_is_refused_by_name() {
        assert_eq!(Kind::list("mariadb,postgres"), Err("no database `postgres`: mariadb or mysql".to_owned()));
        assert!(Kind::list("MySQL").is_err());
    }
}
