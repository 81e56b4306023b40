use chat_tests::{Server, Socket, on_each_store};
use serde_json::{Value, json};

use super::{message, rest_of, tea};

fn edit(room: &str, seq: &Value, body: &str) -> Value {
    json!({"type": "edit", "roomId": room, "seq": seq, "body": body})
}

fn delete(room: &str, seq: &Value) -> Value {
    json!({"type": "delete", "roomId": room, "seq": seq})
}

fn react(room: &str, seq: &Value, emoji: &str) -> Value {
    json!({"type": "react", "roomId": room, "seq": seq, "emoji": emoji})
}

on_each_store!(r_msg_08_the_ok_of_a_change_stands_in_the_place_of_its_event);
async fn r_msg_08_the_ok_of_a_change_stands_in_the_place_of_its_event(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let (mut bobs, mut carols) = (Socket::open(&server, &bob).await, Socket::open(&server, &carol).await);
    let tablet = server.login("bob", "tablet").await;
    let mut tablets = Socket::open(&server, &tablet).await;
    let seq = bobs.write(&room, "helo @carol").await["seq"].clone();

    let edited = bobs.ok(edit(&room, &seq, "hello @alice")).await;
    let logged = json!({"kind": "message_edited", "targetSeq": seq, "body": "hello @alice", "mentions": ["alice"]});
    assert_eq!(rest_of(&edited["event"]), logged);
    assert_eq!(edited["message"], message(&alice, &room, &seq).await);
    let reacted = carols.ok(react(&room, &seq, "\u{1F44D}")).await;
    assert_eq!(reacted["message"]["reactions"], json!([{"emoji": "\u{1F44D}", "userIds": ["carol"]}]));
    let taken_back =
        carols.ok(json!({"type": "react", "roomId": room, "seq": seq, "emoji": "\u{1F44D}", "remove": true}));
    assert_eq!(taken_back.await["event"]["kind"], "reaction_removed");
    let again = json!({"type": "react", "roomId": room, "seq": seq, "emoji": "\u{1F44D}", "remove": false});
    assert_eq!(carols.ok(again).await["event"]["kind"], "reaction_added");
    let deleted = bobs.ok(delete(&room, &seq)).await;
    assert_eq!(rest_of(&deleted["event"]), json!({"kind": "message_deleted", "targetSeq": seq}));
    assert_eq!(deleted["message"], message(&alice, &room, &seq).await);

    let log = alice.log(&room).await;
    for socket in [&mut bobs, &mut carols, &mut tablets] {
        socket.heard(&room, 9).await;
        socket.settle().await;
        // The message and its edit were heard before the deletion.
        assert_eq!(socket.events(&room)[2..], log[5..], "each once, in the order of the log");
        let told: Vec<&Value> = socket.told().filter(|event| event["targetSeq"] == seq).collect();
        assert_eq!(told.len(), 5, "{told:?}");
    }
    assert!(tablets.seen().iter().all(|frame| frame["type"] != "ok" || frame["result"] == json!({})));
}

#[tokio::test]
async fn r_msg_11_a_change_of_nothing_is_answered_without_an_event() {
    let server = Server::start().await;
    let ([alice, bob, _], room) = tea(&server).await;
    let (mut bobs, mut hers) = (Socket::open(&server, &bob).await, Socket::open(&server, &alice).await);
    let seq = bobs.write(&room, "hi").await["seq"].clone();
    bobs.ok(react(&room, &seq, "\u{1F44D}")).await;
    let now = json!({"message": message(&alice, &room, &seq).await});
    assert_eq!(bobs.ok(edit(&room, &seq, "hi")).await, now);
    assert_eq!(bobs.ok(react(&room, &seq, "\u{1F44D}")).await, now);
    let taken_back = json!({"type": "react", "roomId": room, "seq": seq, "emoji": "\u{1F600}", "remove": true});
    assert_eq!(bobs.ok(taken_back).await, now);
    assert_eq!(bobs.write(&room, "next").await["seq"], 6);
    hers.message(&room, "next").await;
}

