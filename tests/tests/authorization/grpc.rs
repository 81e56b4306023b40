//! The same table over gRPC: for each operation the call of its name, which its document and the protocol have alike, and
//! for each command of the WebSocket that of the stream.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chat_grpc::v1::{self, live_client::LiveClient, server_frame::Frame};
use chat_tests::{Client, PATIENCE, Server};
use futures_util::{StreamExt, stream};
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::{Code, Request, Status, Streaming, transport::Channel};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;

use crate::caller::{Caller, NOT_SIGNED_IN, USERS};
use crate::play::NEVER;
use crate::row::{Row, What};
use crate::stage::{Stage, World};
use crate::{AT_ONCE, none, rest, table, websocket};

/// The stream, which is not one operation but all commands.
const STREAM: &str = "chat.v1.Live.Connect";
/// The operation whose place it takes besides.
const EVENT_STREAM: &str = "streamEvents";

fn protocol() -> DescriptorPool {
    DescriptorPool::decode(v1::FILE_DESCRIPTOR_SET).expect("the protocol")
}

/// The calls by their names, as documents write those of operations: `createRoom`.
fn calls(protocol: &DescriptorPool) -> BTreeMap<String, MethodDescriptor> {
    let calls = protocol.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    calls.filter(|call| call.full_name() != STREAM).map(|call| (lower_camel(call.name()), call)).collect()
}

fn lower_camel(name: &str) -> String {
    name[..1].to_lowercase() + &name[1..]
}

/// The names of the operations that users have, by `METHOD /path`.
async fn names(server: &Server) -> BTreeMap<String, String> {
    let document = server.nobody().get("/api/openapi.json").await.is(200);
    let mut names = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().expect("a document has paths") {
        for (method, operation) in methods.as_object().expect("a path has methods") {
            let name = operation["operationId"].as_str().expect("an operation has a name");
            names.insert(format!("{} {path}", method.to_uppercase()), name.to_owned());
        }
    }
    names
}

/// The commands of the stream, as the WebSocket calls them.
fn commands(protocol: &DescriptorPool) -> BTreeSet<String> {
    let frame = protocol.get_message_by_name("chat.v1.ClientFrame").expect("the frame of clients");
    let command = frame.oneofs().find(|oneof| oneof.name() == "command").expect("its command");
    command
        .fields()
        .map(|field| if field.name().ends_with("_reaction") { "react".to_owned() } else { field.name().to_owned() })
        .collect()
}

