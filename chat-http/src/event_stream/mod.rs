//! Server-Sent Events: the frames of the WebSocket for readers that send nothing (HTML, 9.2).

mod cursor;
mod feed;

use std::{sync::Arc, time::Duration};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use chat_core::{
    api::{ChatService, Resume},
    error::{Fault, FieldCode},
    model::session::Caller,
    realtime::expiry::Expiry,
};
use futures_util::stream;
use http::{HeaderName, HeaderValue, header};
use poem::{Body, IntoResponse, Request, Response};
use poem_openapi::{
    ApiResponse, OpenApi,
    param::Header,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
};
use tokio::sync::mpsc;

use self::{
    cursor::Cursor,
    feed::{Feed, at},
};
use crate::{
    answer::Answer, limits::Allowance, live::frame::Frame, problem::Problem, request_context::RequestContext,
    rest::Tag, signed_in::SignedIn, wire::room::Room,
};

pub(crate) struct EventStreamRoutes {
    pub(crate) chat: Arc<dyn ChatService>,
    pub(crate) heartbeat: Duration,
}

const LAST_EVENT_ID: &str = "Last-Event-ID";

#[OpenApi(tag = "Tag::Live")]
impl EventStreamRoutes {
    /// Hear what happens.
    ///
    /// Server-Sent Events for readers that can send headers, as `fetch` can: first `welcome`, then every frame that the
    /// WebSocket would bring, each as the JSON of one `data`. A frame that says how far one is carries an `id`: who comes
    /// back with the last one in `Last-Event-ID` hears all that was missed. A comment comes at every heartbeat. The stream
    /// ends with an `error`, or with the `notice` `draining`: then come back.
    #[oai(path = "/api/events", method = "get", operation_id = "streamEvents")]
    async fn stream_events(
        &self,
        caller: SignedIn<Caller>,
        /// The last `id` that was heard. It is opaque.
        #[oai(name = "Last-Event-ID")]
        last_event_id: Header<Option<String>>,
        context: RequestContext,
        request: &Request,
    ) -> Answer<EventStream> {
        let SignedIn(caller) = caller;
        // What was never set is sent by some as empty.
        let last_event_id = last_event_id.0.filter(|id| !id.is_empty());
        let known = last_event_id.map_or(Ok(Cursor::default()), |id| Cursor::parse(&id).ok_or_else(strange))?;
        let allowance = request.extensions().get::<Allowance>();
        let counted = allowance.map(|allowance| allowance.connection(&caller.user)).transpose()?;
        let mut connection = self.chat.connect(&caller).await?;
        let rooms = connection.start(&known.rooms().collect::<Resume>()).await?;
        let cursor = Cursor::new(rooms.iter().map(|view| {
            let (room, last_seq) = (view.room.id, view.room.last_seq);
            (room, known.of(room).unwrap_or(last_seq))
        }));
        let welcome = Frame::Welcome {
            id: None,
            user_id: caller.user.as_str(),
            device_id: caller.session.as_ref().map(|session| session.device.as_str()),
            heartbeat_seconds: self.heartbeat.as_secs(),
            rooms: rooms.iter().map(Room::from).collect(),
        };
        let unknown = rooms.iter().filter(|view| known.cut && known.of(view.room.id).is_none());
        let resets = unknown
            .map(|view| Frame::Reset { room_id: view.room.id.to_string(), last_seq: view.room.last_seq.get() }.text());
        let frames: Vec<Utf8Bytes> = [welcome.text()].into_iter().chain(resets).collect();
        let first = frames.iter().map(|frame| at(&cursor, frame)).collect();
        let expiry = Expiry::of(&caller, &*self.chat);
        let chat = Arc::clone(&self.chat);
        let feed = Feed { chat, context, connection, cursor, expiry, heartbeat: self.heartbeat, _counted: counted };
        // In a task of its own: a client that does not read is given up all the same.
        let (client, pieces) = mpsc::channel(1);
        tokio::spawn(feed.run(first, client));
        Ok(EventStream(pieces))
    }
}

fn strange() -> Problem {
    Problem::invalid(vec![Fault::new(FieldCode::BadFormat, "is no id of an event of ours").at(LAST_EVENT_ID)])
}

/// An answer that goes on.
struct EventStream(mpsc::Receiver<Bytes>);

const MEDIA_TYPE: &str = "text/event-stream";
/// Has proxies of nginx's kind pass on what comes as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

impl IntoResponse for EventStream {
    fn into_response(self) -> Response {
        let Self(mut pieces) = self;
        let pieces = stream::poll_fn(move |cx| pieces.poll_recv(cx).map(|piece| piece.map(Ok::<_, std::io::Error>)));
        let mut response = Response::builder().body(Body::from_bytes_stream(pieces));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
        response
    }
}

impl ApiResponse for EventStream {
    fn meta() -> MetaResponses {
        let content = vec![MetaMediaType {
            content_type: MEDIA_TYPE,
            schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))),
        }];
        let description = "The stream, until one of both ends it.";
        let answer = MetaResponse { description, status: Some(200), status_range: None, content, headers: Vec::new() };
        MetaResponses { responses: vec![answer] }
    }

    fn register(_: &mut Registry) {}
}
