//! One chat, its users and rooms, up to the moment before a command.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chat_core::{
    Chat,
    api::{
        Admin, CreateRoom, Friends, InviteUser, Invites, JoinKey, JoinRoom, Members, Messages, Register, Rooms,
        SendMessage, Sessions, SignedIn, Users,
    },
    error::ChatError,
    model::{
        coin::Coins,
        friend::RequestId,
        invite::InviteToken,
        message::{ClientId, MessageBody},
        operator::Operator,
        room::{Capacity, Role, RoomId, RoomPassword},
        session::{Caller, DeviceId},
        text::Name,
        time::Timestamp,
        user::{Password, Phone, UserId},
    },
    policy::{FriendRequests, Policy},
    ports::{
        authenticator::Credentials,
        clock::{Clock, SystemClock},
        store::Store,
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use crate::ground::{Ground, PATIENCE};

/// Who is looked at: in the order of their ids.
pub(crate) const ROLES: [&str; 3] = ["alice", "bob", "carol"];
/// Who has nothing to do with the command.
pub(crate) const OTHER: &str = "walter";
pub(crate) const USER_PASSWORD: &str = "correct horse";
pub(crate) const ROOM_PASSWORD: &str = "open sesame";

/// A chat of its own on the shared store.
pub(crate) struct Scene {
    pub(crate) chat: Chat,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Asked,
    number: u32,
    /// The room of who has nothing to do with the command.
    elsewhere: Option<RoomId>,
    /// The rooms that the command may change.
    pub(crate) rooms: Vec<RoomId>,
    /// Bob's first session, and its token, where there is more to him than his name.
    pub(crate) session: Option<Caller>,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) token: Option<InviteToken>,
    pub(crate) request: Option<RequestId>,
}

/// The machine's clock, which counts how often it is asked: each attempt at a write begins with asking.
#[derive(Clone, Default)]
pub(crate) struct Asked(Arc<AtomicU64>);

impl Asked {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Clock for Asked {
    fn now(&self) -> Timestamp {
        self.0.fetch_add(1, Ordering::SeqCst);
        SystemClock.now()
    }
}

impl Scene {
    /// A chat with nobody in it but the one who has nothing to do with anything.
    pub(crate) async fn open(ground: &Ground) -> Self {
        let (clock, store) = (Asked::default(), Arc::clone(&ground.store));
        let chat = Chat::builder_on(Arc::clone(&store))
            .secrets(ground.secrets.clone())
            .clock(clock.clone())
            .policy(Policy { friend_requests: FriendRequests::Anyone, ..Policy::default() })
            .password_cost(4)
            .guess_limits(None)
            .build()
            .await
            .expect("the store is there");
        let mut scene = Self {
            chat,
            store,
            clock,
            number: ground.next(),
            elsewhere: None,
            rooms: Vec::new(),
            session: None,
            refresh_token: None,
            token: None,
            request: None,
        };
        scene.prime(OTHER).await;
        let room = scene.chat.create_room(&scene.caller(OTHER), creation("elsewhere")).await.expect("he is prime");
        scene.elsewhere = Some(room.room.room.id);
        scene
    }

    /// The id of a role in this scene.
    pub(crate) fn user(&self, role: &str) -> UserId {
        UserId::parse(&format!("{role}.{}", self.number)).expect("it is an id")
    }

    /// The role of an id.
    pub(crate) fn role(&self, user: &UserId) -> String {
        user.as_str().trim_end_matches(&format!(".{}", self.number)).to_owned()
    }

    pub(crate) fn caller(&self, role: &str) -> Caller {
        Caller::user(self.user(role))
    }

    pub(crate) fn registration(&self, role: &str) -> Register {
        Register {
            user_id: self.user(role),
            device: device(),
            name: name(role),
            phone: Phone::parse("+4930123456").expect("it is a number"),
            coins: Coins::new(200).expect("it is a balance"),
            password: Password::parse(USER_PASSWORD).expect("it is long enough"),
        }
    }

    /// Registers somebody with 200 coins.
    pub(crate) async fn enter(&self, role: &str) -> SignedIn {
        self.chat.register(self.registration(role)).await.expect("the id is fresh")
    }

