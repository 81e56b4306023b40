//! The rows of what changes messages, over REST and over the WebSocket.

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::row::{Request, Row, What, row};
use crate::stage::Stage;

const THUMB: &str = "\u{1F44D}";

/// Who has never been in the room has written nothing there.
const NEVER_WROTE: &[Caller] = &[Caller::OtherUser];

pub(crate) fn rest() -> Vec<Row> {
    const EDIT: &str = "PATCH /api/chatrooms/{roomId}/messages/{seq}";
    const DELETE: &str = "DELETE /api/chatrooms/{roomId}/messages/{seq}";
    const REACT: &str = "PUT /api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}";
    const UNREACT: &str = "DELETE /api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}";
    vec![
        row(EDIT, |stage| Box::pin(async { edited(on_rest(stage, &own(stage).await)) }))
            .case("written by the caller")
            .never_by(NEVER_WROTE),
        row(EDIT, |stage| Box::pin(async { edited(on_rest(stage, &peers(stage).await)) })).case("written by a member"),
        row(DELETE, |stage| Box::pin(async { on_rest(stage, &own(stage).await) }))
            .case("written by the caller")
            .never_by(NEVER_WROTE),
        row(DELETE, |stage| Box::pin(async { on_rest(stage, &peers(stage).await) })).case("written by a member"),
        row(REACT, |stage| Box::pin(async { on_rest(stage, &peers(stage).await).with("emoji", THUMB) })),
        row(UNREACT, |stage| Box::pin(async { on_rest(stage, &peers(stage).await).with("emoji", THUMB) })),
    ]
}

pub(crate) fn websocket() -> Vec<Row> {
    vec![
        row("edit", |stage| Box::pin(async { stage.what(What::Command(edit(stage, &own(stage).await))) }))
            .case("written by the caller")
            .never_by(NEVER_WROTE),
        row("edit", |stage| Box::pin(async { stage.what(What::Command(edit(stage, &peers(stage).await))) }))
            .case("written by a member"),
        row("edit", |stage| Box::pin(async { stage.what(What::LateCommand(edit(stage, &own(stage).await))) }))
            .case("written by the caller, on a living connection")
            .never_by(NEVER_WROTE),
        row("delete", |stage| Box::pin(async { stage.what(What::Command(delete(stage, &own(stage).await))) }))
            .case("written by the caller")
            .never_by(NEVER_WROTE),
        row("delete", |stage| Box::pin(async { stage.what(What::Command(delete(stage, &peers(stage).await))) }))
            .case("written by a member"),
        row("delete", |stage| Box::pin(async { stage.what(What::LateCommand(delete(stage, &peers(stage).await))) }))
            .case("written by a member, on a living connection"),
        row("react", |stage| Box::pin(async { stage.what(What::Command(react(stage, &peers(stage).await))) })),
        row("react", |stage| Box::pin(async { stage.what(What::LateCommand(react(stage, &peers(stage).await))) }))
            .case("on a living connection"),
    ]
}

/// A message of the caller's: who is in the room no more was there for it.
async fn own(stage: &Stage) -> Value {
    let (me, room) = (&stage.me, &stage.room);
    let is_away = stage.caller == Caller::FormerMember;
    if is_away {
        me.join(room).await;
    }
    let seq = me.write(room, "mine").await["seq"].clone();
    if is_away {
        me.leave(room).await;
    }
    seq
}

async fn peers(stage: &Stage) -> Value {
    stage.peer.write(&stage.room, "the peer's").await["seq"].clone()
}

fn on_rest(stage: &Stage, seq: &Value) -> Request {
    stage.ask().with("seq", &seq.to_string())
}

fn edited(request: Request) -> Request {
    request.saying(json!({"body": "other"}))
}

fn edit(stage: &Stage, seq: &Value) -> Value {
    json!({"type": "edit", "roomId": stage.room, "seq": seq, "body": "other"})
}

fn delete(stage: &Stage, seq: &Value) -> Value {
    json!({"type": "delete", "roomId": stage.room, "seq": seq})
}

fn react(stage: &Stage, seq: &Value) -> Value {
    json!({"type": "react", "roomId": stage.room, "seq": seq, "emoji": THUMB})
}
