//! The order of migrations. They are only ever appended: what was released is never changed.

use chat_core::ports::store::{Source, StoreError};

/// One step of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// 1, 2, 3 … in the order in which they run.
    pub version: i64,
    /// What it is called.
    pub name: &'static str,
    /// Its statements, under [`DEFAULT_PREFIX`](crate::tables::DEFAULT_PREFIX), each ended by a semicolon at the end of
    /// a line.
    pub text: &'static str,
}

/// The tables are not those of this release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// They are missing or older.
    #[error("the chat's tables are at version {found}, this release needs {needed}: run the migrations")]
    Behind {
        /// The version they are at, 0 where there are none.
        found: i64,
        /// The version of this release.
        needed: i64,
    },
    /// A newer release has changed them.
    #[error("the chat's tables are at version {found}, newer than this release, which knows {known}")]
    Newer {
        /// The version they are at.
        found: i64,
        /// The version of this release.
        known: i64,
    },
    /// The list of what was run is not that of any release.
    #[error("the chat's migration {version} is recorded as {found:?}, which this release does not know")]
    Foreign {
        /// Where the list departs.
        version: i64,
        /// What stands there.
        found: String,
    },
}

/// Why migrations could not be run or listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The tables are not of an older release. Nothing was changed.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The database's user may not create or alter tables. What of a migration was not run yet is run by the next call.
    #[error(
        "the database's user may not create or alter tables: grant the rights, or have the script run by one who may"
    )]
    Rights(#[source] Source),
    /// The store failed. What of a migration was not run yet is run by the next call.
    #[error("the migrations could not be run")]
    Store(#[from] StoreError),
}

/// What is left to run of `known` after `applied`, which are versions and names in the order of the versions.
///
/// # Errors
/// [`SchemaError::Newer`] and [`SchemaError::Foreign`].
pub fn pending(known: &'static [Migration], applied: &[(i64, String)]) -> Result<&'static [Migration], SchemaError> {
    for (index, (version, name)) in applied.iter().enumerate() {
        match known.get(index) {
            None => {
                let found = applied.last().map_or(*version, |(last, _)| *last);
                return Err(SchemaError::Newer { found, known: newest(known) });
            }
            Some(known) if known.version != *version || known.name != name => {
                return Err(SchemaError::Foreign { version: *version, found: name.clone() });
            }
            Some(_) => {}
        }
    }
    Ok(known.get(applied.len()..).unwrap_or_default())
}

/// Says whether nothing is left to run.
///
/// # Errors
/// All of [`SchemaError`], as `Unavailable`.
pub fn check(known: &'static [Migration], applied: &[(i64, String)]) -> Result<(), StoreError> {
    let unavailable = |error: SchemaError| StoreError::Unavailable(Box::new(error));
    if pending(known, applied).map_err(unavailable)?.is_empty() {
        return Ok(());
    }
    let found = applied.last().map_or(0, |(version, _)| *version);
    Err(unavailable(SchemaError::Behind { found, needed: newest(known) }))
}

fn newest(known: &[Migration]) -> i64 {
    known.last().map_or(0, |migration| migration.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Migration] =
        &[Migration { version: 1, name: "one", text: "" }, Migration { version: 2, name: "two", text: "" }];

    fn applied(names: &[&str]) -> Vec<(i64, String)> {
        (1..).zip(names.iter().map(|name| (*name).to_owned())).collect()
    }

    #[test]
    fn what_was_not_applied_is_pending_in_order() {
        assert_eq!(pending(KNOWN, &applied(&[])), Ok(KNOWN));
        assert_eq!(pending(KNOWN, &applied(&["one"])), Ok(&KNOWN[1..]));
        assert_eq!(pending(KNOWN, &applied(&["one", "two"])), Ok(&KNOWN[2..]));
    }

    #[test]
    fn a_newer_list_is_refused_with_both_versions() {
        let newer = applied(&["one", "two", "three", "four"]);
        assert_eq!(pending(KNOWN, &newer), Err(SchemaError::Newer { found: 4, known: 2 }));
    }

    #[test]
    fn another_list_is_refused_where_it_departs() {
        let found = "deux".to_owned();
        assert_eq!(pending(KNOWN, &applied(&["one", "deux"])), Err(SchemaError::Foreign { version: 2, found }));
    }

    #[test]
    fn a_store_serves_only_on_the_tables_of_its_release() {
        assert!(check(KNOWN, &applied(&["one", "two"])).is_ok());
        let behind = check(KNOWN, &applied(&["one"])).unwrap_err();
        let StoreError::Unavailable(source) = behind else { panic!("{behind:?}") };
        assert_eq!(source.downcast_ref(), Some(&SchemaError::Behind { found: 1, needed: 2 }));
    }
}
