//! What the sources say of rules: the tests that name one, and the doc comments that do.

use chat_tests::tree::tests_of;

/// How the id of a rule begins.
const START: &str = concat!("R", "-");

/// A function called like `r_adm_07_…`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) path: String,
    pub(crate) name: String,
    /// A test, a test made by a macro of its file, or a promise in the conformance kit's list.
    pub(crate) runs: bool,
}

/// The functions of a file that are named as tests of rules; `promises` is the text of the kit's list.
pub(crate) fn named_in(path: &str, text: &str, promises: &str) -> Vec<Named> {
    let is_kit = path.starts_with("chat-conformance/src/");
    let lines: Vec<&str> = if is_kit { text } else { tests_of(path, text) }.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = item(line, &["fn"]).filter(|name| name.starts_with("r_")) else { continue };
        let is_test = above(&lines, at).any(|line| line.starts_with("#[") && line.contains("test"));
        let by_macro = words(text).filter(|word| *word == name).count() > 1;
        let promised = is_kit && promises.contains(&format!(" {name}: "));
        found.push(Named {
            path: path.to_owned(),
            name: name.to_owned(),
            runs: is_test || promised || (by_macro && !is_kit),
        });
    }
    found
}

/// The rules that a test is named by: `r_adm_06_07_…` is a test of two. None where the name is misspelt.
pub(crate) fn rules_of(name: &str) -> Vec<String> {
    let mut parts = name.split('_').skip(1);
    let noun = parts.next().unwrap_or("").to_ascii_uppercase();
    let numbers = parts.take_while(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    numbers.map(|number| format!("{START}{noun}-{number}")).collect()
}

/// The doc comment of the function or type of that name, outside of tests; `None` where there is none so called.
pub(crate) fn doc_of(text: &str, name: &str) -> Option<String> {
    let code = &text[..text.find("#[cfg(test)]").unwrap_or(text.len())];
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| item(line, &["fn", "struct", "enum", "trait"]) == Some(name))?;
    let mut doc: Vec<&str> = above(&lines, at).filter_map(|line| line.strip_prefix("///")).map(str::trim).collect();
    doc.reverse();
    Some(doc.join(" "))
}

/// The names of the functions of a file with their doc comments, outside of tests.
pub(crate) fn functions(text: &str) -> Vec<(String, String)> {
    let code = &text[..text.find("#[cfg(test)]").unwrap_or(text.len())];
    let names = code.lines().filter_map(|line| item(line.trim(), &["fn"]));
    names.filter_map(|name| Some((name.to_owned(), doc_of(code, name)?))).collect()
}

/// The rules that a text names; `R-ADM-04 to R-ADM-08` are five.
pub(crate) fn rules_in(text: &str) -> Vec<String> {
    let mut found: Vec<(String, u8)> = Vec::new();
    let mut to = false;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter(|word| !word.is_empty()) {
        let id = word.strip_prefix(START).and_then(|rest| rest.split_once('-'));
        if let Some((noun, number)) = id.and_then(|(noun, number)| Some((noun, number.parse::<u8>().ok()?))) {
            let from = found.last().filter(|(before, _)| to && before == noun).map_or(number, |(_, before)| before + 1);
            found.extend((from..=number).map(|number| (noun.to_owned(), number)));
        }
        to = word == "to";
    }
    found.into_iter().map(|(noun, number)| format!("{START}{noun}-{number:02}")).collect()
}

/// The lines of doc comments and attributes right above a line, the nearest first.
fn above<'a>(lines: &'a [&'a str], at: usize) -> impl Iterator<Item = &'a str> {
    let above = lines[..at].iter().rev();
    above.take_while(|line| line.starts_with("///") || line.starts_with("#[")).copied()
}

/// The name of the item that a line begins, where it is of one of these kinds.
fn item<'a>(line: &'a str, kinds: &[&str]) -> Option<&'a str> {
    let mut parts =
        line.split(' ').skip_while(|word| word.starts_with("pub") || ["async", "const", "unsafe"].contains(word));
    if !kinds.contains(&parts.next()?) {
        return None;
    }
    words(parts.next()?).next()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
}
