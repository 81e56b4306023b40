//! The shell of each page is run, from top to bottom.

use crate::page::{Block, Page, blocks, page, pages};
use crate::reader::Reader;

/// Whether a script ends in a server, which goes on while its reader reads on.
pub(crate) fn starts(block: &Block) -> bool {
    block.kind == "sh" && block.text.contains("cargo run --release")
}

/// The pages with a test each, and what their shell says, in this order.
macro_rules! pages {
    ($($test:ident: $page:literal says [$($said:literal),* $(,)?];)+) => {
        const PAGES: &[&str] = &[$($page),+];

        $(#[test]
        fn $test() {
            let said = read(&page($page));
            let mut rest = said.as_str();
            for wanted in [$($said),*] {
                let Some((_, left)) = rest.split_once(wanted) else { panic!("no {wanted} where it should be: {said}") };
                rest = left;
            }
        })+
    };
}

pages! {
    the_first_conversation_goes_as_the_readme_says: "README.md" says [
        r#""admission":{"kind":"free","coins":0"#, r#""alreadyMember":false"#,
        r#""body":"Hello, Alice!""#, r#""body":"Hello, Alice!""#,
    ];
    a_server_runs_and_keeps_what_it_is_told_as_the_page_says: "docs/run.md" says [
        r#""userId":"dora""#, r#""accessToken":"#, r#""prime":true"#, r#""balanceAfter":300"#, "ok\n", "ok\n",
    ];
    a_conversation_goes_as_the_page_says: "docs/talk.md" says [
        r#""admission":{"kind":"free""#, r#""charged":150"#, r#""code":"price_changed""#, r#""admission":{"kind":"paid""#,
        r#""seq":3,"#, r#""seq":3,"#, r#"{"events":[{"#, r#""type":"welcome""#, r#""seq":4,"#, r#""type":"event""#,
    ];
    a_server_is_deployed_as_the_page_says: "docs/deploy.md" says ["ok\n", "ok\n", "ok\n"];
}

/// Does what a page says, and answers what that printed. A page on which nothing is started has begun with the demo.
fn read(page: &Page) -> String {
    let mut reader = Reader::new();
    let (mut said, mut script, mut may_print) = (String::new(), String::new(), false);
    for block in blocks(page) {
        if starts(&block) {
            said += &talk(&mut reader, &std::mem::take(&mut script));
            reader.start(&block.text);
        } else if block.kind == "sh" {
            script += &block.text;
        } else if block.kind == "text" && may_print {
            reader.sees(&block.text);
        }
        may_print = starts(&block);
    }
    said + &talk(&mut reader, &script)
}

fn talk(reader: &mut Reader, script: &str) -> String {
    if script.contains("curl ") && !reader.has_server() {
        reader.start("cargo run --release");
    }
    reader.runs(script)
}

#[test]
fn the_pages_with_shell_have_a_test_each() {
    let with_shell = pages().into_iter().filter(|page| blocks(page).iter().any(|block| block.kind == "sh"));
    let with_shell: Vec<_> = with_shell.map(|page| page.name).collect();
    assert_eq!(with_shell.len(), PAGES.len(), "{with_shell:?}");
    assert!(with_shell.iter().all(|page| PAGES.contains(&page.as_str())), "{with_shell:?}");
}

#[test]
#[should_panic = "this shell has no: cargo frobnicate"]
fn a_script_that_fails_is_told() {
    Reader::new().runs("cargo frobnicate\ntrue");
}
