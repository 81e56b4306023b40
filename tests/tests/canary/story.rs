//! All that people do, and all that they do wrong, with marks in whatever is a secret or their own.

use chat_tests::raw::{connect, masked, read_to_end, websocket};
use chat_tests::{Client, Server, Socket, message_path, reaction_path};
use http::{Method, header};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::dump::rename;
use crate::mark::{STEM, marked};

/// The digits of the two numbers that are in use at the end, and of one that was replaced.
pub(crate) const PHONES: [&str; 3] = ["15790010001", "15790010002", "15790010003"];

/// In whose path the mark is meant to be found: paths are logged.
pub(crate) const NAMED_IN_A_PATH: &str = "zX9planted";

/// What came of the story.
pub(crate) struct Story<'a> {
    server: &'a Server,
    /// The head and the body of everything that was refused.
    pub(crate) refusals: Vec<String>,
    /// What the server has made up and given out.
    pub(crate) tokens: Vec<String>,
}

impl<'a> Story<'a> {
    /// Tells all of it.
    pub(crate) async fn told(server: &'a Server) -> Self {
        let mut story = Self { server, refusals: Vec::new(), tokens: Vec::new() };
        let (alice, bob) = story.sign_in().await;
        let room = story.rooms(&alice, &bob).await;
        story.messages(&alice, &room).await;
        story.sockets(&alice, &room).await;
        story.strangers(&alice).await;
        story.operators(&alice, &bob).await;
        story.broken_store(&alice, &room).await;
        alice.post_empty("/api/logout").await.is(204);
        story
    }

    /// Asks for what is refused, and keeps the answer, whatever it is.
    async fn refused(&mut self, request: RequestBuilder) {
        let answer = request.send().await.expect("an answer");
        let head = format!("{} {:?}", answer.status(), answer.headers());
        assert!(!answer.status().is_success(), "{head}");
        let body = answer.text().await.expect("a body");
        self.refusals.push(format!("{head}\n{body}"));
    }

    fn keep(&mut self, client: &Client) {
        self.tokens.extend([client.token().to_owned(), client.refresh_token.clone()]);
    }

    async fn register(&mut self, user: &str, phone: &str) -> Client {
        let body = json!({"userId": user, "deviceId": "phone", "name": marked("name"), "phone": format!("+49{phone}"),
            "availCoins": 500, "password": marked("password")});
        let nobody = self.server.nobody();
        let client = nobody.signed_in(&nobody.post("/api/register", body.clone()).await.is(201));
        self.keep(&client);
        self.refused(nobody.request(Method::POST, "/api/register").json(&body)).await;
        client
    }

    async fn sign_in(&mut self) -> (Client, Client) {
        let (alice, bob) = (self.register("alice", PHONES[2]).await, self.register("bob", PHONES[1]).await);
        let post = |path: &str, body: &Value| self.server.nobody().request(Method::POST, path).json(body);
        let wrong = [
            post("/api/login", &json!({"userId": "alice", "deviceId": "laptop", "password": marked("guess")})),
            post("/api/login", &json!({"userId": marked("nobody"), "deviceId": "laptop", "password": marked("guess")})),
            post("/api/refresh", &json!({"refreshToken": format!("rft_{}", marked("forged"))})),
        ];
        for request in wrong {
            self.refused(request).await;
        }
        let nobody = self.server.nobody();
        let body = json!({"userId": "alice", "deviceId": "laptop", "password": marked("password")});
        let laptop = nobody.signed_in(&nobody.post("/api/login", body).await.is(200));
        self.keep(&laptop);
        let mut refreshed = laptop.refresh_token.clone();
        for _ in 0..2 {
            let session = nobody.post("/api/refresh", json!({"refreshToken": refreshed})).await.is(200);
            let text = |name: &str| session[name].as_str().expect("a token").to_owned();
            refreshed = text("refreshToken");
            self.tokens.extend([text("accessToken"), refreshed.clone()]);
        }
        // Stolen by now, which ends the session.
        self.refused(nobody.request(Method::POST, "/api/refresh").json(&json!({"refreshToken": laptop.refresh_token})))
            .await;
        let wrong = json!({"oldPassword": marked("guess"), "newPassword": marked("new-password")});
        self.refused(alice.request(Method::POST, "/api/password").json(&wrong)).await;
        let right = json!({"oldPassword": marked("password"), "newPassword": marked("new-password")});
        alice.post("/api/password", right).await.is(204);
        alice.patch("/api/me", json!({"phone": format!("+49{}", PHONES[0])})).await.is(200);
        let wrong = json!({"phone": format!("+49{} {}", PHONES[0], STEM), "name": marked("\u{202e}")});
        self.refused(alice.request(Method::PATCH, "/api/me").json(&wrong)).await;
        (alice, bob)
    }

