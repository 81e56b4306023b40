//! What is absent from the tree, and stays so: invariants that no single piece of code shows.
//!
//! Each check is a function from text to the faults it finds, and proves itself on a bad sample.

use std::fs;
use std::path::Path;

use chat_tests::tree::{files, root, rust_files, tests_of};

const CORE_NAMES_NONE_OF: [&str; 9] =
    ["sqlx", "axum", "poem", "poem_openapi", "hyper", "hyper_util", "http", "tower", "reqwest"];
const LONGEST_FILE: usize = 500;

#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The code of a line, without strings and without a comment at its end.
fn code(line: &str) -> String {
    let (mut code, mut in_string, mut escaped) = (String::new(), false, false);
    let mut rest = line.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '\'' if !in_string && rest.peek() == Some(&'"') => {
                rest.next();
            }
            '"' => in_string = !in_string,
            '/' if !in_string && rest.peek() == Some(&'/') => break,
            _ if in_string => {}
            other => code.push(other),
        }
    }
    code
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
}

fn foreign_names(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = code(line);
        for name in words(&code).filter(|word| CORE_NAMES_NONE_OF.contains(word)) {
            faults.push(format!("{path}:{}: the core names `{name}`: use a port or a type of ours", number + 1));
        }
        if code.contains("SystemTime::now") && !path.ends_with("ports/clock.rs") {
            faults.push(format!("{path}:{}: the core reads the time: use the `Clock` port", number + 1));
        }
    }
    faults
}

#[test]
fn the_core_names_no_driver_no_protocol_and_no_clock() {
    none(
        files(&root().join("chat-core/src"), ".rs").iter().flat_map(|(path, text)| foreign_names(path, text)).collect(),
    );
    assert_eq!(foreign_names("a.rs", "use sqlx::Row;\nlet x = http::StatusCode::OK;").len(), 2);
    assert_eq!(foreign_names("a.rs", "let now = std::time::SystemTime::now();").len(), 1);
    assert!(foreign_names("chat-core/src/ports/clock.rs", "SystemTime::now()").is_empty());
    assert!(foreign_names("a.rs", "//! No sqlx here.\nlet link = \"http://x\"; // poem").is_empty());
}

fn foreign_dependencies(manifest: &str) -> Vec<String> {
    let name = |line: &str| line.split(['=', '.', ' ']).next().unwrap_or("").trim_matches('"').to_owned();
    let named = manifest.lines().map(name).map(|name| name.replace('-', "_"));
    named
        .filter(|name| CORE_NAMES_NONE_OF.contains(&name.as_str()) || name.starts_with("chat_"))
        .map(|name| format!("chat-core/Cargo.toml depends on {name}"))
        .collect()
}

#[test]
fn the_core_depends_on_no_driver_and_no_framework() {
    let manifest = fs::read_to_string(root().join("chat-core/Cargo.toml")).expect("the core has a manifest");
    none(foreign_dependencies(&manifest));
    assert_eq!(
        foreign_dependencies("sqlx.workspace = true\npoem-openapi = \"5\"\nchat-http = { path = \"x\" }").len(),
        3
    );
    assert!(foreign_dependencies("name = \"chat-core\"\nserde.workspace = true").is_empty());
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > LONGEST_FILE).then(|| format!("{path} has {lines} lines, more than {LONGEST_FILE}: split it by subject"))
}

#[test]
fn no_source_file_outgrows_its_subject() {
    let sources = rust_files().into_iter().filter(|(path, _)| path.contains("/src/"));
    none(sources.filter_map(|(path, text)| too_long(&path, &text)).collect());
    assert!(too_long("a.rs", &"x\n".repeat(501)).is_some());
    assert!(too_long("a.rs", &"x\n".repeat(500)).is_none());
}

fn lazy_tests(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for line in tests_of(path, text).lines() {
        let code = code(line);
        if code.contains("#[ignore") {
            faults.push(format!("{path}: an ignored test proves nothing: `{}`", line.trim()));
        }
        if words(&code).any(|word| word == "sleep") {
            faults.push(format!("{path}: a test waits for an event, it does not sleep: `{}`", line.trim()));
        }
    }
    faults
}

#[test]
fn no_test_is_ignored_and_none_sleeps() {
    none(rust_files().iter().flat_map(|(path, text)| lazy_tests(path, text)).collect());
    let bad = ["#[ig", "nore = \"slow\"]\nfn a() { tokio::time::sle", "ep(d).await; }"].concat();
    assert_eq!(lazy_tests("tests/a.rs", &bad).len(), 2);
    assert_eq!(lazy_tests("chat-core/tests/a.rs", &bad).len(), 2);
    assert_eq!(lazy_tests("chat-core/src/a.rs", &format!("#[cfg(test)]\nmod tests {{ {bad} }}")).len(), 2);
    assert!(lazy_tests("chat-core/src/a.rs", &bad).is_empty(), "outside of tests one may wait");
}

