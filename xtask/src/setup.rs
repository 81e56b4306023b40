//! Brings what the tests need onto the machine where that may be done, and says what is missing elsewhere.

use std::path::Path;
use std::process::Command;

use crate::needs::{NEEDS, Need, Remedy};
use crate::workspace::{answers, output, show, succeed};

/// What this machine lets us do.
#[derive(Clone, Copy)]
struct Machine {
    debian: bool,
    root: bool,
    rustup: bool,
}

impl Machine {
    fn this() -> Self {
        let mut id = Command::new("id");
        id.arg("-u");
        let mut rustup = Command::new("rustup");
        rustup.arg("--version");
        Self {
            debian: Path::new("/etc/debian_version").exists(),
            root: output(id).is_ok_and(|user| user.trim() == "0"),
            rustup: answers(rustup),
        }
    }
}

/// What to do about a missing need.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Packages(&'static [&'static str]),
    Component(&'static str),
    Tell(String),
}

fn decide(remedy: Remedy, machine: Machine) -> Action {
    match remedy {
        Remedy::Packages { debian, .. } if machine.debian && machine.root => Action::Packages(debian),
        Remedy::Packages { debian, .. } if machine.debian => {
            Action::Tell(format!("as root: apt-get install {}", debian.join(" ")))
        }
        Remedy::Packages { elsewhere, .. } => Action::Tell(elsewhere.to_owned()),
        Remedy::Component(component) if machine.rustup => Action::Component(component),
        Remedy::Component(component) => Action::Tell(format!("add {component} to the Rust toolchain")),
    }
}

/// Looks for every need, installs what may be installed, and fails with the list of what is still missing.
pub(crate) fn run() -> Result<(), String> {
    let missing = || NEEDS.iter().filter(|need| !(need.present)());
    let mut absent = missing().peekable();
    if absent.peek().is_none() {
        return Ok(());
    }
    let machine = Machine::this();
    let mut packages: Vec<&str> = Vec::new();
    for need in absent {
        println!("missing: {} ({})", need.name, need.why);
        match decide(need.remedy, machine) {
            Action::Packages(names) => packages.extend(names),
            Action::Component(name) => install("rustup", &["component", "add", name])?,
            Action::Tell(_) => {}
        }
    }
    if !packages.is_empty() {
        install("apt-get", &["update"])?;
        install("apt-get", &[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())?;
    }
    let still: Vec<String> = missing().map(|need| advice(need, machine)).collect();
    if still.is_empty() { Ok(()) } else { Err(format!("the tests need more than there is:\n{}", still.join("\n"))) }
}

fn advice(need: &Need, machine: Machine) -> String {
    let how = match decide(need.remedy, machine) {
        Action::Tell(how) => how,
        Action::Packages(names) => format!("installing {} did not help", names.join(", ")),
        Action::Component(name) => format!("adding the component {name} did not help"),
    };
    format!("  {}, since {}: {how}", need.name, need.why)
}

fn install(program: &str, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    println!("installing: {}", show(&command));
    succeed(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPILER: Remedy = Remedy::Packages { debian: &["gcc", "libc6-dev"], elsewhere: "install a compiler" };
    const NOTHING: Machine = Machine { debian: false, root: false, rustup: false };

    #[test]
    fn root_on_debian_installs_packages() {
        let machine = Machine { debian: true, root: true, ..NOTHING };
        assert_eq!(decide(COMPILER, machine), Action::Packages(&["gcc", "libc6-dev"]));
    }

    #[test]
    fn others_on_debian_are_told_the_packages() {
        let machine = Machine { debian: true, ..NOTHING };
        assert_eq!(decide(COMPILER, machine), Action::Tell("as root: apt-get install gcc libc6-dev".to_owned()));
    }

    #[test]
    fn elsewhere_root_installs_nothing_either() {
        let machine = Machine { root: true, ..NOTHING };
        assert_eq!(decide(COMPILER, machine), Action::Tell("install a compiler".to_owned()));
    }

    #[test]
    fn a_component_comes_by_rustup_where_there_is_one() {
        let machine = Machine { rustup: true, ..NOTHING };
        assert_eq!(decide(Remedy::Component("clippy"), machine), Action::Component("clippy"));
        assert!(matches!(decide(Remedy::Component("clippy"), NOTHING), Action::Tell(_)));
    }
}
