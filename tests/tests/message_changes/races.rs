use chat_tests::{Answer, Client, Server, Socket, message_path, on_each_store, reaction_path};
use futures_util::future::{join, join_all};
use http::Method;
use serde_json::{Value, json};

use super::{message, reactions::emojis, tea};

/// A room with six members.
async fn full_room(server: &Server) -> (Vec<Client>, String) {
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut members = vec![alice];
    for number in 0..5 {
        let member = server.register(&format!("member{number}")).await;
        member.join(&room).await;
        members.push(member);
    }
    (members, room)
}

async fn put_reaction(member: &Client, room: &str, seq: &Value, emoji: &str) -> Answer {
    member.send(member.request(Method::PUT, &reaction_path(room, seq, emoji))).await
}

/// Numbers without gap, each of them that of one answer.
#[track_caller]
fn assert_logged(log: &[Value], events: &[Value]) {
    let numbers: Vec<i64> = log.iter().filter_map(|event| event["seq"].as_i64()).collect();
    assert_eq!(numbers, (1..=i64::try_from(log.len()).expect("few")).collect::<Vec<_>>());
    for event in events {
        assert!(log.contains(event), "{event} was answered, and is not in the log");
    }
}

on_each_store!(r_msg_06_of_edits_at_once_the_last_one_in_the_log_stands);
async fn r_msg_06_of_edits_at_once_the_last_one_in_the_log_stands(server: Server) {
    let ([alice, bob, _], room) = tea(&server).await;
    let tablet = server.login("bob", "tablet").await;
    let mut hers = Socket::open(&server, &alice).await;
    let seq = bob.write(&room, "first").await["seq"].clone();
    let edits = (0..10).flat_map(|number| [(&bob, number), (&tablet, number + 10)]);
    let edits = edits.map(|(client, number)| {
        let (room, seq) = (&room, &seq);
        async move { client.edit(room, seq, &format!("edit {number}")).await }
    });
    let changed = join_all(edits).await;
    let log = alice.log(&room).await;
    assert_eq!(log.len(), 24, "each of them changes something");
    let events: Vec<Value> = changed.iter().map(|changed| changed["event"].clone()).collect();
    assert_logged(&log, &events);
    for changed in &changed {
        let (message, event) = (&changed["message"], &changed["event"]);
        assert_eq!(
            (&message["body"], &message["editedAt"]),
            (&event["body"], &event["createdAt"]),
            "answered as it was"
        );
    }
    assert_eq!(message(&alice, &room, &seq).await["body"], log[23]["body"]);
    hers.heard(&room, 24).await;
    assert_eq!(hers.events(&room)[1..], log[4..]);
}

on_each_store!(r_msg_06_an_edit_against_a_deletion_leaves_no_body);
async fn r_msg_06_an_edit_against_a_deletion_leaves_no_body(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let mut carols = Socket::open(&server, &carol).await;
    for round in 0..20 {
        let seq = bob.write(&room, "secret one").await["seq"].clone();
        let (path, body) = (message_path(&room, &seq), json!({"body": "secret two"}));
        let edit = bob.patch(&path, body);
        // Bob's own deletion against that of the owner, too: one of them comes too late.
        let deletions = join(alice.delete(&path), bob.delete(&path));
        let (edited, (by_owner, by_sender)) = join(edit, deletions).await;
        let mut events = Vec::new();
        let mut refusals = 0;
        for answer in [edited, by_owner, by_sender] {
            if answer.status == 200 {
                events.push(answer.json["event"].clone());
            } else {
                answer.refused(404, "message_not_found");
                refusals += 1;
            }
        }
        assert!((1..=2).contains(&refusals), "round {round}: one deletion at most, and no edit after it");
        let log = alice.log_after(&room, 0).await;
        let deletions = log.iter().filter(|event| event["kind"] == "message_deleted" && event["targetSeq"] == seq);
        assert_eq!(deletions.count(), 1, "round {round}");
        // The edit is told without its body by now.
        assert_logged(&log, &events.into_iter().filter(|event| event.get("body").is_none()).collect::<Vec<_>>());
        assert!(!json!(log).to_string().contains("secret"), "round {round}: {log:?}");
        carols.heard(&room, i64::try_from(log.len()).expect("few")).await;
    }
}

