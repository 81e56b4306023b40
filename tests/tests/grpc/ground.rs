//! The server with its door for gRPC, and people who go in and out by it.

use std::collections::HashMap;

use chat_core::Chat;
use chat_grpc::GrpcConfig;
use chat_grpc::v1::{
    self, client_frame::Command, event::Kind, live_client::LiveClient, messages_client::MessagesClient, ok,
    rooms_client::RoomsClient, server_frame::Frame, sessions_client::SessionsClient, users_client::UsersClient,
};
use chat_tests::{PASSWORD, PATIENCE, ROOM_PASSWORD, Server};
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::{Interceptor, interceptor::InterceptedService};
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_types::StatusExt;

/// A server that serves gRPC, with these further flags.
pub(crate) async fn server_with(flags: &[&str]) -> Server {
    Server::with(&[&["--grpc-listen", "127.0.0.1:0"], flags].concat()).await
}

pub(crate) async fn server() -> Server {
    server_with(&[]).await
}

/// A connection of its own.
pub(crate) fn channel(server: &Server) -> Channel {
    channel_to(&server.grpc())
}

pub(crate) fn channel_to(address: &str) -> Channel {
    Channel::from_shared(format!("http://{address}")).expect("an address").connect_lazy()
}

pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address").to_string();
    (listener, address)
}

/// Serves a chat of this process; answers where.
pub(crate) async fn serve(chat: Chat) -> String {
    let (listener, address) = listen().await;
    let config = GrpcConfig { rate_limits: None, ..GrpcConfig::default() };
    let routes = chat_grpc::routes(chat.clone(), &config);
    let next = async |listener: TcpListener| Some((listener.accept().await.map(|(client, _)| client), listener));
    let clients = stream::unfold(listener, next);
    tokio::spawn(async move {
        chat_grpc::server(&config).add_routes(routes).serve_with_incoming_shutdown(clients, chat.draining()).await
    });
    address
}

/// Shows an access token with each call.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    pub(crate) fn of(token: &str) -> Self {
        Self(format!("Bearer {token}").parse().expect("a token is ASCII"))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

pub(crate) type Signed = InterceptedService<Channel, Bearer>;

/// Somebody who is signed in, on a connection of their own.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) channel: Channel,
    pub(crate) session: v1::Session,
    bearer: Bearer,
}

impl Person {
    pub(crate) fn new(channel: Channel, session: v1::Session) -> Self {
        let bearer = Bearer::of(&session.access_token);
        Self { channel, session, bearer }
    }

    /// Registers by gRPC.
    pub(crate) async fn register(server: &Server, user_id: &str, avail_coins: i64) -> Self {
        let channel = channel(server);
        let answer = UsersClient::new(channel.clone()).register(registration(user_id, avail_coins)).await;
        Self::new(channel, answer.expect("registered").into_inner().session.expect("a session"))
    }

    /// The same, and is made prime.
    pub(crate) async fn prime(server: &Server, user_id: &str) -> Self {
        let person = Self::register(server, user_id, 0).await;
        server.make_prime(user_id, true).await;
        person
    }

    pub(crate) async fn login(server: &Server, user_id: &str, device_id: &str) -> Result<Self, Status> {
        let channel = channel(server);
        let (user_id, device_id, password) = (user_id.to_owned(), device_id.to_owned(), PASSWORD.to_owned());
        let login = v1::LoginRequest { user_id, device_id, password };
        let answer = SessionsClient::new(channel.clone()).login(login).await?;
        Ok(Self::new(channel, answer.into_inner().session.expect("a session")))
    }

    pub(crate) fn signed(&self) -> Signed {
        InterceptedService::new(self.channel.clone(), self.bearer.clone())
    }

    pub(crate) fn rooms(&self) -> RoomsClient<Signed> {
        RoomsClient::new(self.signed())
    }

    pub(crate) fn messages(&self) -> MessagesClient<Signed> {
        MessagesClient::new(self.signed())
    }

