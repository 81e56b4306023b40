//! The table as it is committed: a page in Markdown, one table for each group of callers.

use std::collections::BTreeMap;

use crate::caller::Caller;
use crate::row::Row;

/// What a cell says, by section, row and column.
pub(crate) type Cells = BTreeMap<(String, String, String), String>;

/// Where a cell stands.
pub(crate) fn place(title: &str, row: &Row, caller: Caller) -> (String, String, String) {
    (title.to_owned(), row.name(), caller.name().to_owned())
}

/// A part of the page.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// Who calls: the columns of each of its tables.
    pub(crate) groups: &'static [&'static [Caller]],
    pub(crate) rows: Vec<Row>,
}

const HEAD: &str = "# Who is answered what

Every operation, every kind of caller, and the exact answer: the status of a success; status and code of a refusal;
`closed` and the code with which a WebSocket ends. `–`: there is no such caller. Each request would be accepted from the
right one. The test beside this page plays each cell against the server and compares. What is not built stands in
`unbuilt.rs`.

`BLESS=1 cargo test -p chat-tests --test authorization` writes the page anew; then every cell that changed wants a look.
";

/// The page with these cells.
///
/// # Panics
/// When a cell is missing.
pub(crate) fn write(sections: &[Section], cells: &Cells) -> String {
    let mut page = HEAD.to_owned();
    for Section { title, groups, rows } in sections {
        page += &format!("\n## {title}\n");
        for callers in *groups {
            let head = ["operation"].into_iter().chain(callers.iter().map(|caller| caller.name())).map(str::to_owned);
            let line = |row: &Row| {
                let told = callers.iter().map(|caller| cells[&place(title, row, *caller)].clone());
                [row.name()].into_iter().chain(told).collect()
            };
            let lines: Vec<Vec<String>> = [head.collect()].into_iter().chain(rows.iter().map(line)).collect();
            page += "\n";
            page += &aligned(&lines);
        }
    }
    page
}

fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut table = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        table += &format!("| {} |\n", cells.join(" | "));
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            table += &format!("| {} |\n", rules.join(" | "));
        }
    }
    table
}

/// What a page says.
pub(crate) fn read(page: &str) -> Cells {
    let (mut cells, mut title, mut columns) = (Cells::new(), String::new(), Vec::new());
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut title);
        }
        let Some(inner) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            columns.clear();
            continue;
        };
        let fields: Vec<String> = inner.split('|').map(|field| field.trim().to_owned()).collect();
        if columns.is_empty() {
            columns = fields;
        } else if !fields[0].starts_with("--") {
            for (column, told) in columns.iter().zip(&fields).skip(1) {
                cells.insert((title.clone(), fields[0].clone(), column.clone()), told.clone());
            }
        }
    }
    cells
}

/// Where the table and what was seen differ.
pub(crate) fn differences(table: &Cells, seen: &Cells) -> Vec<String> {
    let cell = |(section, row, column): &(String, String, String)| format!("{section}: {row} by {column}");
    let mut faults = Vec::new();
    for (place, told) in seen {
        match table.get(place) {
            Some(written) if written == told => {}
            Some(written) => faults.push(format!("{}: {told}, the table says {written}", cell(place))),
            None => faults.push(format!("{}: {told}, and the table has no such cell", cell(place))),
        }
    }
    let stale = table.keys().filter(|place| !seen.contains_key(*place));
    faults.extend(stale.map(|place| format!("{}: stands in the table, and there is no such cell", cell(place))));
    faults
}
