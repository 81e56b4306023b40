//! The rows of a store at version 2, and what every later release must read of them. Both stores' tests include it.

use chat_conformance::build::{begin, user};
use chat_core::{
    model::{operator::Act, room::RoomId, time::Timestamp, user::Standing},
    ports::store::Store,
};

/// Reads every row of `rows/0002.sql`, and goes on from there.
pub(crate) async fn reads_the_rows_of_version_2(store: &dyn Store) {
    let carol = store.admin_user(&user("carol")).await.unwrap().unwrap();
    assert_eq!(carol.user.standing, Standing::Suspended);
    assert_eq!(carol.suspended_reason.unwrap().as_str(), "sp\u{E1}m");
    let dave = store.admin_user(&user("dave")).await.unwrap().unwrap();
    assert_eq!((dave.user.standing, dave.erased_at), (Standing::Erased, Some(Timestamp::from_millis(8))));
    let audit = store.audit(None, 9).await.unwrap();
    let [closed, suspended] = audit.as_slice() else { panic!("{audit:?}") };
    let mut room = [0; 16];
    room[15] = 3;
    assert_eq!((closed.act, closed.room), (Act::RoomClosed, Some(RoomId::from_bytes(room))));
    assert_eq!((suspended.act, suspended.user.as_ref()), (Act::Suspended, Some(&user("carol"))));
    assert_eq!((suspended.operator.as_str(), suspended.detail.as_deref()), ("clerk", Some("sp\u{E1}m")));

    let mut tx = begin(store).await;
    tx.lock_users(&[&user("carol")]).await.unwrap();
    tx.lift_user(&user("carol")).await.unwrap();
    tx.commit().await.unwrap();
    let carol = store.admin_user(&user("carol")).await.unwrap().unwrap();
    assert_eq!((carol.user.standing, carol.suspended_reason), (Standing::Active, None));
}
