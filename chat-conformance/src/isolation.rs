//! What readers see beside writers. They read all the time, and what they assert is true whenever they look.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chat_core::{
    model::{
        admission::{Admission, AdmissionKind},
        coin::Coins,
        event::EventKind,
        friend::{FriendRequest, RequestBox, RequestId, RequestState},
        invite::{Invite, InviteId, InviteToken},
        room::{Capacity, Role, RoomId},
        session::{DeviceId, Session, SessionId},
    },
    ports::store::{EventRange, NewCoinEntry, NewRoom, Store},
};

use crate::{
    Fixture,
    build::{
        NOON, append, at, begin, client_id, coins, draft, entry, event, log, member, name, new_room, new_room_of,
        new_user, room_of, seq, user, users,
    },
    race::at_once,
    second::{Second, round_trip},
};

/// Of how many looks beside an open transaction a reader is given the time, where reads need not wait for it.
const LOOKS: usize = 3;
/// How often the writer goes to the store and back meanwhile, at most: where reads wait for it, there are no looks.
const ROUND_TRIPS: usize = 300;

pub(crate) async fn what_is_not_committed_is_seen_by_nobody(fixture: &dyn Fixture) {
    let store = fixture.store();
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    users(&*store, &["carol"]).await;
    let new = RoomId::new();
    let (session, invite, request) = (session("alice"), invite(room), request("alice", "bob"));

    let mut tx = begin(&*store).await;
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(user);
    tx.lock_users(&[&alice, &bob, &carol]).await.unwrap();
    tx.lock_room(room).await.unwrap();
    tx.insert_user(&new_user("dave")).await.unwrap();
    tx.set_profile(&alice, &name("Other"), None).await.unwrap();
    tx.set_prime(&alice, true).await.unwrap();
    tx.append_coin_entry(&alice, &entry(5, 5)).await.unwrap();
    tx.insert_session(&session).await.unwrap();
    tx.insert_room(&NewRoom { client_id: Some(client_id("k")), ..new_room(new, "alice") }).await.unwrap();
    tx.insert_invite(&invite, &token().hash()).await.unwrap();
    tx.insert_request(&request).await.unwrap();
    tx.insert_friendship(&alice, &carol, NOON).await.unwrap();
    tx.append_event(&event(room, 3, "carol", EventKind::Joined)).await.unwrap();
    tx.seat_member(room, &member("carol", Role::Member, 3)).await.unwrap();
    tx.set_read(room, &bob, seq(3)).await.unwrap();
    // Writes may have waited for this.
    round_trip(&mut *tx).await;

    let (looks, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = [store, fixture.another_node().await]
        .into_iter()
        .map(|store| {
            let (looks, over) = (Arc::clone(&looks), Arc::clone(&over));
            let ids = (room, new, session.id, request.id);
            Second::start(async move {
                loop {
                    let last = over.load(Ordering::SeqCst);
                    nothing_has_changed(&*store, ids).await;
                    looks.fetch_add(1, Ordering::SeqCst);
                    if last {
                        break;
                    }
                }
            })
        })
        .collect();
    for _ in 0..ROUND_TRIPS {
        if 2 * LOOKS <= looks.load(Ordering::SeqCst) || readers.iter().any(Second::is_through) {
            break;
        }
        round_trip(&mut *tx).await;
    }
    tx.rollback().await.unwrap();
    over.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.comes_to().await;
    }
}

async fn nothing_has_changed(store: &dyn Store, ids: (RoomId, RoomId, SessionId, RequestId)) {
    let (room, new, session, request) = ids;
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(user);
    assert_eq!(store.user(&user("dave")).await.unwrap(), None, "a user");
    assert_eq!(store.credentials(&user("dave")).await.unwrap(), None, "credentials");
    let read = store.user(&alice).await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.prime, read.coins), ("ALICE", false, Coins::ZERO), "a profile");
    assert_eq!(store.coin_entries(&alice, None, 9).await.unwrap(), [], "the ledger");
    assert_eq!(store.session(session).await.unwrap(), None, "a session");
    assert_eq!(store.room(new).await.unwrap(), None, "a room");
    assert_eq!(store.invite_by_token(&token().hash()).await.unwrap(), None, "an invite");
    assert_eq!(store.invites_to(room).await.unwrap(), [], "the invites");
    assert_eq!(store.request(request).await.unwrap(), None, "a friend request");
    assert_eq!(store.open_requests(&bob, RequestBox::In).await.unwrap(), [], "the friend requests");
    assert!(!store.ties(&alice, &carol).await.unwrap().friends, "a tie");
    assert_eq!(store.friends(&carol).await.unwrap(), [], "the friends");
    assert_eq!(store.last_seqs(&[room]).await.unwrap(), [(room, seq(2))], "the last number");
    assert_eq!(log(store, room).await, ["1 joined alice", "2 joined bob"], "the log");
    assert_eq!(store.members(room).await.unwrap().len(), 2, "the members");
    assert_eq!(store.membership(room, &carol).await.unwrap(), None, "a membership");
    assert_eq!(store.rooms_of(&carol).await.unwrap(), [], "the rooms of a user");
    let view = store.room_view(room, &bob).await.unwrap().unwrap();
    assert_eq!((view.room.member_count, view.room.last_seq, view.read_seq), (2, seq(2), seq(2)), "a view");
    assert_eq!(store.room(room).await.unwrap().unwrap().room, view.room);
}

