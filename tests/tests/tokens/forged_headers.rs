//! What the header of a token may not say: another algorithm, another key or one of its own, another type.

use chat_tests::random_key;
use serde_json::{Value, json};

use crate::{
    confusion::Scene,
    forgery::{Original, encoded, hs256, hs384, hs512, signed},
};

#[tokio::test]
async fn a_token_of_another_algorithm_is_none() {
    let mut scene = Scene::open().await;
    let original = scene.original.clone();
    for alg in ["none", "None", "NONE", "nOnE", "", " none", "null"] {
        let unsigned = original.with_header(|header| header["alg"] = json!(alg));
        let message = unsigned.message();
        for (what, signature) in [
            ("without a signature", String::new()),
            ("with the signature of the original", encoded(&hs256(&original.key, &original.message()))),
            ("with a signature of zeros", encoded(&[0; 32])),
        ] {
            scene
                .is_refused(&format!("alg {alg:?} {what}"), &format!("{message}.{signature}"), "unauthenticated")
                .await;
        }
        scene.is_refused(&format!("alg {alg:?}, signed"), &unsigned.signed(), "unauthenticated").await;
    }
    for alg in ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "hs256", "HS257", "A256GCM", "dir"] {
        let claimed = original.with_header(|header| header["alg"] = json!(alg));
        scene.is_refused(&format!("{alg} over HMAC"), &claimed.signed(), "unauthenticated").await;
        let long = format!("{}.{}", claimed.message(), encoded(&[7; 256]));
        scene.is_refused(&format!("{alg} with a long signature"), &long, "unauthenticated").await;
    }
    for (alg, mac) in [("HS384", hs384 as fn(&str, &str) -> Vec<u8>), ("HS512", hs512)] {
        let claimed = original.with_header(|header| header["alg"] = json!(alg));
        let message = claimed.message();
        let genuine = format!("{message}.{}", encoded(&mac(&original.key, &message)));
        scene.is_refused(&format!("{alg}, rightly signed"), &genuine, "unauthenticated").await;
        scene.is_refused(&format!("{alg} over HS256"), &claimed.signed(), "unauthenticated").await;
    }
    for alg in [Value::Null, json!(256), json!(["HS256"]), json!({"HS256": null}), json!(true)] {
        let odd = original.with_header(|header| header["alg"] = alg.clone());
        scene.is_refused(&format!("alg {alg}"), &odd.signed(), "unauthenticated").await;
    }
    let without = original.with_header(|header| without(header, "alg"));
    scene.is_refused("no alg", &without.signed(), "unauthenticated").await;
    scene.goes_on().await;
}

#[tokio::test]
async fn a_token_under_another_key_is_none_whatever_key_it_names() {
    let mut scene = Scene::open().await;
    let [first, second] = scene.keys.clone();
    let original = scene.original.clone();
    let of_second = token_of_the_second_key(&mut scene).await;
    assert_ne!(of_second.kid(), original.kid());

    scene
        .is_taken("the second key, and its name", &original.with_kid(json!(of_second.kid())).under(&second).signed())
        .await;
    for (what, forged) in [
        ("a key of nobody", original.under(&random_key())),
        ("an empty key", original.under("")),
        ("the name of the key as the key", original.under(original.kid())),
        ("the issuer as the key", original.under("chat")),
        ("the first key's name under the second", original.under(&second)),
        ("the second key's name under the first", original.with_kid(json!(of_second.kid()))),
        ("the second key's name under one of nobody", original.with_kid(json!(of_second.kid())).under(&random_key())),
        ("both keys at once", original.under(&format!("{first}{second}"))),
    ] {
        scene.is_refused(what, &forged.signed(), "unauthenticated").await;
    }
    let own = original.kid().to_owned();
    for kid in [
        json!(""),
        json!("0"),
        json!("unknown"),
        json!(own.to_lowercase() + "x"),
        json!(format!("{own} ")),
        json!(format!("{own}\0")),
        json!(format!("{own}=")),
        json!(own[..own.len() - 1]),
        json!("../../../../dev/null"),
        json!("/proc/self/environ"),
        json!("file:///dev/null"),
        json!("https://evil.example/keys.json"),
        json!("' UNION SELECT 'a' -- "),
        json!("a".repeat(8_000)),
        Value::Null,
        json!(0),
        json!(-1),
        json!([own]),
        json!({"kid": own}),
        json!(true),
    ] {
        for key in ["", "a", &first] {
            let named = original.with_kid(kid.clone()).under(key).signed();
            scene.is_refused(&format!("kid {kid:.60} under {} bytes", key.len()), &named, "unauthenticated").await;
        }
    }
    let unnamed = original.with_header(|header| without(header, "kid"));
    scene.is_refused("no kid", &unnamed.signed(), "unauthenticated").await;
    scene.goes_on().await;
}

