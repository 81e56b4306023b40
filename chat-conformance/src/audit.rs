use chat_core::{
    model::{
        operator::{Act, AuditEntry, AuditId, OperatorName},
        room::RoomId,
    },
    ports::store::Store,
};

use crate::{
    build::{at, begin, user},
    refusal::AWKWARD,
};

fn entry(act: Act, millis: i64) -> AuditEntry {
    AuditEntry {
        id: AuditId::from_bytes(u128::try_from(millis).unwrap().to_be_bytes()),
        operator: OperatorName::parse("A.b_c@d:e+f-9").unwrap(),
        act,
        user: Some(user("alice")),
        room: None,
        detail: None,
        at: at(millis),
    }
}

async fn append(store: &dyn Store, entries: &[AuditEntry]) {
    let mut tx = begin(store).await;
    for entry in entries {
        tx.append_audit(entry).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn entries_of_every_act_come_back_though_nobody_is_there_whom_they_name(store: &dyn Store) {
    let mut entries: Vec<AuditEntry> = (1..).zip(Act::ALL).map(|(millis, act)| entry(act, millis)).collect();
    let longest = "\u{10FFFF}".repeat(AuditEntry::MAX_DETAIL);
    for (millis, text) in (100..).zip(AWKWARD.into_iter().chain([longest.as_str()])) {
        entries.push(AuditEntry { detail: Some(text.to_owned()), ..entry(Act::Suspended, millis) });
    }
    let (user, room) = (None, Some(RoomId::new()));
    entries.push(AuditEntry { user, room, ..entry(Act::RoomClosed, 200) });
    append(store, &entries).await;
    entries.reverse();
    assert_eq!(store.audit(None, 1_000).await.unwrap(), entries);
}

pub(crate) async fn entries_are_paged_newest_first(store: &dyn Store) {
    let entries: Vec<AuditEntry> = (1..=5).map(|millis| entry(Act::Lifted, millis)).collect();
    append(store, &entries).await;
    let page = async |before: Option<&AuditEntry>, limit| {
        let page = store.audit(before.map(|entry| entry.id), limit).await.unwrap();
        page.iter().map(|entry| entry.at.as_millis() - at(0).as_millis()).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [5, 4]);
    assert_eq!(page(Some(&entries[3]), 2).await, [3, 2]);
    assert_eq!(page(Some(&entries[1]), 2).await, [1]);
    assert_eq!(page(Some(&entries[0]), 2).await, [0; 0]);
}

pub(crate) async fn what_is_undone_is_not_in_the_audit(store: &dyn Store) {
    let mut tx = begin(store).await;
    tx.append_audit(&entry(Act::Erased, 1)).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(store.audit(None, 9).await.unwrap(), []);
}
