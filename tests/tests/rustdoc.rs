//! What one begins with in each crate has an example. The doc tests compile them all, and run most.

use chat_tests::tree::{files, root};

/// By folder, what a host, a bot or a store is written with.
const MAIN: [(&str, &str); 11] = [
    (
        "chat-core",
        "Admin Amount Authenticator BcryptHasher Bus Caller Capacity Chat ChatBuilder ChatError ChatService ClientId \
         Clock Coins Connection Consumer Credentials Delivery GuessLimits Hasher HookPolicy Hooks HostTransaction \
         Identity MessageBody Name Operator Password Phone Policy Rejection RoomPassword Secrets Store UserId Wallet",
    ),
    ("chat-client", "Api Client Draft Options Replica Tokens Updates"),
    ("chat-conformance", "Fixture Promise store_suite"),
    ("chat-grpc", "GrpcConfig router"),
    ("chat-http", "HttpConfig OperatorToken admin_router health_router router"),
    ("chat-limits", "Buckets ClientAddress Rate RateLimits Seats"),
    ("chat-mysql", "MySqlOptions MySqlStore"),
    ("chat-sql", "Tables"),
    ("chat-sqlite", "SqliteOptions SqliteStore"),
    ("chat-webhooks", "Webhook WebhookSecret"),
    ("examples/irc-gateway", "serve"),
];

/// Whether a line begins the declaration of this name.
fn declares(line: &str, name: &str) -> bool {
    let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub fn ", "pub async fn ", "macro_rules! "];
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind)?.strip_prefix(name));
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// For each declaration of the name, whether an example stands in its documentation.
fn examples(text: &str, name: &str) -> Vec<bool> {
    let lines: Vec<&str> = text.lines().collect();
    let declared = (0..lines.len()).filter(|at| declares(lines[*at], name));
    let documentation = |at: usize| {
        let above = lines[..at].iter().rev().skip_while(|line| !line.starts_with("///"));
        above.take_while(|line| line.starts_with("///")).any(|line| line.starts_with("/// ```"))
    };
    declared.map(documentation).collect()
}

#[test]
fn what_one_begins_with_has_an_example() {
    let mut faults = Vec::new();
    for (folder, names) in MAIN {
        let sources = files(&root().join(folder).join("src"), ".rs");
        for name in names.split(' ') {
            let found: Vec<bool> = sources.iter().flat_map(|(_, text)| examples(text, name)).collect();
            if found.is_empty() {
                faults.push(format!("{folder} has no {name}"));
            } else if !found.contains(&true) {
                faults.push(format!("{folder}: {name} has no example"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let text =
        "/// With.\n/// ```\n/// ```\n#[derive(Debug)]\npub struct A;\n\n/// Without.\npub struct B;\npub struct Ab;\n";
    assert_eq!((examples(text, "A"), examples(text, "B"), examples(text, "C")), (vec![true], vec![false], vec![]));
}