#[tokio::test]
async fn a_token_does_not_bring_its_key_nor_ask_for_what_we_do_not_do() {
    let mut scene = Scene::open().await;
    let original = scene.original.clone();
    let evil = random_key();
    let key = json!({"kty": "oct", "alg": "HS256", "k": encoded(evil.as_bytes()), "kid": original.kid()});
    let jwk_of_rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
    for (name, value) in [
        ("jwk", key.clone()),
        ("jwk", jwk_of_rsa),
        ("jwks", json!({"keys": [key]})),
        ("jku", json!("https://evil.example/keys.json")),
        ("jku", json!("http://127.0.0.1:1/keys.json")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!([encoded(evil.as_bytes())])),
        ("x5t", json!(encoded(&[1; 20]))),
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!(["no-such-extension"])),
        ("crit", json!([])),
        ("crit", json!("exp")),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("nonce", json!("1")),
    ] {
        let injected = original.with_header(|header| header[name] = value.clone());
        for (what, key) in [("its own key", &evil), ("ours", &original.key)] {
            let token = injected.under(key).signed();
            scene.is_refused(&format!("{name} {value} under {what}"), &token, "unauthenticated").await;
        }
    }
    scene.goes_on().await;
}

#[tokio::test]
async fn a_token_of_another_type_is_none() {
    let mut scene = Scene::open().await;
    let original = scene.original.clone();
    for typ in [
        json!("JWT"),
        json!("jwt"),
        json!("AT+JWT"),
        json!("application/at+jwt"),
        json!("at+jwt "),
        json!("access"),
        json!("refresh"),
        json!("rt+jwt"),
        json!("invite"),
        json!(""),
        Value::Null,
        json!(1),
        json!(["at+jwt"]),
    ] {
        let typed = original.with_header(|header| header["typ"] = typ.clone());
        scene.is_refused(&format!("typ {typ}"), &typed.signed(), "unauthenticated").await;
    }
    let untyped = original.with_header(|header| without(header, "typ"));
    scene.is_refused("no typ", &untyped.signed(), "unauthenticated").await;

    // Readers differ in which of two they believe.
    let header = original.header.to_string();
    for (what, first) in [("typ", r#""typ":"JWT""#), ("alg", r#""alg":"none""#), ("kid", r#""kid":"x""#)] {
        let (before, after) =
            (header.replacen('{', &format!("{{{first},"), 1), header.replace('}', &format!(",{first}}}")));
        for doubled in [before, after] {
            let token = signed(&doubled, &original.claims.to_string(), &original.key);
            scene.is_refused(&format!("{what} twice: {doubled}"), &token, "unauthenticated").await;
        }
    }
    scene.goes_on().await;
}

/// What a token says that the server signs with its second key. It starts again twice for that, and dora goes on.
async fn token_of_the_second_key(scene: &mut Scene) -> Original {
    let [first, second] = scene.keys.clone();
    scene.server.restart_with_keys(&[&second, &first]).await;
    let tablet = scene.server.login("dora", "tablet").await;
    let original = Original::of(tablet.token(), &second);
    scene.server.restart_with_keys(&[&first, &second]).await;
    scene.moved().await;
    original
}

impl Original {
    fn with_kid(&self, kid: Value) -> Self {
        self.with_header(|header| header["kid"] = kid)
    }
}

pub(crate) fn without(part: &mut Value, name: &str) {
    let removed = part.as_object_mut().expect("an object").remove(name);
    assert!(removed.is_some(), "there was no {name} to take away");
}
