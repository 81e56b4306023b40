//! The commands that are cut off, and what must be there for them.

use chat_core::{
    api::{
        Admin, Bans, Blocks, ChangeCoins, ChangeRoom, EnsureUser, Friends, Invites, JoinKey, JoinRoom, Login, Members,
        Messages, Rooms, Sessions, Users,
    },
    error::ChatError,
    model::{
        coin::{Amount, CoinKey, Coins, Reason},
        event::Seq,
        operator::Operator,
        room::{Capacity, Role},
        session::Caller,
    },
};
use secrecy::ExposeSecret;

use crate::{
    ground::Ground,
    scene::{Scene, USER_PASSWORD, creation, device, joining, message, name},
};

/// A command of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Register,
    EnsureUser,
    CreateRoom,
    JoinForCoins,
    JoinByInvite,
    LeaveAsOwner,
    HandOver,
    Ban,
    ChangeRoom,
    Invite,
    SendMessage,
    MarkRead,
    ChangeCoins,
    RequestFriend,
    AcceptRequest,
    Block,
    Login,
    Refresh,
    Logout,
}

impl Command {
    pub(crate) const ALL: [Self; 19] = [
        Self::Register,
        Self::EnsureUser,
        Self::CreateRoom,
        Self::JoinForCoins,
        Self::JoinByInvite,
        Self::LeaveAsOwner,
        Self::HandOver,
        Self::Ban,
        Self::ChangeRoom,
        Self::Invite,
        Self::SendMessage,
        Self::MarkRead,
        Self::ChangeCoins,
        Self::RequestFriend,
        Self::AcceptRequest,
        Self::Block,
        Self::Login,
        Self::Refresh,
        Self::Logout,
    ];

    /// Everything up to the moment before the command.
    pub(crate) async fn set(self, ground: &Ground) -> Scene {
        let mut scene = Scene::open(ground).await;
        match self {
            Self::Register | Self::EnsureUser => {}
            Self::CreateRoom => scene.prime("alice").await,
            Self::JoinForCoins => {
                scene.prime("alice").await;
                scene.enter("bob").await;
                let (free, _) = (scene.make("alice", "free").await, scene.make("alice", "dear").await);
                scene.join("bob", free).await;
            }
            Self::JoinByInvite => {
                scene.prime("alice").await;
                scene.prime("bob").await;
                let room = scene.make("alice", "room").await;
                scene.invite("alice", room, "bob").await;
            }
            Self::LeaveAsOwner | Self::HandOver | Self::ChangeRoom => {
                scene.prime("alice").await;
                let room = scene.make("alice", "room").await;
                for role in ["carol", "bob"] {
                    scene.enter(role).await;
                    scene.join(role, room).await;
                }
            }
            // Bob has made an invite while the room was his.
            Self::Ban => {
                scene.prime("alice").await;
                scene.prime("carol").await;
                scene.enter("bob").await;
                let room = scene.make("alice", "room").await;
                scene.join("bob", room).await;
                scene.hand_over("alice", room, "bob").await;
                scene.invite("bob", room, "carol").await;
                scene.hand_over("bob", room, "alice").await;
            }
            Self::Invite => {
                scene.prime("alice").await;
                scene.prime("bob").await;
                scene.make("alice", "room").await;
            }
            Self::SendMessage | Self::MarkRead => {
                scene.prime("alice").await;
                scene.enter("bob").await;
                let room = scene.make("alice", "room").await;
                scene.join("bob", room).await;
                scene.say("alice", room, "read this").await;
                scene.say("alice", room, "and this").await;
            }
            Self::ChangeCoins => drop(scene.enter("bob").await),
            Self::RequestFriend | Self::AcceptRequest | Self::Block => {
                scene.enter("alice").await;
                scene.enter("bob").await;
                if self != Self::RequestFriend {
                    scene.ask("alice", "bob").await;
                }
            }
            Self::Login | Self::Refresh | Self::Logout => scene.sign_in("bob").await,
        }
        scene
    }

