//! What must hold whenever the load is over, read through the API by those whom it concerns.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::command::{GRANT, What};
use crate::party::{FRIENDS, Party};
use crate::person::{Friendship, PRICE, Person};
use crate::room::Room;

/// Checks the rooms in which something happened, and everybody.
pub(crate) async fn check(party: &mut Party) {
    check_in(party, party.rooms()).await;
}

/// Checks all rooms there ever were, from the first event on.
pub(crate) async fn check_everything(party: &mut Party) {
    let known = std::mem::take(&mut party.logs);
    let rooms = [&party.hall].into_iter().chain(&party.doors).cloned().collect();
    check_in(party, rooms).await;
    for (room, log) in known {
        assert!(party.logs[&room].starts_with(&log), "the log of {room} has changed");
    }
}

async fn check_in(party: &mut Party, ids: Vec<String>) {
    let mut rooms = Vec::new();
    for id in ids {
        let room = Room::read(party, &id).await;
        room.check_messages(&party.people);
        room.check_seats(&party.people);
        room.check_invites(&party.people);
        for event in party.told.iter().filter(|event| event["roomId"] == room.id) {
            room.keeps(event);
        }
        rooms.push(room);
    }
    for person in &party.people {
        let paid = check_ledger(party, person, &rooms).await;
        check_rooms(party, person, &rooms).await;
        check_admissions(party, person, &rooms, &paid).await;
    }
    check_friendship(party).await;
    party.logs.extend(rooms.into_iter().map(|room| (room.id, room.log)));
}

/// Whether this user has ever had a seat there.
fn was_in(person: &Person, room: &str, rooms: &[Room]) -> bool {
    let read = rooms.iter().find(|read| read.id == room);
    read.map_or_else(|| person.seat(room), |read| read.seat(&person.name)).joined > 0
}

/// The balance is the sum of the ledger, which has each grant once, and the price of each room but the first, once. The
/// answer is the rooms that were paid.
async fn check_ledger(party: &Party, person: &Person, rooms: &[Room]) -> BTreeSet<String> {
    let name = &person.name;
    let (mut paid, mut granted, mut openings) = (BTreeSet::new(), BTreeSet::new(), 0);
    for entry in party.clients.of(name).ledger().await {
        match entry["kind"].as_str().expect("an entry has a kind") {
            "opening" => openings += 1,
            "grant" => {
                let key = entry["reason"].as_str().expect("its key").to_owned();
                assert_eq!(entry["amount"], GRANT, "{entry}");
                assert!(granted.insert(key), "{name} was granted twice: {entry}");
            }
            "room_admission" => {
                let room = entry["roomId"].as_str().expect("a room").to_owned();
                assert_eq!(entry["amount"], -PRICE, "{entry}");
                assert!(was_in(person, &room, rooms), "{name} paid and never joined: {entry}");
                assert!(paid.insert(room), "{name} paid twice: {entry}");
            }
            other => panic!("nobody asked for {other}: {entry}"),
        }
    }
    assert_eq!(openings, 1, "{name}");
    let in_doubt: BTreeSet<String> = person
        .doubts
        .iter()
        .filter_map(|doubt| if let What::Grant { key, .. } = &doubt.what { Some(key.clone()) } else { None })
        .collect();
    assert!(person.grants.is_subset(&granted), "{name} was told of {:?}", person.grants.difference(&granted));
    let more: BTreeSet<String> = granted.difference(&person.grants).cloned().collect();
    assert!(more.is_subset(&in_doubt), "{name} has {more:?}, and asked for {in_doubt:?}");
    assert!(person.paid.is_subset(&paid), "{name} was told to have paid {:?}", person.paid.difference(&paid));
    let all = [&party.hall].into_iter().chain(&party.doors);
    let entered = all.filter(|room| was_in(person, room, rooms)).count();
    let to_pay = if person.is_prime { 0 } else { entered.saturating_sub(1) };
    assert_eq!(paid.len(), to_pay, "{name} has entered {entered} rooms and paid {paid:?}");
    paid
}

