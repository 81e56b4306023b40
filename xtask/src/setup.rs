//! Brings what the tests need onto the machine where that may be done, and says what is missing elsewhere.

use std::path::Path;
use std::process::Command;

use chat_test_database_servers::Kind;

use crate::needs::{NEEDS, Need, Remedy};
use crate::workspace::{answers, output, show, succeed};
use crate::{node, python, unpacked};

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
    Python(&'static python::Packages),
    Node(&'static node::Packages),
    NodeProject(&'static node::Project),
    Unpacked(&'static unpacked::Packages),
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
        Remedy::Python(packages) => Action::Python(packages),
        Remedy::Node(packages) => Action::Node(packages),
        Remedy::NodeProject(project) => Action::NodeProject(project),
        Remedy::Unpacked { packages, .. } if machine.debian => Action::Unpacked(packages),
        Remedy::Unpacked { elsewhere, .. } => Action::Tell(elsewhere.to_owned()),
        Remedy::Advice(advice) => Action::Tell(advice.to_owned()),
    }
}

/// Looks for every need and installs what may be installed. Says what is still missing, and fails when that is
/// more than databases which are not required.
pub(crate) fn run(required: &[Kind]) -> Result<(), String> {
    let missing = || NEEDS.iter().filter(|need| !(need.present)());
    let absent: Vec<&Need> = missing().collect();
    if absent.is_empty() {
        return Ok(());
    }
    let machine = Machine::this();
    let mut packages: Vec<&str> = Vec::new();
    let mut wished: Vec<&str> = Vec::new();
    let mut of_python: Vec<&python::Packages> = Vec::new();
    let mut of_node: Vec<&node::Packages> = Vec::new();
    let mut projects: Vec<&node::Project> = Vec::new();
    let mut unpacked: Vec<&unpacked::Packages> = Vec::new();
    for need in absent {
        println!("missing: {} ({})", need.name, need.why);
        match decide(need.remedy, machine) {
            Action::Packages(names) if is_required(need, required) => packages.extend(names),
            Action::Packages(names) => wished.extend(names),
            Action::Component(name) => install("rustup", &["component", "add", name])?,
            Action::Python(names) => of_python.push(names),
            Action::Node(names) => of_node.push(names),
            Action::NodeProject(project) => projects.push(project),
            Action::Unpacked(names) => unpacked.push(names),
            Action::Tell(_) => {}
        }
    }
    install_packages(&packages)?;
    // Python and Node.js themselves may have been among them.
    of_python.into_iter().try_for_each(python::Packages::install)?;
    of_node.into_iter().try_for_each(node::Packages::install)?;
    projects.into_iter().try_for_each(node::Project::install)?;
    // Without root the lists of packages are as old as whoever has root left them.
    if !unpacked.is_empty() && packages.is_empty() && machine.root {
        install("apt-get", &["update"])?;
    }
    unpacked.into_iter().try_for_each(unpacked::Packages::install)?;
    if let Err(why) = install_packages(&wished) {
        println!("going on without: {why}");
    }
    let (still, without): (Vec<&Need>, Vec<&Need>) = missing().partition(|need| is_required(need, required));
    let lines = |needs: &[&Need]| needs.iter().map(|need| advice(need, machine)).collect::<Vec<_>>().join("\n");
    if !without.is_empty() {
        println!("not all will be tested:\n{}", lines(&without));
    }
    if still.is_empty() { Ok(()) } else { Err(format!("the tests need more than there is:\n{}", lines(&still))) }
}

fn is_required(need: &Need, required: &[Kind]) -> bool {
    need.database.is_none_or(|kind| required.contains(&kind))
}

fn install_packages(packages: &[&str]) -> Result<(), String> {
    if packages.is_empty() {
        return Ok(());
    }
    install("apt-get", &["update"])?;
    // What conflicts with something installed, as MariaDB does with MySQL, is for the user to decide.
    install("apt-get", &[&["install", "--yes", "--no-install-recommends", "--no-remove"], packages].concat())
}

fn advice(need: &Need, machine: Machine) -> String {
    let how = match decide(need.remedy, machine) {
        Action::Tell(how) => how,
        Action::Packages(names) => format!("installing {} did not help", names.join(", ")),
        Action::Python(of) => format!("installing {} by pip did not help", of.names.join(", ")),
        Action::Node(of) => format!("installing {} by npm did not help", of.names.join(", ")),
        Action::NodeProject(of) => format!("`npm ci` in {} did not help", of.folder),
        Action::Unpacked(of) => format!("unpacking {} below target did not help", of.names.join(", ")),
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

    #[test]
    fn packages_of_python_come_by_pip_wherever_one_is() {
        static PACKAGES: python::Packages = python::Packages { folder: "python", names: &["grpcio-tools"] };
        assert_eq!(decide(Remedy::Python(&PACKAGES), NOTHING), Action::Python(&PACKAGES));
    }

    #[test]
    fn packages_of_node_come_by_npm_wherever_one_is() {
        static PACKAGES: node::Packages = node::Packages { folder: "node", names: &["@asyncapi/parser"] };
        assert_eq!(decide(Remedy::Node(&PACKAGES), NOTHING), Action::Node(&PACKAGES));
    }

    #[test]
    fn packages_are_unpacked_on_debian_by_anybody_and_told_elsewhere() {
        static PACKAGES: unpacked::Packages = unpacked::Packages { folder: "nginx", names: &["nginx"] };
        let remedy = Remedy::Unpacked { packages: &PACKAGES, elsewhere: "install nginx" };
        assert_eq!(decide(remedy, Machine { debian: true, ..NOTHING }), Action::Unpacked(&PACKAGES));
        assert_eq!(decide(remedy, NOTHING), Action::Tell("install nginx".to_owned()));
    }

    #[test]
    fn a_database_is_needed_where_it_is_required_and_all_else_always() {
        for need in NEEDS {
            assert_eq!(is_required(need, &[]), need.database.is_none(), "{}", need.name);
            assert!(is_required(need, &Kind::ALL), "{}", need.name);
        }
        assert!(Kind::ALL.into_iter().all(|kind| NEEDS.iter().any(|need| need.database == Some(kind))));
    }
}
