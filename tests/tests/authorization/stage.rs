//! What a cell is played on: a room and people of its own, on a server that all cells share.

use std::sync::Arc;

use chat_core::model::operator::Right;
use chat_tests::{ADMIN_TOKEN, Client, PASSWORD, Server, registration};
use serde_json::{Value, json};

use crate::caller::Caller;

/// The servers, all on one store and with one key.
pub(crate) struct World {
    pub(crate) server: Server,
    /// Its access tokens have expired when they arrive.
    _expired: Server,
    /// Its access tokens last long enough to open a WebSocket.
    brief: Server,
    pub(crate) admin: Client,
    /// Nobody at each of the servers.
    nobody: Client,
    nobody_at_expired: Client,
}

impl World {
    pub(crate) async fn start() -> Self {
        let operators = Right::ALL.map(operators).concat();
        let flags = operators.iter().flat_map(|operator| ["--operator", operator]);
        let flags: Vec<&str> = flags.chain(["--grpc-listen", "127.0.0.1:0"]).collect();
        let server = Server::with(&flags).await;
        let expired = Server::at(server.database_url(), &["--access-ttl", "1ms"]).await;
        let brief = Server::at(server.database_url(), &["--access-ttl", "5s"]).await;
        let (admin, nobody, nobody_at_expired) = (server.admin(), server.nobody(), expired.nobody());
        Self { server, _expired: expired, brief, admin, nobody, nobody_at_expired }
    }

    /// Another session of a user.
    pub(crate) async fn login(&self, user: &Client, device: &str) -> Client {
        login(&self.nobody, user, device).await
    }
}

/// An operator with a right alone, and one without it, as `--operator` takes them.
fn operators(right: Right) -> Vec<String> {
    let others = Right::ALL.into_iter().filter(|other| *other != right).map(Right::as_str);
    let (name, others) = (right.as_str(), others.collect::<Vec<_>>().join(","));
    let with = format!("with-{name}:{name}:{}", with_right(right));
    let without = format!("without-{name}:{others}:{}", without_right(right));
    vec![with, without]
}

fn with_right(right: Right) -> String {
    format!("token-of-the-one-with-{}", right.as_str())
}

fn without_right(right: Right) -> String {
    format!("token-of-the-one-without-{}", right.as_str())
}

/// A room with its owner and a member, and who is about to call.
pub(crate) struct Stage {
    pub(crate) world: Arc<World>,
    /// What the ids of all users of this stage begin with, and no others.
    name: String,
    pub(crate) caller: Caller,
    pub(crate) room: String,
    pub(crate) owner: Client,
    /// Another session of the owner.
    owners_tablet: Client,
    /// A member beside the caller.
    pub(crate) peer: Client,
    /// Who calls, still with a session that is good: one of the owner's where the caller is no user who is signed in.
    pub(crate) me: Client,
}

impl Stage {
    pub(crate) async fn set(world: Arc<World>, number: usize, caller: Caller) -> Self {
        let name = format!("stage-{number}-");
        let owner = register(&world, &format!("{name}owner")).await;
        make_prime(&world, &owner, true).await;
        let owners_tablet = world.login(&owner, "tablet").await;
        let room = owner.create_room("Tea").await;
        let peer = register(&world, &format!("{name}peer")).await;
        peer.join(&room).await;
        let me = match caller {
            caller if caller.is_user() && caller != Caller::Owner => register(&world, &format!("{name}me")).await,
            _ => owner.clone(),
        };
        let stage = Self { world, name, caller, room, owner, owners_tablet, peer, me };
        if stage.caller.is_user() && !matches!(stage.caller, Caller::OtherUser | Caller::Owner) {
            stage.me.join(&stage.room).await;
            stage.make_me_what_i_am(&stage.owner, &stage.room).await;
        }
        stage
    }

    /// Makes of a caller who is a plain member what they are to be; by the owner of the room.
    pub(crate) async fn make_me_what_i_am(&self, owner: &Client, room: &str) {
        let member = format!("/api/chatrooms/{room}/members/{}", self.me.user_id);
        match self.caller {
            Caller::FormerMember => self.me.leave(room).await,
            Caller::Removed => drop(owner.delete(&member).await.is(204)),
            Caller::Banned => owner.ban(room, &self.me.user_id).await,
            Caller::Moderator => drop(owner.put(&format!("{member}/role"), json!({"role": "moderator"})).await.is(200)),
            Caller::Blocked => {
                for blocker in [&self.owner, &self.peer] {
                    blocker.block(&self.me.user_id).await;
                }
            }
            _ => {}
        }
    }

    /// An id that no user has.
    pub(crate) fn unused_id(&self) -> String {
        format!("{}newcomer", self.name)
    }

    /// A user beside owner, peer and caller, who is prime and in no room.
    pub(crate) async fn guest(&self) -> Client {
        let guest = register(&self.world, &format!("{}guest", self.name)).await;
        make_prime(&self.world, &guest, true).await;
        guest
    }

    /// Makes the caller prime, or no longer so.
    pub(crate) async fn make_me_prime(&self, prime: bool) {
        make_prime(&self.world, &self.me, prime).await;
    }