    async fn rooms(&mut self, alice: &Client, bob: &Client) -> String {
        self.server.make_prime("alice", true).await;
        self.server.make_prime("bob", true).await;
        let body = json!({"name": marked("room"), "password": marked("door")});
        let room = alice.post("/api/chatrooms", body).await.is(201)["roomId"].as_str().expect("an id").to_owned();
        let join = |body: Value| bob.request(Method::POST, "/api/joinroom").json(&body);
        self.refused(join(json!({"roomId": room, "password": marked("guess")}))).await;
        self.refused(join(json!({"roomId": marked("room-id"), "password": marked("guess")}))).await;
        self.refused(join(json!({"inviteToken": format!("inv_{}", marked("forged"))}))).await;
        let invites = format!("/api/chatrooms/{room}/invites");
        let wrong = json!({"userId": "bob", "password": marked("guess")});
        self.refused(alice.request(Method::POST, &invites).json(&wrong)).await;
        let invite = alice.post(&invites, json!({"userId": "bob", "password": marked("door")})).await.is(201);
        self.tokens.push(invite["inviteToken"].as_str().expect("a token").to_owned());
        self.refused(alice.request(Method::POST, "/api/joinroom").json(&json!({"inviteToken": invite["inviteToken"],
            "password": marked("door")})))
            .await;
        bob.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.is(200);
        room
    }

    async fn messages(&mut self, alice: &Client, room: &str) {
        let send = |body: Value| alice.request(Method::POST, "/api/messages").json(&body);
        let message = json!({"roomId": room, "body": marked("body"), "clientId": "1"});
        let seq = alice.post("/api/messages", message.clone()).await.is(201)["seq"].clone();
        alice.post("/api/messages", message).await.is(200);
        alice.edit(room, &seq, &marked("edited body")).await;
        let edit = |seq: &Value, body: Value| alice.request(Method::PATCH, &message_path(room, seq)).json(&body);
        self.refused(edit(&json!(9_999), json!({"body": marked("edited body")}))).await;
        self.refused(edit(&seq, json!({"body": [marked("edited body")]}))).await;
        self.refused(alice.request(Method::PUT, &reaction_path(room, &seq, "no-emoji"))).await;
        for wrong in [
            json!({"roomId": room, "body": marked("another body"), "clientId": "1"}),
            json!({"roomId": room, "body": marked("body"), "replyTo": 9_999}),
            json!({"roomId": room, "body": marked("body").repeat(500)}),
            json!({"roomId": room, "body": [marked("body")]}),
            json!({"roomId": room, "body": marked("body"), "colour": marked("colour")}),
            json!({"roomId": marked("room-id"), "body": marked("body")}),
        ] {
            self.refused(send(wrong)).await;
        }
        let raw = |body: String| {
            alice.request(Method::POST, "/api/messages").header(header::CONTENT_TYPE, "application/json").body(body)
        };
        for wrong in [
            format!("{{\"body\":\"{}", marked("body")),
            format!("{{\"body\":\"{0}\",\"body\":\"{0}\"}}", marked("body")),
            format!("{{\"body\":\"{}\0\"}}", marked("body")),
            marked("body"),
            format!("{{\"body\":\"{}\"}}", marked("body").repeat(10_000)),
        ] {
            self.refused(raw(wrong)).await;
        }
        let kind = alice.request(Method::POST, "/api/messages").header(header::CONTENT_TYPE, marked("kind"));
        self.refused(kind.body(marked("body"))).await;
    }

    async fn sockets(&mut self, alice: &Client, room: &str) {
        let mut socket = Socket::open(self.server, alice).await;
        let seq = socket.write(room, &marked("body by socket")).await["seq"].clone();
        let edit = |seq: Value, body: Value| json!({"type": "edit", "roomId": room, "seq": seq, "body": body});
        socket.ok(edit(seq.clone(), json!(marked("body edited by socket")))).await;
        socket.ok(json!({"type": "react", "roomId": room, "seq": seq, "emoji": "\u{1F44D}"})).await;
        for (wrong, status, code) in [
            (json!({"type": "send", "roomId": marked("room-id"), "body": marked("body")}), 404, "room_not_found"),
            (json!({"type": "send", "roomId": room, "body": [marked("body")]}), 400, "invalid_request"),
            (edit(json!(9_999), json!(marked("body"))), 404, "message_not_found"),
            (edit(seq.clone(), json!([marked("body")])), 400, "invalid_request"),
            (json!({"type": "react", "roomId": room, "seq": seq, "emoji": marked("emoji")}), 400, "invalid_request"),
            (json!({"type": marked("type"), "accessToken": marked("token")}), 400, "invalid_request"),
            (json!({"type": "auth", "accessToken": marked("token")}), 401, "unauthenticated"),
        ] {
            let problem = socket.refused(wrong, status, code).await;
            self.refusals.push(problem.to_string());
        }
        socket.ok(json!({"type": "auth", "accessToken": alice.token()})).await;
        socket.settle().await;
        for nonsense in [marked("nonsense"), format!("{{\"type\":\"send\",\"body\":\"{}\"", marked("body"))] {
            let mut socket = Socket::open(self.server, alice).await;
            socket.send_text(&nonsense).await;
            socket.closed().await;
        }
        let mut binary = Socket::open(self.server, alice).await;
        binary.send_binary(marked("binary").as_bytes()).await;
        binary.closed().await;
        for first in [0x89, 0x8a, 0x88, 0xc1, 0x01, 0x83] {
            let mut stream = websocket(self.server, alice.token()).await;
            let payload = [&[0x03, 0xe8], marked("payload").as_bytes()].concat();
            stream.write_all(&masked(first, &payload)).await.expect("written");
            stream.shutdown().await.expect("shut down");
            read_to_end(&mut stream).await;
        }
        let browser = Socket::connect_as_browser(self.server, alice, alice.token()).await.hello().await;
        assert_eq!(browser["userId"], "alice");
        Socket::connect_as_browser(self.server, alice, &marked("token")).await.closed().await;
    }

