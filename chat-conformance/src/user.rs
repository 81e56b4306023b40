use chat_core::{
    model::{
        coin::Reason,
        event::EventKind,
        room::Role,
        text::Name,
        user::{Phone, Standing, User, UserId},
    },
    ports::store::{Credentials, NewUser, Store, StoreError, Ties, Unique},
};

use crate::{
    build::{
        NOON, append, at, begin, coins, draft, entry, event, hash, name, new_room_of, new_user, room_of, seq, user,
        users,
    },
    refusal::{AWKWARD, must_not_be},
};

pub(crate) async fn what_was_registered_is_read(store: &dyn Store) {
    users(store, &["Alice"]).await;
    let expected = User {
        id: user("Alice"),
        name: name("ALICE"),
        phone: Some(Phone::parse("+15550100").unwrap()),
        prime: false,
        coins: coins(0),
        standing: Standing::Active,
        created_at: NOON,
    };
    assert_eq!(store.user(&user("Alice")).await.unwrap(), Some(expected));
    let credentials = Credentials { user: user("Alice"), password: Some(hash("$2b$user")), standing: Standing::Active };
    assert_eq!(store.credentials(&user("Alice")).await.unwrap(), Some(credentials));
}

pub(crate) async fn a_user_of_the_hosts_has_neither_phone_nor_password(store: &dyn Store) {
    let mut tx = begin(store).await;
    tx.insert_user(&NewUser { phone: None, password: None, ..new_user("alice") }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().phone, None);
    assert_eq!(store.credentials(&user("alice")).await.unwrap().unwrap().password, None);
}

pub(crate) async fn an_unknown_user_is_none(store: &dyn Store) {
    users(store, &["alice"]).await;
    for id in ["bob", "alic", "alicee", "_____", "a_ice"].map(user) {
        assert_eq!(store.user(&id).await.unwrap(), None, "{id}");
        assert_eq!(store.credentials(&id).await.unwrap(), None, "{id}");
    }
}

pub(crate) async fn r_acc_02_an_id_that_differs_in_case_alone_is_taken_and_the_transaction_goes_on(store: &dyn Store) {
    users(store, &["alice"]).await;
    let mut tx = begin(store).await;
    for id in ["alice", "ALICE", "aLiCe"] {
        let taken = tx.insert_user(&new_user(id)).await;
        assert!(matches!(taken, Err(StoreError::Taken(Unique::UserId))), "{id}: {taken:?}");
    }
    tx.insert_user(&new_user("bob")).await.unwrap();
    let taken = tx.insert_user(&new_user("Bob")).await;
    assert!(matches!(taken, Err(StoreError::Taken(Unique::UserId))), "in the same transaction: {taken:?}");
    tx.commit().await.unwrap();
    assert!(store.user(&user("bob")).await.unwrap().is_some());
    assert!(store.user(&user("ALICE")).await.unwrap().is_none());
}

pub(crate) async fn r_acc_02_an_id_in_other_case_finds_nobody_anywhere(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let (other, bob) = (user("ALICE"), user("bob"));
    assert_eq!(store.user(&other).await.unwrap(), None);
    assert_eq!(store.credentials(&other).await.unwrap(), None);
    assert_eq!(store.membership(room, &other).await.unwrap(), None);
    assert_eq!(store.room_view(room, &other).await.unwrap(), None);
    assert_eq!(store.rooms_of(&other).await.unwrap(), []);
    assert_eq!(append(store, &[draft(room, "ALICE", "hi")]).await, ["not_a_member"]);
    let mut tx = begin(store).await;
    tx.insert_friendship(&user("alice"), &bob, NOON).await.unwrap();
    assert_eq!(tx.lock_users(&[&other]).await.unwrap(), [None]);
    assert_eq!(tx.member_in(room, &other).await.unwrap(), None);
    assert_eq!(tx.lock_member(room, &other).await.unwrap(), None);
    assert!(!tx.entrant(room, &other, None).await.unwrap().is_member);
    assert!(!tx.have_shared_a_room(&other, &bob).await.unwrap());
    assert_eq!(tx.ties_between(&other, &bob).await.unwrap(), Ties::default());
    tx.commit().await.unwrap();
    assert_eq!(store.friends(&other).await.unwrap(), []);
    assert_eq!(store.ties(&bob, &other).await.unwrap(), Ties::default());
}

