use chat_tests::{Client, Server, on_each_store, reaction_path};
use http::Method;
use serde_json::{Value, json};

use super::{close, message, rest_of, tea};

const THUMB: &str = "\u{1F44D}";
const HEART: &str = "\u{2764}\u{FE0F}";
const FAMILY: &str = "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}";

/// Different ones, as many as are asked for.
pub(crate) fn emojis(count: u32) -> Vec<String> {
    // Faces, each an emoji by itself.
    (0..count).map(|at| char::from_u32(0x1F600 + at).expect("a character").to_string()).collect()
}

async fn refuse(member: &Client, path: &str, status: u16, code: &str) {
    for method in [Method::PUT, Method::DELETE] {
        member.send(member.request(method, path)).await.refused(status, code);
    }
}

on_each_store!(r_msg_11_reactions_are_set_and_taken_back);
async fn r_msg_11_reactions_are_set_and_taken_back(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let seq = alice.write(&room, "hi").await["seq"].clone();
    let added = bob.react(&room, &seq, THUMB).await;
    let (event, thumb) = (&added["event"], json!({"emoji": THUMB, "userIds": ["bob"]}));
    assert_eq!((&event["seq"], &event["senderId"]), (&json!(5), &json!("bob")));
    assert_eq!(rest_of(event), json!({"kind": "reaction_added", "targetSeq": seq, "emoji": THUMB}));
    assert_eq!(added["message"]["reactions"], json!([thumb]));
    assert_eq!(added["message"], message(&alice, &room, &seq).await);
    assert!(added["message"].get("editedAt").is_none(), "it is not edited by that");

    let again = bob.react(&room, &seq, THUMB).await;
    assert_eq!(again, json!({"message": added["message"]}), "set, not toggled");
    for (member, emoji) in [(&carol, HEART), (&alice, THUMB), (&bob, FAMILY), (&carol, THUMB)] {
        assert!(member.react(&room, &seq, emoji).await["event"].is_object());
    }
    let reactions = async |member: &Client| message(member, &room, &seq).await["reactions"].clone();
    let three = json!([
        {"emoji": THUMB, "userIds": ["bob", "alice", "carol"]},
        {"emoji": HEART, "userIds": ["carol"]},
        {"emoji": FAMILY, "userIds": ["bob"]},
    ]);
    assert_eq!(reactions(&bob).await, three, "in the order in which they came");

    let removed = alice.unreact(&room, &seq, THUMB).await;
    assert_eq!(rest_of(&removed["event"]), json!({"kind": "reaction_removed", "targetSeq": seq, "emoji": THUMB}));
    let thumb = json!({"emoji": THUMB, "userIds": ["bob", "carol"]});
    assert_eq!(removed["message"]["reactions"][0], thumb);
    let last = alice.room(&room).await["lastSeq"].clone();
    for (member, emoji) in [(&alice, THUMB), (&alice, HEART), (&bob, HEART), (&bob, "\u{1F600}")] {
        let unchanged = member.unreact(&room, &seq, emoji).await;
        assert_eq!(unchanged, json!({"message": removed["message"]}), "what is not there is not taken back");
    }
    assert_eq!(alice.room(&room).await["lastSeq"], last);
    carol.unreact(&room, &seq, HEART).await;
    assert_eq!(
        reactions(&bob).await,
        json!([thumb, {"emoji": FAMILY, "userIds": ["bob"]}]),
        "a kind goes with its last"
    );
    alice.react(&room, &seq, HEART).await;
    assert_eq!(reactions(&bob).await[2], json!({"emoji": HEART, "userIds": ["alice"]}), "and comes back as the newest");
    for (member, emoji) in [(&bob, THUMB), (&carol, THUMB), (&bob, FAMILY), (&alice, HEART)] {
        member.unreact(&room, &seq, emoji).await;
    }
    assert_eq!(reactions(&bob).await, Value::Null, "absent where there are none");
}

