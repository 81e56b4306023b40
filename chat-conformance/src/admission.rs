use chat_core::{
    model::{
        admission::{Admission, AdmissionKind},
        invite::{Invite, InviteId, InviteToken},
        room::{Role, RoomId},
    },
    ports::store::{Entrant, Store, StoreTx},
};

use crate::{
    build::{NOON, at, begin, coins, leaving, member, new_room_of, room_of, user, users},
    refusal::must_not_be,
};

fn admission(kind: AdmissionKind, price: i64) -> Admission {
    Admission { kind, coins: coins(price), at: NOON }
}

async fn bob_at(tx: &mut dyn StoreTx, room: RoomId) -> Entrant {
    tx.entrant(room, &user("bob"), None).await.unwrap()
}

pub(crate) async fn a_stranger_at_the_door_has_nothing(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["eve"]).await;
    let mut tx = begin(store).await;
    for (room, id) in [(room, "eve"), (room, "nobody"), (RoomId::new(), "alice")] {
        assert_eq!(tx.entrant(room, &user(id), None).await.unwrap(), Entrant::default(), "{id}");
        assert_eq!(tx.entrant(room, &user(id), Some(InviteId::new())).await.unwrap(), Entrant::default(), "{id}");
    }
}

pub(crate) async fn an_entrant_is_a_member_while_they_have_a_seat(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    assert_eq!(bob_at(&mut *tx, room).await, Entrant { is_member: true, ..Entrant::default() });
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 1)).await.unwrap();
    assert_eq!(bob_at(&mut *tx, room).await, Entrant::default());
    tx.seat_member(room, &member("bob", Role::Member, 2)).await.unwrap();
    assert!(bob_at(&mut *tx, room).await.is_member);
}

pub(crate) async fn r_adm_08_an_admission_stands_for_its_room_alone_and_outlives_the_seat(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.insert_admission(&user("bob"), room, &admission(AdmissionKind::Paid, 150)).await.unwrap();
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let left = Entrant { admission: Some(admission(AdmissionKind::Paid, 150)), ..Entrant::default() };
    assert_eq!(bob_at(&mut *tx, room).await, left);
    assert_eq!(bob_at(&mut *tx, other).await, Entrant::default());
    assert_eq!(tx.entrant(room, &user("alice"), None).await.unwrap().admission, None);
}

pub(crate) async fn admissions_of_every_kind_come_back(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let kinds = [
        admission(AdmissionKind::Owner, 0),
        admission(AdmissionKind::Prime, 0),
        admission(AdmissionKind::Free, 0),
        Admission { at: at(7), ..admission(AdmissionKind::Paid, 150) },
        admission(AdmissionKind::Paid, 9_007_199_254_740_991),
    ];
    let mut admitted = Vec::new();
    for admission in kinds {
        let room = room_of(store, &["alice"]).await;
        let mut tx = begin(store).await;
        tx.insert_admission(&user("bob"), room, &admission).await.unwrap();
        tx.commit().await.unwrap();
        admitted.push((room, admission));
    }
    let mut tx = begin(store).await;
    for (room, admission) in admitted {
        assert_eq!(bob_at(&mut *tx, room).await.admission, Some(admission));
    }
}

pub(crate) async fn r_adm_06_a_free_admission_is_known_at_every_door(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.insert_admission(&user("bob"), room, &admission(AdmissionKind::Paid, 150)).await.unwrap();
    assert!(!bob_at(&mut *tx, room).await.had_free_admission);
    tx.insert_admission(&user("bob"), other, &admission(AdmissionKind::Free, 0)).await.unwrap();
    assert!(bob_at(&mut *tx, room).await.had_free_admission);
    assert!(bob_at(&mut *tx, RoomId::new()).await.had_free_admission);
    assert!(!tx.entrant(room, &user("alice"), None).await.unwrap().had_free_admission);
}

pub(crate) async fn r_adm_06_a_second_free_admission_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.insert_admission(&user("bob"), room, &admission(AdmissionKind::Free, 0)).await.unwrap();
    tx.insert_admission(&user("alice"), room, &admission(AdmissionKind::Free, 0)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let second = tx.insert_admission(&user("bob"), other, &admission(AdmissionKind::Free, 0)).await;
    must_not_be(tx, second).await;
    assert_eq!(bob_at(&mut *begin(store).await, other).await.admission, None);
}

pub(crate) async fn a_second_admission_to_the_same_room_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    tx.insert_admission(&user("bob"), room, &admission(AdmissionKind::Prime, 0)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let second = tx.insert_admission(&user("bob"), room, &admission(AdmissionKind::Paid, 150)).await;
    must_not_be(tx, second).await;
    let stands = bob_at(&mut *begin(store).await, room).await.admission;
    assert_eq!(stands, Some(admission(AdmissionKind::Prime, 0)));
}

pub(crate) async fn an_entrant_shows_the_invite_asked_for_where_it_is_to_this_room(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let invites = [1, 2].map(|millis| Invite {
        id: InviteId::new(),
        room,
        maker: user("alice"),
        invitee: user("bob"),
        created_at: at(millis),
        expires_at: at(1_000),
        used_at: None,
        revoked_at: None,
    });
    let mut tx = begin(store).await;
    for (invite, byte) in invites.iter().zip(1..) {
        tx.insert_invite(invite, &InviteToken::from_random([byte; 24]).hash()).await.unwrap();
    }
    for invite in &invites {
        let entrant = tx.entrant(room, &user("bob"), Some(invite.id)).await.unwrap();
        assert_eq!(entrant, Entrant { is_member: true, invite: Some(invite.clone()), ..Entrant::default() });
        assert_eq!(tx.entrant(other, &user("bob"), Some(invite.id)).await.unwrap().invite, None);
    }
    assert_eq!(bob_at(&mut *tx, room).await.invite, None, "none was asked for");
    tx.use_invite(invites[0].id, at(3)).await.unwrap();
    let used = tx.entrant(room, &user("bob"), Some(invites[0].id)).await.unwrap().invite;
    assert_eq!(used, Some(Invite { used_at: Some(at(3)), ..invites[0].clone() }));
}