/// Rule ids look like `R-ADM-07`: three to four capitals and two digits.
fn crooked_rule_ids(path: &str, text: &str) -> Vec<String> {
    let mentions = text.match_indices(concat!("R", "-")).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| !(c.is_alphanumeric() || c == '-' || c == '_'))
    });
    let id = |at: usize| text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
    mentions
        .map(|(at, _)| id(at))
        .filter(|id| !is_rule_id(id.trim_end_matches('-')))
        .map(|id| format!("{path}: `{id}` is no rule id like R-ADM-07"))
        .collect()
}

fn is_rule_id(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    let (capitals, digits) = (
        |part: &str| part.bytes().all(|b| b.is_ascii_uppercase()),
        |part: &str| part.bytes().all(|b| b.is_ascii_digit()),
    );
    match parts.as_slice() {
        ["R", noun] => (3..=4).contains(&noun.len()) && capitals(noun),
        ["R", noun, number] => (3..=4).contains(&noun.len()) && capitals(noun) && number.len() == 2 && digits(number),
        _ => false,
    }
}

#[test]
fn rule_ids_are_written_alike() {
    none(rust_files().iter().flat_map(|(path, text)| crooked_rule_ids(path, text)).collect());
    let bad = ["R", "-ADM-7, R", "-adm-07 and R", "-ADM07"].concat();
    assert_eq!(crooked_rule_ids("a.rs", &bad).len(), 3);
    assert!(crooked_rule_ids("a.rs", "/// R-ADM-07, R-COIN-01 to -03 (R-MSG); OUR-X").is_empty());
}

/// Statements that change or remove what stands in the ledger, or let it go with something else.
fn ledger_changes(path: &str, text: &str) -> Vec<String> {
    const LEDGER: &str = "CHAT_COIN_ENTRIES";
    let text = text.to_ascii_uppercase();
    let mut faults = Vec::new();
    for statement in text.split(['"', ';']).filter(|statement| statement.contains(LEDGER)) {
        let words: Vec<&str> = words(statement).filter(|word| !word.is_empty()).collect();
        for (at, _) in words.iter().enumerate().filter(|(_, word)| **word == LEDGER) {
            // Between the verb and its table stands at most `OR IGNORE INTO`.
            let verbs = ["UPDATE", "DELETE", "REPLACE", "TRUNCATE", "DROP", "ALTER"];
            let verb = words[at.saturating_sub(4)..at].iter().find(|word| verbs.contains(word));
            faults.extend(verb.map(|verb| format!("{path}: {verb} on the ledger, which only grows (R-COIN-04)")));
        }
        if words.contains(&"CASCADE") {
            faults.push(format!("{path}: entries of the ledger go with nothing else (R-COIN-04)"));
        }
    }
    faults
}

#[test]
fn r_coin_04_no_statement_changes_or_removes_a_ledger_entry() {
    let stores = ["chat-sql/src", "chat-sqlite/src", "chat-mysql/src"].map(|folder| root().join(folder));
    let sources = stores.iter().flat_map(|store| [files(store, ".rs"), files(store, ".sql")].concat());
    let naming: Vec<_> = sources.filter(|(_, text)| text.contains("chat_coin_entries")).collect();
    assert!(naming.len() >= 4, "each store's statements and schema are where this looks: {}", naming.len());
    none(naming.iter().flat_map(|(path, text)| ledger_changes(path, text)).collect());
    for bad in [
        "const A: &str = \"\nUPDATE chat_coin_entries SET amount = 1\";",
        "DELETE FROM `chat_coin_entries` WHERE 1;",
        "INSERT OR REPLACE INTO chat_coin_entries(user_id)",
        "DROP TABLE chat_coin_entries;",
        "CREATE TABLE chat_coin_entries (user_id TEXT REFERENCES chat_users ON DELETE CASCADE)",
    ] {
        assert_eq!(ledger_changes("a.rs", bad).len(), 1, "{bad}");
    }
    let good =
        "UPDATE chat_users SET coins = 1\";\nINSERT INTO chat_coin_entries VALUES (1); SELECT 1 FROM chat_coin_entries";
    assert_eq!(ledger_changes("a.rs", good), [""; 0]);
}

/// The links of a Markdown page that lead nowhere, seen from `folder`. What stands in blocks is no link.
fn dead_links(folder: &Path, page: &str, text: &str) -> Vec<String> {
    let text: String = text.split("```").step_by(2).collect();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.map(|target| target.split('#').next().unwrap_or(""));
    files
        .filter(|file| !file.is_empty() && !file.contains("://") && !file.starts_with("mailto:"))
        .filter(|file| !folder.join(file).exists())
        .map(|file| format!("{page} links to {file}, which does not exist"))
        .collect()
}

#[test]
fn the_documents_link_to_what_exists() {
    let mut faults = Vec::new();
    for (page, text) in files(&root(), ".md") {
        let path = root().join(&page);
        faults.extend(dead_links(path.parent().expect("a file is in a folder"), &page, &text));
    }
    none(faults);
    assert!(
        root().join("README.md").exists() && root().join("ARCHITECTURE.md").exists(),
        "the pages that are looked at"
    );
    let bad =
        "[a](no-such-file.md#part)\n```js\ncodes[0](402)\n```\n[b](Cargo.toml) [c](https://example.org/x) [d](#here)";
    assert_eq!(dead_links(&root(), "a.md", bad).len(), 1);
}
