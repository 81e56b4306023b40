//! The application as its users meet it: they sign in there alone, and its token opens the chat.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where what it needs is not there")]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chat_tests::{Client, ROOM_PASSWORD, Socket, jwt_key, pepper};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The key pair of RFC 8032, section 7.1, test 1. The private key stands in the frame of PKCS #8 (RFC 8410, section 7).
const PRIVATE_KEY: &str =
    "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// Those of test 2.
const NEXT_PRIVATE_KEY: &str =
    "302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
const NEXT_PUBLIC_KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect()
}

fn key_set(keys: &[(&str, &str)]) -> String {
    let key = |(id, public): &(&str, &str)| {
        let x = URL_SAFE_NO_PAD.encode(bytes(public));
        json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": id, "x": x})
    };
    json!({"keys": keys.iter().map(key).collect::<Vec<_>>()}).to_string()
}

/// The application, killed when this is dropped.
struct Application {
    folder: TempDir,
    process: Child,
    base: String,
    http: reqwest::Client,
}

impl Application {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys.json");
        fs::write(&keys, key_set(&[("first", PUBLIC_KEY)])).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_embed-own-auth"))
            .env("TOKEN_KEY", STANDARD.encode(bytes(PRIVATE_KEY)))
            .env("TOKEN_KEY_ID", "first")
            .env("TOKEN_KEYS", keys)
            .env("CHAT_JWT_KEY", jwt_key())
            .env("CHAT_PASSWORD_PEPPER", pepper())
            .env("CHAT_DATABASE_URL", "sqlite::memory:")
            .env("LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Self { folder, process, base, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(token);
        request.json(body).send().await.unwrap()
    }

    /// Signs up and in, and answers the token.
    async fn user(&self, name: &str) -> String {
        let account = json!({"name": name, "password": format!("the words of {name}")});
        assert_eq!(self.post("/sign-up", "", &account).await.status(), StatusCode::CREATED);
        let answer = self.post("/sign-in", "", &account).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap()
    }

    fn chat_base(&self) -> String {
        format!("{}/chat", self.base)
    }

    /// Whoever shows this token in the chat.
    fn chatting(&self, token: &str) -> Client {
        Client::nobody(&self.chat_base()).with_token(token)
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn who_signs_in_at_the_application_talks_in_its_chat() {
    let application = Application::start();
    let (anns_token, bens_token) = (application.user("Ann").await, application.user("ben").await);
    let ann = application.chatting(&anns_token);
    let room = json!({"name": "Tea", "password": ROOM_PASSWORD});
    ann.post("/api/chatrooms", room).await.refused(403, "prime_required");
    assert_eq!(application.post("/subscribe", "a-guess", &Value::Null).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(application.post("/subscribe", &anns_token, &Value::Null).await.status(), StatusCode::NO_CONTENT);
    let me = ann.me().await;
    assert_eq!((&me["userId"], &me["name"], &me["prime"]), (&json!("ann"), &json!("Ann"), &json!(true)));

    let room = ann.create_room("Tea").await;
    let ben = application.chatting(&bens_token);
    ben.join(&room).await;
    let mut socket = Socket::connect_at(&application.chat_base(), &ben).await;
    assert_eq!(socket.hello().await["userId"], "ben");
    let by_rest = ann.write(&room, "who is there?").await;
    assert_eq!(socket.message(&room, "who is there?").await, by_rest);
    socket.write(&room, "me").await;
    assert_eq!(ann.log(&room).await.last().unwrap()["body"], "me");
    socket.ok(json!({"type": "auth", "accessToken": bens_token})).await;
}

/// A token for `ann` that says this of itself, under this key.
fn signed(algorithm: Algorithm, key: &EncodingKey, change: impl FnOnce(&mut Value)) -> String {
    named("first", algorithm, key, change)
}

fn named(kid: &str, algorithm: Algorithm, key: &EncodingKey, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "iss": "the application", "aud": "the application", "sub": "ann", "name": "Ann", "exp": 4_102_444_800_u64,
    });
    change(&mut claims);
    jsonwebtoken::encode(&Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) }, &claims, key).unwrap()
}

