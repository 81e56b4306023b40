//! The list of the promises, of which both the tests of [`store_suite!`](crate::store_suite) and
//! [`promises`](crate::promises) are made.

/// Makes a test of each promise, on stores that `$make` makes: an async function, or a closure that answers a future,
/// which comes to a [`Fixture`](crate::Fixture) with an empty, migrated store. Each test calls it once.
///
/// The tests stand in modules by noun: `coin::r_coin_01_the_greatest_balance_is_held_exactly`. They run in parallel,
/// each on a tokio runtime of its own. For stores of several kinds call it several times, each in a module.
///
/// ```
/// # use std::sync::Arc;
/// # use chat_sqlite::SqliteStore;
/// # mod stores {
/// # pub(crate) async fn in_memory() -> super::Arc<super::SqliteStore> {
/// #     let store = super::SqliteStore::open("sqlite::memory:").await.unwrap();
/// #     store.migrate().await.unwrap();
/// #     super::Arc::new(store)
/// # }
/// # pub(crate) use in_memory as on_a_pool;
/// # }
/// mod in_memory {
///     chat_conformance::store_suite!(crate::stores::in_memory);
/// }
///
/// mod on_a_pool {
///     chat_conformance::store_suite!(crate::stores::on_a_pool);
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! store_suite {
    ($make:expr $(,)?) => {
        fn prove(noun: &str, name: &str) {
            $crate::prove(noun, name, $make);
        }

        $crate::__for_each_promise! { __tests }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ($(mod $noun:ident { $($name:ident: $needs:ident,)+ })+) => {
        $(mod $noun {
            $(#[test]
            fn $name() {
                super::prove(::core::stringify!($noun), ::core::stringify!($name));
            })+
        })+
    };
}

macro_rules! list {
    ($(mod $noun:ident { $($name:ident: $needs:ident,)+ })+) => {
        /// All promises, in the order of a store's nouns.
        pub fn promises() -> &'static [$crate::Promise] {
            static ALL: &[$crate::Promise] = &[$($(
                $crate::Promise::new(stringify!($noun), stringify!($name), |fixture| {
                    Box::pin(async move { $crate::suite::prove_with!($needs, fixture, $crate::$noun::$name) })
                }),
            )+)+];
            ALL
        }
    };
}
pub(crate) use list as __list;

/// What a proof needs: a store, or the fixture for two nodes.
macro_rules! prove_with {
    (store, $fixture:ident, $proof:path) => {
        $proof(&*$fixture.store()).await
    };
    (fixture, $fixture:ident, $proof:path) => {
        $proof(&*$fixture).await
    };
}
pub(crate) use prove_with;

