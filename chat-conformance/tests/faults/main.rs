//! The kit catches broken stores: a good one is wrapped in one fault at a time, and the promise that must be broken by
//! it is. The same wrapper without a fault keeps all of them.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

mod chat;
mod planted;
mod reads;
mod tx;
mod writes;

use chat_conformance::{Broken, promises, store_suite};

use self::planted::{Fault, planted};

mod without_a_fault {
    use super::{Fault, planted};

    super::store_suite!(|| planted(Fault::None));
}

/// Looks at one promise of a store with a fault, and shows that it is broken.
fn breaks(fault: Fault, path: &str) {
    let promise = promises().iter().find(|promise| promise.path() == path).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let kept = runtime.block_on(async { promise.check(planted(fault).await).await });
    match kept {
        Err(Broken { promise, found }) => {
            assert_eq!(promise, path);
            println!("{path}: {found}");
        }
        Ok(()) => panic!("{path} is kept in spite of {fault:?}"),
    }
}

macro_rules! faults {
    ($($fault:ident breaks $path:literal as $test:ident;)+) => {
        $(#[test]
        fn $test() {
            breaks(Fault::$fault, $path);
        })+
    };
}

faults! {
    LostUpdate breaks "lock::the_lock_of_a_user_is_held_until_the_commit" as a_lost_update_of_coins;
    LostUpdate breaks "lock::r_coin_02_writers_that_take_turns_lose_no_update" as a_lost_update_by_turns;
    LostUpdate breaks "race::r_adm_07_one_user_joins_eight_rooms_at_once_with_coins_for_two" as a_lost_update_through_a_chat;
    UnlockedSeat breaks "race::r_adm_02_fifty_users_race_for_six_seats" as no_lock_on_the_seat_through_a_chat;
    FailureAfterCommit breaks "race::r_msg_03_senders_on_two_nodes_are_logged_once_and_in_their_order" as a_commit_told_as_failure_through_a_chat;
    IgnoredClientId breaks "race::r_msg_04_the_same_client_id_from_sixteen_tasks_is_one_message" as an_ignored_client_id_through_a_chat;
    UnlockedSeat breaks "lock::the_lock_of_a_room_is_held_until_the_commit" as no_lock_on_the_seat;
    Gap breaks "message::r_msg_02_a_batch_is_numbered_on_in_each_room" as a_gap_in_the_numbers;
    HalfJoin breaks "transaction::r_adm_09_a_join_that_is_undone_leaves_nothing" as a_join_in_two_commits;
    IgnoredClientId breaks "message::r_msg_04_a_client_id_is_answered_with_the_first_message" as an_ignored_client_id;
    FailureAfterCommit breaks "message::r_msg_03_what_is_sent_without_a_client_id_is_logged_once" as a_commit_told_as_failure;
    FoldedIds breaks "user::r_acc_02_an_id_in_other_case_finds_nobody_anywhere" as ids_without_case;
    FoldedClientIds breaks "message::r_msg_04_client_ids_that_differ_in_case_or_a_space_are_different" as client_ids_without_case;
    Uncommitted breaks "isolation::what_is_not_committed_is_seen_by_nobody" as a_read_of_what_is_not_committed;
    UnnumberedEntries breaks "coin::r_coin_02_entries_are_numbered_and_the_balance_follows" as entries_without_numbers;
    ForgottenAdmission breaks "admission::r_adm_08_an_admission_stands_for_its_room_alone_and_outlives_the_seat" as a_forgotten_admission;
    CommittedDrop breaks "transaction::a_dropped_transaction_leaves_nothing" as a_dropped_transaction_that_is_committed;
    ForgottenAttempt breaks "transaction::a_commit_is_known_by_its_attempt" as a_forgotten_attempt;
    HastyAnswer breaks "transaction::what_is_said_of_an_attempt_is_final" as an_answer_that_is_not_final;
    BatchInParts breaks "isolation::r_msg_02_a_batch_is_seen_whole_in_each_room_or_not_at_all" as a_batch_in_parts;
    CutBodies breaks "message::r_msg_05_the_longest_bodies_come_back" as long_bodies_cut;
    TrimmedBodies breaks "message::r_msg_05_a_body_comes_back_byte_for_byte" as bodies_trimmed;
    KeptEdits breaks "message_change::r_msg_06_the_edits_of_a_deleted_message_say_nothing_any_more" as edits_that_outlive_a_deletion;
    SeenThoughBlocked breaks "block::r_fri_04_acquaintances_are_none_of_whom_either_blocks_the_other" as an_acquaintance_who_is_blocked;
    ForgottenClaim breaks "outbox::a_claimed_lane_is_claimed_again_once_the_claim_lapses_and_not_before" as a_forgotten_claim;
    ForgottenClaim breaks "race::nodes_that_claim_at_once_deliver_each_event_once_and_in_order" as a_forgotten_claim_at_once;
    SmallBalance breaks "coin::r_coin_01_the_greatest_balance_is_held_exactly" as a_balance_of_32_bits;
}
