use std::time::Duration;

use chat_core::{
    model::{
        admission::{Admission, AdmissionKind},
        coin::CoinKey,
        event::EventKind,
        invite::{Invite, InviteId, InviteToken},
        room::{Role, RoomId},
    },
    ports::store::{Attempt, AttemptId, Entrant, Store},
};

use crate::{
    Fixture,
    build::{
        NOON, append, at, attempt, begin, coins, draft, entry, event, keyed, member, new_room, new_room_of, new_user,
        seq, user, users,
    },
    second::Second,
};

pub(crate) async fn a_rollback_leaves_nothing_and_no_hole(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.append_event(&event(room, 2, "alice", EventKind::Left)).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(store.user(&user("bob")).await.unwrap(), None);
    assert_eq!(append(store, &[draft(room, "alice", "hi")]).await, ["new 2"]);
}

pub(crate) async fn a_dropped_transaction_leaves_nothing(store: &dyn Store) {
    let mut tx = begin(store).await;
    tx.insert_user(&new_user("bob")).await.unwrap();
    drop(tx);
    users(store, &["bob"]).await;
}

pub(crate) async fn r_adm_09_a_join_that_is_undone_leaves_nothing(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    users(store, &["bob"]).await;
    let bob = user("bob");
    for dropped in [false, true] {
        let mut tx = begin(store).await;
        tx.lock_users(&[&bob]).await.unwrap();
        tx.lock_room(room).await.unwrap();
        let paid = Admission { kind: AdmissionKind::Paid, coins: coins(0), at: NOON };
        tx.insert_admission(&bob, room, &paid).await.unwrap();
        tx.append_coin_entry(&bob, &entry(5, 5)).await.unwrap();
        tx.append_event(&event(room, 2, "bob", EventKind::Joined)).await.unwrap();
        tx.seat_member(room, &member("bob", Role::Member, 2)).await.unwrap();
        assert!(tx.entrant(room, &bob, None).await.unwrap().is_member, "it was all written");
        if dropped {
            drop(tx)
        } else {
            tx.rollback().await.unwrap()
        }

        let mut tx = begin(store).await;
        let balance = tx.lock_users(&[&bob]).await.unwrap().remove(0).unwrap().user.coins;
        assert_eq!(balance, coins(0), "the balance");
        let locked = tx.lock_room(room).await.unwrap().unwrap().room;
        assert_eq!((locked.member_count, locked.last_seq), (1, seq(1)), "the room");
        assert_eq!(tx.entrant(room, &bob, None).await.unwrap(), Entrant::default(), "the admission and the seat");
        tx.rollback().await.unwrap();
        assert_eq!(store.coin_entries(&bob, None, 10).await.unwrap(), [], "the ledger");
        assert_eq!(crate::build::log(store, room).await, ["1 joined alice"], "the log");
    }
}

pub(crate) async fn a_transaction_sees_what_it_wrote(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let (alice, bob, room) = (user("alice"), user("bob"), RoomId::new());
    let mut tx = begin(store).await;
    tx.lock_users(&[&alice, &bob]).await.unwrap();
    tx.insert_user(&new_user("carol")).await.unwrap();
    tx.set_prime(&bob, true).await.unwrap();
    tx.insert_room(&new_room(room, "alice")).await.unwrap();
    for (id, number) in [("alice", 1), ("bob", 2)] {
        tx.append_event(&event(room, number, id, EventKind::Joined)).await.unwrap();
        tx.seat_member(room, &member(id, Role::Member, number)).await.unwrap();
    }
    tx.set_role(room, &bob, Role::Moderator).await.unwrap();
    let admission = Admission { kind: AdmissionKind::Free, coins: coins(0), at: at(1) };
    tx.insert_admission(&bob, room, &admission).await.unwrap();
    let written = tx.append_coin_entry(&bob, &keyed(entry(5, 5), "k")).await.unwrap();
    let invite = Invite {
        id: InviteId::new(),
        room,
        maker: alice.clone(),
        invitee: bob.clone(),
        created_at: at(1),
        expires_at: at(2),
        used_at: None,
        revoked_at: None,
    };
    tx.insert_invite(&invite, &InviteToken::from_random([7; 24]).hash()).await.unwrap();
    tx.insert_friendship(&alice, &bob, NOON).await.unwrap();
    tx.set_read(room, &bob, seq(2)).await.unwrap();

    assert!(tx.lock_users(&[&user("carol")]).await.unwrap()[0].is_some());
    let locked = tx.lock_users(&[&bob]).await.unwrap().remove(0).unwrap().user;
    assert_eq!((locked.prime, locked.coins), (true, coins(5)));
    let locked = tx.lock_room(room).await.unwrap().unwrap().room;
    assert_eq!((locked.member_count, locked.last_seq), (2, seq(2)));
    assert_eq!(tx.members_in(room).await.unwrap().len(), 2);
    assert_eq!(tx.member_in(room, &bob).await.unwrap().unwrap().role, Role::Moderator);
    assert_eq!(tx.coin_entry_by_key(&bob, &CoinKey::parse("k").unwrap()).await.unwrap(), Some(written));
    assert_eq!(tx.invite_in(room, invite.id).await.unwrap(), Some(invite.clone()));
    let entrant = tx.entrant(room, &bob, Some(invite.id)).await.unwrap();
    let expected = Entrant {
        is_member: true,
        is_banned: false,
        admission: Some(admission),
        had_free_admission: true,
        invite: Some(invite),
    };
    assert_eq!(entrant, expected);
    assert!(tx.ties_between(&alice, &bob).await.unwrap().friends);
    assert!(tx.have_shared_a_room(&alice, &bob).await.unwrap());
    assert_eq!(tx.lock_member(room, &bob).await.unwrap().unwrap().1, seq(2));
}