    /// Registers somebody, and remembers their session.
    pub(crate) async fn sign_in(&mut self, role: &str) {
        let session = self.enter(role).await.session;
        let caller = self.chat.authenticate(&Credentials::token(session.access_token.expose_secret())).await;
        self.session = Some(caller.expect("it is fresh"));
        self.refresh_token = Some(session.refresh_token);
    }

    /// Registers somebody who is prime.
    pub(crate) async fn prime(&self, role: &str) {
        self.enter(role).await;
        self.chat.set_prime(&Operator::host(), &self.user(role), true).await.expect("they are there");
    }

    /// Makes a room of that name, and remembers it.
    pub(crate) async fn make(&mut self, role: &str, named: &str) -> RoomId {
        let made = self.chat.create_room(&self.caller(role), creation(named)).await.expect("they are prime");
        self.rooms.push(made.room.room.id);
        made.room.room.id
    }

    pub(crate) async fn join(&self, role: &str, room: RoomId) {
        self.chat.join_room(&self.caller(role), joining(room)).await.expect("there are seats");
    }

    pub(crate) async fn hand_over(&self, owner: &str, room: RoomId, heir: &str) {
        let handed = self.chat.set_role(&self.caller(owner), room, Some(self.user(heir)), Role::Owner).await;
        handed.expect("they own it");
    }

    pub(crate) async fn invite(&mut self, role: &str, room: RoomId, invitee: &str) {
        let made = self.chat.invite(&self.caller(role), room, self.invitation(invitee)).await.expect("they may");
        self.token = Some(made.token);
    }

    pub(crate) fn invitation(&self, invitee: &str) -> InviteUser {
        InviteUser { invitee: Some(self.user(invitee)), password: ROOM_PASSWORD.into() }
    }

    pub(crate) async fn ask(&mut self, role: &str, other: &str) {
        let asked = self.chat.request_friend(&self.caller(role), Some(self.user(other))).await.expect("anyone may");
        self.request = Some(asked.request.id);
    }

    pub(crate) async fn say(&self, role: &str, room: RoomId, text: &str) {
        self.chat.send_message(&self.caller(role), message(room, text, None)).await.expect("they are a member");
    }

    /// Somebody else writes at once, on every way into the database. How often that asks the clock is
    /// [`OTHERS_ASK`](Self::OTHERS_ASK).
    pub(crate) async fn others_go_on(&self) -> Result<(), String> {
        let room = self.elsewhere.expect("there is a room elsewhere");
        let user = self.user(OTHER);
        let served = async {
            self.chat.set_prime(&Operator::host(), &user, true).await?;
            self.chat.send_message(&Caller::user(user), message(room, "I am still here", None)).await?;
            Ok::<_, ChatError>(())
        };
        match timeout(PATIENCE, served).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the next write is not served: {error:?}")),
            Err(_) => Err("the next write is not served: it hangs".to_owned()),
        }
    }

    pub(crate) const OTHERS_ASK: u64 = 2;
}

pub(crate) fn device() -> DeviceId {
    DeviceId::parse("phone").expect("it is an id")
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).expect("it is a name")
}

/// How a room of that name is made.
pub(crate) fn creation(named: &str) -> CreateRoom {
    CreateRoom {
        name: name(named),
        password: RoomPassword::parse(ROOM_PASSWORD).expect("it is long enough"),
        capacity: Capacity::MAX,
        client_id: Some(ClientId::parse(named).expect("it is printable")),
    }
}

pub(crate) fn joining(room: RoomId) -> JoinRoom {
    JoinRoom { key: JoinKey::Password { room, password: ROOM_PASSWORD.into() }, dry_run: false, max_charge: None }
}

pub(crate) fn message(room: RoomId, text: &str, client_id: Option<&str>) -> SendMessage {
    SendMessage {
        room,
        body: MessageBody::parse(text.to_owned()).expect("it says something"),
        client_id: client_id.map(|key| ClientId::parse(key).expect("it is printable")),
        reply_to: None,
    }
}
