//! `cargo xtask figures`: what a newcomer waits for and gets, measured in a fresh clone.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::workspace::{cargo, output, root, succeed};

struct Figures {
    seconds: f64,
    bytes: u64,
    crates: usize,
}

/// Clones, builds, starts and asks the server once, then prints the table.
pub(crate) fn run() -> Result<(), String> {
    let folder = Folder::fresh()?;
    let figures = measure(&folder.0)?;
    print!("{}", table(&figures));
    Ok(())
}

fn measure(folder: &Path) -> Result<Figures, String> {
    let clone = folder.join("clone");
    let begun = Instant::now();
    let mut git = Command::new("git");
    git.args(["clone", "--quiet"]).arg(root()).arg(&clone);
    succeed(git)?;
    let mut build = cargo(&["build", "--release", "--locked"]);
    build.current_dir(&clone).env("CARGO_TARGET_DIR", folder.join("target"));
    succeed(build)?;
    let binary = folder.join("target/release/chat-server");
    answer_once(&binary, folder)?;
    let seconds = begun.elapsed().as_secs_f64();
    let bytes = fs::metadata(&binary).map_err(|error| format!("{}: {error}", binary.display()))?.len();
    let mut tree = cargo(&["tree", "--edges", "normal", "--package", "chat-server", "--prefix", "none"]);
    tree.current_dir(&clone);
    Ok(Figures { seconds, bytes, crates: count_crates(&output(tree)?) })
}

/// Starts the server and waits for its first 200 from /healthz.
fn answer_once(binary: &Path, folder: &Path) -> Result<(), String> {
    let mut server = Killed(
        Command::new(binary)
            .args(["--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", binary.display()))?,
    );
    let stdout = server.0.stdout.take().ok_or("the server's output is not piped")?;
    let address = BufReader::new(stdout)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned))
        .ok_or("the server ended without saying where it listens")?;
    let status = first_line(&address, "/healthz").map_err(|error| format!("{address}: {error}"))?;
    if status.contains(" 200 ") { Ok(()) } else { Err(format!("/healthz answered {status}")) }
}

fn first_line(address: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

/// Crates of `cargo tree --prefix none`, each version once; it repeats those that several others use.
fn count_crates(tree: &str) -> usize {
    let name_and_version = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    tree.lines().filter(|line| !line.trim().is_empty()).map(name_and_version).collect::<BTreeSet<_>>().len()
}

fn table(figures: &Figures) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a binary is far smaller than 2^52 bytes")]
    let megabytes = figures.bytes as f64 / 1e6;
    format!(
        "| figure | value |\n| --- | --- |\n\
         | from `git clone` to the first answer of a release build, nothing built before | {:.0} s |\n\
         | size of the release binary | {megabytes:.1} MB |\n\
         | crates in the server | {} |\n",
        figures.seconds, figures.crates
    )
}

/// A process that does not outlive this one's interest in it.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder that is removed with all it holds.
struct Folder(PathBuf);

impl Folder {
    fn fresh() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("chat-figures-{}", std::process::id()));
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} stays: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_once_a_version() {
        let tree = "chat-server v0.1.0 (/x)\nhttp v1.5.0\nserde v1.0.229 (*)\nserde v1.0.229\nhttp v0.2.1\n\n";
        assert_eq!(count_crates(tree), 4);
    }

    #[test]
    fn the_table_is_markdown() {
        let text = table(&Figures { seconds: 61.4, bytes: 12_345_678, crates: 200 });
        assert_eq!(text.lines().count(), 5);
        assert!(text.contains("| 61 s |") && text.contains("| 12.3 MB |") && text.contains("| 200 |"), "{text}");
    }
}