pub(crate) async fn a_commit_is_known_by_its_attempt(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let (registration, batch) = (attempt(), attempt());
    assert!(!store.was_committed(attempt().id).await.unwrap(), "never begun");
    let mut tx = store.begin(registration).await.unwrap();
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.commit().await.unwrap();
    store.append(&[draft(room, "alice", "hi")], batch).await.unwrap();
    for id in [registration.id, batch.id] {
        assert!(store.was_committed(id).await.unwrap());
        assert!(store.was_committed(id).await.unwrap(), "asked again");
    }
    let undone = attempt();
    let mut tx = store.begin(undone).await.unwrap();
    tx.insert_user(&new_user("carol")).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(!store.was_committed(undone.id).await.unwrap());
}

pub(crate) async fn a_commit_is_known_to_every_node(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let (done, dropped) = (attempt(), attempt());
    let mut tx = store.begin(done).await.unwrap();
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin(dropped).await.unwrap();
    tx.insert_user(&new_user("carol")).await.unwrap();
    drop(tx);
    assert!(other.was_committed(done.id).await.unwrap());
    assert!(!other.was_committed(dropped.id).await.unwrap());
}

/// Asked while the attempt is under way, a store waits for its end, or says no and sees to it that it stays so.
pub(crate) async fn what_is_said_of_an_attempt_is_final(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let asked_for = attempt();
    let mut tx = store.begin(asked_for).await.unwrap();
    tx.insert_user(&new_user("bob")).await.unwrap();
    let mut asking = Second::start(async move { other.was_committed(asked_for.id).await.unwrap() });
    asking.gets_its_chance(&mut *tx).await;
    let committed = tx.commit().await.is_ok();
    assert_eq!(asking.comes_to().await, committed, "what was answered, and what became of it");
    assert_eq!(store.was_committed(asked_for.id).await.unwrap(), committed);
    assert_eq!(store.user(&user("bob")).await.unwrap().is_some(), committed);
}

pub(crate) async fn what_wrote_nothing_was_not_committed(store: &dyn Store) {
    users(store, &["alice"]).await;
    let reading = attempt();
    let mut tx = store.begin(reading).await.unwrap();
    tx.lock_users(&[&user("alice")]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!store.was_committed(reading.id).await.unwrap());
}

pub(crate) async fn attempts_are_kept_for_an_hour(store: &dyn Store) {
    users(store, &["alice"]).await;
    let old = attempt();
    let mut tx = store.begin(old).await.unwrap();
    tx.set_prime(&user("alice"), true).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..100 {
        let later = Attempt { id: AttemptId::new(), at: NOON.after(Duration::from_hours(1)) };
        let mut tx = store.begin(later).await.unwrap();
        tx.set_prime(&user("alice"), true).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(store.was_committed(old.id).await.unwrap());
}

pub(crate) async fn a_ping_is_answered(store: &dyn Store) {
    store.ping().await.unwrap();
}
