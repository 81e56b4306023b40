//! The README does what it says.

use std::process::Command;

use chat_test_databases::Server as Database;
use chat_tests::{Kind, Server};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection};

fn readme() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    std::fs::read_to_string(path).expect("README.md")
}

/// The fenced blocks of this kind.
fn blocks(kind: &str) -> Vec<String> {
    let readme = readme();
    let opened = format!("```{kind}\n");
    let blocks = readme.split(&opened).skip(1).filter_map(|rest| rest.split_once("```"));
    blocks.map(|(block, _)| block.to_owned()).collect()
}

#[tokio::test]
async fn the_first_conversation_goes_as_the_readme_says() {
    let server = Server::demo().await;
    let blocks = blocks("sh");
    let [conversation] = blocks.as_slice() else { panic!("one conversation in the README: {blocks:?}") };
    let told = "CHAT=http://127.0.0.1:8080";
    assert!(conversation.contains(told), "it says where the chat is");
    let script = conversation.replace(told, &format!("CHAT={}", server.base()));
    let run = move || Command::new("bash").args(["-euo", "pipefail", "-c", &script]).output();
    let output = tokio::task::spawn_blocking(run).await.expect("no panic").expect("bash");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains(r#""admission":{"kind":"free","coins":0"#), "Carol's first room is free: {said}");
    assert_eq!(said.matches(r#""body":"Hello, Alice!""#).count(), 2, "Carol is answered, and Alice reads it: {said}");
    assert!(!said.contains(r#""code":"#), "nothing is refused: {said}");
}

async fn a_database_is_made_as_the_readme_says(kind: Kind) {
    let Some(database) = Database::private(kind).await else { return };
    let blocks = blocks("sql");
    let [statements] = blocks.as_slice() else { panic!("what makes a database in the README: {blocks:?}") };
    let mut admin = MySqlConnection::connect(database.admin_url()).await.expect("a connection");
    // Of another name, since the tool that brings a MySQL makes a database `chat` itself.
    let renamed = |text: &str| text.replace("chat", "readme");
    sqlx::raw_sql(AssertSqlSafe(renamed(statements))).execute(&mut admin).await.expect("what the README says");
    let readme = readme();
    let url = readme.lines().find_map(|line| line.strip_prefix("$ export CHAT_DATABASE_URL=")).expect("the URL");
    let place = "127.0.0.1:3306";
    assert!(url.contains(place), "{url}");
    let at = database.url().rsplit_once('@').and_then(|(_, at)| at.split('/').next()).expect("where it listens");
    let server = Server::at(&renamed(url).replace(place, at), &[]).await;
    server.prime("dora").await.create_room("Tea").await;
}

#[tokio::test]
async fn on_mariadb_a_database_is_made_as_the_readme_says() {
    a_database_is_made_as_the_readme_says(Kind::MariaDb).await;
}

#[tokio::test]
async fn on_mysql_a_database_is_made_as_the_readme_says() {
    a_database_is_made_as_the_readme_says(Kind::MySql).await;
}

#[tokio::test]
async fn the_options_that_the_readme_names_exist() {
    let help = chat_tests::help();
    let readme = readme();
    let named: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("| `--")?.split('`').next()).collect();
    assert!(named.len() >= 5, "the table of options: {named:?}");
    for option in named {
        assert!(help.contains(&format!("--{option} ")), "--{option} is not in the help:\n{help}");
        let variable = format!("CHAT_{}", option.replace('-', "_").to_uppercase());
        assert!(readme.contains(&variable) && help.contains(&variable), "{variable}");
    }
}