    /// Who listens.
    pub(crate) const fn listeners(self) -> &'static [&'static str] {
        match self {
            Self::Register | Self::EnsureUser => &[],
            Self::CreateRoom => &["alice"],
            Self::LeaveAsOwner | Self::HandOver | Self::ChangeRoom => &["alice", "bob", "carol"],
            Self::ChangeCoins | Self::Login | Self::Refresh | Self::Logout => &["bob"],
            _ => &["alice", "bob"],
        }
    }

    /// Does it: what was answered, refusals among it, or how it failed.
    pub(crate) async fn run(self, scene: &Scene) -> Result<String, String> {
        let chat = &scene.chat;
        let (alice, bob) = (scene.caller("alice"), scene.caller("bob"));
        let room = scene.rooms.last().copied();
        let room = || room.expect("there is a room");
        told(match self {
            Self::Register => chat.register(scene.registration("alice")).await.map(|_| "registered".to_owned()),
            Self::EnsureUser => {
                let user = EnsureUser::new(scene.user("alice"));
                let user = EnsureUser { name: name("alice"), coins: Coins::new(200), ..user };
                chat.ensure_user(user).await.map(|user| format!("{:?}", user.coins))
            }
            Self::CreateRoom => chat
                .create_room(&alice, creation("new"))
                .await
                .map(|made| format!("{}, repeated {}", made.room.room.last_seq, made.repeated)),
            Self::JoinForCoins => join(scene, &bob, joining(room())).await,
            Self::JoinByInvite => {
                let token = scene.token.clone().expect("bob is invited");
                join(scene, &bob, JoinRoom { key: JoinKey::Invite(token), dry_run: false, max_charge: None }).await
            }
            Self::LeaveAsOwner => chat.leave_room(&alice, room()).await.map(|()| "left".to_owned()),
            Self::HandOver => {
                let handed = chat.set_role(&alice, room(), Some(scene.user("carol")), Role::Owner).await;
                handed.map(|named| format!("{:?}", named.member.role))
            }
            Self::Ban => chat.ban(&alice, room(), Some(scene.user("bob"))).await.map(|()| "banned".to_owned()),
            Self::ChangeRoom => {
                let change =
                    ChangeRoom { capacity: Capacity::parse(4).ok(), password: None, name: Some(name("changed")) };
                chat.change_room(&alice, room(), change).await.map(|view| format!("{:?}", view.room.name))
            }
            Self::Invite => chat.invite(&alice, room(), scene.invitation("bob")).await.map(|_| "invited".to_owned()),
            Self::SendMessage => chat
                .send_message(&bob, message(room(), "heard?", Some("key")))
                .await
                .map(|sent| format!("{}, repeated {}", sent.event.seq, sent.repeated)),
            Self::MarkRead => chat.mark_read(&bob, room(), Seq::new(3)).await.map(|read| format!("{read:?}")),
            Self::ChangeCoins => {
                let change = ChangeCoins {
                    amount: Amount::parse(-50).expect("it is an amount"),
                    reason: Reason::parse("a fee").expect("it says something"),
                    key: CoinKey::parse("key").expect("it is printable"),
                };
                let changed = chat.change_coins(&Operator::host(), &scene.user("bob"), change).await;
                changed.map(|changed| format!("{:?}, repeated {}", changed.entry.balance_after, changed.repeated))
            }
            Self::RequestFriend => chat
                .request_friend(&alice, Some(scene.user("bob")))
                .await
                .map(|requested| format!("{:?}", requested.outcome)),
            Self::AcceptRequest => {
                let request = scene.request.expect("alice has asked");
                chat.accept_request(&bob, request).await.map(|request| format!("{:?}", request.state))
            }
            Self::Block => chat.block(&bob, &scene.user("alice")).await.map(|()| "blocked".to_owned()),
            Self::Login => {
                let login = Login {
                    user_id: scene.user("bob").as_str().to_owned(),
                    device: device(),
                    password: USER_PASSWORD.into(),
                    address: None,
                };
                chat.login(login).await.map(|_| "signed in".to_owned())
            }
            Self::Refresh => {
                let token = scene.refresh_token.as_ref().expect("bob is signed in");
                chat.refresh(token.expose_secret()).await.map(|_| "refreshed".to_owned())
            }
            Self::Logout => {
                let bob = scene.session.as_ref().expect("bob is signed in");
                chat.logout(bob).await.map(|()| "signed out".to_owned())
            }
        })
    }
}

async fn join(scene: &Scene, caller: &Caller, join: JoinRoom) -> Result<String, ChatError> {
    let joined = scene.chat.join_room(caller, join).await?;
    Ok(format!("charged {:?}, already in {}, balance {:?}", joined.charged, joined.already_member, joined.balance))
}

fn told(answer: Result<String, ChatError>) -> Result<String, String> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(ChatError::Rejected(refused)) => Ok(format!("refused: {refused:?}")),
        Err(failed) => Err(format!("{failed:?}")),
    }
}
