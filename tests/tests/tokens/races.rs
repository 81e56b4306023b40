//! One refresh token, used by many at once: by a client with many tabs, and by a thief beside its owner.

use std::collections::BTreeSet;

use chat_tests::{Answer, Client, Server, on_each_store};
use futures_util::future::join_all;
use serde_json::json;

const AT_ONCE: usize = 16;

async fn refresh(client: &Client, token: &str) -> Answer {
    // A connection of its own each: nothing but the server puts them into an order.
    client.anonymous().post("/api/refresh", json!({"refreshToken": token})).await
}

async fn refresh_at_once(client: &Client, tokens: &[&str]) -> Vec<Answer> {
    join_all((0..AT_ONCE).map(|n| refresh(client, tokens[n % tokens.len()]))).await
}

/// What a client keeps of an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    access: String,
    refresh: String,
}

impl Kept {
    fn of(answer: Answer) -> Self {
        let session = answer.is(200);
        let text = |member: &str| session[member].as_str().expect("a session has tokens").to_owned();
        Self { access: text("accessToken"), refresh: text("refreshToken") }
    }
}

fn refresh_tokens(kept: &[Kept]) -> BTreeSet<&str> {
    kept.iter().map(|kept| kept.refresh.as_str()).collect()
}

/// Nothing that anybody holds of a session opens anything.
async fn nothing_is_alive(client: &Client, kept: &[Kept]) {
    for refresh_token in refresh_tokens(kept) {
        refresh(client, refresh_token).await.refused(401, "invalid_refresh_token");
    }
    for access in kept.iter().map(|kept| &kept.access).collect::<BTreeSet<_>>() {
        client.with_token(access).get("/api/me").await.refused(401, "session_revoked");
    }
}

async fn who_refreshes_in_many_tabs_at_once_stays_signed_in(server: Server) {
    let dora = server.register("dora").await;
    let mut token = dora.refresh_token.clone();
    for round in 0..6 {
        let answers = refresh_at_once(&dora, &[&token]).await;
        let kept: Vec<Kept> = answers.into_iter().map(Kept::of).collect();
        let successors = refresh_tokens(&kept);
        assert_eq!(successors.len(), 1, "whichever answer was kept last, it is the same: {successors:?}");
        assert!(!successors.contains(token.as_str()), "and another than before");
        for one in &kept {
            dora.with_token(&one.access).me().await;
        }
        // Each tab goes on with its own.
        token = kept[round % AT_ONCE].refresh.clone();
    }
    let sessions = dora.get("/api/sessions").await.is(200);
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "one session all along: {sessions}");
}
on_each_store!(who_refreshes_in_many_tabs_at_once_stays_signed_in);

async fn a_thief_and_the_owner_never_go_on_side_by_side(server: Server) {
    for (round, thief_first) in [true, false, true, false].into_iter().enumerate() {
        let dora = server.register(&format!("dora{round}")).await;
        let stolen = dora.refresh_token.clone();
        // Within the grace the thief is taken for a second tab, and gets what the owner gets.
        let both: Vec<Kept> = refresh_at_once(&dora, &[&stolen]).await.into_iter().map(Kept::of).collect();
        let (owner, thief) = both.split_at(AT_ONCE / 2);
        assert_eq!(refresh_tokens(&both).len(), 1, "one line, held by two");
        let (ahead, behind) = if thief_first { (&thief[0], &owner[0]) } else { (&owner[0], &thief[0]) };

        // One of them goes on, twice; the other comes with what it kept, and both are out.
        let next = Kept::of(refresh(&dora, &ahead.refresh).await);
        let last = Kept::of(refresh(&dora, &next.refresh).await);
        dora.with_token(&last.access).me().await;
        refresh(&dora, &behind.refresh).await.refused(401, "invalid_refresh_token");
        nothing_is_alive(&dora, &[both, vec![next, last]].concat()).await;
    }
}
on_each_store!(a_thief_and_the_owner_never_go_on_side_by_side);

async fn whatever_the_order_at_most_one_line_is_alive(server: Server) {
    let (mut ended, mut alive) = (0, 0);
    for round in 0..12 {
        let dora = server.register(&format!("dora{round}")).await;
        let mut everything = vec![Kept { access: dora.token().to_owned(), refresh: dora.refresh_token.clone() }];
        let mut held = [dora.refresh_token.clone(), dora.refresh_token.clone()];
        let mut over = false;
        for _ in 0..4 {
            // Owner and thief at once, each with the token it holds: its answer may come from any place in between.
            let answers = refresh_at_once(&dora, &[&held[0], &held[1]]).await;
            let got: Vec<Option<Kept>> =
                answers.into_iter().map(|answer| (answer.status == 200).then(|| Kept::of(answer))).collect();
            over = got.iter().any(Option::is_none);
            everything.extend(got.iter().flatten().cloned());
            if over {
                break;
            }
            // The thief keeps what it got; the owner sometimes lost it all, and comes with the old one.
            held[1] = got[1].as_ref().expect("all were answered").refresh.clone();
            if round % 3 != 0 {
                held[0] = got[0].as_ref().expect("all were answered").refresh.clone();
            }
        }
        if over {
            ended += 1;
            nothing_is_alive(&dora, &everything).await;
        } else {
            alive += 1;
            // Of all that was ever given the last alone opens anything; its direct predecessor stands for it. What is older
            // ends it.
            let newest = everything.last().expect("something was given").clone();
            let next = Kept::of(refresh(&dora, &newest.refresh).await);
            refresh(&dora, &everything[0].refresh).await.refused(401, "invalid_refresh_token");
            nothing_is_alive(&dora, &[everything, vec![next]].concat()).await;
        }
    }
    assert!(ended > 0 && alive > 0, "both ends are shown: {ended} ended, {alive} alive");
}
on_each_store!(whatever_the_order_at_most_one_line_is_alive);
