//! Every statement finds its rows by a key or an index: none reads a whole table, however much it holds.

use std::path::Path;

use sqlx::{AssertSqlSafe, Row, SqlitePool};

use crate::stores::file;

/// What may be scanned: the rows that a statement brings along itself.
const MAY_BE_SCANNED: [&str; 6] = ["VIRTUAL TABLE", "CONSTANT ROW", "VALUES CLAUSE", "SCAN side", "SCAN d", "SCAN one"];

#[tokio::test]
async fn no_statement_reads_a_whole_table() {
    let store = file().await;
    let sql = store.sql().await;
    let statements = statements();
    assert!(statements.len() > 50, "only {} statements were found", statements.len());
    for (name, text) in statements {
        let scans: Vec<String> = plan(&sql, &text).await.into_iter().filter(|step| is_scan_of_a_table(step)).collect();
        let expected: &[&str] = match name.as_str() {
            "APPLIED" => &["SCAN chat_migrations"],
            "FORGET_ATTEMPTS" => &["SCAN chat_attempts"], // The oldest, of which it takes a few.
            _ => &[],
        };
        assert_eq!(scans, expected, "{name}: {text}");
    }
}

fn is_scan_of_a_table(step: &str) -> bool {
    step.starts_with("SCAN") && !MAY_BE_SCANNED.iter().any(|allowed| step.contains(allowed))
}

async fn plan(sql: &SqlitePool, text: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
    let rows = sqlx::raw_sql(explain).fetch_all(sql).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    rows.iter().map(|row| row.get("detail")).collect()
}

/// Name and text of every constant of the sources that reads or writes a table.
fn statements() -> Vec<(String, String)> {
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |source| {
        for constant in source.split("const ").skip(1) {
            let Some((name, rest)) = constant.split_once(": &str =") else { continue };
            let Some(text) = rest.trim_start().strip_prefix('"').and_then(|text| text.split_once("\";")) else {
                continue;
            };
            let text = text.0.split(';').next().unwrap_or_default().trim();
            if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| text.starts_with(verb)) {
                found.push((name.to_owned(), text.to_owned()));
            }
        }
    });
    found
}

fn visit(folder: &Path, found: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found(&std::fs::read_to_string(path).unwrap());
        }
    }
}
