use chat_core::{
    model::{
        event::{Event, EventKind},
        message::ClientId,
        room::{Capacity, Member, Role, Room, RoomId},
        text::Name,
    },
    ports::store::{Attempt, LockedRoom, Membership, NewRoom, Store, StoreError, Unique},
};

use crate::{
    build::{
        NOON, append, at, attempt, begin, client_id, draft, event, hash, leaving, member, name, new_room, new_room_of,
        room_of, seq, user, users,
    },
    refusal::{AWKWARD, must_not_be},
};

pub(crate) async fn what_was_made_is_read(store: &dyn Store) {
    users(store, &["alice"]).await;
    let id = RoomId::new();
    let mut tx = begin(store).await;
    tx.insert_room(&NewRoom { capacity: Capacity::MIN, ..new_room(id, "alice") }).await.unwrap();
    tx.commit().await.unwrap();
    let room = Room {
        id,
        name: name("Room"),
        owner: user("alice"),
        capacity: Capacity::MIN,
        member_count: 0,
        last_seq: seq(0),
        created_at: NOON,
        closed_at: None,
    };
    let locked = LockedRoom { room, password: hash("$2b$room") };
    assert_eq!(store.room(id).await.unwrap(), Some(locked.clone()));
    assert_eq!(begin(store).await.lock_room(id).await.unwrap(), Some(locked));
    assert_eq!(store.room(RoomId::new()).await.unwrap(), None);
    assert_eq!(store.room_view(id, &user("alice")).await.unwrap(), None, "no member yet");
    assert_eq!(store.membership(id, &user("alice")).await.unwrap(), None, "though the owner");
}