#[tokio::test]
async fn keys_follow_each_other_and_nobody_is_signed_out() {
    let application = Application::start();
    let [first, next] = [PRIVATE_KEY, NEXT_PRIVATE_KEY].map(|key| EncodingKey::from_ed_der(&bytes(key)));
    let old = named("first", Algorithm::EdDSA, &first, |_| ());
    let new = named("next", Algorithm::EdDSA, &next, |_| ());
    assert_eq!(application.chatting(&old).me().await["userId"], "ann");
    application.chatting(&new).get("/api/me").await.refused(401, "unauthenticated");

    let keys = application.folder.path().join("keys.json");
    fs::write(&keys, key_set(&[("next", NEXT_PUBLIC_KEY), ("first", PUBLIC_KEY)])).unwrap();
    assert_eq!(application.chatting(&new).me().await["userId"], "ann");
    assert_eq!(application.chatting(&old).me().await["userId"], "ann");
    let crossed = named("next", Algorithm::EdDSA, &first, |_| ());
    application.chatting(&crossed).get("/api/me").await.refused(401, "unauthenticated");

    // A set that cannot be read tells nobody that they are signed out.
    fs::write(&keys, "{").unwrap();
    let chatting = application.chatting(&new);
    let answer = chatting.try_send(chatting.request(http::Method::GET, "/api/me")).await;
    assert_eq!((answer.status, &answer.json["code"]), (503, &json!("store_unavailable")));

    fs::write(&keys, key_set(&[("next", NEXT_PUBLIC_KEY)])).unwrap();
    assert_eq!(application.chatting(&new).me().await["userId"], "ann");
    application.chatting(&old).get("/api/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn no_token_is_taken_but_a_living_one_of_the_applications() {
    let application = Application::start();
    let key = EncodingKey::from_ed_der(&bytes(PRIVATE_KEY));
    let good = signed(Algorithm::EdDSA, &key, |_| ());
    assert_eq!(application.chatting(&good).me().await["userId"], "ann");

    let expired = signed(Algorithm::EdDSA, &key, |claims| claims["exp"] = json!(1_700_000_000));
    application.chatting(&expired).get("/api/me").await.refused(401, "token_expired");
    application.chatting(&expired).get("/api/ws").await.refused(401, "token_expired");

    let parts: Vec<&str> = good.split('.').collect();
    let payload = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap().replace("ann", "ben");
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let public = bytes(PUBLIC_KEY);
    let hs256 = |secret: &[u8]| signed(Algorithm::HS256, &EncodingKey::from_secret(secret), |_| ());
    for (what, token) in [
        ("with another user in it", format!("{}.{payload}.{}", parts[0], parts[2])),
        ("of no key", jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &json!({}), &key).unwrap()),
        ("without its signature", format!("{}.{}.", parts[0], parts[1])),
        ("with alg none", format!("{none}.{}.", parts[1])),
        ("with alg none and a signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("HS256 under the public key", hs256(&public)),
        ("HS256 under the public key's text", hs256(URL_SAFE_NO_PAD.encode(&public).as_bytes())),
        ("HS256 under the chat's own key", hs256(jwt_key().as_bytes())),
        ("for somebody else", signed(Algorithm::EdDSA, &key, |claims| claims["aud"] = json!("another"))),
        ("of somebody else", signed(Algorithm::EdDSA, &key, |claims| claims["iss"] = json!("another"))),
        (
            "without an end",
            signed(Algorithm::EdDSA, &key, |claims| drop(claims.as_object_mut().unwrap().remove("exp"))),
        ),
        ("of nobody who could be", signed(Algorithm::EdDSA, &key, |claims| claims["sub"] = json!("a/b"))),
    ] {
        let answer = application.chatting(&token).get("/api/me").await;
        assert_eq!((answer.status, &answer.json["code"]), (401, &json!("unauthenticated")), "{what}");
        let answer = application.chatting(&token).get("/api/ws").await;
        assert_eq!((answer.status, &answer.json["code"]), (401, &json!("unauthenticated")), "{what}: the WebSocket");
    }
    application.chatting("").anonymous().get("/api/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn nobody_registers_with_the_chat_beside_the_application() {
    let application = Application::start();
    let nobody = Client::nobody(&application.chat_base());
    nobody.post("/api/register", chat_tests::registration("ann")).await.refused(404, "route_not_found");
    let login = json!({"userId": "ann", "deviceId": "phone", "password": "the words of ann"});
    nobody.post("/api/login", login).await.refused(404, "route_not_found");
}
