//! What the claims of a token may not say: for or of another, at another time, of another user or session.

use serde_json::{Value, json};

use crate::{
    confusion::Scene,
    forged_headers::without,
    forgery::{now, signed},
};

#[tokio::test]
async fn a_token_for_another_or_of_another_is_none() {
    let mut scene = Scene::open().await;
    let original = scene.original.clone();
    for name in ["iss", "aud"] {
        let own = original.claims[name].as_str().expect("a text").to_owned();
        for value in [
            json!("another"),
            json!(""),
            json!(own.to_uppercase()),
            json!(format!("{own}/")),
            json!(format!("{own}\0")),
            json!(own[..own.len() - 1]),
            json!("*"),
            Value::Null,
            json!(1),
            json!([]),
            json!(["another"]),
            json!([own]),
            json!([own, "another"]),
            json!({ &own: true }),
        ] {
            let forged = original.with_claims(|claims| claims[name] = value.clone());
            scene.is_refused(&format!("{name} {value}"), &forged.signed(), "unauthenticated").await;
        }
    }
    for name in ["iss", "aud", "sub", "did", "sid", "iat", "nbf", "exp"] {
        let forged = original.with_claims(|claims| without(claims, name));
        scene.is_refused(&format!("no {name}"), &forged.signed(), "unauthenticated").await;
    }
    let more = original.with_claims(|claims| {
        claims["scope"] = json!("all");
        claims["admin"] = json!(true);
    });
    scene.is_taken("with claims that mean nothing here", &more.signed()).await;
    scene.goes_on().await;
}

#[tokio::test]
async fn a_token_is_good_within_its_time_alone() {
    let mut scene = Scene::open().await;
    let original = scene.original.clone();
    let now = now();
    for exp in [now, now - 1, now - 5, now - 3_600, 1, 0] {
        scene.is_refused(&format!("exp {exp}, at {now}"), &original.ending(exp).signed(), "token_expired").await;
    }
    let odd = [
        json!(-1),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        // A second after the last that can be written as a date.
        json!(253_402_300_800_i64),
        // Milliseconds where seconds belong, of somebody who did not read.
        json!((now + 600) * 1_000),
        json!(1e300),
        json!(f64::from(u32::MAX) + 0.5),
        json!((now + 600).to_string()),
        json!("never"),
        json!(""),
        Value::Null,
        json!(true),
        json!([now + 600]),
        json!({"exp": now + 600}),
    ];
    for value in &odd {
        let forged = original.with_claims(|claims| claims["exp"] = value.clone());
        scene.is_refused(&format!("exp {value}"), &forged.signed(), "unauthenticated").await;
    }
    for value in odd.iter().chain(&[json!(now + 60), json!(now + 3_600)]) {
        let forged = original.with_claims(|claims| claims["nbf"] = value.clone());
        scene.is_refused(&format!("nbf {value}"), &forged.signed(), "unauthenticated").await;
    }
    for value in [json!("now"), json!(0.5), Value::Null, json!([0])] {
        let forged = original.with_claims(|claims| claims["iat"] = value.clone());
        scene.is_refused(&format!("iat {value}"), &forged.signed(), "unauthenticated").await;
    }
    let (header, claims) = (original.header.to_string(), original.claims.to_string());
    for (what, exp) in [("infinite", "1e999"), ("not a number", "NaN"), ("in hexadecimal", "0xffffffff")] {
        let text = claims.replace(&format!(r#""exp":{}"#, original.claims["exp"]), &format!(r#""exp":{exp}"#));
        assert_ne!(text, claims, "the end was found");
        scene
            .is_refused(&format!("exp that is {what}"), &signed(&header, &text, &original.key), "unauthenticated")
            .await;
    }
    let both = original.with_claims(|claims| {
        claims["exp"] = json!(now - 1);
        claims["nbf"] = json!(now + 3_600);
    });
    scene.is_refused("over before it begins", &both.signed(), "unauthenticated").await;

    // The clocks of two nodes may lie five seconds apart.
    for (what, nbf) in [("from now on", now), ("from five seconds hence", now + 5), ("always", 0)] {
        let taken = original.with_claims(|claims| claims["nbf"] = json!(nbf));
        scene.is_taken(what, &taken.signed()).await;
    }
    scene.is_taken("until the last second that can be written", &original.ending(253_402_300_799).signed()).await;
    scene.goes_on().await;
}

#[tokio::test]
async fn a_token_is_of_the_user_whose_session_it_names() {
    let mut scene = Scene::open().await;
    let original = scene.original.clone();
    let eve = scene.server.register("eve").await;
    let eves = crate::forgery::Original::of(eve.token(), &original.key);
    eve.me().await;
    for sub in [
        json!("eve"),
        json!("nobody"),
        json!("DORA"),
        json!("dora "),
        json!("dora\0"),
        json!("dora/../eve"),
        json!(""),
        json!("a".repeat(65)),
        Value::Null,
        json!(1),
        json!(true),
        json!(["dora"]),
        json!({"userId": "dora"}),
    ] {
        let forged = original.with_claims(|claims| claims["sub"] = sub.clone());
        scene.is_refused(&format!("sub {sub:.60} in dora's session"), &forged.signed(), "unauthenticated").await;
    }
    let uuid = "019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b";
    for sid in [
        eves.claims["sid"].clone(),
        json!(uuid),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("dora"),
        json!(""),
        Value::Null,
        json!(0),
        json!([original.claims["sid"]]),
    ] {
        let forged = original.with_claims(|claims| claims["sid"] = sid.clone());
        scene.is_refused(&format!("sid {sid} for dora"), &forged.signed(), "unauthenticated").await;
    }
    for did in [json!(""), json!("a b"), json!("a".repeat(129)), Value::Null, json!(1), json!(["phone"])] {
        let forged = original.with_claims(|claims| claims["did"] = did.clone());
        scene.is_refused(&format!("did {did:.60}"), &forged.signed(), "unauthenticated").await;
    }
    let (header, claims) = (original.header.to_string(), original.claims.to_string());
    for (name, value) in [
        ("sub", json!("eve")),
        ("sid", eves.claims["sid"].clone()),
        ("exp", json!(now() + 3_600)),
        ("aud", json!("another")),
        ("iss", json!("chat")),
    ] {
        let (before, after) = (format!(r#"{{"{name}":{value},"#), format!(r#","{name}":{value}}}"#));
        for doubled in [claims.replacen('{', &before, 1), claims.replace('}', &after)] {
            let token = signed(&header, &doubled, &original.key);
            scene.is_refused(&format!("{name} twice: {doubled}"), &token, "unauthenticated").await;
        }
    }
    eve.me().await;
    scene.goes_on().await;
}

#[tokio::test]
async fn r_acc_06_a_token_of_who_was_erased_or_signed_out_is_refused_by_its_name() {
    let mut scene = Scene::open().await;
    let key = scene.original.key.clone();
    let (erased, signed_out) = (scene.server.register("erased").await, scene.server.login("dora", "tablet").await);
    scene.server.admin().delete("/admin/users/erased").await.is(204);
    signed_out.post_empty("/api/logout").await.is(204);
    for (what, client) in [("erased", &erased), ("signed out", &signed_out)] {
        scene.is_refused(what, client.token(), "session_revoked").await;
        let renewed = crate::forgery::Original::of(client.token(), &key).ending(now() + 86_400);
        scene.is_refused(&format!("{what}, with a later end"), &renewed.signed(), "session_revoked").await;
        scene.is_refused(&format!("{what}, and over"), &renewed.ending(now()).signed(), "token_expired").await;
    }
    scene.goes_on().await;
}