    pub(crate) async fn create_room(&self, name: &str) -> String {
        let (name, password) = (name.to_owned(), ROOM_PASSWORD.to_owned());
        let create = v1::CreateRoomRequest { name, password, ..v1::CreateRoomRequest::default() };
        let made = self.rooms().create_room(create).await.expect("a room").into_inner();
        assert!(!made.repeated);
        made.room.expect("the room that was made").room_id
    }

    pub(crate) async fn join(&self, room: &str) -> Result<v1::JoinRoomResponse, Status> {
        let (room_id, password) = (Some(room.to_owned()), Some(ROOM_PASSWORD.to_owned()));
        let join = v1::JoinRoomRequest { room_id, password, ..v1::JoinRoomRequest::default() };
        self.rooms().join_room(join).await.map(|joined| joined.into_inner())
    }

    pub(crate) async fn write(&self, room: &str, body: &str) -> v1::Event {
        self.messages().send_message(message(room, body)).await.expect("sent").into_inner().event.expect("its event")
    }

    /// The whole log of a room.
    pub(crate) async fn log(&self, room: &str) -> Vec<v1::Event> {
        let (room_id, after, limit) = (room.to_owned(), Some(0), Some(200));
        let ask = v1::GetHistoryRequest { room_id, after, limit, before: None };
        let page = self.messages().get_history(ask).await.expect("the log").into_inner();
        assert!(!page.has_more);
        page.events
    }

    /// A stream, before its hello.
    pub(crate) async fn connect(&self) -> Result<Talk, Status> {
        let (told, commands) = mpsc::channel(64);
        let commands = stream::unfold(commands, async |mut commands| Some((commands.recv().await?, commands)));
        let frames = LiveClient::new(self.signed()).connect(commands).await?.into_inner();
        Ok(Talk { told: Some(told), frames, last_id: 0, waiting: Vec::new() })
    }

    /// A stream after its welcome.
    pub(crate) async fn open(&self) -> Talk {
        let mut talk = self.connect().await.expect("a stream");
        talk.hello(HashMap::new()).await;
        talk
    }
}

pub(crate) fn registration(user_id: &str, avail_coins: i64) -> v1::RegisterRequest {
    v1::RegisterRequest {
        user_id: user_id.to_owned(),
        device_id: "phone".to_owned(),
        name: format!("The {user_id}"),
        phone: "+4915112345678".to_owned(),
        avail_coins,
        password: PASSWORD.to_owned(),
    }
}

pub(crate) fn message(room: &str, body: &str) -> v1::SendMessageRequest {
    v1::SendMessageRequest { room_id: room.to_owned(), body: body.to_owned(), client_id: None, reply_to: None }
}

/// What a message says.
pub(crate) fn body(event: &v1::Event) -> Option<&str> {
    match &event.kind {
        Some(Kind::Message(message)) => message.body.as_deref(),
        _ => None,
    }
}

/// The code by which programs decide.
#[track_caller]
pub(crate) fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap_or_else(|| panic!("a status without a reason: {status:?}")).reason
}

/// A stream.
pub(crate) struct Talk {
    /// None once the client has closed its half.
    told: Option<mpsc::Sender<v1::ClientFrame>>,
    frames: Streaming<v1::ServerFrame>,
    last_id: u64,
    /// What came while something else was waited for.
    waiting: Vec<Frame>,
}

impl Talk {
    pub(crate) async fn hello(&mut self, rooms: HashMap<String, u64>) -> v1::Welcome {
        let id = self.begin(Command::Hello(v1::Hello { rooms })).await;
        match self.until("the welcome", |frame| matches!(frame, Frame::Welcome(_))).await {
            Frame::Welcome(welcome) if welcome.id == id => welcome,
            other => panic!("the welcome of another hello: {other:?}"),
        }
    }