#[tokio::test]
async fn r_msg_11_a_message_has_at_most_20_kinds() {
    let server = Server::start().await;
    let ([alice, bob, carol], room) = tea(&server).await;
    let seq = alice.write(&room, "hi").await["seq"].clone();
    let emojis = emojis(22);
    for (number, emoji) in emojis[..20].iter().enumerate() {
        let member = if number % 2 == 0 { &bob } else { &carol };
        member.react(&room, &seq, emoji).await;
    }
    let put = async |member: &Client, emoji: &str| {
        member.send(member.request(Method::PUT, &reaction_path(&room, &seq, emoji))).await
    };
    for member in [&alice, &bob] {
        put(member, &emojis[20]).await.refused(409, "too_many_reactions");
    }
    assert!(put(&alice, &emojis[0]).await.is(200)["event"].is_object(), "one more with a kind that is there");
    assert_eq!(put(&bob, &emojis[0]).await.is(200).get("event"), None, "a repeat is none more");
    carol.unreact(&room, &seq, &emojis[1]).await;
    assert!(put(&bob, &emojis[20]).await.is(200)["event"].is_object(), "there is room again");
    put(&bob, &emojis[21]).await.refused(409, "too_many_reactions");
    put(&carol, &emojis[1]).await.refused(409, "too_many_reactions");
    assert_eq!(message(&bob, &room, &seq).await["reactions"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn r_msg_11_a_reaction_is_refused_in_the_order_of_the_rule() {
    let server = Server::start().await;
    let ([alice, bob, carol], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let seq = alice.write(&room, "hi").await["seq"].clone();
    let reaction = bob.react(&room, &seq, THUMB).await["event"]["seq"].clone();
    let before = alice.log(&room).await;
    refuse(&bob, &reaction_path("unknown", &seq, THUMB), 404, "room_not_found").await;
    refuse(&eve, &reaction_path(&room, &json!(0), THUMB), 403, "not_a_member").await;
    for number in [json!(0), json!(1), reaction, json!(99), json!(-1)] {
        refuse(&bob, &reaction_path(&room, &number, THUMB), 404, "message_not_found").await;
    }
    assert_eq!(alice.log(&room).await, before);
    carol.leave(&room).await;
    refuse(&carol, &reaction_path(&room, &seq, THUMB), 403, "not_a_member").await;
    close(&server, &room).await;
    for number in [&seq, &json!(0)] {
        refuse(&bob, &reaction_path(&room, number, THUMB), 409, "room_closed").await;
    }
}

#[tokio::test]
async fn r_msg_11_what_is_not_one_emoji_is_refused_before_the_rules() {
    let server = Server::start().await;
    let ([alice, bob, _], room) = tea(&server).await;
    let eve = server.register("eve").await;
    let seq = alice.write(&room, "hi").await["seq"].clone();
    let wrong = ["a", "1", ":+1:", "%20", "\u{2764}", "\u{1F44D}\u{1F44D}", "\u{1F44D}%20", "%ff", "%F0%9F%91", "%00"];
    for emoji in wrong {
        for method in [Method::PUT, Method::DELETE] {
            let path = reaction_path(&room, &seq, emoji);
            bob.send(bob.request(method.clone(), &path)).await.refused_field("emoji", &["bad_format"]);
            let path = reaction_path("unknown", &json!(0), emoji);
            eve.send(eve.request(method, &path)).await.refused_field("emoji", &["bad_format"]);
        }
    }
    for right in ["%F0%9F%91%8D", "%f0%9f%91%8d"] {
        assert_eq!(bob.react(&room, &seq, right).await["message"]["reactions"][0]["emoji"], THUMB);
    }
    assert_eq!(alice.room(&room).await["lastSeq"], 5, "both are the same one");
}

#[tokio::test]
async fn r_msg_11_a_reaction_stays_when_its_member_leaves() {
    let server = Server::start().await;
    let ([alice, bob, _], room) = tea(&server).await;
    let seq = alice.write(&room, "hi").await["seq"].clone();
    bob.react(&room, &seq, THUMB).await;
    bob.leave(&room).await;
    let changed = alice.react(&room, &seq, THUMB).await;
    assert_eq!(changed["message"]["reactions"], json!([{"emoji": THUMB, "userIds": ["bob", "alice"]}]));
    bob.join(&room).await;
    bob.unreact(&room, &seq, THUMB).await;
    assert_eq!(message(&alice, &room, &seq).await["reactions"], json!([{"emoji": THUMB, "userIds": ["alice"]}]));
}
