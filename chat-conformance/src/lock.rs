//! A lock keeps others out until the transaction ends. Each promise lets a second task ask for what the first holds,
//! gives it every chance to get through, and then sees by its answer whether it waited.

use std::sync::Arc;

use chat_core::{
    model::{
        event::EventKind,
        room::{Role, RoomId},
        user::UserId,
    },
    ports::store::{Store, StoreError, StoreTx, Unique},
};

use crate::{
    Fixture,
    build::{
        append, attempt, begin, draft, entry, event, keyed_draft, leaving, log, member, new_room_of, new_user, room_of,
        seq, user, users,
    },
    race::at_once,
    second::Second,
};

async fn coins_of(tx: &mut dyn StoreTx, id: &UserId) -> i64 {
    tx.lock_users(&[id]).await.unwrap().remove(0).unwrap().user.coins.get()
}

/// What the lock of a user shows to who asks for it beside an open transaction.
fn ask_for_alice(store: Arc<dyn Store>) -> Second<i64> {
    Second::start(async move {
        let mut tx = begin(&*store).await;
        let coins = coins_of(&mut *tx, &user("alice")).await;
        tx.rollback().await.unwrap();
        coins
    })
}

pub(crate) async fn the_lock_of_a_user_is_held_until_the_commit(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    users(&*store, &["alice", "bob"]).await;
    let alice = user("alice");
    for (node, before) in [(store.clone(), 0), (other, 1)] {
        let mut tx = begin(&*store).await;
        tx.lock_users(&[&alice, &user("bob")]).await.unwrap();
        let mut asking = ask_for_alice(node);
        asking.gets_its_chance(&mut *tx).await;
        tx.append_coin_entry(&alice, &entry(1, before + 1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asking.comes_to().await, before + 1, "who waited sees what was committed meanwhile");
    }
}

pub(crate) async fn the_lock_of_a_user_is_given_back_where_the_transaction_is_undone(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    users(&*store, &["alice"]).await;
    for dropped in [true, false] {
        let mut tx = begin(&*store).await;
        tx.lock_users(&[&user("alice")]).await.unwrap();
        tx.append_coin_entry(&user("alice"), &entry(1, 1)).await.unwrap();
        let mut asking = ask_for_alice(other.clone());
        asking.gets_its_chance(&mut *tx).await;
        if dropped {
            drop(tx)
        } else {
            tx.rollback().await.unwrap()
        }
        assert_eq!(asking.comes_to().await, 0, "nothing of it");
    }
}

pub(crate) async fn the_lock_of_a_room_is_held_until_the_commit(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice"]).await;
    users(&*store, &["bob", "carol"]).await;
    for (node, id, number) in [(store.clone(), "bob", 2), (other, "carol", 3)] {
        let mut tx = begin(&*store).await;
        tx.lock_room(room).await.unwrap();
        let mut asking = Second::start(async move {
            let mut tx = begin(&*node).await;
            let locked = tx.lock_room(room).await.unwrap().unwrap().room;
            tx.rollback().await.unwrap();
            (u64::from(locked.member_count), locked.last_seq.get())
        });
        asking.gets_its_chance(&mut *tx).await;
        tx.append_event(&event(room, number, id, EventKind::Joined)).await.unwrap();
        tx.seat_member(room, &member(id, Role::Member, number)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asking.comes_to().await, (number, number), "members, and the newest event");
    }
}

/// What was read before a lock does not fix what is read after it.
pub(crate) async fn after_a_lock_all_is_read_that_was_committed_before_it(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice"]).await;
    users(&*store, &["bob"]).await;
    let mut tx = begin(&*store).await;
    tx.lock_users(&[&user("bob")]).await.unwrap();
    tx.lock_room(room).await.unwrap();
    let mut asking = Second::start(async move {
        let (alice, bob) = (user("alice"), user("bob"));
        let mut tx = begin(&*other).await;
        let before = tx.have_shared_a_room(&alice, &bob).await.unwrap();
        let coins = coins_of(&mut *tx, &bob).await;
        tx.lock_room(room).await.unwrap();
        let members = tx.members_in(room).await.unwrap().len();
        let entrant = tx.entrant(room, &bob, None).await.unwrap();
        let after = tx.have_shared_a_room(&alice, &bob).await.unwrap();
        tx.rollback().await.unwrap();
        (before <= after, coins, members, entrant.is_member, after)
    });
    asking.gets_its_chance(&mut *tx).await;
    tx.append_coin_entry(&user("bob"), &entry(7, 7)).await.unwrap();
    tx.append_event(&event(room, 2, "bob", EventKind::Joined)).await.unwrap();
    tx.seat_member(room, &member("bob", Role::Member, 2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(asking.comes_to().await, (true, 7, 2, true, true));
}

pub(crate) async fn the_lock_of_a_membership_is_held_until_the_commit(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let mut tx = begin(&*store).await;
    tx.lock_member(room, &user("alice")).await.unwrap();
    let mut asking = Second::start(async move {
        let mut tx = begin(&*other).await;
        let (member, _) = tx.lock_member(room, &user("alice")).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        member.read_seq
    });
    asking.gets_its_chance(&mut *tx).await;
    tx.set_read(room, &user("alice"), seq(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(asking.comes_to().await, seq(2));
}

/// A leave holds the room, a read position the membership alone.
pub(crate) async fn a_membership_under_lock_shows_a_leave_that_was_under_way(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let mut tx = begin(&*store).await;
    tx.lock_room(room).await.unwrap();
    tx.append_event(&event(room, 3, "bob", EventKind::Left)).await.unwrap();
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 3)).await.unwrap();
    // The write may have waited for this read, and with it what keeps others out.
    assert_eq!(tx.member_in(room, &user("bob")).await.unwrap(), None);
    let mut asking = Second::start(async move {
        let mut tx = begin(&*other).await;
        let locked = tx.lock_member(room, &user("bob")).await.unwrap();
        tx.rollback().await.unwrap();
        locked
    });
    asking.gets_its_chance(&mut *tx).await;
    tx.commit().await.unwrap();
    assert_eq!(asking.comes_to().await, None);
}

pub(crate) async fn r_msg_02_a_batch_waits_for_the_lock_of_its_room(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    for (node, number) in [(store.clone(), 3), (other, 5)] {
        let mut tx = begin(&*store).await;
        tx.lock_room(room).await.unwrap();
        let mut sending = Second::start(async move { append(&*node, &[draft(room, "alice", "hi")]).await });
        sending.gets_its_chance(&mut *tx).await;
        let role = EventKind::RoleChanged { user: user("bob"), role: Role::Moderator };
        tx.append_event(&event(room, number, "alice", role)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sending.comes_to().await, [format!("new {}", number + 1)]);
    }
    assert_eq!(
        log(&*store, room).await[2..],
        ["3 role_changed alice", "4 message alice", "5 role_changed alice", "6 message alice"]
    );
}

pub(crate) async fn r_msg_01_a_batch_that_waited_is_decided_by_what_it_finds_then(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let mut tx = begin(&*store).await;
    tx.lock_room(room).await.unwrap();
    let mut sending = Second::start(async move {
        append(&*other, &[draft(room, "bob", "hi"), keyed_draft(room, "alice", "ho", "k")]).await
    });
    sending.gets_its_chance(&mut *tx).await;
    tx.append_event(&event(room, 3, "bob", EventKind::Left)).await.unwrap();
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 3)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sending.comes_to().await, ["not_a_member", "new 4"]);
}

pub(crate) async fn r_acc_06_a_batch_that_waited_for_a_suspension_writes_nothing_of_who_is_suspended(
    fixture: &dyn Fixture,
) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let mut tx = begin(&*store).await;
    tx.lock_users(&[&user("bob")]).await.unwrap();
    tx.lock_room(room).await.unwrap();
    let mut sending =
        Second::start(async move { append(&*other, &[draft(room, "bob", "hi"), draft(room, "alice", "ho")]).await });
    sending.gets_its_chance(&mut *tx).await;
    tx.suspend_user(&user("bob"), None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(sending.comes_to().await, ["suspended", "new 3"]);
}

pub(crate) async fn r_acc_02_an_id_that_another_is_registering_is_waited_for(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    for (id, same, commits) in [("alice", "alice", true), ("bob", "BOB", true), ("carol", "Carol", false)] {
        let mut tx = begin(&*store).await;
        tx.insert_user(&new_user(id)).await.unwrap();
        let node = other.clone();
        let mut registering = Second::start(async move {
            let mut tx = begin(&*node).await;
            let inserted = tx.insert_user(&new_user(same)).await;
            tx.commit().await.unwrap();
            inserted
        });
        registering.gets_its_chance(&mut *tx).await;
        if commits {
            tx.commit().await.unwrap()
        } else {
            tx.rollback().await.unwrap()
        }
        match registering.comes_to().await {
            Err(StoreError::Taken(Unique::UserId)) => assert!(commits, "{same} was taken by nobody"),
            inserted => {
                inserted.unwrap();
                assert!(!commits, "{id} and {same} are both there");
            }
        }
    }
    assert!(store.user(&user("Carol")).await.unwrap().is_some());
}

pub(crate) async fn r_coin_02_writers_that_take_turns_lose_no_update(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    users(&*nodes[0], &["alice"]).await;
    at_once((0..4).map(|n| {
        let store = nodes[n % 2].clone();
        async move {
            for _ in 0..5 {
                add_a_coin(&*store).await;
            }
        }
    }))
    .await;
    assert_eq!(nodes[0].user(&user("alice")).await.unwrap().unwrap().coins.get(), 20);
    let entries = nodes[0].coin_entries(&user("alice"), None, 100).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), (1..=20).rev().collect::<Vec<_>>());
}

