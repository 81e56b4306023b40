use chat_core::{
    api::{Admin, EnsureUser},
    model::coin::{CoinKind, Coins},
};

use super::nodes::{Nodes, at_once, code, count};
use crate::{Fixture, build::user};

/// Three spellings of one id, each ensured eight times on two nodes: one of them becomes a user, once.
pub(crate) async fn r_acc_02_a_user_whom_many_ensure_at_once_is_made_once(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    for round in 0..4 {
        let spellings = [format!("ann-{round}"), format!("Ann-{round}"), format!("ANN-{round}")];
        let ensured = at_once((0..24).map(|n| {
            let (chat, id) = (nodes.of(n / 3), user(&spellings[n % 3]));
            async move { chat.ensure_user(EnsureUser { coins: Coins::new(7), ..EnsureUser::new(id) }).await }
        }))
        .await;
        let codes: Vec<String> = ensured.iter().map(code).collect();
        assert_eq!((count(&ensured, "ok"), count(&ensured, "user_id_taken")), (8, 16), "{codes:?}");
        let users: Vec<_> = ensured.into_iter().flatten().collect();
        assert!(users.iter().all(|user| *user == users[0]), "R-ACC-02: {users:?}");
        let entries = nodes.store.coin_entries(&users[0].id, None, 10).await.unwrap();
        let kinds: Vec<_> = entries.iter().map(|entry| (entry.kind, entry.balance_after.get())).collect();
        assert_eq!(kinds, [(CoinKind::Opening, 7)], "R-ACC-04");
    }
}