fn token() -> InviteToken {
    InviteToken::from_random([9; 24])
}

fn session(id: &str) -> Session {
    Session {
        id: SessionId::new(),
        user: user(id),
        device: DeviceId::parse("phone").unwrap(),
        generation: 0,
        created_at: NOON,
        rotated_at: NOON,
        revoked_at: None,
    }
}

fn invite(room: RoomId) -> Invite {
    Invite {
        id: InviteId::new(),
        room,
        maker: user("alice"),
        invitee: user("carol"),
        created_at: NOON,
        expires_at: at(9),
        used_at: None,
        revoked_at: None,
    }
}

fn request(from: &str, to: &str) -> FriendRequest {
    FriendRequest {
        id: RequestId::new(),
        from: user(from),
        to: user(to),
        state: RequestState::Open,
        created_at: NOON,
        decided_at: None,
    }
}

/// In whatever order a reader looks: once one look shows a join, every later look shows it too.
pub(crate) async fn r_adm_09_a_reader_never_sees_half_a_join(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    users(&*nodes[0], &["alice", "bob", "carol"]).await;
    let mut tx = begin(&*nodes[0]).await;
    for id in ["bob", "carol"] {
        tx.append_coin_entry(&user(id), &entry(1_000, 1_000)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut rooms = Vec::new();
    for _ in 0..12 {
        rooms.push(room_of(&*nodes[0], &["alice"]).await);
    }
    let joining = {
        let (store, rooms) = (nodes[0].clone(), rooms.clone());
        Second::start(async move {
            for (room, joins) in rooms.into_iter().zip(1..) {
                for (id, number) in [("bob", 2), ("carol", 3)] {
                    join(&*store, room, id, number, 1_000 - joins).await;
                }
            }
        })
    };
    at_once(nodes.iter().zip(["bob", "carol"]).map(|(store, id)| {
        let (store, rooms) = (store.clone(), rooms.clone());
        async move {
            for (room, first) in rooms.into_iter().zip(0..) {
                see_one_join(&*store, room, id, first).await;
            }
        }
    }))
    .await;
    joining.comes_to().await;
}

/// One transaction, as the chat writes it.
async fn join(store: &dyn Store, room: RoomId, id: &str, number: u64, balance_after: i64) {
    let mut tx = begin(store).await;
    tx.lock_users(&[&user(id)]).await.unwrap();
    tx.lock_room(room).await.unwrap();
    let paid = Admission { kind: AdmissionKind::Paid, coins: coins(1), at: NOON };
    tx.insert_admission(&user(id), room, &paid).await.unwrap();
    let price = NewCoinEntry { room: Some(room), ..entry(-1, balance_after) };
    tx.append_coin_entry(&user(id), &price).await.unwrap();
    tx.append_event(&event(room, number, id, EventKind::Joined)).await.unwrap();
    tx.seat_member(room, &member(id, Role::Member, number)).await.unwrap();
    tx.commit().await.unwrap();
}

const WAYS_TO_LOOK: [&str; 6] = ["members", "room_view", "coin_entries", "events", "rooms_of", "membership"];

async fn see_one_join(store: &dyn Store, room: RoomId, id: &str, first: usize) {
    let mut shown_by = None;
    let mut shown = 0;
    for way in WAYS_TO_LOOK.iter().cycle().skip(first) {
        let is_shown = shows(store, room, id, way).await;
        match shown_by {
            Some(earlier) => assert!(is_shown, "{way} does not show the join that {earlier} showed"),
            None if is_shown => shown_by = Some(way),
            None => {}
        }
        shown += usize::from(is_shown);
        if shown == WAYS_TO_LOOK.len() {
            break;
        }
        tokio::task::yield_now().await;
    }
}

/// Whether the join is seen that way; what is seen with it must fit.
async fn shows(store: &dyn Store, room: RoomId, id: &str, way: &str) -> bool {
    let id = user(id);
    match way {
        "members" => {
            let members = store.members(room).await.unwrap();
            let joined: Vec<u64> = members.iter().map(|named| named.member.joined_seq.get()).collect();
            assert!((1..=3).take(joined.len()).eq(joined), "{members:?}");
            members.iter().any(|named| named.member.user == id)
        }
        "room_view" => {
            let view = store.room_view(room, &id).await.unwrap();
            let fits = |count: u8, last: u64| u64::from(count) == last;
            assert!(view.iter().all(|view| fits(view.room.member_count, view.room.last_seq.get())), "{view:?}");
            view.is_some()
        }
        "coin_entries" => {
            let mut entries = store.coin_entries(&id, None, 100).await.unwrap();
            entries.reverse();
            let mut balance = 0;
            for (entry, number) in entries.iter().zip(1..) {
                balance += entry.amount.get();
                assert_eq!((entry.number, entry.balance_after.get()), (number, balance));
            }
            entries.iter().any(|entry| entry.room == Some(room))
        }
        "events" => {
            let events = store.events(room, EventRange::After(seq(0)), 10).await.unwrap();
            assert!((1..=3).take(events.len()).eq(events.iter().map(|event| event.seq.get())), "{events:?}");
            events.iter().any(|event| event.sender == id)
        }
        "rooms_of" => store.rooms_of(&id).await.unwrap().iter().any(|view| view.room.id == room),
        "membership" => store.membership(room, &id).await.unwrap().is_some(),
        other => unreachable!("{other}"),
    }
}

pub(crate) async fn r_msg_02_a_batch_is_seen_whole_in_each_room_or_not_at_all(fixture: &dyn Fixture) {
    const BATCHES: usize = 40;
    const WIDTH: usize = 25;
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let writing = {
        let store = store.clone();
        Second::start(async move {
            for _ in 0..BATCHES {
                append(&*store, &vec![draft(room, "alice", "hi"); WIDTH]).await;
            }
        })
    };
    let whole = |count: usize| assert_eq!(count % WIDTH, 0, "a part of a batch is seen");
    loop {
        let last = other.last_seqs(&[room]).await.unwrap()[0].1;
        let events = other.events(room, EventRange::After(seq(2)), usize::MAX).await.unwrap();
        whole(events.len());
        assert!(events.iter().map(|event| event.seq.get()).eq((3..).take(events.len())));
        assert!(last.get() <= 2 + events.len() as u64, "the room's number {last} is ahead of its log");
        let view = other.room_view(room, &user("bob")).await.unwrap().unwrap();
        assert_eq!(view.unread, view.room.last_seq.get() - 2, "the room's number and its log, in one look");
        whole(usize::try_from(view.unread).unwrap());
        if events.len() == BATCHES * WIDTH {
            break;
        }
        tokio::task::yield_now().await;
    }
    writing.comes_to().await;
}

/// What was answered is read from then on, on every node.
pub(crate) async fn r_msg_03_what_was_committed_is_seen_by_every_read_after_it(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    let room = new_room_of(&*nodes[0], &["alice"]).await;
    let mut tx = begin(&*nodes[0]).await;
    let small = RoomId::new();
    tx.insert_room(&NewRoom { capacity: Capacity::MIN, ..new_room(small, "alice") }).await.unwrap();
    tx.commit().await.unwrap();
    for number in (2..40).step_by(2) {
        let balance = i64::try_from(number / 2).unwrap();
        assert_eq!(append(&*nodes[0], &[draft(room, "alice", "hi")]).await, [format!("new {number}")]);
        assert_eq!(nodes[1].last_seqs(&[room]).await.unwrap(), [(room, seq(number))]);
        assert_eq!(append(&*nodes[1], &[draft(room, "alice", "ho")]).await, [format!("new {}", number + 1)]);
        assert_eq!(nodes[0].events(room, EventRange::Newest, 1).await.unwrap()[0].seq, seq(number + 1));
        let mut tx = begin(&*nodes[0]).await;
        tx.append_coin_entry(&user("alice"), &entry(1, balance)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(nodes[1].user(&user("alice")).await.unwrap().unwrap().coins, coins(balance));
    }
    assert!(nodes[1].room(small).await.unwrap().is_some());
}
