//! The pages, and the blocks in them.

use chat_tests::tree::{files, root};

/// A page.
pub(crate) struct Page {
    /// Its path from the root.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A fenced block.
pub(crate) struct Block {
    page: String,
    line: usize,
    /// What stands behind the fence.
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl Block {
    /// Where it stands.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }

    /// One that stands nowhere, for checks that prove themselves.
    pub(crate) fn sample(kind: &str, text: &str) -> Self {
        Self { page: "sample.md".to_owned(), line: 1, kind: kind.to_owned(), text: text.to_owned() }
    }
}

/// Whose commands and code need generators: tests/tests/clients/page.rs runs them.
const ON_CLIENTS: &str = "docs/clients.md";

/// The README, and all other pages below docs.
pub(crate) fn pages() -> Vec<Page> {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let mut pages = vec![Page { name: "README.md".to_owned(), text: readme }];
    let others = files(&root().join("docs"), ".md").into_iter().filter(|(name, _)| name != ON_CLIENTS);
    pages.extend(others.map(|(name, text)| Page { name, text }));
    assert!(pages.len() > 10, "the guides and what is to be looked up: {}", pages.len());
    pages
}

/// The page of this path.
pub(crate) fn page(name: &str) -> Page {
    pages().into_iter().find(|page| page.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The blocks of a page, in their order.
///
/// # Panics
/// Where one is not closed, or begins with something that this does not read.
pub(crate) fn blocks(page: &Page) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in page.text.lines().enumerate() {
        let place = format!("{}:{}", page.name, number + 1);
        assert!(!line.trim_start().starts_with("~~~"), "{place}: blocks begin with ```");
        match (line.trim().strip_prefix("```"), open.as_mut()) {
            (Some(""), Some(_)) => blocks.extend(open.take()),
            (Some(_), Some(_)) => panic!("{place}: a block begins in a block"),
            (Some(kind), None) => {
                let (page, kind) = (page.name.clone(), kind.to_owned());
                open = Some(Block { page, line: number + 1, kind, text: String::new() });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{}: a block does not end", page.name);
    blocks
}

/// The blocks of this kind of all pages.
pub(crate) fn blocks_of(kind: &str) -> Vec<Block> {
    let blocks = pages().iter().flat_map(blocks).filter(|block| block.kind == kind).collect::<Vec<_>>();
    assert!(!blocks.is_empty(), "blocks of the kind `{kind}` are what this looks at");
    blocks
}

#[test]
fn a_block_is_what_stands_between_two_fences() {
    let text = "One\n```sh\ntrue\n\nfalse\n```\n\n```\nplain\n```\n".to_owned();
    let found = blocks(&Page { name: "a.md".to_owned(), text });
    let found: Vec<_> = found.iter().map(|block| (block.kind.as_str(), block.text.as_str(), block.place())).collect();
    assert_eq!(found, [("sh", "true\n\nfalse\n", "a.md:2".to_owned()), ("", "plain\n", "a.md:8".to_owned())]);
}

#[test]
#[should_panic = "a block does not end"]
fn a_block_that_does_not_end_is_refused() {
    blocks(&Page { name: "a.md".to_owned(), text: "```sh\ntrue\n".to_owned() });
}
