//! Three operations that use all of the foundation, and a client for them.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, body::Body, routing::any};
use chat_http::{
    Answer, Code, Created, CreatedOrOk, Json, NoContent, Problem, Query, RequestContext, SignIn, SignedIn, mount,
    openapi::Document, request, signed_in::bearer_token,
};
use http::{HeaderMap, Method, Request, StatusCode};
use poem_openapi::{Object, OpenApi, OpenApiService, param::Path};
use serde::Serialize;

pub(crate) use super::reply::{Reply, send_to};

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
    async fn caller(&self, _: &Method, headers: &HeaderMap) -> Result<Guest, Problem> {
        match bearer_token(headers)? {
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
    Document::new(&service(), codes_of, false)
}

/// The kitchen, without a prefix.
pub(crate) fn kitchen() -> Router {
    let teapot = Router::new().route("/api/teapot", any(async || StatusCode::IM_A_TEAPOT));
    mount(teapot, service(), Arc::new(Door) as Arc<dyn SignIn<Guest>>, codes_of)
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

/// An order of alice's, as JSON.
pub(crate) async fn order(body: &str) -> Reply {
    send(alice("POST", "/api/orders").header("content-type", "application/json"), body.to_owned()).await
}
