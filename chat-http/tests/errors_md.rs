//! docs/errors.md says of every code what the server says of it. `BLESS=1 cargo test -p chat-http --test errors_md`
//! writes it anew.

use std::{fs, path::Path};

use chat_http::Code;

const HEAD: &str = "# Errors

Every refusal and every failure is a problem document (RFC 9457), `application/problem+json`:

```json
{
  \"type\": \"/api/docs/errors#insufficient_coins\",
  \"title\": \"Not enough coins\",
  \"status\": 402,
  \"code\": \"insufficient_coins\",
  \"detail\": \"this costs 150 coins and 20 are there\",
  \"requestId\": \"5f0c6a2b9d3e4f718293a4b5c6d7e8f9\",
  \"required\": 150,
  \"availCoins\": 20
}
```

Programs decide by `code`; more codes may come, and an unknown one is treated by its `status`. `detail` is for people.
`requestId` is also in the header `X-Request-Id` and in the server's log. On the WebSocket the same document stands in
an `error` frame.

With `invalid_request` comes `errors`, a list of every field that is wrong: `{field, code, message}`. The codes of
fields are `required`, `unknown`, `wrong_type`, `too_short`, `too_long`, `out_of_range`, `bad_format` and `too_common`.

Requests are checked in this order: route (404, 405), sign-in (401), size (413), content type (415), shape (400), then
the rules in theirs.
";

fn expected() -> String {
    let mut text = HEAD.to_owned();
    let mut status = None;
    for code in Code::ALL {
        if status != Some(code.status()) {
            status = Some(code.status());
            text.push_str(&format!("\n## {}\n", code.status()));
        }
        text.push_str(&format!("\n### {}\n\n{}. {}\n", code.as_str(), code.title(), code.meaning()));
    }
    text
}

#[test]
fn docs_errors_md_lists_every_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, expected()).unwrap();
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == expected(), "docs/errors.md is stale: BLESS=1 cargo test -p chat-http --test errors_md");
}
