//! A REST client of one user on one device.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::{ClientBuilder, RequestBuilder};
use serde_json::Value;

use crate::answer::Answer;
use crate::{PATIENCE, Server, openapi};

/// Sends requests, with the access token once signed in, and hands back checked answers.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    /// The user that is signed in; empty for nobody.
    pub user_id: String,
    /// The device that is signed in; empty for none.
    pub device_id: String,
    /// What goes into `Authorization`, without `Bearer`.
    pub access_token: Option<String>,
    /// The refresh token of the session.
    pub refresh_token: String,
    /// Whether the users are an application's, which signs them in.
    host_signs_in: bool,
}

impl Client {
    /// A client of nobody, for a server at `base` (`http://127.0.0.1:PORT`).
    pub fn nobody(base: &str) -> Self {
        Self {
            http: http(None),
            base: base.to_owned(),
            user_id: String::new(),
            device_id: String::new(),
            access_token: None,
            refresh_token: String::new(),
            host_signs_in: false,
        }
    }

    /// The same, for a server whose users are an application's, which signs them in.
    pub fn of_a_host(self) -> Self {
        Self { host_signs_in: true, ..self }
    }

    /// A client of nobody, for the same server.
    pub fn anonymous(&self) -> Self {
        Self { host_signs_in: self.host_signs_in, ..Self::nobody(&self.base) }
    }

    /// The same session, from this address of this machine.
    pub fn from_address(&self, from: IpAddr) -> Self {
        Self { http: http(Some(from)), ..self.clone() }
    }

    /// A client of no known user with this bearer token, for the same server.
    pub fn with_token(&self, token: &str) -> Self {
        Self { access_token: Some(token.to_owned()), ..self.anonymous() }
    }

    /// A client of whoever has this cookie, as a browser shows it, for the same server.
    ///
    /// # Panics
    /// When no header can have it.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        let cookie = HeaderValue::from_str(cookie).expect("a header's value");
        let builder = builder(None).default_headers([(header::COOKIE, cookie)].into_iter().collect());
        Self { http: built(builder), ..self.anonymous() }
    }

    /// The same session at a server that has been started again, on another port.
    pub fn at(&self, server: &Server) -> Self {
        Self { base: server.base().to_owned(), ..self.clone() }
    }

    /// The client of the user and session that registering or signing in answered.
    ///
    /// # Panics
    /// When the answer is not `{user, session}`.
    #[track_caller]
    pub fn signed_in(&self, answer: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no user and session: {answer}")).to_owned();
        Self {
            http: self.http.clone(),
            base: self.base.clone(),
            user_id: text(&answer["user"]["userId"]),
            device_id: text(&answer["session"]["deviceId"]),
            access_token: Some(text(&answer["session"]["accessToken"])),
            refresh_token: text(&answer["session"]["refreshToken"]),
            host_signs_in: self.host_signs_in,
        }
    }

    /// The access token.
    ///
    /// # Panics
    /// When nobody is signed in.
    #[track_caller]
    pub fn token(&self) -> &str {
        self.access_token.as_deref().expect("this client is signed in")
    }

    /// A request to build upon, with the token of this client.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.access_token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    /// Sends a request and checks its answer.
    ///
    /// # Panics
    /// When no answer comes, or one that breaks the contract.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let (asked, status, headers, body) = self.exchange(request).await;
        asked.documented(Answer::checked(asked.to_string(), status, headers, &body))
    }

    /// Sends a request to a server whose database may be away, and checks its answer: 503 `store_unavailable` is one.
    ///
    /// # Panics
    /// When no answer comes, or one that breaks the contract.
    pub async fn try_send(&self, request: RequestBuilder) -> Answer {
        let (asked, status, headers, body) = self.exchange(request).await;
        asked.documented(Answer::checked_unless_unavailable(asked.to_string(), status, headers, &body))
    }

    /// Sends a request to a server that may be killed meanwhile, or whose database may be away; `None` where the connection
    /// broke before the answer was there.
    ///
    /// # Panics
    /// When an answer does not come in time, or breaks the contract.
    pub async fn attempt(&self, request: RequestBuilder) -> Option<Answer> {
        let (asked, outcome) = self.execute(request).await;
        let (status, headers, body) = match outcome {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => panic!("{asked}: {error:?}"),
            Err(_) => return None,
        };
        Some(asked.documented(Answer::checked_unless_unavailable(asked.to_string(), status, headers, &body)))
    }

    /// POST with a JSON body to a server whose database may be away.
    pub async fn try_post(&self, path: &str, body: Value) -> Answer {
        self.try_send(self.request(Method::POST, path).json(&body)).await
    }

    async fn exchange(&self, request: RequestBuilder) -> (Asked, StatusCode, HeaderMap, Bytes) {
        let (asked, outcome) = self.execute(request).await;
        let (status, headers, body) = outcome.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        (asked, status, headers, body)
    }

    /// What was asked, and the whole answer.
    async fn execute(&self, request: RequestBuilder) -> (Asked, reqwest::Result<(StatusCode, HeaderMap, Bytes)>) {
        let request = request.build().expect("a request that can be sent");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let asked = Asked { method, path, by: self.user_id.clone(), host_signs_in: self.host_signs_in };
        let outcome = async {
            let response = self.http.execute(request).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok((status, headers, response.bytes().await?))
        };
        (asked, outcome.await)
    }

    /// A handshake over HTTP, for those that are refused with a status.
    pub async fn handshake(&self, headers: &[(&str, &str)]) -> Answer {
        let mut request = self
            .request(Method::GET, "/api/ws")
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    /// POST without a body, as for `leave`, `accept` and `logout`.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PATCH, path, body).await
    }

    /// Any method with a JSON body.
    pub async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send(self.request(method, path).json(&body)).await
    }

    /// Any method with a body as it is, under this content type.
    pub async fn raw(&self, method: Method, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.request(method, path).header(header::CONTENT_TYPE, content_type).body(body)).await
    }
}

/// What was asked, by whom.
struct Asked {
    method: Method,
    path: String,
    by: String,
    host_signs_in: bool,
}

impl Asked {
    /// Checks the answer against the OpenAPI documents.
    #[track_caller]
    fn documented(&self, answer: Answer) -> Answer {
        let by_the_host = self.host_signs_in && openapi::is_of_a_hosts_sign_in(&self.method, &answer.json);
        if !by_the_host {
            openapi::check(self.method.as_str(), &self.path, answer.status, &answer.json);
        }
        answer
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} by {:?}", self.method, self.path, self.by)
    }
}

fn http(from: Option<IpAddr>) -> reqwest::Client {
    built(builder(from))
}

fn builder(from: Option<IpAddr>) -> ClientBuilder {
    reqwest::Client::builder().timeout(PATIENCE).no_proxy().local_address(from)
}

fn built(builder: ClientBuilder) -> reqwest::Client {
    builder.build().expect("no TLS, nothing to fail")
}
