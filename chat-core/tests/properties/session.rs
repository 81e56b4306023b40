use std::time::Duration;

use chat_core::{
    model::{
        session::{DeviceId, Session, SessionId},
        time::Timestamp,
        user::Standing,
    },
    policy::Policy,
    rules::session::{LoginFacts, Refresh, decide_login, decide_refresh, decide_vouched, refresh_expires_at},
};
use proptest::{prelude::*, sample::select};

use crate::{
    edge::{NOW, code, millis, offset, rarely, shifted, standing, user},
    order::{assert_order, line, sole},
};

const DAY: Duration = Duration::from_hours(24);

#[test]
fn r_acc_06_a_sign_in_is_refused_alike_to_all_who_do_not_know_the_password() {
    let facts = (prop::option::weighted(0.8, standing()), any::<bool>());
    let facts = facts.prop_map(|(standing, password_ok)| LoginFacts { standing, password_ok });
    let order = [
        line("invalid_credentials", |facts: &LoginFacts| !facts.password_ok),
        sole("invalid_credentials", |facts| facts.standing.is_none()),
        sole("invalid_credentials", |facts| facts.standing == Some(Standing::Erased)),
        line("suspended", |facts| facts.standing == Some(Standing::Suspended)),
        line("signed in", |_| true),
    ];
    assert_order(file!(), facts, order, |facts| {
        decide_login(*facts).map_or_else(|refused| code(&refused), |()| "signed in".to_owned())
    });
}

#[test]
fn r_acc_06_whom_the_host_vouches_for_is_refused_for_their_credentials_before_their_standing() {
    let end = prop::option::weighted(0.8, offset().prop_map(|offset| shifted(NOW, offset)));
    let order = [
        line("token_expired", |(_, end): &(Standing, Option<Timestamp>)| end.is_some_and(|end| end <= NOW)),
        sole("suspended", |(standing, _)| *standing == Standing::Suspended),
        sole("session_revoked", |(standing, _)| *standing == Standing::Erased),
        line("let in", |_| true),
    ];
    assert_order(file!(), (standing(), end), order, |(standing, end)| {
        decide_vouched(*standing, *end, NOW).map_or_else(|refused| code(&refused), |()| "let in".to_owned())
    });
}

/// A refresh token that is shown at `now`.
#[derive(Clone, Debug)]
struct Shown {
    session: Session,
    standing: Standing,
    generation: u64,
    now: Timestamp,
}

fn session(generation: u64, created_at: Timestamp, rotated_at: Timestamp, revoked: bool) -> Session {
    Session {
        id: SessionId::from_bytes([1; 16]),
        user: user(1),
        device: DeviceId::parse("phone").expect("a device"),
        generation,
        created_at,
        rotated_at,
        revoked_at: revoked.then_some(rotated_at),
    }
}

fn generations() -> impl Strategy<Value = (u64, u64)> {
    let present = select(vec![0, 1, 2, 3, 1_000, u64::MAX - 1, u64::MAX]);
    let pairs = (present, 0..=3_u64, any::<bool>()).prop_map(|(present, distance, older)| {
        let shown = if older { present.checked_sub(distance) } else { present.checked_add(distance) };
        (present, shown.unwrap_or(present))
    });
    prop_oneof![1 => pairs.clone(), 1 => pairs.prop_map(|(present, _)| (present, present.saturating_sub(1)))]
}

/// A session that was rotated so long ago that the grace, the 30 days or the 180 days are over now, or not yet, by a
/// millisecond.
fn shown() -> impl Strategy<Value = Shown> {
    let policy = Policy::default();
    let since_rotation = prop_oneof![
        2 => Just(0),
        4 => offset().prop_map(move |offset| millis(policy.refresh_grace) + offset),
        1 => offset().prop_map(move |offset| millis(policy.refresh_ttl) + offset),
    ];
    let before_that =
        prop_oneof![3 => Just(0), 1 => offset().prop_map(move |offset| millis(policy.session_max) + offset)];
    (generations(), since_rotation, before_that, rarely(), standing()).prop_map(
        |((present, generation), since_rotation, before_that, revoked, standing)| {
            let rotated_at = shifted(NOW, -since_rotation);
            let created_at = shifted(NOW, -before_that).min(rotated_at);
            Shown { session: session(present, created_at, rotated_at, revoked), standing, generation, now: NOW }
        },
    )
}

