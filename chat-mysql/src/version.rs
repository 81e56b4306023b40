//! Which servers can be spoken to.

/// The server lacks what the chat relies on: checks that are enforced, and expressions as defaults.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server is {found}; the chat needs MySQL 8.0.16 or MariaDB 10.11, or a later one")]
pub struct TooOld {
    /// What the server calls itself.
    pub found: String,
}

const MYSQL: [u32; 3] = [8, 0, 16];
const MARIADB: [u32; 3] = [10, 11, 0];

/// A server that can be spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// A read may show a commit and not one before it: see [`snapshot`](crate::snapshot).
    pub(crate) tears_views: bool,
}

impl Server {
    /// The one that calls itself so.
    pub(crate) fn of(version: &str) -> Result<Self, TooOld> {
        if is_recent(version) {
            Ok(Self { tears_views: version.contains("MariaDB") })
        } else {
            Err(TooOld { found: version.to_owned() })
        }
    }
}

/// `8.0.36`, `9.7.4-2`, `10.11.14-MariaDB-0+deb12u2`, `5.5.5-10.11.14-MariaDB`, `8.0.11-TiDB-v8.5.0`. Who calls itself
/// by no version that we can read is let in: its statements will tell.
fn is_recent(version: &str) -> bool {
    // How MariaDB answers to clients that know replication of MySQL 5 alone.
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = [0; 3];
    for (number, part) in numbers.iter_mut().zip(version.split(['.', '-', '+', ' '])) {
        let Ok(parsed) = part.parse() else { break };
        *number = parsed;
    }
    let is_other = ["TiDB", "Vitess", "Percona"].iter().any(|name| version.contains(name));
    let needed = if version.contains("MariaDB") { MARIADB } else { MYSQL };
    is_other || numbers == [0; 3] || numbers >= needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_servers_are_told_from_old_ones() {
        for recent in
            ["8.0.16", "8.4.3", "9.7.4-2", "10.11.0-MariaDB", "10.11.14-MariaDB-0+deb12u2", "5.5.5-10.11.2-MariaDB-log"]
        {
            assert!(is_recent(recent), "{recent}");
        }
        for old in ["8.0.15", "5.7.44-log", "10.10.7-MariaDB", "5.5.5-10.3.39-MariaDB"] {
            assert!(!is_recent(old), "{old}");
        }
    }

    #[test]
    fn mariadb_alone_tears_views() {
        let tears = |version| Server::of(version).map(|server| server.tears_views);
        assert_eq!(tears("10.11.14-MariaDB-0+deb12u2"), Ok(true));
        assert_eq!(tears("9.7.4-2"), Ok(false));
        assert_eq!(tears("5.7.44-log"), Err(TooOld { found: "5.7.44-log".to_owned() }));
    }

    #[test]
    fn who_speaks_the_protocol_under_another_name_is_let_in() {
        for other in ["8.0.11-TiDB-v8.5.0", "8.0.30-Vitess", "unknown"] {
            assert!(is_recent(other), "{other}");
        }
    }
}