    /// Another session of the caller.
    pub(crate) async fn my_laptop(&self) -> Client {
        self.world.login(&self.me, "laptop").await
    }

    /// Lets caller and peer be participants of one room, whoever the caller is.
    pub(crate) async fn meet(&self) {
        if self.caller == Caller::OtherUser {
            let hall = self.owner.create_room("Hall").await;
            self.peer.join(&hall).await;
            self.me.join(&hall).await;
        }
    }

    /// A participant of the room who is neither the caller nor the peer.
    pub(crate) async fn third(&self) -> Client {
        if self.me.user_id != self.owner.user_id {
            return self.owner.clone();
        }
        let third = register(&self.world, &format!("{}third", self.name)).await;
        third.join(&self.room).await;
        third
    }

    /// A session of the caller's whose access token is about to expire, on the server that gave it.
    pub(crate) async fn brief_session(&self) -> (&Server, Client) {
        (&self.world.brief, login(&self.world.brief.nobody(), &self.me, "watch").await)
    }

    /// Makes the caller what they are, and answers what they show. `right`: the one that the operation takes.
    pub(crate) async fn enter(&self, right: Option<Right>) -> Client {
        let (me, admin) = (&self.me, &self.world.admin);
        let right = || right.expect("who has a right, or has not, calls where one is needed");
        match self.caller {
            Caller::Nobody => showing(me, None),
            Caller::Expired => {
                let expired = login(&self.world.nobody_at_expired, me, "watch").await;
                showing(me, expired.access_token.as_deref())
            }
            Caller::Revoked => {
                me.post_empty("/api/logout").await.is(204);
                me.clone()
            }
            Caller::Suspended => {
                let body = json!({"suspended": true, "reason": "spam"});
                admin.put(&format!("/admin/users/{}/suspended", me.user_id), body).await.is(200);
                me.clone()
            }
            Caller::Erased => {
                admin.delete(&format!("/admin/users/{}", me.user_id)).await.is(204);
                me.clone()
            }
            Caller::RefreshToken => showing(me, Some(&me.refresh_token)),
            Caller::InviteToken => {
                let guest = register(&self.world, &format!("{}invitee", self.name)).await;
                make_prime(&self.world, &guest, true).await;
                let invite = self.owner.invite(&self.room, &guest.user_id).await;
                showing(me, Some(invite["inviteToken"].as_str().expect("an invite has a token")))
            }
            Caller::Admin => showing(me, Some(ADMIN_TOKEN)),
            Caller::WithRight => showing(me, Some(&with_right(right()))),
            Caller::WithoutRight => showing(me, Some(&without_right(right()))),
            _ => me.clone(),
        }
    }

    /// All that a refusal must not change, each thing as somebody sees it who is not refused: users and room as operators
    /// do, rooms and sessions as owner and caller do, what is between two as the peer does. Invites are seen by the
    /// owner, who may be the peer by now.
    pub(crate) async fn look_around(&self, room: &str) -> Vec<Value> {
        const ROOMS: &str = "/api/chatrooms";
        const SESSIONS: &str = "/api/sessions";
        const FRIENDS: [&str; 4] =
            ["/api/friends", "/api/friend-requests?box=in", "/api/friend-requests?box=out", "/api/blocks"];
        let users = format!("/admin/users?query={}", self.name);
        let (members, invites) = (format!("/admin/chatrooms/{room}"), format!("/api/chatrooms/{room}/invites"));
        let (admin, owner, peer) = (&self.world.admin, &self.owners_tablet, &self.peer);
        let mut looks = vec![(admin, users.as_str()), (admin, &members)];
        looks.extend([ROOMS, SESSIONS, &invites].map(|path| (owner, path)));
        looks.extend([SESSIONS, &invites].map(|path| (peer, path)));
        looks.extend(FRIENDS.map(|path| (peer, path)));
        if self.caller.is_user() && self.me.user_id != self.owner.user_id {
            looks.extend([ROOMS, SESSIONS].map(|path| (&self.me, path)));
        }
        let mut seen = Vec::new();
        for (client, path) in looks {
            let answer = client.get(path).await;
            // A refusal has an id of its own each time.
            seen.push(if answer.status == 200 { answer.json } else { answer.json["code"].clone() });
        }
        seen
    }
}

/// The same client with another token, or none.
fn showing(client: &Client, token: Option<&str>) -> Client {
    let mut client = client.clone();
    client.access_token = token.map(str::to_owned);
    client
}

async fn register(world: &World, user_id: &str) -> Client {
    let mut body = registration(user_id);
    body["availCoins"] = json!(1_000);
    world.nobody.signed_in(&world.nobody.post("/api/register", body).await.is(201))
}

async fn make_prime(world: &World, user: &Client, prime: bool) {
    let path = format!("/admin/users/{}/prime", user.user_id);
    world.admin.put(&path, json!({"prime": prime})).await.is(200);
}

async fn login(nobody: &Client, user: &Client, device: &str) -> Client {
    nobody.signed_in(&nobody.post("/api/login", login_of(user, device)).await.is(200))
}

/// What signs a user in on a device.
pub(crate) fn login_of(user: &Client, device: &str) -> Value {
    json!({"userId": user.user_id, "deviceId": device, "password": PASSWORD})
}
