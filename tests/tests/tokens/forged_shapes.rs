//! What is no three parts of base64url with a signature at the end.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

use crate::{
    confusion::Scene,
    forgery::{encoded, hs256, hs384, hs512, signed},
};

#[tokio::test]
async fn a_token_of_any_other_shape_is_none() {
    let mut scene = Scene::open().await;
    let token = scene.dora.token().to_owned();
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let [header, claims, signature] = &parts[..] else { panic!("three parts: {token}") };
    let original = scene.original.clone();
    let (header_text, claims_text) = (original.header.to_string(), original.claims.to_string());
    let padded = |text: &str| URL_SAFE.encode(text);
    let signed_as_is = |message: String| {
        let signature = encoded(&hs256(&original.key, &message));
        format!("{message}.{signature}")
    };
    let uneven = (with_something_to_pad(&header_text), with_something_to_pad(&claims_text));
    let first = |text: &str, by: &str| format!("{by}{}", &text[1..]);
    let other = if signature.starts_with('A') { "B" } else { "A" };
    for (what, forged) in [
        ("nothing", String::new()),
        ("a dot", ".".to_owned()),
        ("two dots", "..".to_owned()),
        ("three dots", "...".to_owned()),
        ("a word", "garbage".to_owned()),
        ("three words", "some.more.garbage".to_owned()),
        ("bytes that are no text", encoded(&[0xff; 90])),
        ("the word null", "null".to_owned()),
        ("without a signature", format!("{header}.{claims}.")),
        ("without a signature and its dot", format!("{header}.{claims}")),
        ("a header alone", header.clone()),
        ("without claims", format!("{header}..{signature}")),
        ("without a header", format!(".{claims}.{signature}")),
        ("with a part in front", format!(".{token}")),
        ("with an empty part behind", format!("{token}.")),
        ("with a part behind", format!("{token}.{signature}")),
        ("of five parts, as encrypted ones have", format!("{header}.{claims}.{signature}.{claims}.{signature}")),
        ("twice", format!("{token}.{token}")),
        ("parts in another order", format!("{claims}.{header}.{signature}")),
        ("the signature of nothing", format!("{header}.{claims}.{}", encoded(&hs256(&original.key, "")))),
        ("a spoiled signature", format!("{header}.{claims}.{}", first(signature, other))),
        ("half a signature", format!("{header}.{claims}.{}", &signature[..20])),
        ("a signature of zeros", format!("{header}.{claims}.{}", encoded(&[0; 32]))),
        ("a signature with more behind it", format!("{header}.{claims}.{signature}AAAA")),
        ("a signature that ends in other unused bits", format!("{header}.{claims}.{}", with_unused_bits(signature))),
        ("a padded signature", format!("{token}=")),
        ("a padded header", signed_as_is(format!("{}.{}", padded(&uneven.0), encoded(uneven.1.as_bytes())))),
        ("padded claims", signed_as_is(format!("{}.{}", encoded(uneven.0.as_bytes()), padded(&uneven.1)))),
        ("base64 in place of base64url", signed_as_is(format!("{}.{claims}", STANDARD.encode(b"\xfb\xff\xbf")))),
        ("JSON in place of base64url", signed_as_is(format!("{header_text}.{claims_text}"))),
        ("a newline behind", format!("{token}\n")),
        ("a carriage return behind", format!("{token}\r\n")),
        ("a space behind", format!("{token} ")),
        ("a tab behind", format!("{token}\t")),
        ("a space in front", format!(" {token}")),
        ("a space within", format!("{header}.{claims} .{signature}")),
        ("a NUL behind", format!("{token}\0")),
        ("a newline within the signature", format!("{header}.{claims}.{}\n{}", &signature[..9], &signature[9..])),
        ("a byte order mark in front", format!("\u{feff}{token}")),
        ("a dot that is none", format!("{header}\u{2024}{claims}\u{2024}{signature}")),
        ("its scheme in front", format!("Bearer {token}")),
        ("in quotes", format!("\"{token}\"")),
        ("two with a comma", format!("{token},{token}")),
        ("in capitals", token.to_uppercase()),
        ("very long", "a".repeat(16_000)),
        ("very long claims", format!("{header}.{}.{signature}", "a".repeat(16_000))),
        (
            "HS384 in place of HS256",
            format!("{header}.{claims}.{}", encoded(&hs384(&original.key, &original.message()))),
        ),
        (
            "HS512 in place of HS256",
            format!("{header}.{claims}.{}", encoded(&hs512(&original.key, &original.message()))),
        ),
    ] {
        scene.is_refused(what, &forged, "unauthenticated").await;
    }
    let (header, claims) = (header_text.as_str(), claims_text.as_str());
    for (what, header, claims) in [
        ("a header that is a list", r#"["at+jwt","HS256"]"#, claims),
        ("a header that is null", "null", claims),
        ("an empty header", "{}", claims),
        ("a header that is not whole", &header[..header.len() - 1], claims),
        ("a header with more behind it", &format!("{header}{{}}"), claims),
        ("claims that are a list", header, &format!("[{claims}]")),
        ("claims that are a text", header, r#""dora""#),
        ("claims that are null", header, "null"),
        ("no claims", header, "{}"),
        ("empty claims", header, ""),
        ("claims that are not whole", header, &claims[..claims.len() - 1]),
        ("claims with more behind them", header, &format!("{claims}{claims}")),
        ("claims after a byte order mark", header, &format!("\u{feff}{claims}")),
    ] {
        scene.is_refused(what, &signed(header, claims, &original.key), "unauthenticated").await;
    }
    let spaced = signed(&uneven.0, &uneven.1, &original.key);
    scene.is_taken("with a space behind the JSON, which means nothing there", &spaced).await;
    scene.goes_on().await;
}

/// The same JSON, of a length whose base64 ends in `=`.
fn with_something_to_pad(json: &str) -> String {
    let spaces = if json.len() % 3 == 2 { "  " } else { " " };
    let padded = format!("{json}{spaces}");
    assert_ne!(padded.len() % 3, 0);
    padded
}

/// The same 32 bytes, but for the two bits that the last of 43 characters does not need.
fn with_unused_bits(signature: &str) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (last, rest) = signature.as_bytes().split_last().expect("a signature");
    let value = digits.iter().position(|digit| digit == last).expect("a digit of base64url");
    let mut changed = rest.to_vec();
    changed.push(digits[value ^ 1]);
    String::from_utf8(changed).expect("digits")
}