pub(crate) async fn r_acc_02_ids_of_every_character_and_length_are_kept_apart(store: &dyn Store) {
    let longest = "x".repeat(UserId::MAX - 1);
    let ids: Vec<String> = ["a", "...", "a.b", "a_b", "a-b", "a+b", "a:b", "a@b", "0", "00", "007", "7", "1e3", "null"]
        .into_iter()
        .map(str::to_owned)
        .chain(["y", "z", "-", "_"].map(|last| format!("{longest}{last}")))
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut tx = begin(store).await;
    for id in &ids {
        tx.insert_user(&NewUser { name: name(&format!("I am {}", &id[id.len() - 1..])), ..new_user(id) })
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let room = room_of(store, &ids[12..]).await;
    for id in &ids {
        let read = store.user(&user(id)).await.unwrap().unwrap();
        assert_eq!((read.id.as_str(), read.name), (*id, name(&format!("I am {}", &id[id.len() - 1..]))));
    }
    let members = store.members(room).await.unwrap();
    assert_eq!(members.iter().map(|named| named.member.user.as_str()).collect::<Vec<_>>(), ids[12..]);
}

pub(crate) async fn r_acc_03_a_name_comes_back_as_it_was(store: &dyn Store) {
    users(store, &["alice"]).await;
    let room = room_of(store, &["alice"]).await;
    let longest = ["\u{1F600}".repeat(Name::MAX), "\u{10FFFF}".repeat(Name::MAX)];
    for text in AWKWARD.into_iter().chain(longest.iter().map(String::as_str)) {
        let mut tx = begin(store).await;
        tx.set_profile(&user("alice"), &name(text), None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().name, name(text));
        assert_eq!(store.members(room).await.unwrap()[0].name, name(text));
    }
}

pub(crate) async fn profile_password_and_prime_are_set(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let (alice, longest) = (user("alice"), Phone::parse("+123456789012345").unwrap());
    let mut tx = begin(store).await;
    tx.set_profile(&alice, &name("Zo\u{EB}"), None).await.unwrap();
    tx.set_password(&alice, &hash("$2b$new")).await.unwrap();
    tx.set_prime(&alice, true).await.unwrap();
    tx.commit().await.unwrap();
    let read = store.user(&alice).await.unwrap().unwrap();
    assert_eq!((read.name, read.phone, read.prime), (name("Zo\u{EB}"), None, true));
    assert_eq!(store.credentials(&alice).await.unwrap().unwrap().password, Some(hash("$2b$new")));
    let other = store.user(&user("bob")).await.unwrap().unwrap();
    assert_eq!((other.name, other.prime), (name("BOB"), false));

    let mut tx = begin(store).await;
    tx.set_profile(&alice, &name("Zoe"), Some(&longest)).await.unwrap();
    tx.set_prime(&alice, false).await.unwrap();
    tx.commit().await.unwrap();
    let read = store.user(&alice).await.unwrap().unwrap();
    assert_eq!((read.name, read.phone, read.prime), (name("Zoe"), Some(longest), false));
}

/// A database may count as changed only what differs from before.
pub(crate) async fn setting_what_is_set_already_is_no_error(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let alice = user("alice");
    let before = store.user(&alice).await.unwrap();
    for _ in 0..2 {
        let mut tx = begin(store).await;
        tx.set_profile(&alice, &name("ALICE"), Some(&Phone::parse("+15550100").unwrap())).await.unwrap();
        tx.set_password(&alice, &hash("$2b$user")).await.unwrap();
        tx.set_prime(&alice, false).await.unwrap();
        tx.set_role(room, &alice, Role::Owner).await.unwrap();
        tx.set_read(room, &alice, seq(1)).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(store.user(&alice).await.unwrap(), before);
}

pub(crate) async fn users_are_locked_in_the_order_given_with_none_for_the_unknown(store: &dyn Store) {
    users(store, &["carol", "alice", "_eve", "Dave"]).await;
    let mut tx = begin(store).await;
    let ids = ["Dave", "Erin", "_eve", "alice", "bob", "carol"].map(user);
    assert!(ids.is_sorted(), "the order of the ids");
    let locked = tx.lock_users(&ids.each_ref()).await.unwrap();
    let found: Vec<_> = locked.iter().map(|locked| locked.as_ref().map(|locked| locked.user.id.as_str())).collect();
    assert_eq!(found, [Some("Dave"), None, Some("_eve"), Some("alice"), None, Some("carol")]);
    assert_eq!(locked[3].as_ref().unwrap().password, Some(hash("$2b$user")));
    assert_eq!(tx.lock_users(&[]).await.unwrap(), []);
}

pub(crate) async fn a_user_under_lock_is_as_a_plain_read_shows_them(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.append_coin_entry(&user("alice"), &entry(7, 7)).await.unwrap();
    tx.set_prime(&user("alice"), true).await.unwrap();
    tx.append_event(&event(room, 2, "alice", EventKind::Left)).await.unwrap();
    tx.commit().await.unwrap();
    let read = store.user(&user("alice")).await.unwrap();
    let locked = begin(store).await.lock_users(&[&user("alice")]).await.unwrap().remove(0);
    assert_eq!(locked.map(|locked| locked.user), read);
}

pub(crate) async fn changing_an_unknown_user_must_not_be(store: &dyn Store) {
    let nobody = user("nobody");
    let mut tx = begin(store).await;
    let set = tx.set_prime(&nobody, true).await;
    must_not_be(tx, set).await;
    let mut tx = begin(store).await;
    let set = tx.set_password(&nobody, &hash("$2b$new")).await;
    must_not_be(tx, set).await;
    let mut tx = begin(store).await;
    let set = tx.set_profile(&nobody, &name("Nobody"), None).await;
    must_not_be(tx, set).await;
    assert_eq!(store.user(&nobody).await.unwrap(), None);
}

fn reason(text: &str) -> Option<Reason> {
    Some(Reason::parse(text).unwrap())
}

pub(crate) async fn r_acc_06_a_suspension_stands_with_its_reason_until_it_is_lifted(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    let (alice, longest) = (user("alice"), "\u{10FFFF}".repeat(Reason::MAX));
    let active = store.admin_user(&alice).await.unwrap().unwrap();
    assert_eq!((active.suspended_reason, active.erased_at), (None, None));
    assert_eq!(Some(active.user), store.user(&alice).await.unwrap());
    for why in [None, reason("spam"), reason(&longest), None, reason("again")] {
        let mut tx = begin(store).await;
        tx.lock_users(&[&alice]).await.unwrap();
        tx.suspend_user(&alice, why.as_ref()).await.unwrap();
        assert_eq!(tx.suspended_reason(&alice).await.unwrap(), why, "a transaction sees what it wrote");
        tx.commit().await.unwrap();
        let seen = store.admin_user(&alice).await.unwrap().unwrap();
        assert_eq!((seen.user.standing, seen.suspended_reason), (Standing::Suspended, why));
        assert_eq!(store.credentials(&alice).await.unwrap().unwrap().standing, Standing::Suspended);
    }
    let mut tx = begin(store).await;
    tx.lift_user(&alice).await.unwrap();
    assert_eq!(tx.suspended_reason(&alice).await.unwrap(), None);
    tx.commit().await.unwrap();
    let seen = store.admin_user(&alice).await.unwrap().unwrap();
    assert_eq!((seen.user.standing, seen.suspended_reason), (Standing::Active, None));
    assert_eq!(store.user(&user("bob")).await.unwrap().unwrap().standing, Standing::Active);
    assert_eq!(begin(store).await.suspended_reason(&user("nobody")).await.unwrap(), None);
    assert_eq!(store.admin_user(&user("nobody")).await.unwrap(), None);
}

pub(crate) async fn r_acc_06_of_an_erased_user_the_id_alone_is_left(store: &dyn Store) {
    let longest = "x".repeat(UserId::MAX);
    users(store, &["alice", &longest]).await;
    for id in ["alice", &longest] {
        let mut tx = begin(store).await;
        tx.suspend_user(&user(id), reason("spam").as_ref()).await.unwrap();
        tx.erase_user(&user(id), at(7)).await.unwrap();
        tx.commit().await.unwrap();
        let seen = store.admin_user(&user(id)).await.unwrap().unwrap();
        assert_eq!((seen.suspended_reason, seen.erased_at), (None, Some(at(7))));
        assert_eq!((seen.user.standing, seen.user.name.as_str(), seen.user.phone), (Standing::Erased, id, None));
        let credentials = store.credentials(&user(id)).await.unwrap().unwrap();
        assert_eq!((credentials.password, credentials.standing), (None, Standing::Erased));
    }
    let mut tx = begin(store).await;
    let again = tx.insert_user(&new_user("Alice")).await;
    assert!(matches!(again, Err(StoreError::Taken(Unique::UserId))), "R-ACC-02: {again:?}");
}

pub(crate) async fn r_acc_06_who_is_erased_is_neither_suspended_nor_lifted_nor_erased_again(store: &dyn Store) {
    users(store, &["alice"]).await;
    let (alice, nobody) = (user("alice"), user("nobody"));
    let mut tx = begin(store).await;
    tx.erase_user(&alice, at(1)).await.unwrap();
    tx.commit().await.unwrap();
    for id in [&alice, &nobody] {
        let mut tx = begin(store).await;
        let suspended = tx.suspend_user(id, None).await;
        must_not_be(tx, suspended).await;
        let mut tx = begin(store).await;
        let lifted = tx.lift_user(id).await;
        must_not_be(tx, lifted).await;
        let mut tx = begin(store).await;
        let erased = tx.erase_user(id, at(2)).await;
        must_not_be(tx, erased).await;
    }
    assert_eq!(store.admin_user(&alice).await.unwrap().unwrap().erased_at, Some(at(1)));
}

pub(crate) async fn users_are_found_by_a_part_of_id_or_name_in_the_order_of_ids(store: &dyn Store) {
    users(store, &["alice", "Bob", "carol", "_eve", "dave"]).await;
    let mut tx = begin(store).await;
    tx.set_profile(&user("carol"), &name("Zo\u{EB} 100% _'\\"), None).await.unwrap();
    tx.erase_user(&user("dave"), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let find = async |query: &str, after: Option<&str>, limit| {
        let after = after.map(user);
        let found = store.find_users(query, after.as_ref(), limit).await.unwrap();
        found.iter().map(|seen| seen.user.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(find("", None, 9).await, ["Bob", "_eve", "alice", "carol", "dave"]);
    assert_eq!(find("", None, 2).await, ["Bob", "_eve"]);
    assert_eq!(find("", Some("_eve"), 2).await, ["alice", "carol"]);
    assert_eq!(find("", Some("_"), 1).await, ["_eve"], "also after an id that nobody has");
    assert_eq!(find("", Some("dave"), 2).await, [""; 0]);
    assert_eq!(find("LIC", None, 9).await, ["alice"], "an id in whatever case");
    assert_eq!(find("bO", None, 9).await, ["Bob"]);
    assert_eq!(find("o\u{EB} 1", None, 9).await, ["carol"], "a name");
    assert_eq!(find("\u{CB}", None, 9).await, [""; 0], "in its own case");
    for wild in ["%", "_'", "\\"] {
        assert_eq!(find(wild, None, 9).await, ["carol"], "{wild}");
    }
    assert_eq!(find("'; --", None, 9).await, [""; 0]);
}