pub(crate) async fn a_client_id_of_the_maker_is_taken_once_and_the_transaction_goes_on(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let keyed = |owner| NewRoom { client_id: Some(client_id("k")), ..new_room(RoomId::new(), owner) };
    let mut tx = begin(store).await;
    tx.insert_room(&keyed("alice")).await.unwrap();
    let taken = tx.insert_room(&keyed("alice")).await;
    assert!(matches!(taken, Err(StoreError::Taken(Unique::RoomClientId))), "{taken:?}");
    tx.insert_room(&keyed("bob")).await.unwrap();
    for _ in 0..2 {
        tx.insert_room(&new_room(RoomId::new(), "alice")).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn client_ids_of_rooms_that_differ_in_case_or_a_space_are_different(store: &dyn Store) {
    users(store, &["alice"]).await;
    let longest = ["y", "Y", " "].map(|last| format!("{}{last}", "x".repeat(ClientId::MAX - 1)));
    let keys = ["k", "K", "k ", " k", "'", "\\", "%", "_", "?", &longest[0], &longest[1], &longest[2]];
    let mut tx = begin(store).await;
    let mut made = Vec::new();
    for key in keys {
        let id = RoomId::new();
        assert_eq!(tx.room_made_as(&user("alice"), &client_id(key)).await.unwrap(), None, "{key:?}");
        tx.insert_room(&NewRoom { client_id: Some(client_id(key)), ..new_room(id, "alice") }).await.unwrap();
        made.push((key, id));
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    for (key, id) in made {
        assert_eq!(tx.room_made_as(&user("alice"), &client_id(key)).await.unwrap(), Some(id), "{key:?}");
    }
}

pub(crate) async fn r_adm_03_a_rooms_name_comes_back_as_it_was(store: &dyn Store) {
    users(store, &["alice"]).await;
    let longest = ["\u{1F600}".repeat(Name::MAX), "\u{10FFFF}".repeat(Name::MAX)];
    for text in AWKWARD.into_iter().chain(longest.iter().map(String::as_str)) {
        let id = RoomId::new();
        let mut tx = begin(store).await;
        tx.insert_room(&NewRoom { name: name(text), ..new_room(id, "alice") }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.room(id).await.unwrap().unwrap().room.name, name(text));
    }
}

pub(crate) async fn a_room_is_found_by_its_makers_client_id_whoever_owns_it_now(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let id = RoomId::new();
    let mut tx = begin(store).await;
    tx.insert_room(&NewRoom { client_id: Some(client_id("k")), ..new_room(id, "alice") }).await.unwrap();
    tx.append_event(&event(id, 1, "bob", EventKind::Joined)).await.unwrap();
    tx.seat_member(id, &member("bob", Role::Member, 1)).await.unwrap();
    tx.set_role(id, &user("bob"), Role::Owner).await.unwrap();
    assert_eq!(tx.room_made_as(&user("alice"), &client_id("k")).await.unwrap(), Some(id));
    assert_eq!(tx.room_made_as(&user("bob"), &client_id("k")).await.unwrap(), None);
    assert_eq!(tx.room_made_as(&user("alice"), &client_id("other")).await.unwrap(), None);
}

pub(crate) async fn members_are_listed_owner_first_then_moderators_then_by_join(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob", "carol", "dave"]).await;
    let mut tx = begin(store).await;
    tx.set_role(room, &user("dave"), Role::Moderator).await.unwrap();
    tx.commit().await.unwrap();
    let listed = store.members(room).await.unwrap();
    let names: Vec<_> = listed.iter().map(|named| (named.member.user.as_str(), named.name.as_str())).collect();
    assert_eq!(store.members(RoomId::new()).await.unwrap(), []);
    assert_eq!(names, [("alice", "ALICE"), ("dave", "DAVE"), ("bob", "BOB"), ("carol", "CAROL")]);
    assert_eq!(listed[2].member, member("bob", Role::Member, 2));
}

pub(crate) async fn who_left_is_no_member_and_comes_back_into_the_same_row(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let bob = user("bob");
    let mut tx = begin(store).await;
    tx.unseat_member(&bob, &leaving(room, "bob", 5)).await.unwrap();
    assert_eq!(tx.member_in(room, &bob).await.unwrap(), None);
    assert_eq!(tx.members_in(room).await.unwrap(), [member("alice", Role::Owner, 1)]);
    assert_eq!(tx.lock_member(room, &bob).await.unwrap(), None);
    assert_eq!(tx.lock_room(room).await.unwrap().unwrap().room.member_count, 1);
    let back = Member { joined_at: at(7), ..member("bob", Role::Member, 9) };
    tx.seat_member(room, &back).await.unwrap();
    assert_eq!(tx.member_in(room, &bob).await.unwrap(), Some(back));
    assert_eq!(tx.lock_room(room).await.unwrap().unwrap().room.member_count, 2);
}

pub(crate) async fn a_seat_given_up_is_not_given_up_again(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["eve"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 5)).await.unwrap();
    tx.commit().await.unwrap();
    for id in ["bob", "eve"] {
        let mut tx = begin(store).await;
        let gone = tx.unseat_member(&user(id), &leaving(room, id, 6)).await;
        must_not_be(tx, gone).await;
    }
    assert_eq!(store.room(room).await.unwrap().unwrap().room.member_count, 1);
}

pub(crate) async fn r_adm_02_more_members_than_seats_must_not_be(store: &dyn Store) {
    let ids = ["u1", "u2", "u3", "u4", "u5", "u6", "u7"];
    users(store, &ids).await;
    for capacity in 2..=6 {
        let room = RoomId::new();
        let mut tx = begin(store).await;
        let capacity_of_it = Capacity::parse(capacity).unwrap();
        tx.insert_room(&NewRoom { capacity: capacity_of_it, ..new_room(room, "u1") }).await.unwrap();
        for (id, number) in ids.iter().zip(1..=u64::from(capacity_of_it.get())) {
            tx.append_event(&event(room, number, id, EventKind::Joined)).await.unwrap();
            tx.seat_member(room, &member(id, Role::Member, number)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        let one_more = tx.seat_member(room, &member("u7", Role::Member, 7)).await;
        must_not_be(tx, one_more).await;
        assert_eq!(store.room(room).await.unwrap().unwrap().room.member_count, capacity_of_it.get());
        assert_eq!(store.members(room).await.unwrap().len(), usize::from(capacity_of_it.get()));
    }
}

pub(crate) async fn a_seat_taken_twice_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    let again = tx.seat_member(room, &member("bob", Role::Member, 3)).await;
    must_not_be(tx, again).await;
    assert_eq!(store.room(room).await.unwrap().unwrap().room.member_count, 2);
}

pub(crate) async fn a_role_of_who_is_no_member_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["eve"]).await;
    let mut tx = begin(store).await;
    let set = tx.set_role(room, &user("eve"), Role::Owner).await;
    must_not_be(tx, set).await;
    assert_eq!(store.room(room).await.unwrap().unwrap().room.owner, user("alice"));
}

pub(crate) async fn the_owner_of_the_room_follows_the_role(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    tx.set_role(room, &user("alice"), Role::Moderator).await.unwrap();
    assert_eq!(tx.lock_room(room).await.unwrap().unwrap().room.owner, user("alice"));
    tx.set_role(room, &user("bob"), Role::Owner).await.unwrap();
    assert_eq!(tx.lock_room(room).await.unwrap().unwrap().room.owner, user("bob"));
    assert_eq!(tx.member_in(room, &user("bob")).await.unwrap().unwrap().role, Role::Owner);
}

pub(crate) async fn a_closed_room_is_closed_once(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.close_room(room, at(4)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let again = tx.close_room(room, at(5)).await;
    must_not_be(tx, again).await;
    assert_eq!(store.room(room).await.unwrap().unwrap().room.closed_at, Some(at(4)));
    let view = store.room_view(room, &user("alice")).await.unwrap().unwrap();
    assert_eq!(view.room.closed_at, Some(at(4)), "R-ADM-10: its members still list it");
    assert_eq!(store.rooms_of(&user("alice")).await.unwrap(), [view]);
}

pub(crate) async fn rooms_are_listed_with_the_latest_event_first(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let mut rooms = Vec::new();
    for millis in [30, 50, 40] {
        let room = room_of(store, &["alice"]).await;
        let mut tx = begin(store).await;
        let role = EventKind::RoleChanged { user: user("alice"), role: Role::Owner };
        tx.append_event(&Event { at: at(millis), ..event(room, 2, "alice", role) }).await.unwrap();
        tx.commit().await.unwrap();
        rooms.push(room);
    }
    room_of(store, &["bob"]).await;
    let listed: Vec<_> =
        store.rooms_of(&user("alice")).await.unwrap().iter().map(|view| (view.room.id, view.role)).collect();
    assert_eq!(listed, [rooms[1], rooms[2], rooms[0]].map(|id| (id, Role::Owner)));

    store.append(&[draft(rooms[0], "alice", "hi")], Attempt { at: at(60), ..attempt() }).await.unwrap();
    let listed: Vec<_> = store.rooms_of(&user("alice")).await.unwrap().iter().map(|view| view.room.id).collect();
    assert_eq!(listed, [rooms[0], rooms[1], rooms[2]], "a message is an event too");
}

pub(crate) async fn a_room_that_was_left_is_not_listed(store: &dyn Store) {
    let left = new_room_of(store, &["alice"]).await;
    let stays = room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(&user("alice"), &leaving(left, "alice", 9)).await.unwrap();
    tx.commit().await.unwrap();
    let listed: Vec<_> = store.rooms_of(&user("alice")).await.unwrap().iter().map(|view| view.room.id).collect();
    assert_eq!(listed, [stays]);
    assert_eq!(store.room_view(left, &user("alice")).await.unwrap(), None);
    assert_eq!(store.membership(left, &user("alice")).await.unwrap(), None);
    assert_eq!(store.members(left).await.unwrap(), []);
    let membership = Membership { role: Role::Owner, last_seq: seq(1) };
    assert_eq!(store.membership(stays, &user("alice")).await.unwrap(), Some(membership));
}

pub(crate) async fn r_msg_07_unread_counts_messages_of_others_after_the_read_position(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[draft(room, "bob", "3"), draft(room, "alice", "4"), draft(room, "bob", "5")]).await;
    let mut tx = begin(store).await;
    let role = EventKind::RoleChanged { user: user("bob"), role: Role::Moderator };
    tx.append_event(&event(room, 6, "alice", role)).await.unwrap();
    tx.commit().await.unwrap();
    let unread = async |id: &str| {
        let view = store.room_view(room, &user(id)).await.unwrap().unwrap();
        assert_eq!(store.rooms_of(&user(id)).await.unwrap(), std::slice::from_ref(&view));
        (view.read_seq.get(), view.unread)
    };
    assert_eq!(unread("alice").await, (1, 2));
    assert_eq!(unread("bob").await, (2, 1));
    let mut tx = begin(store).await;
    tx.set_read(room, &user("alice"), seq(3)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(unread("alice").await, (3, 1));
}

pub(crate) async fn last_seqs_are_those_of_the_rooms_that_exist(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let mut last = store.last_seqs(&[RoomId::new(), other, room]).await.unwrap();
    last.sort();
    let mut expected = vec![(room, seq(2)), (other, seq(1))];
    expected.sort();
    assert_eq!(last, expected);
    assert_eq!(store.last_seqs(&[]).await.unwrap(), []);
    assert_eq!(store.last_seqs(&[RoomId::new()]).await.unwrap(), []);
}

pub(crate) async fn a_room_and_a_user_that_are_not_there_have_no_members(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let (nowhere, nobody) = (RoomId::new(), user("nobody"));
    let mut tx = begin(store).await;
    assert_eq!(tx.lock_room(nowhere).await.unwrap(), None);
    assert_eq!(tx.members_in(nowhere).await.unwrap(), []);
    assert_eq!(tx.member_in(nowhere, &user("alice")).await.unwrap(), None);
    assert_eq!(tx.member_in(room, &nobody).await.unwrap(), None);
    tx.rollback().await.unwrap();
    assert_eq!(store.rooms_of(&nobody).await.unwrap(), []);
    assert_eq!(store.room_view(nowhere, &user("alice")).await.unwrap(), None);
}

pub(crate) async fn the_rooms_with_a_user_are_those_of_a_seat_in_the_order_of_ids(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let mut rooms = Vec::new();
    for _ in 0..4 {
        rooms.push(room_of(store, &["alice", "bob"]).await);
    }
    rooms.push(room_of(store, &["alice"]).await);
    let mut tx = begin(store).await;
    tx.unseat_member(&user("bob"), &leaving(rooms[1], "bob", 3)).await.unwrap();
    tx.close_room(rooms[2], at(3)).await.unwrap();
    let mut expected = vec![rooms[0], rooms[2], rooms[3]];
    expected.sort();
    assert_eq!(tx.rooms_with(&user("bob")).await.unwrap(), expected, "closed ones, and none that was left");
    tx.commit().await.unwrap();
    rooms.sort();
    let mut tx = begin(store).await;
    assert_eq!(tx.rooms_with(&user("alice")).await.unwrap(), rooms);
    assert_eq!(tx.rooms_with(&user("nobody")).await.unwrap(), []);
}

pub(crate) async fn r_adm_03_what_a_room_is_called_and_how_many_it_takes_is_changed(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let before = store.room(room).await.unwrap().unwrap();
    let (name, three) = (Name::parse("D\u{E9}n \u{1F600}").unwrap(), Capacity::parse(3).unwrap());
    let mut tx = begin(store).await;
    tx.lock_room(room).await.unwrap();
    tx.change_room(room, &name, three).await.unwrap();
    let seen = tx.view_in(room, &user("bob")).await.unwrap().unwrap();
    assert_eq!((seen.room.name, seen.room.capacity, seen.role), (name.clone(), three, Role::Member));
    assert_eq!(tx.view_in(room, &user("carol")).await.unwrap(), None);
    tx.commit().await.unwrap();
    let changed = Room { name, capacity: three, ..before.room };
    assert_eq!(store.room(room).await.unwrap().unwrap(), LockedRoom { room: changed.clone(), ..before });
    let mut tx = begin(store).await;
    tx.set_room_password(room, &hash("another")).await.unwrap();
    tx.commit().await.unwrap();
    let expected = LockedRoom { room: changed, password: hash("another") };
    assert_eq!(store.room(room).await.unwrap().unwrap(), expected);
}

pub(crate) async fn r_adm_02_a_capacity_below_the_members_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob", "carol"]).await;
    let name = store.room(room).await.unwrap().unwrap().room.name;
    let mut tx = begin(store).await;
    let below = tx.change_room(room, &name, Capacity::MIN).await;
    must_not_be(tx, below).await;
}

pub(crate) async fn how_seats_ended_is_told_until_they_are_taken_again(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let (left, stays) = (room_of(store, &["alice", "bob"]).await, room_of(store, &["alice", "bob"]).await);
    let bob = user("bob");
    let removed = event(room, 3, "alice", EventKind::Removed { user: bob.clone(), banned: true });
    let leaving = event(left, 3, "bob", EventKind::Left);
    let mut tx = begin(store).await;
    for event in [&removed, &leaving] {
        tx.lock_room(event.room).await.unwrap();
        tx.append_event(event).await.unwrap();
        tx.unseat_member(&bob, event).await.unwrap();
    }
    tx.commit().await.unwrap();
    let told = async |id: &str| {
        let mut departures = store.departures(&[room, left, stays, RoomId::new()], &user(id)).await.unwrap();
        departures.sort_by_key(|event| event.room);
        departures
    };
    let mut both = [removed, leaving.clone()];
    both.sort_by_key(|event| event.room);
    assert_eq!(told("bob").await, both);
    assert_eq!((told("alice").await, told("stranger").await), (vec![], vec![]));
    assert_eq!(store.departures(&[], &bob).await.unwrap(), []);
    let mut tx = begin(store).await;
    tx.lock_room(room).await.unwrap();
    tx.seat_member(room, &member("bob", Role::Member, 4)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(told("bob").await, [leaving]);
}
