//! `cargo xtask soak`: the proofs at length.

use std::{process::Stdio, time::Instant};

use chat_test_database_servers::Kind;

use crate::{
    databases::Databases,
    setup,
    workspace::{cargo, show, succeed},
};

/// Package and test binary of each proof that takes a scale, and how many times as much of it is run.
const PROOFS: [(&str, &str, f64); 8] = [
    ("chat-proofs", "steps", 1.0),
    ("chat-proofs", "histories", 1.0),
    ("chat-tests", "crashes", 1.0),
    ("chat-tests", "wallet_crash", 1.0),
    ("chat-tests", "malformed", 1.0),
    ("chat-tests", "flood", 1.0),
    ("chat-tests", "schemathesis", 1.0),
    // What a change has to pass of it is little.
    ("chat-tests", "torture", 4.0),
];

/// Runs these proofs, all where none is named, with this scale, one after the other, and prints what they said of
/// themselves.
pub(crate) fn run(scale: &str, proofs: &[&str]) -> Result<(), String> {
    let times: f64 = scale.parse().map_err(|_| format!("`{scale}` is no number"))?;
    if let Some(unknown) = proofs.iter().find(|proof| PROOFS.iter().all(|(_, binary, _)| binary != *proof)) {
        return Err(format!("no proof `{unknown}`"));
    }
    let required = [Kind::MariaDb, Kind::MySql];
    setup::run(&required)?;
    let databases = Databases::start(&required)?;
    succeed(cargo(&["build", "--profile", "soak", "--bin", "chat-server"]))?;
    let mut report = format!("`cargo xtask soak {}`\n\n", [&[scale], proofs].concat().join(" "));
    let mut failed = Vec::new();
    for (package, binary, factor) in PROOFS {
        if !proofs.is_empty() && !proofs.contains(&binary) {
            continue;
        }
        let begun = Instant::now();
        let mut command =
            cargo(&["test", "--profile", "soak", "--package", package, "--test", binary, "--", "--nocapture"]);
        command
            .envs(databases.variables())
            .env("CHAT_TEST_SCALE", (times * factor).to_string())
            .stderr(Stdio::inherit());
        println!("\n==> {}", show(&command));
        let output = command.output().map_err(|error| format!("{}: {error}", show(&command)))?;
        let told = String::from_utf8_lossy(&output.stdout);
        println!("{told}");
        let minutes = begun.elapsed().as_secs_f64() / 60.0;
        let end = if output.status.success() { "passed" } else { "FAILED" };
        report += &format!("- **{binary}** {end} in {minutes:.1} minutes\n");
        // What a proof did is the line in which it says that all was well.
        for line in told.lines().filter(|line| line.contains("violations") || line.contains("explained")) {
            report += &format!("  - {}\n", line.trim());
        }
        if !output.status.success() {
            failed.push(binary);
        }
    }
    println!("\n{report}");
    databases.report();
    if failed.is_empty() { Ok(()) } else { Err(format!("not all is well: {}", failed.join(", "))) }
}
