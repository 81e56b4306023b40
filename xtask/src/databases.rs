//! The database servers of a run: each is started once for all its tests, and named to them by a variable.

use std::process::Command;
use std::thread;

use chat_test_database_servers::{Kind, NONE, Provided, REQUIRE, Unavailable, provide};

use crate::workspace::succeed;

/// Servers that end with this, or with the process.
pub(crate) struct Databases {
    required: Vec<Kind>,
    found: Vec<Result<(Kind, Provided), Unavailable>>,
}

impl Databases {
    /// One of each kind that can be had.
    pub(crate) fn start(required: &[Kind]) -> Result<Self, String> {
        let found: Vec<_> = thread::scope(|scope| {
            let starting = Kind::ALL.map(|kind| scope.spawn(move || provide(kind).map(|server| (kind, server))));
            starting.into_iter().map(thread::ScopedJoinHandle::join).collect::<Result<_, _>>()
        })
        .map_err(|_| "starting a database panicked")?;
        let databases = Self { required: required.to_vec(), found };
        for (kind, server) in databases.found.iter().flatten() {
            match server {
                Provided::Named(_) => println!("tests on {kind}: the server that {} names", kind.variable()),
                Provided::Started(server) => println!("tests on {kind}: {}", server.describe()),
            }
        }
        let missing: Vec<String> = databases
            .absent()
            .filter(|absent| required.contains(&absent.kind))
            .map(|absent| format!("{} is required: {absent}", absent.kind))
            .collect();
        if missing.is_empty() { Ok(databases) } else { Err(missing.join("\n")) }
    }

    /// What the tests are to be told. What the environment tells them already is not repeated.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let required: Vec<&str> = self.required.iter().map(|kind| kind.name()).collect();
        let mut variables = Vec::new();
        if !required.is_empty() {
            variables.push((REQUIRE, required.join(",")));
        }
        for found in &self.found {
            match found {
                Ok((kind, Provided::Started(server))) => variables.push((kind.variable(), server.url())),
                Ok((_, Provided::Named(_))) => {}
                // It was looked for once, and not again by each test.
                Err(absent) => variables.push((absent.kind.variable(), NONE.to_owned())),
            }
        }
        variables
    }

    /// The kinds that there are none of.
    pub(crate) fn absent(&self) -> impl Iterator<Item = &Unavailable> {
        self.found.iter().filter_map(|found| found.as_ref().err())
    }

    /// Says on which databases nothing was tested, and why.
    pub(crate) fn report(&self) {
        for absent in self.absent() {
            println!("not tested on {}: {absent}", absent.kind);
        }
    }
}

/// Runs a command with the servers up around it.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let [program, arguments @ ..] = words else {
        return Err("say what to run: cargo xtask databases COMMAND…".to_owned());
    };
    let databases = Databases::start(&[])?;
    let mut command = Command::new(program);
    command.args(arguments).envs(databases.variables());
    let done = succeed(command);
    databases.report();
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn absent(kind: Kind) -> Result<(Kind, Provided), Unavailable> {
        Err(Unavailable { kind, tried: vec!["looked".to_owned()] })
    }

    #[test]
    fn tests_are_told_what_is_required_and_not_to_look_again_for_what_is_absent() {
        let databases = Databases { required: vec![Kind::MariaDb], found: vec![absent(Kind::MySql)] };
        let expected = [("CHAT_TEST_REQUIRE", "mariadb".to_owned()), ("CHAT_TEST_MYSQL_URL", "none".to_owned())];
        assert_eq!(databases.variables(), expected);
    }

    #[test]
    fn a_server_that_was_named_is_not_told_again() {
        let named = Ok((Kind::MySql, Provided::Named("mysql://root:secret@db".to_owned())));
        assert_eq!(Databases { required: Vec::new(), found: vec![named] }.variables(), []);
    }
}