#[tokio::test]
async fn r_msg_06_commands_are_refused_as_rest_refuses() {
    let server = Server::start().await;
    let ([_, bob, carol], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let seq = bob.write(&room, "bobs").await["seq"].clone();
    let (mut bobs, mut carols) = (Socket::open(&server, &bob).await, Socket::open(&server, &carol).await);
    let mut eves = Socket::open(&server, &eve).await;
    let nowhere = json!(99);
    for command in [
        |room: &str, seq: &Value| edit(room, seq, "x"),
        delete,
        |room: &str, seq: &Value| react(room, seq, "\u{1F44D}"),
    ] {
        bobs.refused(command("unknown", &seq), 404, "room_not_found").await;
        eves.refused(command(&room, &seq), 403, "not_a_member").await;
        for number in [&nowhere, &json!(-1), &json!(1)] {
            bobs.refused(command(&room, number), 404, "message_not_found").await;
        }
        for wrong in [json!("4"), json!(4.5), Value::Null] {
            bobs.refused(command(&room, &wrong), 400, "invalid_request").await;
        }
    }
    carols.refused(edit(&room, &seq, "x"), 403, "not_allowed").await;
    carols.refused(delete(&room, &seq), 403, "not_allowed").await;
    bobs.refused(edit(&room, &seq, " "), 400, "invalid_request").await;
    for emoji in ["", "a", "\u{2764}", "\u{1F44D}\u{1F44D}"] {
        bobs.refused(react(&room, &seq, emoji), 400, "invalid_request").await;
    }
    let odd = json!({"type": "react", "roomId": room, "seq": seq, "emoji": "\u{1F44D}", "remove": "yes"});
    bobs.refused(odd, 400, "invalid_request").await;
    assert_eq!(bobs.write(&room, "next").await["seq"], 5, "nothing was logged");
}

#[tokio::test]
async fn changes_sent_without_waiting_are_done_in_their_order() {
    let server = Server::start().await;
    let ([alice, bob, _], room) = tea(&server).await;
    let (mut bobs, mut hers) = (Socket::open(&server, &bob).await, Socket::open(&server, &alice).await);
    let seqs = [bobs.write(&room, "one").await["seq"].clone(), bobs.write(&room, "two").await["seq"].clone()];
    let mut commands = Vec::new();
    for number in 0..20 {
        commands.push(edit(&room, &seqs[number % 2], &format!("edit {number}")));
        commands.push(react(&room, &seqs[0], "\u{1F44D}"));
        commands.push(json!({"type": "react", "roomId": room, "seq": seqs[0], "emoji": "\u{1F44D}", "remove": true}));
    }
    commands.push(delete(&room, &seqs[1]));
    let mut ids = Vec::new();
    for command in &commands {
        ids.push(bobs.begin(command.clone()).await);
    }
    let refused = bobs.begin(edit(&room, &seqs[1], "too late")).await;
    for (number, id) in (6_i64..).zip(ids) {
        let reply = bobs.reply(id).await;
        assert_eq!((&reply["type"], &reply["result"]["event"]["seq"]), (&json!("ok"), &json!(number)), "{reply}");
    }
    assert_eq!(bobs.reply(refused).await["problem"]["code"], "message_not_found");
    assert_eq!(message(&alice, &room, &seqs[0]).await["body"], "edit 18");
    hers.heard(&room, 66).await;
    assert_eq!(hers.events(&room), bobs.events(&room));
}

#[tokio::test]
async fn r_msg_03_sends_and_changes_on_one_connection_are_all_answered() {
    let server = Server::start().await;
    let ([alice, bob, _], room) = tea(&server).await;
    let (mut bobs, mut hers) = (Socket::open(&server, &bob).await, Socket::open(&server, &alice).await);
    let seq = bobs.write(&room, "first").await["seq"].clone();
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(bobs.begin(json!({"type": "send", "roomId": room, "body": format!("m{number}")})).await);
        ids.push(bobs.begin(edit(&room, &seq, &format!("edit {number}"))).await);
    }
    for id in ids {
        assert_eq!(bobs.reply(id).await["type"], "ok");
    }
    hers.heard(&room, 64).await;
    assert_eq!(hers.events(&room), bobs.events(&room));
    let bodies = |kind: &str| {
        let of_kind = hers.events(&room)[1..].iter().filter(|event| event["kind"] == kind);
        of_kind.map(|event| event["body"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(bodies("message"), (0..30).map(|number| format!("m{number}")).collect::<Vec<_>>());
    assert_eq!(bodies("message_edited"), (0..30).map(|number| format!("edit {number}")).collect::<Vec<_>>());
}
