use chat_core::{
    model::{
        event::EventKind,
        room::{Capacity, Member, Role, Room, RoomId},
    },
    ports::store::{LockedRoom, Membership, NewRoom, Store, StoreError, Unique},
};

use crate::builders::{
    NOON, append, at, begin, client_id, draft, event, hash, member, name, new_room, new_room_of, room_of, seq, user,
    users,
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
    assert_eq!(names, [("alice", "ALICE"), ("dave", "DAVE"), ("bob", "BOB"), ("carol", "CAROL")]);
    assert_eq!(listed[2].member, member("bob", Role::Member, 2));
}

pub(crate) async fn who_left_is_no_member_and_comes_back_into_the_same_row(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let bob = user("bob");
    let mut tx = begin(store).await;
    tx.unseat_member(room, &bob, at(5)).await.unwrap();
    assert_eq!(tx.member_in(room, &bob).await.unwrap(), None);
    assert_eq!(tx.members_in(room).await.unwrap(), [member("alice", Role::Owner, 1)]);
    assert_eq!(tx.lock_member(room, &bob).await.unwrap(), None);
    assert_eq!(tx.lock_room(room).await.unwrap().unwrap().room.member_count, 1);
    let gone = tx.unseat_member(room, &bob, at(6)).await;
    assert!(matches!(gone, Err(StoreError::Corrupt(_))), "{gone:?}");
    tx.rollback().await.unwrap();

    let mut tx = begin(store).await;
    tx.unseat_member(room, &bob, at(5)).await.unwrap();
    let back = Member { joined_at: at(7), ..member("bob", Role::Member, 9) };
    tx.seat_member(room, &back).await.unwrap();
    assert_eq!(tx.member_in(room, &bob).await.unwrap(), Some(back));
    assert_eq!(tx.lock_room(room).await.unwrap().unwrap().room.member_count, 2);
}

pub(crate) async fn r_adm_02_more_members_than_seats_is_corrupt(store: &dyn Store) {
    let room = new_room_of(store, &["u1", "u2", "u3", "u4", "u5", "u6"]).await;
    users(store, &["u7"]).await;
    let mut tx = begin(store).await;
    let seventh = tx.seat_member(room, &member("u7", Role::Member, 7)).await;
    assert!(matches!(seventh, Err(StoreError::Corrupt(_))), "{seventh:?}");
}

pub(crate) async fn a_seat_taken_twice_is_corrupt(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    let again = tx.seat_member(room, &member("bob", Role::Member, 3)).await;
    assert!(matches!(again, Err(StoreError::Corrupt(_))), "{again:?}");
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
    let again = tx.close_room(room, at(5)).await;
    assert!(matches!(again, Err(StoreError::Corrupt(_))), "{again:?}");
    tx.commit().await.unwrap();
    assert_eq!(store.room(room).await.unwrap().unwrap().room.closed_at, Some(at(4)));
    let view = store.room_view(room, &user("alice")).await.unwrap().unwrap();
    assert_eq!(view.room.closed_at, Some(at(4)), "R-ADM-10: its members still list it");
}

pub(crate) async fn rooms_are_listed_with_the_latest_event_first(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.push(room_of(store, &["alice"]).await);
    }
    room_of(store, &["bob"]).await;
    let mut tx = begin(store).await;
    let role = EventKind::RoleChanged { user: user("alice"), role: Role::Owner };
    tx.append_event(&event(rooms[1], 2, "alice", role)).await.unwrap();
    tx.commit().await.unwrap();
    let listed: Vec<_> =
        store.rooms_of(&user("alice")).await.unwrap().iter().map(|view| (view.room.id, view.role)).collect();
    let expected = [rooms[1], rooms[2], rooms[0]].map(|id| (id, Role::Owner));
    assert_eq!(listed, expected, "the one with the newest event, then of equals the newer room");

    let mut tx = begin(store).await;
    tx.unseat_member(rooms[1], &user("alice"), at(9)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.rooms_of(&user("alice")).await.unwrap().len(), 2);
    assert_eq!(store.room_view(rooms[1], &user("alice")).await.unwrap(), None);
    assert_eq!(store.membership(rooms[1], &user("alice")).await.unwrap(), None);
    let stays = Membership { role: Role::Owner, last_seq: seq(1) };
    assert_eq!(store.membership(rooms[0], &user("alice")).await.unwrap(), Some(stays));
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
}

pub(crate) async fn nobody_is_banned_who_was_not(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(room, &user("bob"), at(1)).await.unwrap();
    for id in ["alice", "bob", "stranger"] {
        assert!(!tx.is_banned(room, &user(id)).await.unwrap(), "{id}");
    }
}
