//! How often the database is asked.

use chat_conformance::build::{NOON, append, attempt, begin, draft, new_room_of, user, users};
use chat_core::{
    Chat, Secrets,
    api::{JoinKey, JoinRoom, Rooms},
    model::{
        invite::{Invite, InviteId, InviteToken},
        session::Caller,
        time::Timestamp,
    },
    ports::store::{RoomStore, Store},
};
use chat_test_databases::Kind;

use crate::{
    proxy::Proxy,
    stores::{on_both, own},
};

on_both! {
    a_batch_of_messages_is_two,
    a_read_is_one,
    a_join_by_invite_is_four_before_the_commit,
}

async fn a_batch_of_messages_is_two(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 1).await;
    let room = new_room_of(&store, &["alice", "bob"]).await;
    append(&store, &[draft(room, "alice", "first")]).await;
    proxy.round_trips();
    append(&store, &[draft(room, "alice", "a"), draft(room, "bob", "b")]).await;
    assert_eq!(proxy.round_trips(), (2, 1));
    append(&store, &[draft(room, "alice", "@bob"), draft(room, "bob", "b")]).await;
    assert_eq!(proxy.round_trips(), (2, 1), "whom it mentions is read with the rest");
}

async fn a_read_is_one(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 1).await;
    let room = new_room_of(&store, &["alice"]).await;
    proxy.round_trips();
    store.members(room).await.unwrap();
    assert_eq!(proxy.round_trips(), (1, 0));
    let tx = store.begin(attempt()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(proxy.round_trips(), (0, 0), "a transaction without statements");
}

async fn a_join_by_invite_is_four_before_the_commit(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let proxy = Proxy::before(fresh.database.url()).await;
    let store = proxy.store(fresh.database.url(), 1).await;
    let room = new_room_of(&store, &["alice"]).await;
    users(&store, &["bob"]).await;
    let token = InviteToken::from_random([7; 24]);
    let invite = Invite {
        id: InviteId::new(),
        room,
        maker: user("alice"),
        invitee: user("bob"),
        created_at: NOON,
        expires_at: Timestamp::MAX,
        used_at: None,
        revoked_at: None,
    };
    let mut tx = begin(&store).await;
    tx.set_prime(&user("bob"), true).await.unwrap();
    tx.insert_invite(&invite, &token.hash()).await.unwrap();
    tx.commit().await.unwrap();
    let secrets = Secrets::random().unwrap();
    let chat = Chat::builder(store).secrets(secrets).password_cost(4).build().await.unwrap();
    proxy.round_trips();

    let join = JoinRoom { key: JoinKey::Invite(token), dry_run: false, max_charge: None };
    chat.join_room(&Caller::user(user("bob")), join).await.unwrap();
    // The invite is looked up; then the user, the room and the entrant are read and all is written, each in one; then
    // the commit.
    assert_eq!(proxy.round_trips(), (1 + 4 + 1, 1));
}
