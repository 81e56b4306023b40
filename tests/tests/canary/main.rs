//! Secrets and what is people's own, followed through the whole server: nothing of it is in a log, however much is logged,
//! in what is refused, or in a column where it does not belong.

mod deleted;
mod dump;
mod mark;
mod story;

use chat_tests::{ADMIN_TOKEN, Kind, Server, StoreKind, jwt_key, pepper};
use mark::{Marks, STEM, marked};
use story::{NAMED_IN_A_PATH, PHONES, Story};

/// The token of another operator, who does nothing.
const OPERATOR: &str = "a-token-of-another-operator-0123456789";

/// Where marked texts belong, and nowhere else.
const COLUMNS: [&str; 6] = [
    "chat_users.name",
    "chat_rooms.name",
    "chat_events.body",
    "chat_coin_entries.reason",
    "chat_standings.reason",
    "chat_audit.detail",
];

async fn nothing_leaks(kind: StoreKind) {
    let operator = format!("other:look:{OPERATOR}");
    let Some(server) = Server::logging(kind, "trace", &["--operator", &operator]).await else { return };
    let story = Story::told(&server).await;
    let url = server.database_url();
    let password = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')?.0.split_once(':'));

    let mut secrets = vec![("the operator's token", ADMIN_TOKEN), ("another operator's token", OPERATOR)];
    secrets.extend([("the key", jwt_key()), ("the pepper", pepper())]);
    secrets.extend(password.map(|(_, password)| ("the database's password", password)));
    secrets.extend(story.tokens.iter().map(|token| ("a token", token.as_str())));
    let phones = PHONES.map(|phone| ("a phone", phone));
    let marks = Marks::new(secrets.iter().copied().chain(phones).chain([("a marked text", STEM)]));

    let log = format!("{}\n{}", server.printed().join("\n"), server.log());
    for traced in ["TRACE", NAMED_IN_A_PATH] {
        assert!(log.contains(traced), "the log is as full as it can be: no {traced}");
    }
    assert_clean("the log", log.lines(), &marks);
    assert_clean("a refusal", story.refusals.iter().map(String::as_str), &marks);

    assert!(50 < story.refusals.len(), "much is refused: {}", story.refusals.len());
    let passwords = ["password", "new-password", "door", "guess", "forged", "token"].map(marked);
    let passwords = passwords.iter().map(|text| ("a password", text.as_str()));
    let never = Marks::new(secrets.iter().copied().chain(passwords));
    if kind == StoreKind::Sqlite {
        assert_files(&server, &never);
    }
    assert_columns(&server, &marks, &never).await;
}

/// What is never kept is nowhere in the files, not even in what SQLite has freed.
fn assert_files(server: &Server, never: &Marks) {
    let files = std::fs::read_dir(server.folder()).expect("the server's folder");
    let paths = files.map(|file| file.expect("a file").path());
    let kept = Marks::new([("a marked text", STEM)]);
    let mut holds_what_is_kept = false;
    for path in paths.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("chat.db")))
    {
        let bytes = std::fs::read(&path).expect("a file of the server's");
        assert_eq!(never.within(&bytes), [""; 0], "in {}", path.display());
        holds_what_is_kept |= !kept.within(&bytes).is_empty();
    }
    assert!(holds_what_is_kept, "these are the files in which everything is kept");
}

/// What people say and call themselves is in the columns for it, as it is, and in no other.
async fn assert_columns(server: &Server, marks: &Marks, never: &Marks) {
    let mut kept = Vec::new();
    for column in dump::columns(server).await {
        let all = column.values.join(&b'\n');
        assert_eq!(never.within(&all), [""; 0], "in {}", column.name);
        let found = marks.within(&all);
        if !found.is_empty() {
            kept.push(column.name.clone());
        }
        let belongs = match column.name.as_str() {
            "chat_users.phone" => found.iter().all(|what| what.starts_with("a phone, as it is")),
            name if COLUMNS.contains(&name) => found.iter().all(|what| what.starts_with("a marked text, as it is")),
            _ => found.is_empty(),
        };
        assert!(belongs, "in {}: {found:?}", column.name);
    }
    for column in ["chat_users.phone", "chat_users.name", "chat_events.body", "chat_coin_entries.reason"] {
        assert!(kept.iter().any(|name| name == column), "{column} is where it is kept, and was looked at: {kept:?}");
    }
}

#[track_caller]
fn assert_clean<'a>(place: &str, lines: impl Iterator<Item = &'a str>, marks: &Marks) {
    let lines: Vec<&str> = lines.collect();
    if marks.within(lines.join("\n").as_bytes()).is_empty() {
        return;
    }
    let leaks = lines.iter().filter_map(|line| {
        let found = marks.within(line.as_bytes());
        (!found.is_empty()).then(|| format!("{found:?} in\n  {}", line.chars().take(400).collect::<String>()))
    });
    let leaks: Vec<String> = leaks.take(20).collect();
    panic!("{place} tells, of {STEM} and other secrets:\n{}", leaks.join("\n"));
}

#[tokio::test]
async fn nothing_leaks_on_sqlite() {
    nothing_leaks(StoreKind::Sqlite).await;
}

#[tokio::test]
async fn nothing_leaks_on_mariadb() {
    nothing_leaks(StoreKind::Database(Kind::MariaDb)).await;
}

#[tokio::test]
async fn nothing_leaks_on_mysql() {
    nothing_leaks(StoreKind::Database(Kind::MySql)).await;
}
