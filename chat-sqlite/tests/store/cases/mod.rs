//! What every store owes the chat, as functions over any store. A case that reads plainly holds no transaction: a store
//! may make the two wait for each other.

mod admission;
mod coin;
mod friend;
mod invite;
mod message;
mod room;
mod session;
mod setting;
mod transaction;
mod user;

macro_rules! on_every_store {
    ($($noun:ident::$case:ident),+ $(,)?) => {
        mod on_a_file { $( #[tokio::test] async fn $case() { super::$noun::$case(&*crate::stores::file().await).await } )+ }
        mod in_memory { $( #[tokio::test] async fn $case() { super::$noun::$case(&*crate::stores::memory().await).await } )+ }
        mod on_a_pool { $( #[tokio::test] async fn $case() { super::$noun::$case(&*crate::stores::host().await).await } )+ }
    };
}

on_every_store! {
    user::what_was_registered_is_read,
    user::an_unknown_user_is_none,
    user::r_acc_02_an_id_that_differs_in_case_alone_is_taken_and_the_transaction_goes_on,
    user::profile_password_and_prime_are_set,
    user::users_are_locked_in_the_order_given_with_none_for_the_unknown,
    user::changing_an_unknown_user_is_corrupt,
    session::what_was_opened_is_read_with_the_standing,
    session::live_sessions_are_those_not_ended,
    session::a_rotation_moves_generation_and_time,
    session::what_was_ended_stays_ended_as_it_was,
    session::a_session_of_nobody_is_corrupt,
    room::what_was_made_is_read,
    room::a_client_id_of_the_maker_is_taken_once_and_the_transaction_goes_on,
    room::a_room_is_found_by_its_makers_client_id_whoever_owns_it_now,
    room::members_are_listed_owner_first_then_moderators_then_by_join,
    room::who_left_is_no_member_and_comes_back_into_the_same_row,
    room::r_adm_02_more_members_than_seats_is_corrupt,
    room::a_seat_taken_twice_is_corrupt,
    room::the_owner_of_the_room_follows_the_role,
    room::a_closed_room_is_closed_once,
    room::rooms_are_listed_with_the_latest_event_first,
    room::r_msg_07_unread_counts_messages_of_others_after_the_read_position,
    room::last_seqs_are_those_of_the_rooms_that_exist,
    room::nobody_is_banned_who_was_not,
    admission::an_admission_stands_for_its_room_alone,
    admission::r_adm_06_a_second_free_admission_is_corrupt,
    invite::what_was_made_is_found_by_its_token_alone,
    invite::invites_are_listed_newest_first,
    invite::an_invite_is_found_in_its_room_alone,
    invite::r_inv_03_an_invite_is_used_once,
    invite::what_was_used_or_revoked_is_not_revoked_again,
    coin::r_coin_02_entries_are_numbered_and_the_balance_follows,
    coin::r_coin_02_an_entry_that_does_not_add_up_is_corrupt,
    coin::r_coin_03_a_key_is_found_for_its_user_alone_and_not_written_twice,
    coin::entries_are_paged_newest_first,
    message::r_msg_02_a_batch_is_numbered_on_in_each_room,
    message::r_msg_04_a_client_id_is_answered_with_the_first_message,
    message::r_msg_01_strangers_and_unknown_rooms_are_refused_and_nothing_is_written,
    message::r_msg_04_a_reply_answers_a_message_of_its_room,
    message::a_closed_room_takes_no_message_but_answers_repeats,
    message::r_msg_05_a_body_comes_back_byte_for_byte,
    message::an_empty_batch_is_answered_with_nothing,
    message::a_batch_of_512_over_100_rooms_has_no_hole,
    message::batches_that_race_leave_no_hole,
    message::every_kind_of_event_comes_back_as_it_was,
    message::an_event_out_of_turn_is_corrupt,
    message::a_message_is_not_appended_as_a_single_event,
    message::the_log_is_paged_both_ways,
    message::r_msg_07_a_read_position_is_kept_for_its_member,
    friend::a_request_is_read_in_every_state,
    friend::ties_are_seen_from_the_first_user,
    friend::a_decline_is_remembered_with_its_latest_time,
    friend::friends_are_listed_by_time_then_id_with_names,
    friend::a_friendship_ends_on_both_sides_once,
    friend::r_fri_01_a_room_is_shared_also_after_leaving,
    friend::a_request_is_decided_once,
    setting::the_first_value_stands,
    transaction::a_rollback_leaves_nothing_and_no_hole,
    transaction::a_dropped_transaction_leaves_nothing,
    transaction::a_commit_is_known_by_its_attempt,
    transaction::what_wrote_nothing_was_not_committed,
    transaction::writers_wait_for_each_other,
    transaction::attempts_are_forgotten_after_an_hour,
    transaction::a_ping_is_answered,
}