/// The rooms that a user lists are those in which the logs say they sit.
async fn check_rooms(party: &Party, person: &Person, rooms: &[Room]) {
    let list = party.clients.of(&person.name).get("/api/chatrooms").await.is(200);
    let listed: BTreeMap<&str, &Value> = list["rooms"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|room| (room["roomId"].as_str().expect("an id"), &room["lastSeq"]))
        .collect();
    for room in rooms {
        let expected = room.seat(&person.name).is_taken().then(|| json!(room.log.len()));
        assert_eq!(listed.get(room.id.as_str()).copied(), expected.as_ref(), "{} lists {}", person.name, room.id);
    }
}

/// Who ever sat in a room has an admission to it, and nobody else; a used invite lets nobody in again.
async fn check_admissions(party: &Party, person: &Person, rooms: &[Room], paid: &BTreeSet<String>) {
    let client = party.clients.of(&person.name);
    for room in rooms {
        let seat = room.seat(&person.name);
        if !seat.is_taken() && !room.has_seat {
            continue;
        }
        let body = json!({"roomId": room.id, "password": chat_tests::ROOM_PASSWORD, "dryRun": true});
        let told = client.post("/api/joinroom", body).await.is(200);
        let what = format!("{} in {}: {told}", person.name, room.id);
        assert_eq!(told["alreadyMember"], seat.is_taken(), "{what}");
        assert_eq!(told.get("admission").is_some(), seat.joined > 0, "{what}");
        assert_eq!(told["admission"]["kind"] == "paid", paid.contains(&room.id), "{what}");
        assert!(seat.joined == 0 || told["charged"] == 0, "{what}");
        for (invite, _) in person.invites.get(&room.id).into_iter().flatten().filter(|(_, used)| *used) {
            let again = client.post("/api/joinroom", json!({"inviteToken": invite.token, "dryRun": true})).await;
            if seat.is_taken() {
                again.is(200);
            } else {
                again.refused(410, "invite_used");
            }
        }
    }
}

/// Two users see alike how they stand to each other, and that is what they were told, or would be by what is in doubt.
async fn check_friendship(party: &Party) {
    let [asks, other] = FRIENDS.map(|name| party.clients.of(name));
    let mut seen = Vec::new();
    for (client, friend, requests) in [(asks, FRIENDS[1], "out"), (other, FRIENDS[0], "in")] {
        let friends = client.get("/api/friends").await.is(200);
        let requests = client.get(&format!("/api/friend-requests?box={requests}")).await.is(200);
        let friends = friends["friends"].as_array().expect("a list");
        assert!(friends.iter().all(|listed| listed["userId"] == friend), "{friends:?}");
        let requests = requests["requests"].as_array().expect("a list");
        let open: Vec<&Value> = requests.iter().filter(|request| request["state"] == "open").collect();
        seen.push(match (friends.as_slice(), open.as_slice()) {
            ([], []) => Friendship::None,
            ([_], []) => Friendship::Friends,
            ([], [open]) => Friendship::Requested(open["requestId"].as_str().map(str::to_owned)),
            more => panic!("{} sees {more:?}", client.user_id),
        });
    }
    assert_eq!(seen[0], seen[1], "both see the same");
    let blocks = asks.get("/api/blocks").await.is(200);
    match blocks["blocks"].as_array().expect("a list").as_slice() {
        [] => {}
        [blocked] => {
            assert_eq!((&blocked["userId"], &seen[0]), (&json!(FRIENDS[1]), &Friendship::None), "{blocked}");
            seen[0] = Friendship::Blocked;
        }
        more => panic!("nobody asked to block {more:?}"),
    }
    let person = party.person(FRIENDS[0]);
    let fits = seen[0] == person.friendship || person.doubts.iter().any(|doubt| follows(&doubt.what, person, &seen[0]));
    assert!(fits, "told {:?}, in doubt {:?}, and sees {:?}", person.friendship, person.doubts, seen[0]);
}

/// Whether this is what a command makes of how they stood before.
fn follows(command: &What, person: &Person, seen: &Friendship) -> bool {
    match (command, &person.friendship) {
        (What::Befriend { .. }, Friendship::None) => matches!(seen, Friendship::Requested(Some(_))),
        (What::Befriend { .. } | What::Accept { .. }, _) => *seen == Friendship::Friends,
        (What::Withdraw { .. } | What::Unfriend { .. } | What::Unblock { .. }, _) => *seen == Friendship::None,
        (What::Block { .. }, _) => *seen == Friendship::Blocked,
        _ => false,
    }
}
