use chat_core::{
    model::{
        invite::{Invite, InviteId, InviteToken},
        room::RoomId,
        time::Timestamp,
    },
    ports::store::Store,
};

use crate::{
    build::{at, begin, new_room_of, room_of, user},
    refusal::must_not_be,
};

fn invite(room: RoomId, made_at: Timestamp) -> Invite {
    Invite {
        id: InviteId::new(),
        room,
        maker: user("alice"),
        invitee: user("bob"),
        created_at: made_at,
        expires_at: at(1_000),
        used_at: None,
        revoked_at: None,
    }
}

fn token(byte: u8) -> InviteToken {
    InviteToken::from_random([byte; 24])
}

async fn insert(store: &dyn Store, invite: &Invite, byte: u8) {
    let mut tx = begin(store).await;
    tx.insert_invite(invite, &token(byte).hash()).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn what_was_made_is_found_by_its_token_alone(store: &dyn Store) {
    let made = invite(new_room_of(store, &["alice", "bob"]).await, at(0));
    insert(store, &made, 1).await;
    assert_eq!(store.invite_by_token(&token(1).hash()).await.unwrap(), Some(made));
    assert_eq!(store.invite_by_token(&token(2).hash()).await.unwrap(), None);
}

pub(crate) async fn invites_are_listed_newest_first(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let (first, second) = (invite(room, at(1)), invite(room, at(2)));
    let elsewhere = invite(room_of(store, &["alice"]).await, at(3));
    for (made, byte) in [(&second, 2), (&first, 1), (&elsewhere, 3)] {
        insert(store, made, byte).await;
    }
    assert_eq!(store.invites_to(room).await.unwrap(), [second, first]);
    assert_eq!(store.invites_to(RoomId::new()).await.unwrap(), []);
}

pub(crate) async fn an_invite_is_found_in_its_room_alone(store: &dyn Store) {
    let made = invite(new_room_of(store, &["alice", "bob"]).await, at(0));
    let other = room_of(store, &["alice"]).await;
    insert(store, &made, 1).await;
    let mut tx = begin(store).await;
    assert_eq!(tx.invite_in(made.room, made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(tx.invite_in(other, made.id).await.unwrap(), None);
    assert_eq!(tx.invite_in(made.room, InviteId::new()).await.unwrap(), None);
}

pub(crate) async fn r_inv_03_an_invite_is_used_once(store: &dyn Store) {
    let made = invite(new_room_of(store, &["alice", "bob"]).await, at(0));
    insert(store, &made, 1).await;
    let mut tx = begin(store).await;
    tx.use_invite(made.id, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let again = tx.use_invite(made.id, at(6)).await;
    must_not_be(tx, again).await;
    let used = Invite { used_at: Some(at(5)), ..made };
    assert_eq!(store.invite_by_token(&token(1).hash()).await.unwrap(), Some(used));
}

pub(crate) async fn r_inv_03_several_may_be_open_for_one_person(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let invites = [invite(room, at(1)), invite(room, at(2)), Invite { expires_at: at(9), ..invite(room, at(3)) }];
    for (made, byte) in invites.iter().zip(1..) {
        insert(store, made, byte).await;
    }
    let mut tx = begin(store).await;
    tx.use_invite(invites[1].id, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    for (made, byte) in invites.iter().zip(1..) {
        let found = store.invite_by_token(&token(byte).hash()).await.unwrap().unwrap();
        assert_eq!(found, Invite { used_at: (byte == 2).then(|| at(5)), ..made.clone() });
    }
}

pub(crate) async fn r_inv_03_a_token_stands_for_one_invite(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let first = invite(room, at(0));
    insert(store, &first, 1).await;
    let mut tx = begin(store).await;
    let second = tx.insert_invite(&invite(room, at(1)), &token(1).hash()).await;
    must_not_be(tx, second).await;
    assert_eq!(store.invite_by_token(&token(1).hash()).await.unwrap(), Some(first));
}

pub(crate) async fn what_was_used_or_revoked_is_not_revoked_again(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let (used, revoked) = (invite(room, at(0)), invite(room, at(0)));
    insert(store, &used, 1).await;
    insert(store, &revoked, 2).await;
    let mut tx = begin(store).await;
    tx.use_invite(used.id, at(1)).await.unwrap();
    tx.revoke_invite(revoked.id, at(2)).await.unwrap();
    for id in [used.id, revoked.id] {
        tx.revoke_invite(id, at(9)).await.unwrap();
    }
    assert_eq!(tx.invite_in(room, used.id).await.unwrap().unwrap().revoked_at, None);
    assert_eq!(tx.invite_in(room, revoked.id).await.unwrap().unwrap().revoked_at, Some(at(2)));
}

pub(crate) async fn r_inv_03_the_open_invites_that_somebody_made_are_revoked_together(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let by_bob = |room| Invite { maker: user("bob"), ..invite(room, at(0)) };
    let [open, used, elsewhere, by_alice] = [by_bob(room), by_bob(room), by_bob(other), invite(room, at(0))];
    for (made, byte) in [&open, &used, &elsewhere, &by_alice].into_iter().zip(1..) {
        insert(store, made, byte).await;
    }
    let mut tx = begin(store).await;
    tx.lock_room(room).await.unwrap();
    tx.use_invite(used.id, at(1)).await.unwrap();
    for millis in [2, 3] {
        tx.revoke_invites_by(room, &user("bob"), at(millis)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    for (made, revoked) in [(open, Some(at(2))), (used, None), (elsewhere, None), (by_alice, None)] {
        let found = tx.invite_in(made.room, made.id).await.unwrap().unwrap();
        assert_eq!(found.revoked_at, revoked, "{found:?}");
    }
}
