//! How many files the process may have open: each connection is one.

/// So many may be open beside the connections: the store's, the runtime's, and that of a client who is refused.
const BESIDE: u64 = 128;

/// Raises the limit of open files so that there may be so many connections, beside so many to the database, as far as the
/// system allows it. Answers how many there may be: the next client is then told so, in place of waiting for ever.
pub(crate) fn allow(connections: u32, to_the_database: u32) -> u32 {
    let beside = BESIDE + u64::from(to_the_database);
    let wanted = u64::from(connections) + beside;
    let allowed = rlimit::increase_nofile_limit(wanted).unwrap_or_else(|error| {
        tracing::warn!(%error, "it is not known how many files may be open");
        wanted
    });
    let most = most_connections(connections, beside, allowed);
    if most < connections {
        tracing::warn!(
            "the system allows {allowed} open files: there are at most {most} connections, not {connections}"
        );
    }
    most
}

/// At least one, so that there is a server.
fn most_connections(wanted: u32, beside: u64, allowed: u64) -> u32 {
    let left = u32::try_from(allowed.saturating_sub(beside)).unwrap_or(u32::MAX);
    wanted.min(left).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_connections_as_are_wanted_where_files_suffice_and_fewer_where_not() {
        assert_eq!(most_connections(10_000, 128, 10_128), 10_000);
        assert_eq!(most_connections(10_000, 128, 1_024), 896);
        assert_eq!(most_connections(u32::MAX, 128, u64::MAX), u32::MAX);
        assert_eq!(most_connections(10, 128, 100), 1);
    }
}