    /// Who is not signed in, by whatever they show.
    async fn strangers(&mut self, alice: &Client) {
        let nobody = self.server.nobody();
        let ask = |path: &str| nobody.request(Method::GET, path);
        let mut wrong = vec![
            ask(&format!("/api/me?token={}&access_token={}", marked("token"), alice.token())),
            ask(&format!("/api/ws?token={}", marked("token"))),
            ask("/api/me").header(header::COOKIE, format!("session={}", marked("cookie"))),
            ask("/api/ws").header(header::ORIGIN, format!("https://{STEM}.example")),
            ask(&format!("/metrics?token={}", marked("token"))),
            ask("/admin/users").bearer_auth(marked("token")),
            alice.request(Method::GET, &format!("/api/me/coins?limit={}", marked("limit"))),
            alice.request(Method::GET, &format!("/api/friend-requests?box={}", marked("box"))),
        ];
        for scheme in ["Bearer ", "Basic ", "", "Bearer a.b."] {
            wrong.push(ask("/api/me").header(header::AUTHORIZATION, format!("{scheme}{}", marked("token"))));
        }
        for request in wrong {
            self.refused(request).await;
        }
        for healthy in ["/healthz", "/readyz"] {
            let answer = ask(&format!("{healthy}?token={}", marked("token"))).send().await.expect("an answer");
            self.refusals.push(format!("{:?}\n{}", answer.headers().clone(), answer.text().await.expect("a body")));
        }
        for line in ["GET /{} HTTP/9", "{}@ / HTTP/1.1", "GET / HTTP/1.1\r\n{}", "GET / HTTP/1.1\r\nContent-Length: {}"]
        {
            let mut stream = connect(self.server).await;
            let bytes = format!(
                "{}\r\nAuthorization: Bearer {1}\r\n\r\n",
                line.replace("{}", &marked("line")),
                marked("token")
            );
            stream.write_all(bytes.as_bytes()).await.expect("written");
            stream.shutdown().await.expect("shut down");
            self.refusals.push(read_to_end(&mut stream).await);
        }
        // The one that shall be found, since the path of a request is logged.
        alice.get(&format!("/api/profile/{NAMED_IN_A_PATH}")).await.refused(404, "user_not_found");
    }

    async fn operators(&mut self, alice: &Client, bob: &Client) {
        let admin = self.server.admin();
        let coins = json!({"amount": 5, "reason": marked("reason"), "key": "1"});
        admin.post("/admin/users/bob/coins", coins.clone()).await.is(201);
        self.refused(alice.request(Method::POST, "/admin/users/bob/coins").json(&coins)).await;
        let other = json!({"amount": 6, "reason": marked("reason"), "key": "1"});
        self.refused(admin.request(Method::POST, "/admin/users/bob/coins").json(&other)).await;
        let suspended = json!({"suspended": true, "reason": marked("reason")});
        admin.put("/admin/users/bob/suspended", suspended).await.is(200);
        self.refused(bob.request(Method::GET, "/api/me")).await;
        admin.put("/admin/users/bob/suspended", json!({"suspended": false})).await.is(200);
        admin.get(&format!("/admin/users?query={STEM}")).await.is(200);
    }

    /// Writing to a store that has lost a table, and with it what the driver says of that.
    async fn broken_store(&mut self, alice: &Client, room: &str) {
        let mut socket = Socket::open(self.server, alice).await;
        rename(self.server, "chat_events", "chat_hidden").await;
        let message = json!({"roomId": room, "body": marked("body"), "clientId": "2"});
        self.refused(alice.request(Method::POST, "/api/messages").json(&message)).await;
        socket.send_text(&json!({"type": "send", "id": 90, "roomId": room, "body": marked("body")}).to_string()).await;
        socket.send_text(&json!({"type": "send", "roomId": room, "body": marked("body")}).to_string()).await;
        rename(self.server, "chat_hidden", "chat_events").await;
        rename(self.server, "chat_users", "chat_hidden").await;
        let body = json!({"userId": "carol", "deviceId": "phone", "name": marked("name"),
            "phone": format!("+49{}", PHONES[0]), "availCoins": 0, "password": marked("password")});
        self.refused(self.server.nobody().request(Method::POST, "/api/register").json(&body)).await;
        rename(self.server, "chat_hidden", "chat_users").await;
    }
}