#[tokio::test]
async fn every_call_and_command_has_its_row_and_every_row_its_call_or_command() {
    let server = Server::start().await;
    let (protocol, names) = (protocol(), names(&server).await);
    let calls: BTreeSet<String> = calls(&protocol).into_keys().collect();
    let of_rows = rest::rows().into_iter().filter(rest::is_operation).map(|row| row.operation);
    let of_rows: BTreeSet<String> = of_rows.map(|operation| names[operation].clone()).collect();
    assert_eq!(calls, of_rows);
    let of_document: BTreeSet<String> = names.into_values().filter(|name| name != EVENT_STREAM).collect();
    assert_eq!(calls, of_document);
    assert_eq!(commands(&protocol), websocket::commands(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_caller_is_answered_over_grpc_as_the_table_says() {
    let table = table::read(include_str!("table.md"));
    let world = Arc::new(World::start().await);
    let channel = Channel::from_shared(format!("http://{}", world.server.grpc())).expect("an address").connect_lazy();
    let (calls, names) = (calls(&protocol()), names(&world.server).await);
    let mut cells = Vec::new();
    for row in rest::rows().into_iter().filter(rest::is_operation).map(Arc::new) {
        let call = Door::Call(calls[&names[row.operation]].clone());
        cells.extend(both(("REST", row, call)));
    }
    for row in websocket::rows().into_iter().map(Arc::new) {
        // Browsers have no gRPC; and what a living stream of somebody else's is told, the stream's own tests see.
        if row.name() != format!("{}, as browsers do", websocket::HANDSHAKE) {
            cells.extend(both(("WebSocket", row, Door::Stream)));
        }
    }
    // Beyond those that the other table plays.
    let first = 100_000;
    let played = stream::iter(cells.into_iter().enumerate()).map(|(number, ((title, row, door), caller))| {
        let (world, channel) = (Arc::clone(&world), channel.clone());
        let (place, written) = (table::place(title, &row, caller), table[&table::place(title, &row, caller)].clone());
        let play = async move { play(world, first + number, &row, &door, channel, caller).await };
        async move {
            let seen = tokio::spawn(play).await.unwrap_or_else(|fault| panic!("{place:?}: {fault}"));
            (!seen.is_as(&written)).then(|| format!("{place:?}: {seen:?}, the table says {written}"))
        }
    });
    none(played.buffer_unordered(AT_ONCE).filter_map(async |fault| fault).collect().await);
}

#[test]
fn an_answer_of_grpc_is_as_the_cell_says_or_it_is_not() {
    let refused = |code, reason: &str| Seen::Refused(code, reason.to_owned());
    for (seen, cell) in [
        (Seen::Done, "204"),
        (Seen::Told("welcome with it"), "welcome with it"),
        (Seen::Never, NEVER),
        (refused(Code::PermissionDenied, "not_a_member"), "403 not_a_member"),
        (refused(Code::PermissionDenied, "suspended"), "closed 4003"),
    ] {
        assert!(seen.is_as(cell), "{seen:?} {cell}");
    }
    for (seen, cell) in [
        (Seen::Done, "403 not_a_member"),
        (Seen::Done, NEVER),
        (Seen::Done, "welcome with it"),
        (Seen::Told("welcome, room_removed"), "welcome with it"),
        (refused(Code::PermissionDenied, "not_allowed"), "403 not_a_member"),
        (refused(Code::NotFound, "not_a_member"), "403 not_a_member"),
        (refused(Code::PermissionDenied, "not_a_member"), "200"),
        (refused(Code::Unauthenticated, "session_revoked"), "closed 4001"),
    ] {
        assert!(!seen.is_as(cell), "{seen:?} {cell}");
    }
}

/// How a row is asked.
#[derive(Clone)]
enum Door {
    Call(MethodDescriptor),
    Stream,
}

type Asked = (&'static str, Arc<Row>, Door);

/// The row, for every caller; but for a living stream whose sign-in ends by its time, which the stream's own tests have.
fn both(asked: Asked) -> impl Iterator<Item = (Asked, Caller)> {
    let living = asked.1.name().ends_with("on a living connection");
    let callers = NOT_SIGNED_IN.iter().chain(USERS).filter(move |caller| !living || **caller != Caller::Expired);
    callers.map(move |caller| (asked.clone(), *caller))
}

/// What came of it.
#[derive(Debug)]
enum Seen {
    Never,
    Done,
    /// What a stream was told first.
    Told(&'static str),
    Refused(Code, String),
}

impl Seen {
    fn of(answer: Result<(), Status>) -> Self {
        match answer {
            Ok(()) => Self::Done,
            Err(status) => {
                let info = status.get_details_error_info().unwrap_or_else(|| panic!("no reason: {status:?}"));
                assert_eq!(info.domain, "chat");
                Self::Refused(status.code(), info.reason)
            }
        }
    }

    /// Whether this is what the cell says of REST or of the WebSocket.
    fn is_as(&self, cell: &str) -> bool {
        let refused = match cell.split_once(' ') {
            Some(("closed", code)) => Some(closed(code)),
            Some((status, code)) if status.starts_with('4') => Some((of_status(status), code)),
            _ => None,
        };
        match (self, refused) {
            (Self::Never, None) => cell == NEVER,
            (Self::Done, None) => cell != NEVER && !cell.starts_with("welcome"),
            (Self::Told(told), None) => cell == *told,
            (Self::Refused(code, reason), Some((codes, written))) => reason == written && codes.contains(code),
            _ => false,
        }
    }
}

/// What gRPC may call what HTTP calls so.
fn of_status(status: &str) -> &'static [Code] {
    match status {
        "400" => &[Code::InvalidArgument],
        "401" => &[Code::Unauthenticated],
        "403" => &[Code::PermissionDenied],
        "404" => &[Code::NotFound],
        "409" => &[Code::AlreadyExists, Code::FailedPrecondition, Code::Aborted],
        "402" | "410" => &[Code::FailedPrecondition],
        "429" => &[Code::ResourceExhausted],
        _ => &[],
    }
}

/// How a stream ends where a WebSocket is closed with this code.
fn closed(code: &str) -> (&'static [Code], &'static str) {
    match code {
        "4001" => (&[Code::Unauthenticated], "token_expired"),
        "4002" => (&[Code::Unauthenticated], "session_revoked"),
        "4003" => (&[Code::PermissionDenied], "suspended"),
        _ => (&[], "no such end"),
    }
}

async fn play(world: Arc<World>, number: usize, row: &Row, door: &Door, channel: Channel, caller: Caller) -> Seen {
    if row.never.contains(&caller) {
        return Seen::Never;
    }
    let stage = Stage::set(world, number, caller).await;
    let request = (row.prepare)(&stage).await;
    let living = match &request.what {
        What::LateCommand(_) if caller.was_signed_in() => {
            Some(Talk::open(&channel, &stage.me).await.expect("a stream"))
        }
        _ => None,
    };
    let client = stage.enter(None).await;
    let before = if row.writes() { Some(stage.look_around(&request.room).await) } else { None };
    let seen = match (door, &request.what) {
        (Door::Call(call), What::Rest(ids, body)) => {
            Seen::of(ask(call, &channel, &client, &request.room, ids, body.as_ref()).await)
        }
        (_, What::AuthElsewhere) => {
            let mut talk = Talk::open(&channel, &stage.peer).await.expect("a stream");
            Seen::of(talk.ask(&websocket::auth(client.access_token.as_deref().unwrap_or(""))).await)
        }
        (_, What::Command(command) | What::LateCommand(command)) => {
            let talk = match living {
                Some(talk) => Ok(talk),
                None => Talk::open(&channel, &client).await,
            };
            Seen::of(match talk {
                Ok(mut talk) => talk.ask(command).await,
                Err(refused) => Err(refused),
            })
        }
        (_, What::HelloNaming) => hello_naming(&channel, &client, &request.room)
            .await
            .map_or_else(|refused| Seen::of(Err(refused)), Seen::Told),
        (_, What::Handshake | What::EventStream) => Seen::of(Talk::open(&channel, &client).await.map(drop)),
        (_, other) => panic!("gRPC has no {other:?}"),
    };
    if let (Some(before), Seen::Refused(..)) = (before, &seen) {
        assert_eq!(
            stage.look_around(&request.room).await,
            before,
            "{}: {seen:?}, and yet something changed",
            row.name()
        );
    }
    seen
}

/// A request as this client sends it.
fn signed<T>(message: T, client: &Client) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = &client.access_token {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("a token is ASCII"));
    }
    request
}

/// Calls, with what REST has in its path and its body: the names are the same.
async fn ask(
    call: &MethodDescriptor,
    channel: &Channel,
    client: &Client,
    room: &str,
    ids: &[(&'static str, String)],
    body: Option<&Value>,
) -> Result<(), Status> {
    let mut fields = body.cloned().unwrap_or_else(|| json!({}));
    if call.input().get_field_by_json_name("roomId").is_some()
        && fields["roomId"].is_null()
        && call.name() != "JoinRoom"
    {
        fields["roomId"] = json!(room);
    }
    for (name, id) in ids {
        fields[*name] = json!(id);
    }
    if let Some(role) = fields["role"].as_str() {
        fields["role"] = json!(format!("ROLE_{}", role.to_uppercase()));
    }
    let message = message(call.input(), fields);
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.expect("the server listens");
    let path = format!("/{}/{}", call.parent_service().full_name(), call.name());
    // What is answered is of no concern here: it is read as a message without fields.
    let codec = ProstCodec::<DynamicMessage, ()>::default();
    let answer = grpc.unary(signed(message, client), path.parse().expect("a path"), codec).await;
    answer.map(|answer| answer.into_inner())
}

/// What a client is told first of a room that it claims to know.
async fn hello_naming(channel: &Channel, client: &Client, room: &str) -> Result<&'static str, Status> {
    let mut talk = Talk::connect(channel, client).await?;
    // Who sees the room knows all of it; anybody else would like to hear it from its beginning.
    let seen = client.get(&format!("/api/chatrooms/{room}")).await;
    let last = if seen.status == 200 { seen.json["lastSeq"].as_u64().expect("a number") } else { 0 };
    let hello = v1::Hello { rooms: [(room.to_owned(), last)].into() };
    let command = Some(v1::client_frame::Command::Hello(hello));
    // The server may have ended the stream.
    let _ = talk.told.send(v1::ClientFrame { id: 1, command }).await;
    loop {
        match talk.next().await? {
            Frame::Welcome(welcome) if welcome.rooms.iter().any(|seen| seen.room_id == room) => {
                return Ok("welcome with it");
            }
            Frame::RoomRemoved(removed) if removed.room_id == room => return Ok("welcome, room_removed"),
            Frame::Event(event) if event.room_id == room => panic!("an event of the room is one too many: {event:?}"),
            _ => {}
        }
    }
}

/// A message from its JSON.
fn message(of: prost_reflect::MessageDescriptor, mut fields: Value) -> DynamicMessage {
    // Indexing above leaves nulls where nothing was.
    fields.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    DynamicMessage::deserialize(of, &fields).unwrap_or_else(|fault| panic!("{fields}: {fault}"))
}

/// A stream after its welcome.
struct Talk {
    told: mpsc::Sender<v1::ClientFrame>,
    frames: Streaming<v1::ServerFrame>,
}

impl Talk {
    async fn open(channel: &Channel, client: &Client) -> Result<Self, Status> {
        let mut talk = Self::connect(channel, client).await?;
        talk.ask(&json!({"type": "hello"})).await?;
        Ok(talk)
    }

    async fn connect(channel: &Channel, client: &Client) -> Result<Self, Status> {
        let (told, commands) = mpsc::channel(4);
        let commands = stream::unfold(commands, async |mut commands| Some((commands.recv().await?, commands)));
        let frames = LiveClient::new(channel.clone()).connect(signed(commands, client)).await?.into_inner();
        Ok(Self { told, frames })
    }

    async fn next(&mut self) -> Result<Frame, Status> {
        let next = timeout(PATIENCE, self.frames.message()).await.expect("an answer in time");
        Ok(next?.expect("an answer before the end").frame.expect("a frame of this version"))
    }

    /// Asks as a WebSocket would; how that was answered, or how the stream ended before.
    async fn ask(&mut self, command: &Value) -> Result<(), Status> {
        let frame = protocol().get_message_by_name("chat.v1.ClientFrame").expect("the frame of clients");
        let mut fields = command.clone();
        let kind = fields.as_object_mut().and_then(|fields| fields.remove("type"));
        let kind = kind.as_ref().and_then(Value::as_str).expect("a command has a type");
        let name = if kind == "react" { "addReaction" } else { kind };
        let frame = message(frame, json!({"id": 7, name: fields})).transcode_to().expect("a frame");
        // The server may have ended the stream.
        let _ = self.told.send(frame).await;
        loop {
            match self.next().await? {
                Frame::Welcome(welcome) if welcome.id == 7 => return Ok(()),
                Frame::Ok(ok) if ok.id == 7 => return Ok(()),
                Frame::Error(error) if error.id == 7 => {
                    let problem = error.problem.expect("an error says why");
                    let info = tonic_types::ErrorDetails::with_error_info(problem.code, "chat", []);
                    return Err(Status::with_error_details(Code::from(problem.status), problem.message, info));
                }
                _ => {}
            }
        }
    }
}