fn decide(shown: &Shown) -> String {
    match decide_refresh(&shown.session, shown.standing, shown.generation, shown.now, &Policy::default()) {
        Ok(refresh) => format!("{refresh:?}"),
        Err(refused) => code(&refused),
    }
}

fn idle_too_long(shown: &Shown) -> bool {
    shown.session.rotated_at.as_millis() + millis(30 * DAY) <= shown.now.as_millis()
}

fn signed_in_too_long_ago(shown: &Shown) -> bool {
    shown.session.created_at.as_millis() + millis(180 * DAY) <= shown.now.as_millis()
}

fn is_predecessor(shown: &Shown) -> bool {
    shown.session.generation.checked_sub(1) == Some(shown.generation)
}

fn in_grace(shown: &Shown) -> bool {
    shown.now.as_millis() <= shown.session.rotated_at.as_millis() + 60_000
}

#[test]
fn r_acc_06_a_refresh_is_refused_to_who_may_not_sign_in_before_its_token_is_looked_at() {
    let order = [
        line("invalid_refresh_token", |shown: &Shown| shown.session.revoked_at.is_some()),
        line("invalid_refresh_token", |shown| shown.standing == Standing::Erased),
        line("suspended", |shown| shown.standing == Standing::Suspended),
        line("invalid_refresh_token", idle_too_long),
        line("invalid_refresh_token", signed_in_too_long_ago),
        sole("invalid_refresh_token", |shown| shown.generation > shown.session.generation),
        sole("Rotate", |shown| shown.generation == shown.session.generation),
        line("Repeat", |shown| is_predecessor(shown) && in_grace(shown)),
        line("Stolen", |_| true),
    ];
    assert_order(file!(), shown(), order, decide);
}

proptest! {
    /// Of all tokens that a session has had, the present one alone moves it on, and its predecessor alone is answered
    /// again.
    #[test]
    fn one_refresh_token_moves_a_session_on_and_at_most_one_is_answered_again(
        present in 0..20_u64,
        idle in prop_oneof![-1..=1_i64, 0..millis(29 * DAY)],
    ) {
        let session = session(present, NOW, NOW, false);
        let now = shifted(NOW, 60_000 + idle);
        let of = |wanted: Refresh| -> Vec<u64> {
            let decide = |generation| decide_refresh(&session, Standing::Active, generation, now, &Policy::default());
            (0..=present + 3).filter(|&generation| decide(generation) == Ok(wanted)).collect()
        };
        prop_assert_eq!(of(Refresh::Rotate), [present]);
        let repeated: Vec<u64> = present.checked_sub(1).into_iter().filter(|_| idle <= 0).collect();
        prop_assert_eq!(of(Refresh::Repeat), repeated.clone());
        prop_assert_eq!(of(Refresh::Stolen), (0..present).filter(|n| !repeated.contains(n)).collect::<Vec<_>>());
    }

    /// A client that always shows its newest token keeps its session while it is never away for 30 days, and for no
    /// more than 180 days in all.
    #[test]
    fn a_session_that_is_used_lasts_180_days_and_no_longer(
        waits in prop::collection::vec(prop_oneof![
            select(vec![0, 1, millis(30 * DAY) - 1, millis(30 * DAY), millis(30 * DAY) + 1]),
            0..millis(10 * DAY),
        ], 1..30),
    ) {
        let mut kept = session(0, NOW, NOW, false);
        let mut now = NOW;
        for wait in waits {
            now = shifted(now, wait);
            let expected = wait < millis(30 * DAY) && now.as_millis() - NOW.as_millis() < millis(180 * DAY);
            let answer = decide_refresh(&kept, Standing::Active, kept.generation, now, &Policy::default());
            prop_assert_eq!(answer.is_ok(), expected);
            prop_assert_eq!(now < refresh_expires_at(&kept, &Policy::default()), expected, "as the client was told");
            if !expected {
                break;
            }
            kept.generation += 1;
            kept.rotated_at = now;
        }
    }

    /// What is refused stays refused, and who was taken for a thief is not answered later.
    #[test]
    fn a_refresh_that_was_refused_is_refused_ever_after(shown in shown(), later in 0..millis(400 * DAY)) {
        let afterwards = Shown { now: shifted(shown.now, later), ..shown.clone() };
        let before = decide(&shown);
        if !["Rotate", "Repeat"].contains(&&*before) {
            prop_assert!(!["Rotate", "Repeat"].contains(&&*decide(&afterwards)), "{} first", before);
        }
    }
}
