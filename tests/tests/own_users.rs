//! A host with users of its own: it vouches for them by a token or a cookie, and the chat has no accounts beside them.

use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use chat_core::{
    Chat, Secrets,
    api::{Admin, EnsureUser, Sessions},
    error::{ChatError, Rejection},
    model::{
        coin::Coins,
        operator::{Act, Operator},
        user::{Standing, UserId},
    },
    policy::{Policy, StartingCoins},
    ports::{
        authenticator::{Authenticator, Credentials, Identity, NotSignedIn},
        clock::{Clock, SystemClock},
    },
};
use chat_http::HttpConfig;
use chat_sqlite::SqliteStore;
use chat_tests::{Answer, Client, Closed, Listener, ROOM_PASSWORD, Socket};
use http::{HeaderName, Method, header};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;
use tokio::net::TcpListener;

const LISTED: &str = "https://app.example";

/// Believes every token and every cookie `sid`: `NAME`, or `NAME~MILLIS` for one that ends then.
struct Believer;

#[async_trait]
impl Authenticator for Believer {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, NotSignedIn> {
        let shown = credentials.bearer().or_else(|| credentials.cookie("sid")).ok_or(NotSignedIn::Unauthenticated)?;
        match shown {
            "old" => return Err(NotSignedIn::Expired),
            "ended" => return Err(NotSignedIn::Revoked),
            "barred" => return Err(NotSignedIn::Suspended),
            "away" => return Err(NotSignedIn::Unavailable("the directory is away".into())),
            _ => {}
        }
        let (name, end) = shown.split_once('~').unwrap_or((shown, ""));
        let identity = Identity::new(UserId::parse(name).map_err(|_| NotSignedIn::Unauthenticated)?);
        Ok(match end.parse() {
            Ok(millis) => identity.until(chat_core::model::time::Timestamp::from_millis(millis)),
            Err(_) => identity,
        })
    }
}

