//! The rows of the operators' API. What nobody may do to themself (R-ACC-05) is asked for the caller.

use chat_core::model::operator::Right;
use serde_json::json;

use crate::row::{Request, Row, at_once, row};
use crate::stage::Stage;

/// The document itself, which is none of its operations.
pub(crate) const DOCUMENT: &str = "GET /admin/openapi.json";

pub(crate) fn rows() -> Vec<Row> {
    vec![
        row("GET /admin/users", |stage| at_once(stage.ask())).takes(Right::Look),
        row("GET /admin/users/{userId}", |stage| at_once(of_peer(stage))).takes(Right::Look),
        row("PUT /admin/users/{userId}/prime", |stage| at_once(of_me(stage).saying(json!({"prime": true}))))
            .takes(Right::Users),
        row("PUT /admin/users/{userId}/suspended", |stage| {
            at_once(of_peer(stage).saying(json!({"suspended": true, "reason": "spam"})))
        })
        .takes(Right::Users),
        row("DELETE /admin/users/{userId}", |stage| at_once(of_peer(stage))).takes(Right::Users),
        row("DELETE /admin/users/{userId}/sessions", |stage| at_once(of_peer(stage))).takes(Right::Users),
        row("POST /admin/users/{userId}/coins", |stage| {
            at_once(of_me(stage).saying(json!({"amount": 5, "reason": "a present", "key": "k-1"})))
        })
        .takes(Right::Coins),
        row("GET /admin/chatrooms/{roomId}", |stage| at_once(stage.ask())).takes(Right::Look),
        row("DELETE /admin/chatrooms/{roomId}", |stage| at_once(stage.ask())).takes(Right::Rooms),
        row("GET /admin/audit", |stage| at_once(stage.ask())).takes(Right::Look),
        row("GET /admin/dead-letters", |stage| at_once(stage.ask())).takes(Right::Look),
        row("POST /admin/dead-letters/{entryId}/retry", |stage| at_once(of_no_letter(stage))).takes(Right::Outbox),
        row("DELETE /admin/dead-letters/{entryId}", |stage| at_once(of_no_letter(stage))).takes(Right::Outbox),
        // It takes no right, and so any will do.
        row(DOCUMENT, |stage| at_once(stage.ask())).takes(Right::Look),
    ]
}

fn of_peer(stage: &Stage) -> Request {
    stage.ask().with("userId", &stage.peer.user_id)
}

/// Which there is not: who may, is told so.
fn of_no_letter(stage: &Stage) -> Request {
    stage.ask().with("entryId", "0199c1a2-0000-7000-8000-000000000000")
}

fn of_me(stage: &Stage) -> Request {
    stage.ask().with("userId", &stage.me.user_id)
}