#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_promise {
    ($callback:ident) => {
        $crate::$callback! {
            mod user {
                what_was_registered_is_read: store,
                a_user_of_the_hosts_has_neither_phone_nor_password: store,
                an_unknown_user_is_none: store,
                r_acc_02_an_id_that_differs_in_case_alone_is_taken_and_the_transaction_goes_on: store,
                r_acc_02_an_id_in_other_case_finds_nobody_anywhere: store,
                r_acc_02_ids_of_every_character_and_length_are_kept_apart: store,
                r_acc_03_a_name_comes_back_as_it_was: store,
                profile_password_and_prime_are_set: store,
                setting_what_is_set_already_is_no_error: store,
                users_are_locked_in_the_order_given_with_none_for_the_unknown: store,
                a_user_under_lock_is_as_a_plain_read_shows_them: store,
                changing_an_unknown_user_must_not_be: store,
                r_acc_06_a_suspension_stands_with_its_reason_until_it_is_lifted: store,
                r_acc_06_of_an_erased_user_the_id_alone_is_left: store,
                r_acc_06_who_is_erased_is_neither_suspended_nor_lifted_nor_erased_again: store,
                users_are_found_by_a_part_of_id_or_name_in_the_order_of_ids: store,
            }
            mod session {
                what_was_opened_is_read_with_the_standing: store,
                live_sessions_are_those_not_ended: store,
                a_rotation_moves_generation_and_time: store,
                what_was_ended_stays_ended_as_it_was: store,
                a_session_of_nobody_must_not_be: store,
                r_acc_03_devices_of_every_length_and_case_are_kept_apart: store,
                what_was_ended_is_live_no_more_but_still_read: store,
                the_sessions_of_a_user_are_those_not_ended: store,
            }
            mod room {
                what_was_made_is_read: store,
                a_client_id_of_the_maker_is_taken_once_and_the_transaction_goes_on: store,
                client_ids_of_rooms_that_differ_in_case_or_a_space_are_different: store,
                r_adm_03_a_rooms_name_comes_back_as_it_was: store,
                a_room_is_found_by_its_makers_client_id_whoever_owns_it_now: store,
                members_are_listed_owner_first_then_moderators_then_by_join: store,
                who_left_is_no_member_and_comes_back_into_the_same_row: store,
                a_seat_given_up_is_not_given_up_again: store,
                r_adm_02_more_members_than_seats_must_not_be: store,
                a_seat_taken_twice_must_not_be: store,
                a_role_of_who_is_no_member_must_not_be: store,
                the_owner_of_the_room_follows_the_role: store,
                a_closed_room_is_closed_once: store,
                rooms_are_listed_with_the_latest_event_first: store,
                a_room_that_was_left_is_not_listed: store,
                r_msg_07_unread_counts_messages_of_others_after_the_read_position: store,
                last_seqs_are_those_of_the_rooms_that_exist: store,
                a_room_and_a_user_that_are_not_there_have_no_members: store,
                the_rooms_with_a_user_are_those_of_a_seat_in_the_order_of_ids: store,
                r_adm_03_what_a_room_is_called_and_how_many_it_takes_is_changed: store,
                r_adm_02_a_capacity_below_the_members_must_not_be: store,
                how_seats_ended_is_told_until_they_are_taken_again: store,
            }
            mod ban {
                nobody_is_banned_who_was_not: store,
                r_rol_02_a_ban_holds_for_its_room_until_it_is_lifted: store,
                bans_are_listed_by_time_then_by_the_bytes_of_the_id: store,
                a_second_ban_of_the_same_user_must_not_be: store,
            }
            mod charge {
                charges_are_due_by_time_then_by_id_and_only_so_many: store,
                a_charge_is_as_it_was_last_written_and_due_no_more_when_it_is_over: store,
                a_second_charge_of_the_same_key_must_not_be: store,
                a_charge_that_does_not_exist_must_not_be_written: store,
            }
            mod admission {
                a_stranger_at_the_door_has_nothing: store,
                an_entrant_is_a_member_while_they_have_a_seat: store,
                r_adm_08_an_admission_stands_for_its_room_alone_and_outlives_the_seat: store,
                admissions_of_every_kind_come_back: store,
                r_adm_06_a_free_admission_is_known_at_every_door: store,
                r_adm_06_a_second_free_admission_must_not_be: store,
                a_second_admission_to_the_same_room_must_not_be: store,
                an_entrant_shows_the_invite_asked_for_where_it_is_to_this_room: store,
            }
            mod invite {
                what_was_made_is_found_by_its_token_alone: store,
                invites_are_listed_newest_first: store,
                an_invite_is_found_in_its_room_alone: store,
                r_inv_03_an_invite_is_used_once: store,
                r_inv_03_several_may_be_open_for_one_person: store,
                r_inv_03_a_token_stands_for_one_invite: store,
                what_was_used_or_revoked_is_not_revoked_again: store,
                r_inv_03_the_open_invites_that_somebody_made_are_revoked_together: store,
            }
            mod coin {
                r_coin_02_entries_are_numbered_and_the_balance_follows: store,
                r_coin_02_an_entry_that_does_not_add_up_must_not_be: store,
                r_coin_03_a_key_is_found_for_its_user_alone: store,
                r_coin_03_a_key_is_not_written_twice: store,
                r_coin_03_keys_that_differ_in_case_or_a_space_are_different: store,
                r_coin_01_the_greatest_balance_is_held_exactly: store,
                r_coin_01_a_credit_over_the_greatest_balance_must_not_be: store,
                r_acc_04_an_opening_of_nothing_is_an_entry: store,
                entries_of_every_kind_come_back_as_they_were_answered: store,
                a_reason_comes_back_as_it_was: store,
                entries_are_paged_newest_first: store,
            }
            mod message {
                r_msg_02_a_batch_is_numbered_on_in_each_room: store,
                r_msg_04_a_client_id_is_answered_with_the_first_message: store,
                r_msg_01_strangers_and_unknown_rooms_are_refused_and_nothing_is_written: store,
                r_msg_04_a_reply_answers_a_message_of_its_room: store,
                a_closed_room_takes_no_message_but_answers_repeats: store,
                r_msg_05_a_body_comes_back_byte_for_byte: store,
                r_msg_05_the_longest_bodies_come_back: store,
                r_msg_05_a_full_batch_of_the_longest_bodies_is_taken: store,
                r_msg_05_no_text_with_nul_can_reach_a_store: store,
                r_msg_04_client_ids_that_differ_in_case_or_a_space_are_different: store,
                r_msg_04_a_client_id_counts_for_its_room_and_sender: store,
                r_msg_04_content_is_told_apart_by_every_byte: store,
                r_msg_02_what_is_answered_is_what_is_read: store,
                an_empty_batch_is_answered_with_nothing: store,
                a_batch_of_512_over_100_rooms_has_no_hole: store,
                r_msg_03_a_batch_of_1024_stands_in_its_order: store,
                r_msg_02_batches_that_race_leave_no_hole_and_no_double: fixture,
                r_msg_03_what_is_sent_without_a_client_id_is_logged_once: fixture,
                every_kind_of_event_comes_back_as_it_was: store,
                r_msg_02_an_event_out_of_turn_must_not_be: store,
                a_message_appended_as_a_single_event_must_not_be: store,
                the_log_is_paged_both_ways: store,
                r_msg_07_a_read_position_is_kept_for_its_member: store,
            }
            mod message_change {
                r_msg_06_a_message_is_read_as_it_was_written_last: store,
                r_msg_11_reactions_come_back_in_their_order: store,
                r_msg_11_reactions_of_all_who_ever_were_members_come_back: store,
                r_msg_06_the_edits_of_a_deleted_message_say_nothing_any_more: store,
                r_msg_04_a_deleted_message_answers_its_client_id_whatever_is_sent: store,
                r_msg_07_a_deleted_message_is_not_unread: store,
                r_msg_10_a_batch_keeps_whom_its_messages_mention: store,
                r_msg_06_what_is_no_message_is_not_found_and_must_not_be_rewritten: store,
                every_event_of_a_change_comes_back_as_it_was: store,
                a_change_that_is_undone_leaves_the_message_as_it_was: store,
                a_message_under_the_lock_of_its_room_is_as_the_last_commit_left_it: fixture,
            }
            mod friend {
                a_request_is_read_in_every_state: store,
                ties_are_seen_from_the_first_user: store,
                a_decline_is_remembered_with_its_latest_time: store,
                friends_are_listed_by_time_then_by_the_bytes_of_the_id_with_names: store,
                a_friendship_ends_on_both_sides_once: store,
                r_fri_01_a_room_is_shared_also_after_leaving: store,
                r_fri_01_a_room_is_shared_also_by_those_who_never_met_in_it: store,
                a_request_is_decided_once: store,
                open_requests_are_listed_newest_first: store,
                a_withdrawn_request_leaves_no_tie: store,
                tied_to_a_user_are_friends_and_who_asked_or_was_asked: store,
            }
            mod block {
                r_fri_04_blocks_are_listed_by_time_then_by_the_bytes_of_the_id: store,
                r_fri_04_a_block_is_a_tie_seen_from_either_side_until_it_ends: store,
                a_block_that_is_there_is_not_made_again: store,
                a_block_that_is_not_there_is_not_ended: store,
                r_fri_04_a_request_is_not_listed_to_who_blocks_its_sender: store,
                acquaintances_share_a_room_now_or_are_friends: store,
                r_fri_04_acquaintances_are_none_of_whom_either_blocks_the_other: store,
                r_fri_04_the_unblocked_members_of_a_room_are_those_in_no_block_with_a_user: store,
            }
            mod audit {
                entries_of_every_act_come_back_though_nobody_is_there_whom_they_name: store,
                entries_are_paged_newest_first: store,
                what_is_undone_is_not_in_the_audit: store,
            }
            mod outbox {
                entries_of_every_subject_come_back_as_they_were_written: store,
                a_batch_tells_each_consumer_of_each_new_event_and_of_nothing_else: store,
                a_lane_goes_out_in_the_order_of_its_numbers: store,
                what_is_undone_is_told_nobody: store,
                a_claimed_lane_is_claimed_again_once_the_claim_lapses_and_not_before: store,
                lanes_that_are_due_for_longest_are_claimed_first: store,
                what_was_delivered_is_gone_and_the_rest_is_due_when_it_is_said: store,
                what_failed_counts_its_attempts_and_keeps_its_lane_back: store,
                what_was_given_up_is_a_dead_letter_and_its_lane_goes_on: store,
                dead_letters_are_paged_newest_first_with_what_they_died_of: store,
                a_dead_letter_is_taken_once_and_can_be_sent_again: store,
                under_a_claim_that_lapsed_nothing_is_settled: store,
                what_comes_while_its_lane_is_claimed_waits_for_the_end_of_the_claim: store,
            }
            mod setting {
                the_first_value_stands: store,
                names_and_values_are_kept_apart_byte_for_byte: store,
                of_many_first_values_one_stands: fixture,
            }
            mod transaction {
                a_rollback_leaves_nothing_and_no_hole: store,
                a_dropped_transaction_leaves_nothing: store,
                r_adm_09_a_join_that_is_undone_leaves_nothing: store,
                a_transaction_sees_what_it_wrote: store,
                a_commit_is_known_by_its_attempt: store,
                a_commit_is_known_to_every_node: fixture,
                what_is_said_of_an_attempt_is_final: fixture,
                what_wrote_nothing_was_not_committed: store,
                attempts_are_kept_for_an_hour: store,
                a_ping_is_answered: store,
            }
            mod lock {
                the_lock_of_a_user_is_held_until_the_commit: fixture,
                the_lock_of_a_user_is_given_back_where_the_transaction_is_undone: fixture,
                the_lock_of_a_room_is_held_until_the_commit: fixture,
                after_a_lock_all_is_read_that_was_committed_before_it: fixture,
                the_lock_of_a_membership_is_held_until_the_commit: fixture,
                a_membership_under_lock_shows_a_leave_that_was_under_way: fixture,
                r_msg_02_a_batch_waits_for_the_lock_of_its_room: fixture,
                r_msg_01_a_batch_that_waited_is_decided_by_what_it_finds_then: fixture,
                r_acc_02_an_id_that_another_is_registering_is_waited_for: fixture,
                r_acc_06_a_batch_that_waited_for_a_suspension_writes_nothing_of_who_is_suspended: fixture,
                r_coin_02_writers_that_take_turns_lose_no_update: fixture,
                locks_taken_in_the_order_of_the_ids_are_all_got: fixture,
            }
            mod isolation {
                what_is_not_committed_is_seen_by_nobody: fixture,
                r_adm_09_a_reader_never_sees_half_a_join: fixture,
                r_msg_02_a_batch_is_seen_whole_in_each_room_or_not_at_all: fixture,
                r_msg_03_what_was_committed_is_seen_by_every_read_after_it: fixture,
            }
            mod dropped {
                a_transaction_may_be_dropped_at_each_step: fixture,
                r_msg_02_an_append_may_be_dropped_at_each_step: fixture,
                reads_may_be_dropped_at_each_step_and_readers_do_not_run_out: store,
                transactions_may_be_dropped_open_and_writers_do_not_run_out: store,
            }
            mod race {
                r_coin_02_grants_debits_and_charges_at_once_add_up: fixture,
                r_coin_01_a_balance_stays_within_its_bounds_whoever_changes_it: fixture,
                r_fri_02_requests_that_cross_make_friends: fixture,
                r_fri_01_a_request_that_is_repeated_at_once_is_one: fixture,
                r_msg_04_the_same_client_id_from_sixteen_tasks_is_one_message: fixture,
                r_msg_03_senders_on_two_nodes_are_logged_once_and_in_their_order: fixture,
                a_room_that_is_made_at_once_under_one_client_id_is_made_once: fixture,
                r_adm_02_fifty_users_race_for_six_seats: fixture,
                r_adm_07_one_user_joins_eight_rooms_at_once_with_coins_for_two: fixture,
                r_adm_09_a_join_that_is_repeated_at_once_charges_once: fixture,
                r_msg_02_joins_leaves_and_sends_at_once_make_one_log: fixture,
                r_acc_02_a_user_whom_many_ensure_at_once_is_made_once: fixture,
                nodes_that_claim_at_once_deliver_each_event_once_and_in_order: fixture,
            }
        }
    };
}
