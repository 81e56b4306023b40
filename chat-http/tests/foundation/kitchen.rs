//! Three operations that use all of the foundation, and a client for them.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, body::Body, routing::any};
use chat_http::{
    Answer, Code, Created, CreatedOrOk, Json, NoContent, Problem, Query, RequestContext, SignIn, SignedIn, mount,
    openapi::Document, request,
};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use poem_openapi::{Object, OpenApi, OpenApiService, param::Path};
use serde::Serialize;
use serde_json::Value;
use tower::ServiceExt;

request! {
    /// A dish to be brought.
    pub(crate) struct Order = "OrderRequest" {
        /// Its name on the menu.
        required dish: String = "dish",
        /// How many.
        required count: i64 = "count",
        /// For the kitchen.
        optional table_note: String = "tableNote",
        /// At once.
        optional urgent: bool = "urgent",
    }
}

#[derive(Serialize, Object)]
#[serde(rename_all = "camelCase")]
#[oai(rename_all = "camelCase")]
struct Bill {
    /// Who ordered.
    user_id: String,
    dish: String,
    count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    table_note: Option<String>,
}

#[derive(Clone)]
struct Guest(String);

struct Orders;

#[OpenApi]
impl Orders {
    /// Order a dish.
    #[oai(path = "/api/orders", method = "post", operation_id = "order")]
    async fn order(
        &self,
        guest: SignedIn<Guest>,
        context: RequestContext,
        order: Json<Order>,
    ) -> Answer<CreatedOrOk<Bill>> {
        let Json(Order { dish, count, table_note, urgent }) = order;
        let bill = Bill { user_id: guest.0.0, dish, count, table_note };
        match bill.dish.as_str() {
            "gold" => Err(Problem::new(Code::InsufficientCoins).required(150).avail_coins(3)),
            "bomb" => panic!("the kitchen is on fire at /srv/kitchen"),
            "secret" => Err(Problem::new(Code::RoomFull)),
            "again" => Ok(CreatedOrOk::Ok(bill)),
            _ if urgent == Some(true) => {
                Err(Problem::new(Code::Overloaded).retry_after(std::time::Duration::from_millis(1500)))
            }
            dish => Ok(CreatedOrOk::Created(Created::at(context.location(&format!("/api/orders/{dish}")), bill))),
        }
    }

    /// Look at an order.
    #[oai(path = "/api/orders/:dish", method = "get", operation_id = "look")]
    async fn look(
        &self,
        _guest: SignedIn<Guest>,
        dish: Path<String>,
        #[oai(name = "limit")] limit: Query<i64>,
    ) -> Answer<Json<Bill>> {
        Ok(Json(Bill { user_id: "alice".to_owned(), dish: dish.0, count: limit.0.unwrap_or(50), table_note: None }))
    }
}

struct Kitchen;

#[OpenApi]
impl Kitchen {
    /// Throw an order away.
    #[oai(path = "/api/orders/:dish", method = "delete", operation_id = "throwAway")]
    async fn throw_away(&self, _guest: SignedIn<Guest>, dish: Path<String>) -> Answer<NoContent> {
        if dish.0 == "fish" { Ok(NoContent) } else { Err(Problem::new(Code::MessageNotFound)) }
    }

    /// Ring, without being known.
    #[oai(path = "/api/ring", method = "post", operation_id = "ring")]
    async fn ring(&self, order: Json<Order>) -> Answer<Created<Bill>> {
        Ok(Created::new(Bill { user_id: "nobody".to_owned(), dish: order.0.dish, count: 1, table_note: None }))
    }
}

fn codes_of(operation: &str) -> Option<&'static [Code]> {
    Some(match operation {
        "order" => &[Code::InsufficientCoins],
        "throwAway" => &[Code::MessageNotFound],
        "look" | "ring" => &[],
        _ => return None,
    })
}

struct Door;

#[async_trait]
impl SignIn<Guest> for Door {
    async fn caller(&self, access_token: &str) -> Result<Guest, Problem> {
        match access_token {
            "alice" => Ok(Guest("alice".to_owned())),
            "old" => Err(Problem::new(Code::TokenExpired)),
            _ => Err(chat_http::signed_in::invalid_token()),
        }
    }
}

fn service() -> OpenApiService<(Orders, Kitchen), ()> {
    OpenApiService::new((Orders, Kitchen), "Kitchen", "1.0.0")
}

pub(crate) fn document() -> Document {
    Document::new(&service(), codes_of)
}

/// The kitchen, without a prefix.
pub(crate) fn kitchen() -> Router {
    let teapot = Router::new().route("/api/teapot", any(async || StatusCode::IM_A_TEAPOT));
    mount(teapot, service(), Arc::new(Door) as Arc<dyn SignIn<Guest>>, codes_of)
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the answer is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem document, whose form is checked on the way.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        let code = problem["code"].as_str().unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["requestId"], self.header("x-request-id"));
        assert_eq!(problem["type"].as_str().unwrap().split_once('#').unwrap().1, code);
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        code.to_owned()
    }

    /// The fields that a problem names, each as `name: code`.
    #[track_caller]
    pub(crate) fn wrong_fields(&self) -> Vec<String> {
        assert_eq!(self.code(), "invalid_request");
        let problem = self.json();
        let errors = problem["errors"].as_array().unwrap();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        assert!(errors.iter().all(|error| !text(error, "message").is_empty()));
        errors.iter().map(|error| format!("{}: {}", text(error, "field"), text(error, "code"))).collect()
    }
}

/// A request of alice's to the kitchen under `/chat`.
pub(crate) fn alice(method: &str, path: &str) -> http::request::Builder {
    stranger(method, path).header("authorization", "Bearer alice")
}

pub(crate) fn stranger(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(format!("/chat{path}"))
}

pub(crate) async fn send(request: http::request::Builder, body: impl Into<Body>) -> Reply {
    send_to(Router::new().nest("/chat", kitchen()), request, body).await
}

pub(crate) async fn send_to(router: Router, request: http::request::Builder, body: impl Into<Body>) -> Reply {
    let response = router.oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Reply { status: parts.status, headers: parts.headers, body }
}

/// An order of alice's, as JSON.
pub(crate) async fn order(body: &str) -> Reply {
    send(alice("POST", "/api/orders").header("content-type", "application/json"), body.to_owned()).await
}
