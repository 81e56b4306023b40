use chat_core::{
    model::{message::MessageBody, user::UserId},
    rules::mention::mentioned,
};
use proptest::{prelude::*, sample::select};

/// Ids that begin alike, or hold what ends them in a sentence.
fn members() -> impl Strategy<Value = Vec<UserId>> {
    let ids = ["a", "b", "ab", "a.", "a@b", "@a", "a@", ".a", "-", "A", "aa", "@"];
    prop::collection::btree_set(select(ids.to_vec()), 0..=6)
        .prop_map(|ids| ids.into_iter().map(|id| UserId::parse(id).expect("an id")).collect())
}

/// Bodies of what ids are made of, and of what they are not.
fn body() -> impl Strategy<Value = MessageBody> {
    let pieces = ["@", "@", "@", "a", "b", "A", ".", "-", " ", ",", "\n", "\u{e9}", "\u{1F600}"];
    prop::collection::vec(select(pieces.to_vec()), 1..24)
        .prop_filter_map("only white space", |pieces| MessageBody::parse(pieces.concat()).ok())
}

/// The rule, character by character.
fn model(body: &str, members: &[UserId]) -> Vec<UserId> {
    let characters: Vec<char> = body.chars().collect();
    let is_of_ids = |c: &char| c.is_ascii_alphanumeric() || "._@:+-".contains(*c);
    let mut named = Vec::new();
    for at in 0..characters.len() {
        if characters[at] != '@' || at != 0 && is_of_ids(&characters[at - 1]) {
            continue;
        }
        let run: Vec<char> = characters[at + 1..].iter().copied().take_while(is_of_ids).collect();
        for length in (1..=run.len()).rev() {
            let id: String = run[..length].iter().collect();
            if let Some(member) = members.iter().find(|member| member.as_str() == id) {
                if !named.contains(member) {
                    named.push(member.clone());
                }
                break;
            }
        }
    }
    named
}

proptest! {
    #[test]
    fn r_msg_10_mentions_are_those_of_the_rule(body in body(), members in members()) {
        prop_assert_eq!(mentioned(&body, &members), model(body.as_str(), &members));
    }

    #[test]
    fn r_msg_10_any_text_is_searched(text in any::<String>(), members in members()) {
        if let Ok(body) = MessageBody::parse(text) {
            prop_assert_eq!(mentioned(&body, &members), model(body.as_str(), &members));
        }
    }

    /// In which order the store answers members decides nothing.
    #[test]
    fn r_msg_10_the_order_of_the_members_decides_nothing(
        body in body(),
        (members, others) in members().prop_flat_map(|members| (Just(members.clone()), Just(members).prop_shuffle())),
    ) {
        prop_assert_eq!(mentioned(&body, &members), mentioned(&body, &others));
    }
}
