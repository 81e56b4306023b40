//! Whom a message mentions.

use crate::model::{message::MessageBody, text::is_id_byte, user::UserId};

/// The members whom a body mentions, in its order and without repeats (R-MSG-10): after each `@` that does not itself
/// follow a character of ids, the longest of their ids that stands there. What follows it may be anything, since ids
/// end in the same marks as sentences: `@bob.` is `bob.` where there is one, else `bob`.
pub fn mentioned(body: &MessageBody, members: &[UserId]) -> Vec<UserId> {
    let text = body.as_str();
    let mut mentioned: Vec<UserId> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = (&text[..at], &text[at + 1..]);
        if before.bytes().next_back().is_some_and(is_id_byte) {
            continue;
        }
        let longest = members.iter().filter(|id| after.starts_with(id.as_str())).max_by_key(|id| id.as_str().len());
        if let Some(id) = longest
            && !mentioned.contains(id)
        {
            mentioned.push(id.clone());
        }
    }
    mentioned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(members: &[&str], body: &str, expected: &[&str]) {
        let members: Vec<UserId> = members.iter().map(|id| UserId::parse(id).unwrap()).collect();
        let mentioned = mentioned(&MessageBody::parse(body.to_owned()).unwrap(), &members);
        assert_eq!(mentioned.iter().map(UserId::as_str).collect::<Vec<_>>(), expected, "{body}");
    }

    #[test]
    fn r_msg_10_members_are_named_in_the_order_of_the_body_without_repeats() {
        let members = ["alice", "bob", "carol"];
        check(&members, "@carol and @alice, @carol!", &["carol", "alice"]);
        check(&members, "nobody", &[]);
        check(&members, "@dave @", &[]);
        check(&members, "(@bob)\u{1f600}@alice\n@carol", &["bob", "alice", "carol"]);
    }

    #[test]
    fn r_msg_10_the_longest_id_that_stands_there_is_meant() {
        check(
            &["bob", "bob.", "bob@carol", "carol"],
            "@bob. @bob@carol @bob, @bob@caro",
            &["bob.", "bob@carol", "bob"],
        );
        check(&["bob", "carol"], "@bob. @bob@carol", &["bob"]);
        check(&["bob", "@bob"], "@@bob", &["@bob"]);
        check(&["bob"], "@@bob", &[]);
        check(&["bob"], "@bobby", &["bob"]);
        check(&["bob"], "@BOB @bo", &[]);
    }

    #[test]
    fn r_msg_10_an_at_sign_within_an_id_or_an_address_begins_none() {
        for body in ["x@bob", "x.@bob", "7@bob", "_@bob", ":@bob", "+@bob", "-@bob"] {
            check(&["bob"], body, &[]);
        }
        for body in ["\u{e9}@bob", "/@bob", "\"@bob\"", ",@bob", "#@bob"] {
            check(&["bob"], body, &["bob"]);
        }
    }
}