on_each_store!(r_msg_11_of_kinds_at_once_exactly_20_stay);
async fn r_msg_11_of_kinds_at_once_exactly_20_stay(server: Server) {
    let (members, room) = full_room(&server).await;
    let seq = members[0].write(&room, "hi").await["seq"].clone();
    let emojis = emojis(30);
    let reactions = emojis.iter().zip(members.iter().cycle());
    let answers = join_all(reactions.map(|(emoji, member)| put_reaction(member, &room, &seq, emoji))).await;
    let (mut events, mut refused) = (Vec::new(), 0);
    for answer in answers {
        if answer.status == 200 {
            events.push(answer.json["event"].clone());
        } else {
            answer.refused(409, "too_many_reactions");
            refused += 1;
        }
    }
    assert_eq!((events.len(), refused), (20, 10));
    let log = members[0].log(&room).await;
    assert_logged(&log, &events);
    let kinds = message(&members[0], &room, &seq).await["reactions"].clone();
    let logged = log[7..].iter().map(|event| json!({"emoji": event["emoji"], "userIds": [event["senderId"]]}));
    assert_eq!(kinds, logged.collect::<Value>(), "those of the log, in its order");
}

on_each_store!(r_msg_11_six_members_react_at_once_and_one_leaves);
async fn r_msg_11_six_members_react_at_once_and_one_leaves(server: Server) {
    let (members, room) = full_room(&server).await;
    let seq = members[0].write(&room, "hi").await["seq"].clone();
    let mut socket = Socket::open(&server, &members[0]).await;
    // Each asks twice: a repeat is none more, however close it comes.
    let asks = members.iter().chain(&members).map(|member| put_reaction(member, &room, &seq, "\u{1F44D}"));
    let (answers, ()) = join(join_all(asks), members[5].leave(&room)).await;
    let mut events = Vec::new();
    for (answer, number) in answers.into_iter().zip((0..6).cycle()) {
        match answer.status {
            200 => events.extend(answer.json.get("event").cloned()),
            _ => drop((assert_eq!(number, 5), answer.refused(403, "not_a_member"))),
        }
    }
    let log = members[0].log(&room).await;
    assert_logged(&log, &events);
    let added = log.iter().filter(|event| event["kind"] == "reaction_added").map(|event| event["senderId"].clone());
    let added: Vec<Value> = added.collect();
    assert_eq!(added.len(), events.len(), "one event for each who reacts");
    assert!(5 <= added.len(), "only who leaves may be too late: {added:?}");
    let expected = json!([{"emoji": "\u{1F44D}", "userIds": added}]);
    assert_eq!(message(&members[0], &room, &seq).await["reactions"], expected, "in the order of the log, each once");
    socket.heard(&room, i64::try_from(log.len()).expect("few")).await;
    assert_eq!(socket.events(&room), &log[7..]);
}

on_each_store!(r_msg_02_sends_and_changes_at_once_make_one_log);
async fn r_msg_02_sends_and_changes_at_once_make_one_log(server: Server) {
    let (members, room) = full_room(&server).await;
    let seqs: Vec<Value> =
        join_all(members.iter().map(|member| async { member.write(&room, "first").await["seq"].clone() })).await;
    let mut socket = Socket::open(&server, &members[0]).await;
    let work = members.iter().zip(&seqs).map(|(member, seq)| {
        let (room, seqs) = (&room, &seqs);
        async move {
            for (number, other) in seqs.iter().enumerate() {
                member.write(room, &format!("@alice m{number}")).await;
                member.edit(room, seq, &format!("edit {number} @member1")).await;
                member.react(room, other, "\u{1F600}").await;
            }
        }
    });
    join_all(work).await;
    let log = members[0].log(&room).await;
    assert_logged(&log, &[]);
    assert_eq!(log.len(), 12 + 6 * 18);
    for (member, seq) in members.iter().zip(&seqs) {
        let message = message(member, &room, seq).await;
        assert_eq!(message["reactions"][0]["userIds"].as_array().map(Vec::len), Some(6), "{message}");
        assert_eq!((&message["body"], &message["mentions"]), (&json!("edit 5 @member1"), &json!(["member1"])));
    }
    socket.heard(&room, i64::try_from(log.len()).expect("few")).await;
    assert_eq!(socket.events(&room), &log[12..]);
}
