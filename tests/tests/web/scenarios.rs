//! Starts each scenario, and ends it with all that it has started, whatever becomes of the test.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use chat_tests::program;

use crate::fresh::web;

/// A scenario that is being played. Its end of the pipe closes when this ends, be it by a signal; then it ends the browser and
/// the server, and itself.
struct Played(Child);

impl Drop for Played {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Ended already, or ends now by itself.
        let _ = self.0.wait();
    }
}

fn scenarios() -> PathBuf {
    web().join("tests")
}

#[track_caller]
fn play(name: &str) {
    let packages = web().join("node_modules");
    assert!(packages.exists(), "no {}: run `cargo xtask setup`", packages.display());
    let log = tempfile::NamedTempFile::new().expect("a file");
    let output = || Stdio::from(log.reopen().expect("our own file"));
    let process = Command::new("node")
        .arg(scenarios().join(format!("{name}.mjs")))
        .env("CHAT_WEB_SERVER", program())
        .env("CHAT_WEB_ATTENDED", "1")
        .stdin(Stdio::piped())
        .stdout(output())
        .stderr(output())
        .spawn()
        .expect("node");
    let mut played = Played(process);
    // Kept open until it has ended; `wait` alone would close it.
    let pipe = played.0.stdin.take();
    let status = played.0.wait().expect("our own child");
    drop(pipe);
    let said = fs::read_to_string(log.path()).expect("our own file");
    assert!(status.success() && said.ends_with("played to its end\n"), "{name}: {status}\n{said}");
}

macro_rules! scenarios {
    ($($name:ident: $what:ident,)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $what() {
            play(stringify!($name));
        })*
    };
}

scenarios! {
    changes: what_is_written_is_answered_edited_deleted_and_found_again,
    coins: no_coin_is_spent_unasked_and_a_refused_join_says_why,
    conversation: the_demos_accounts_are_a_click_away_and_two_people_hear_each_other,
    docs: every_operation_is_tried_on_the_page_of_the_api_and_frames_on_theirs,
    hostile: what_hostile_people_write_shows_as_text_and_breaks_nothing,
    people: who_is_invited_promoted_banned_befriended_and_signed_out_sees_it,
    reconnection: what_is_written_is_sent_once_whatever_becomes_of_the_connection,
}

#[test]
fn each_scenario_is_played() {
    let mut there: Vec<String> = fs::read_dir(scenarios())
        .expect("the folder of the scenarios")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter_map(|name| name.strip_suffix(".mjs").map(str::to_owned))
        .collect();
    there.sort();
    let mut played = NAMES.to_vec();
    played.sort_unstable();
    assert_eq!(there, played);
}
