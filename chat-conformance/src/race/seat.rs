use std::collections::BTreeMap;

use chat_core::{
    api::{Messages, Rooms, SendMessage},
    model::{admission::AdmissionKind, message::MessageBody, session::Caller},
};

use super::nodes::{Nodes, at_once, by_password, code, count};
use crate::{
    Fixture,
    build::{begin, user},
};

/// Half of them have had their free admission and pay. Five seats are left beside the owner's.
pub(crate) async fn r_adm_02_fifty_users_race_for_six_seats(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    let ids: Vec<String> = (0..50).map(|n| format!("user-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    nodes.users(&ids, 150).await;
    nodes.users(&["owner"], 0).await;
    let room = nodes.rooms("owner", 1).await[0];
    let earlier = nodes.rooms("owner", 5).await;
    for (n, id) in ids.iter().enumerate().filter(|(n, _)| n % 2 == 1) {
        let joined = nodes.of(0).join_room(&Caller::user(user(id)), by_password(earlier[n / 10])).await;
        assert_eq!(joined.unwrap().admission.unwrap().kind, AdmissionKind::Free);
    }
    let results = at_once(ids.iter().enumerate().map(|(n, id)| {
        let (chat, caller) = (nodes.of(n / 2), Caller::user(user(id)));
        async move { chat.join_room(&caller, by_password(room)).await }
    }))
    .await;

    let codes: BTreeMap<String, usize> = results.iter().fold(BTreeMap::new(), |mut counted, result| {
        *counted.entry(code(result)).or_default() += 1;
        counted
    });
    assert_eq!(codes, BTreeMap::from([("ok".to_owned(), 5), ("room_full".to_owned(), 45)]));
    let members = nodes.members(room).await;
    assert_eq!(members.len(), 6);
    for ((n, id), result) in ids.iter().enumerate().zip(&results) {
        let paid = result.is_ok() && n % 2 == 1;
        assert_eq!(nodes.coins(id).await, if paid { 0 } else { 150 }, "{id}: {}", code(result));
        assert_eq!(members.contains(&user(id)), result.is_ok());
        let entrant = begin(&*nodes.store).await.entrant(room, &user(id), None).await.unwrap();
        let kind = if n % 2 == 1 { AdmissionKind::Paid } else { AdmissionKind::Free };
        assert_eq!(entrant.admission.map(|admission| admission.kind), result.is_ok().then_some(kind), "{id}");
        assert_eq!(entrant.had_free_admission, n % 2 == 1 || result.is_ok(), "{id}");
    }
}

/// One is free, two are paid, and for the other five the coins do not reach.
pub(crate) async fn r_adm_07_one_user_joins_eight_rooms_at_once_with_coins_for_two(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["owner"], 0).await;
    nodes.users(&["alice"], 300).await;
    let rooms = nodes.rooms("owner", 8).await;
    let results = at_once(rooms.iter().enumerate().map(|(n, room)| {
        let (chat, room) = (nodes.of(n), *room);
        async move { chat.join_room(&Caller::user(user("alice")), by_password(room)).await }
    }))
    .await;
    let codes: Vec<String> = results.iter().map(code).collect();
    assert_eq!((count(&results, "ok"), count(&results, "insufficient_coins")), (3, 5), "{codes:?}");
    let joined: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    let kinds = |kind| joined.iter().filter(|joined| joined.admission.as_ref().is_some_and(|a| a.kind == kind)).count();
    assert_eq!((kinds(AdmissionKind::Free), kinds(AdmissionKind::Paid)), (1, 2));
    assert_eq!(nodes.coins("alice").await, 0);
    let charges = nodes.store.coin_entries(&user("alice"), None, 2).await.unwrap();
    assert!(charges.iter().all(|entry| entry.amount.get() == -150 && entry.room.is_some()), "{charges:?}");
    for (room, result) in rooms.iter().zip(&results) {
        assert_eq!(nodes.members(*room).await.contains(&user("alice")), result.is_ok());
    }
}

/// The same join from many places, as by an impatient client: one seat, one charge, one event.
pub(crate) async fn r_adm_09_a_join_that_is_repeated_at_once_charges_once(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["owner"], 0).await;
    nodes.users(&["alice"], 450).await;
    let rooms = nodes.rooms("owner", 2).await;
    nodes.of(0).join_room(&Caller::user(user("alice")), by_password(rooms[0])).await.unwrap();
    let results = at_once((0..16).map(|n| {
        let (chat, room) = (nodes.of(n), rooms[1]);
        async move { chat.join_room(&Caller::user(user("alice")), by_password(room)).await }
    }))
    .await;
    let charged: i64 = results.iter().map(|result| result.as_ref().unwrap().charged.get()).sum();
    let before = results.iter().filter(|result| result.as_ref().unwrap().already_member).count();
    assert_eq!((charged, before), (150, 15));
    assert_eq!(nodes.coins("alice").await, 300);
    assert_eq!(nodes.members(rooms[1]).await.len(), 2);
}

/// Whoever comes and goes meanwhile, the log and the members say the same, and nobody waits in a ring.
pub(crate) async fn r_msg_02_joins_leaves_and_sends_at_once_make_one_log(fixture: &dyn Fixture) {
    const ROUNDS: usize = 6;
    let nodes = Nodes::start(fixture).await;
    let ids = ["alice", "bob", "carol", "dave"];
    nodes.users(&["owner"], 0).await;
    nodes.users(&ids, 300).await;
    let rooms = nodes.rooms("owner", 2).await;
    let sent = at_once(ids.into_iter().enumerate().map(|(n, id)| {
        let (chat, rooms, caller) = (nodes.of(n), rooms.clone(), Caller::user(user(id)));
        async move {
            let mut sent = 0;
            for round in 0..ROUNDS {
                let room = rooms[(n + round) % 2];
                chat.join_room(&caller, by_password(room)).await.unwrap();
                for text in ["hi", "ho"] {
                    let body = MessageBody::parse(text.to_owned()).unwrap();
                    let message = SendMessage { room, body, client_id: None, reply_to: None };
                    assert!(!chat.send_message(&caller, message).await.unwrap().repeated);
                    sent += 1;
                }
                chat.leave_room(&caller, room).await.unwrap();
            }
            sent
        }
    }))
    .await;
    let mut logged = 0;
    for room in rooms {
        assert_eq!(nodes.members(room).await.len(), 1, "only the owner stayed");
        logged += crate::build::log(&*nodes.store, room).await.len();
    }
    let sent: usize = sent.into_iter().sum();
    assert_eq!(logged, 2 + sent + ids.len() * ROUNDS * 2, "joins, messages, leaves");
    for id in ids {
        assert_eq!(nodes.coins(id).await, 150, "R-ADM-08: the second room is paid once");
    }
}