/// The host, with the chat under `/chat`.
struct House {
    chat: Chat,
    base: String,
    pool: SqlitePool,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        Self::with(true, HttpConfig { allowed_origins: vec![LISTED.to_owned()], ..HttpConfig::default() }).await
    }

    async fn with(own_users: bool, config: HttpConfig) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteConnectOptions::new().filename(folder.path().join("chat.db")).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.expect("a pool");
        let store = SqliteStore::from_pool(pool.clone());
        store.migrate().await.expect("tables");
        let secrets = Secrets::random().expect("secrets");
        let fixed = StartingCoins::Fixed(Coins::new(7).expect("a balance"));
        let policy = Policy { starting_coins: fixed, ..Policy::default() };
        let builder = Chat::builder(store).secrets(secrets).password_cost(4).policy(policy);
        let builder = if own_users { builder.authenticator(Believer) } else { builder };
        let chat = builder.build().await.expect("a chat");
        let app = Router::new().nest("/chat", chat_http::router(chat.clone(), config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}/chat", listener.local_addr().expect("its address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { chat, base, pool, _folder: folder }
    }

    fn nobody(&self) -> Client {
        Client::nobody(&self.base).of_a_host()
    }

    /// Who shows this token.
    fn bearer(&self, token: &str) -> Client {
        self.nobody().with_token(token)
    }

    /// A request of whoever has this cookie.
    async fn by_cookie(&self, cookie: &str, method: Method, path: &str, body: Value, headers: &[Header<'_>]) -> Answer {
        let nobody = self.nobody();
        let mut request = nobody.request(method, path).header(header::COOKIE, format!("sid={cookie}"));
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        nobody.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    async fn socket(&self, headers: &[Header<'_>]) -> Socket {
        Socket::connect_at_with(&self.base, &self.nobody(), headers).await
    }

    async fn browser_socket(&self, token: &str) -> Socket {
        self.socket(&[(header::SEC_WEBSOCKET_PROTOCOL, &format!("chat.v1, bearer.{token}"))]).await
    }

    async fn set_standing(&self, user: &str, standing: &str) {
        let update = sqlx::query("UPDATE chat_users SET standing = ?2 WHERE user_id = ?1").bind(user).bind(standing);
        assert_eq!(update.execute(&self.pool).await.expect("an update").rows_affected(), 1);
    }
}

type Header<'a> = (HeaderName, &'a str);

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

fn id(user: &str) -> UserId {
    UserId::parse(user).expect("an id")
}

/// A token that ends so long from now.
fn token(user: &str, ends_in: Duration) -> String {
    format!("{user}~{}", SystemClock.now().after(ends_in).as_millis())
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ChatError>) -> Rejection {
    result.expect_err("refused").rejection().expect("by a rule").clone()
}

#[tokio::test]
async fn r_acc_04_who_the_host_vouches_for_is_a_user_from_their_first_call() {
    let house = House::open().await;
    let ann = house.bearer("ann");
    let me = ann.me().await;
    assert_eq!((&me["userId"], &me["name"], &me["availCoins"]), (&json!("ann"), &json!("ann"), &json!(7)));
    assert_eq!((&me["prime"], me.get("phone")), (&json!(false), None));
    let ledger = ann.ledger().await;
    assert_eq!((ledger.len(), &ledger[0]["kind"]), (1, &json!("opening")));
    let changed = ann.json(Method::PATCH, "/api/me", json!({"name": "Ann", "phone": "+15550100"})).await.is(200);
    assert_eq!((&changed["name"], &changed["phone"]), (&json!("Ann"), &json!("+15550100")));
    let by_cookie = house.by_cookie("ann", Method::GET, "/api/me", Value::Null, &[]).await.is(200);
    assert_eq!(by_cookie, changed, "she is the same by her cookie, and keeps the name that she took");
    house.nobody().get("/api/me").await.refused(401, "unauthenticated");
    house.bearer("a/b").get("/api/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn r_acc_04_the_host_gives_who_it_makes_what_it_wants_and_once() {
    let house = House::open().await;
    let given = EnsureUser { coins: Coins::new(40), ..EnsureUser::new(id("ben")) };
    for coins in [40, 40] {
        assert_eq!(house.chat.ensure_user(given.clone()).await.expect("a user").coins.get(), coins);
    }
    let again = house.chat.ensure_user(EnsureUser::new(id("ben"))).await.expect("the user who is there");
    assert_eq!((again.coins.get(), again.standing), (40, Standing::Active));
    assert_eq!(house.bearer("ben").ledger().await.len(), 1);
}

#[tokio::test]
async fn r_acc_02_the_host_vouches_in_vain_for_an_id_that_differs_in_case_alone() {
    let house = House::open().await;
    house.bearer("ann").me().await;
    house.bearer("Ann").get("/api/me").await.refused(409, "user_id_taken");
    assert_eq!(house.browser_socket("Ann").await.closed().await, Closed(Some(4005)));
    assert_eq!(refusal(house.chat.ensure_user(EnsureUser::new(id("ANN"))).await), Rejection::UserIdTaken);
}

#[tokio::test]
async fn who_is_known_is_not_looked_up_at_each_call() {
    let house = House::open().await;
    house.bearer("ann").me().await;
    house.pool.close().await;
    let caller = house.chat.authenticate(&Credentials::token("ann")).await.expect("she is known");
    assert_eq!((caller.user, caller.session), (id("ann"), None));
    let stranger = house.chat.authenticate(&Credentials::token("ben")).await;
    assert!(matches!(stranger, Err(ChatError::Unavailable(_))), "{stranger:?}");
}

#[tokio::test]
async fn r_acc_06_who_is_suspended_or_erased_is_refused_though_the_host_vouches() {
    let house = House::open().await;
    let ann = house.bearer("ann");
    house.chat.ensure_user(EnsureUser::new(id("ann"))).await.expect("a user");
    house.set_standing("ann", "suspended").await;
    ann.get("/api/me").await.refused(403, "suspended");
    assert_eq!(house.browser_socket("ann").await.closed().await, Closed(Some(4003)));
    house.set_standing("ann", "active").await;
    ann.me().await;

    // Known by now, and suspended without a word to this node: no write, no socket, and after that nothing at all.
    house.set_standing("ann", "suspended").await;
    let room = json!({"name": "Tea", "password": ROOM_PASSWORD});
    ann.post("/api/chatrooms", room).await.refused(403, "suspended");
    ann.get("/api/ws").await.refused(403, "suspended");
    ann.get("/api/me").await.refused(403, "suspended");

    house.chat.ensure_user(EnsureUser::new(id("ben"))).await.expect("a user");
    house.set_standing("ben", "erased").await;
    house.bearer("ben").get("/api/me").await.refused(401, "session_revoked");
    let erased = house.chat.ensure_user(EnsureUser::new(id("ben"))).await.expect("the id is never given again");
    assert_eq!(erased.standing, Standing::Erased);
}

#[tokio::test]
async fn what_the_host_says_is_told_and_a_host_that_is_away_refuses_nobody() {
    let house = House::open().await;
    let past = token("ann", Duration::ZERO);
    for (shown, status, code, close) in [
        ("old", 401, "token_expired", 4001),
        (&past, 401, "token_expired", 4001),
        ("ended", 401, "session_revoked", 4002),
        ("barred", 403, "suspended", 4003),
        ("a/b", 401, "unauthenticated", 4005),
    ] {
        house.bearer(shown).get("/api/me").await.refused(status, code);
        house.bearer(shown).get("/api/ws").await.refused(status, code);
        house.by_cookie(shown, Method::GET, "/api/me", Value::Null, &[]).await.refused(status, code);
        if !shown.contains('/') {
            assert_eq!(house.browser_socket(shown).await.closed().await, Closed(Some(close)), "{shown}");
        }
        let cookie = format!("sid={shown}");
        let own = house.base.trim_end_matches("/chat");
        let headers = [(header::COOKIE, cookie.as_str()), (header::ORIGIN, own)];
        assert_eq!(
            house.socket(&headers).await.closed().await,
            Closed(Some(close)),
            "a browser by its cookie: {shown}"
        );
    }
    let away = house.bearer("away");
    let answer = away.try_send(away.request(Method::GET, "/api/me")).await;
    assert_eq!((answer.status, &answer.json["code"]), (503, &json!("store_unavailable")));
    assert_eq!(house.browser_socket("away").await.closed().await, Closed(Some(4101)));
}

#[tokio::test]
async fn a_living_socket_is_told_before_the_hosts_token_ends_and_can_be_renewed() {
    let house = House::open().await;
    let mut renewed = house.browser_socket(&token("ann", Duration::from_secs(2))).await;
    let mut forgotten = house.browser_socket(&token("ben", Duration::from_secs(3))).await;
    let welcome = renewed.hello().await;
    assert_eq!((&welcome["userId"], welcome.get("deviceId")), (&json!("ann"), None));
    forgotten.hello().await;
    renewed.until("the notice", |frame| frame["code"] == "token_expiring").await;
    for (shown, code) in
        [(token("ben", Duration::from_hours(1)), "unauthenticated"), ("old".to_owned(), "token_expired")]
    {
        let refused = renewed.command(json!({"type": "auth", "accessToken": shown})).await;
        assert_eq!(refused["problem"]["code"], code, "{refused}");
    }
    renewed.ok(json!({"type": "auth", "accessToken": token("ann", Duration::from_hours(1))})).await;
    assert_eq!(forgotten.closed().await, Closed(Some(4001)), "it ends after the time at which the other would have");
    renewed.settle().await;
}

#[tokio::test]
async fn whom_the_host_signs_out_is_gone_from_every_living_socket() {
    let house = House::open().await;
    let mut by_token = house.browser_socket(&token("ann", Duration::from_hours(1))).await;
    let cookie = [(header::COOKIE, "sid=ann"), (header::ORIGIN, house.base.trim_end_matches("/chat"))];
    let mut by_cookie = house.socket(&cookie).await;
    let mut another = house.browser_socket("ben").await;
    for socket in [&mut by_token, &mut by_cookie, &mut another] {
        socket.hello().await;
    }
    let host = Operator::host();
    house.chat.end_sessions(&host, &id("ann")).await.expect("she is signed out");
    assert_eq!(by_token.closed().await, Closed(Some(4002)));
    assert_eq!(by_cookie.closed().await, Closed(Some(4002)));
    another.settle().await;
    let audit = house.chat.audit(&host, None, 10).await.expect("the audit");
    assert_eq!(audit.entries.first().map(|entry| entry.act), Some(Act::SessionsEnded));
    let mut back = house.browser_socket("ann").await;
    back.hello().await;
    let nobody = house.chat.end_sessions(&host, &id("nobody")).await;
    assert_eq!(refusal(nobody), Rejection::UserNotFound);
}

#[tokio::test]
async fn r_msg_09_an_event_stream_is_heard_and_resumed_by_a_cookie_as_browsers_send_it() {
    let house = House::open().await;
    let ann = house.bearer("ann");
    ann.get("/api/me").await.is(200);
    house.chat.set_prime(&Operator::host(), &id("ann"), true).await.expect("prime");
    let room = ann.create_room("Tea").await;
    let by_cookie = house.nobody().with_cookie("sid=ann");
    let mut stream = Listener::open(&by_cookie).await;
    assert_eq!(stream.seen()[0]["userId"], "ann");
    let heard = ann.write(&room, "hello").await;
    stream.heard(&room, heard["seq"].as_i64().expect("a number")).await;
    let missed = ann.write(&room, "while she was away").await;
    let mut stream = stream.again(&by_cookie).await;
    stream.heard(&room, missed["seq"].as_i64().expect("a number")).await;
    let bodies: Vec<&Value> = stream.events(&room).iter().map(|event| &event["body"]).collect();
    assert_eq!(bodies, ["hello", "while she was away"]);
    // The host signs her out.
    house.chat.end_sessions(&Operator::host(), &id("ann")).await.expect("she is signed out");
    stream.ended().await;
    for (cookie, status, code) in [("sid=old", 401, "token_expired"), ("other=ann", 401, "unauthenticated")] {
        house.nobody().with_cookie(cookie).get("/api/events").await.refused(status, code);
    }
}

#[tokio::test]
async fn pages_of_other_sites_read_and_write_nothing_by_a_cookie() {
    let house = House::open().await;
    house.by_cookie("ann", Method::GET, "/api/me", Value::Null, &[]).await.is(200);
    house.chat.set_prime(&Operator::host(), &id("ann"), true).await.expect("prime");
    let own = house.base.trim_end_matches("/chat").to_owned();
    let port_beside = format!("{own}1");
    let (origin, mut rooms) = (header::ORIGIN, 0);
    let cases: [(&[Header<'_>], bool); 11] = [
        (&[], true),
        (&[(origin.clone(), &own)], true),
        (&[(origin.clone(), &own), (SITE, "same-origin")], true),
        (&[(SITE, "none")], true),
        (&[(origin.clone(), LISTED), (SITE, "cross-site")], true),
        (&[(origin.clone(), "https://evil.example")], false),
        (&[(origin.clone(), &port_beside), (SITE, "same-site")], false),
        (&[(origin.clone(), "null")], false),
        (&[(origin.clone(), &own), (SITE, "cross-site")], false),
        (&[(SITE, "cross-site")], false),
        (&[(SITE, "same-site")], false),
    ];
    for (headers, allowed) in cases {
        let make = json!({"name": "Tea", "password": ROOM_PASSWORD});
        for (method, path, body, done) in [
            (Method::POST, "/api/chatrooms", make.clone(), 201),
            (Method::PATCH, "/api/me", json!({"name": "Ann"}), 200),
            (Method::DELETE, "/api/friends/ann", Value::Null, 204),
        ] {
            let answer = house.by_cookie("ann", method.clone(), path, body.clone(), headers).await;
            if allowed {
                answer.is(done);
            } else {
                answer.refused(403, "not_allowed");
            }
            // A page of another site cannot send this without being asked whether it may.
            let bearer = house.bearer("ben");
            let request = headers
                .iter()
                .fold(bearer.request(method, path), |request, (name, value)| request.header(name, *value));
            let request = if body.is_null() { request } else { request.json(&body) };
            assert_ne!(bearer.send(request).await.json["code"], "not_allowed", "{headers:?}");
        }
        rooms += usize::from(allowed);
        house.by_cookie("ann", Method::GET, "/api/me", Value::Null, headers).await.is(200);
        if allowed {
            let cookie = [&[(header::COOKIE, "sid=ann")], headers].concat();
            assert_eq!(house.socket(&cookie).await.hello().await["userId"], "ann", "{headers:?}");
        } else {
            house.by_cookie("ann", Method::GET, "/api/ws", Value::Null, headers).await.refused(403, "not_allowed");
        }
    }
    // Basic is sent by browsers without being asked, as a cookie is.
    let basic = [(header::AUTHORIZATION, "Basic YTpi"), (SITE, "cross-site")];
    house.by_cookie("ann", Method::PATCH, "/api/me", json!({"name": "Eve"}), &basic).await.refused(403, "not_allowed");
    let listed = house.bearer("ann").get("/api/chatrooms").await.is(200);
    assert_eq!(listed["rooms"].as_array().map(Vec::len), Some(rooms), "what was refused has changed nothing");
    assert_eq!(house.bearer("ann").me().await["name"], "Ann");
}

/// Routes of accounts with the chat itself, each with what it would take.
fn accounts() -> [(Method, &'static str, Value); 5] {
    [
        (Method::POST, "/api/register", chat_tests::registration("ann")),
        (Method::POST, "/api/login", json!({"userId": "ann", "deviceId": "phone", "password": chat_tests::PASSWORD})),
        (Method::POST, "/api/refresh", json!({"refreshToken": "x"})),
        (Method::POST, "/api/logout", Value::Null),
        (Method::POST, "/api/password", json!({"oldPassword": "x", "newPassword": chat_tests::PASSWORD})),
    ]
}

async fn has_no_accounts(house: &House, user: &Client) -> Value {
    for (method, path, body) in accounts() {
        user.json(method, path, body).await.refused(404, "route_not_found");
    }
    let document = house.nobody().get("/api/openapi.json").await.is(200);
    for (_, path, _) in accounts() {
        assert!(document["paths"][path].is_null(), "{path}");
    }
    assert!(!document["components"]["schemas"].to_string().contains("refreshToken"), "no schema of theirs is left");
    document
}

#[tokio::test]
async fn beside_the_hosts_users_there_are_no_accounts_of_the_chats() {
    let house = House::open().await;
    let document = has_no_accounts(&house, &house.bearer("ann")).await;
    let told = |path: &str, method: &str, status: &str| {
        document["paths"][path][method]["responses"][status]["description"].as_str().unwrap_or_default().to_owned()
    };
    assert!(told("/api/chatrooms", "post", "403").contains("`not_allowed`"), "what pages of other sites are told");
    assert!(!told("/api/chatrooms", "get", "403").contains("`not_allowed`"), "reading is allowed to them");
    assert!(told("/api/me", "get", "409").contains("`user_id_taken`"));
    let scheme = document["components"]["securitySchemes"]["bearer"]["description"].as_str().expect("a description");
    assert!(scheme.contains("application"), "{scheme}");
}

#[tokio::test]
async fn accounts_can_be_left_out_though_the_chats_own_tokens_are_taken() {
    let house = House::with(false, HttpConfig { own_accounts: false, ..HttpConfig::default() }).await;
    house.chat.ensure_user(EnsureUser::new(id("ann"))).await.expect("a user");
    has_no_accounts(&house, &house.bearer("ann")).await;
    house.bearer("ann").get("/api/me").await.refused(401, "unauthenticated");
    house.by_cookie("ann", Method::GET, "/api/me", Value::Null, &[]).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn who_has_no_password_cannot_sign_in_by_one_and_is_told_what_strangers_are() {
    let house = House::with(false, HttpConfig::default()).await;
    house.chat.ensure_user(EnsureUser::new(id("ann"))).await.expect("a user");
    let mut told = Vec::new();
    for (user, password) in [("ann", ""), ("ann", chat_tests::PASSWORD), ("nobody", chat_tests::PASSWORD)] {
        let login = json!({"userId": user, "deviceId": "phone", "password": password});
        let mut problem = house.nobody().post("/api/login", login).await.refused(401, "invalid_credentials");
        problem.as_object_mut().expect("a problem").remove("requestId");
        told.push(problem);
    }
    assert!(told.iter().all(|problem| *problem == told[0]), "{told:?}");
    let registration = chat_tests::registration("ann");
    house.nobody().post("/api/register", registration).await.refused(409, "user_id_taken");
}