    /// Says a command, and answers its number.
    pub(crate) async fn begin(&mut self, command: Command) -> u64 {
        self.last_id += 1;
        self.say(v1::ClientFrame { id: self.last_id, command: Some(command) }).await;
        self.last_id
    }

    pub(crate) async fn say(&mut self, frame: v1::ClientFrame) {
        // Where the stream has ended, that is what the next frame says.
        let _ = self.told.as_ref().expect("an open half").send(frame).await;
    }

    /// Closes one's own half.
    pub(crate) fn finish(&mut self) {
        self.told = None;
    }

    /// The next thing that the server says, or how the stream ended.
    pub(crate) async fn next(&mut self) -> Result<Option<Frame>, Status> {
        let frame = timeout(PATIENCE, self.frames.message()).await.expect("something in time")?;
        Ok(frame.map(|frame| frame.frame.expect("a frame of this version")))
    }

    /// The first frame for which `wanted` holds; what comes before it is kept for who asks later.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Frame) -> bool) -> Frame {
        if let Some(at) = self.waiting.iter().position(&wanted) {
            return self.waiting.remove(at);
        }
        loop {
            match self.next().await {
                Ok(Some(frame)) if wanted(&frame) => return frame,
                Ok(Some(frame)) => self.waiting.push(frame),
                end => panic!("{end:?} comes before {what}: {:#?}", self.waiting),
            }
        }
    }

    /// What is answered under a number.
    pub(crate) async fn reply(&mut self, number: u64) -> Result<Option<ok::Result>, v1::Problem> {
        let is_it = |frame: &Frame| match frame {
            Frame::Ok(ok) => ok.id == number,
            Frame::Error(error) => error.id == number,
            _ => false,
        };
        match self.until("the answer", is_it).await {
            Frame::Ok(ok) => Ok(ok.result),
            Frame::Error(error) => Err(error.problem.expect("an error says why")),
            other => panic!("no answer: {other:?}"),
        }
    }

    pub(crate) async fn ask(&mut self, command: Command) -> Result<Option<ok::Result>, v1::Problem> {
        let number = self.begin(command).await;
        self.reply(number).await
    }

    pub(crate) async fn write(&mut self, room: &str, text: &str) -> v1::Event {
        match self.ask(Command::Send(message(room, text))).await {
            Ok(Some(ok::Result::Event(event))) => event,
            other => panic!("not sent: {other:?}"),
        }
    }

    /// The message of somebody else that says this.
    pub(crate) async fn message(&mut self, room: &str, text: &str) -> v1::Event {
        let is_it =
            |frame: &Frame| matches!(frame, Frame::Event(event) if event.room_id == room && body(event) == Some(text));
        match self.until(text, is_it).await {
            Frame::Event(event) => event,
            other => panic!("no event: {other:?}"),
        }
    }

    /// All that waits is brought by the time this returns.
    pub(crate) async fn settle(&mut self) {
        self.ask(Command::Ping(v1::Ping {})).await.expect("a ping is answered");
    }

    /// The numbers of a room's events so far that nobody has asked for.
    pub(crate) fn seqs(&self, room: &str) -> Vec<u64> {
        self.events(room).map(|event| event.seq).collect()
    }

    /// A room's events so far that nobody has asked for.
    pub(crate) fn events(&self, room: &str) -> impl Iterator<Item = &v1::Event> {
        self.waiting.iter().filter_map(move |frame| match frame {
            Frame::Event(event) if event.room_id == room => Some(event),
            _ => None,
        })
    }

    /// How the stream ends, whatever comes before; none: well.
    pub(crate) async fn end(&mut self) -> Option<Status> {
        loop {
            match self.next().await {
                Ok(Some(frame)) => self.waiting.push(frame),
                Ok(None) => return None,
                Err(status) => return Some(status),
            }
        }
    }

    /// Whether such a frame came, and was not asked for.
    pub(crate) fn has_seen(&self, wanted: impl Fn(&Frame) -> bool) -> bool {
        self.waiting.iter().any(wanted)
    }
}