async fn add_a_coin(store: &dyn Store) {
    let mut tx = begin(store).await;
    let balance = coins_of(&mut *tx, &user("alice")).await;
    tokio::task::yield_now().await;
    tx.append_coin_entry(&user("alice"), &entry(1, balance + 1)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Many users at once, each pair taken in the order of the ids, do not wait for each other in a ring.
pub(crate) async fn locks_taken_in_the_order_of_the_ids_are_all_got(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    let ids = ["a", "b", "c", "d"];
    let mut rooms: Vec<RoomId> = Vec::new();
    users(&*nodes[0], &ids).await;
    for id in ids {
        rooms.push(room_of(&*nodes[0], &[id]).await);
    }
    rooms.sort();
    let pairs = [(0, 1), (1, 2), (2, 3), (0, 3), (0, 2), (1, 3)];
    at_once(pairs.into_iter().cycle().take(24).zip(nodes.iter().cycle().cloned()).map(|((first, second), store)| {
        let rooms = rooms.clone();
        async move {
            let mut tx = store.begin(attempt()).await.unwrap();
            let locked = tx.lock_users(&[&user(ids[first]), &user(ids[second])]).await.unwrap();
            assert!(locked.iter().all(Option::is_some));
            for room in [rooms[first], rooms[second]] {
                assert!(tx.lock_room(room).await.unwrap().is_some());
            }
            tx.set_prime(&user(ids[first]), true).await.unwrap();
            tx.set_prime(&user(ids[second]), true).await.unwrap();
            tx.commit().await.unwrap();
        }
    }))
    .await;
}
