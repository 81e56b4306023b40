//! Who signs in, and what a refresh token is good for.

use std::cmp::Ordering;

use crate::{
    error::Rejection,
    model::{session::Session, time::Timestamp, user::Standing},
    planted::Planted,
    policy::Policy,
    rules::user::decide_act,
};

/// What is known of who signs in.
#[derive(Clone, Copy, Debug)]
pub struct LoginFacts {
    /// The user's standing; absent where there is no such user.
    pub standing: Option<Standing>,
    /// Whether the password is the user's.
    pub password_ok: bool,
}

/// Whether somebody signs in (R-ACC-06). Unknown user and wrong password are refused alike; that a user is suspended
/// is told only to who knows the password.
///
/// # Errors
/// `Suspended`, `InvalidCredentials`.
pub const fn decide_login(facts: LoginFacts) -> Result<(), Rejection> {
    match facts.standing {
        Some(Standing::Active) if facts.password_ok => Ok(()),
        Some(Standing::Suspended) if facts.password_ok => Err(Rejection::Suspended),
        _ => Err(Rejection::InvalidCredentials),
    }
}

/// Whether somebody for whom the host vouches until `expires_at` is let in, whatever it says (R-ACC-06): what has expired
/// is refused first, since it shows nobody.
///
/// # Errors
/// `TokenExpired`, then those of [`decide_act`].
pub fn decide_vouched(standing: Standing, expires_at: Option<Timestamp>, now: Timestamp) -> Result<(), Rejection> {
    if expires_at.is_some_and(|end| end <= now) {
        return Err(Rejection::TokenExpired);
    }
    decide_act(standing)
}

/// What a genuine refresh token of a session does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// It is the present one: its successor takes its place.
    Rotate,
    /// It is the direct predecessor, and its answer may have been lost: the present one is answered again.
    Repeat,
    /// It is older, so somebody else has used it: the session ends.
    Stolen,
}

/// What the refresh token of `generation` does to its session; nothing where its user may not sign in (R-ACC-06). The
/// token is known to be genuine.
///
/// # Errors
/// `InvalidRefreshToken`, `Suspended`.
pub fn decide_refresh(
    session: &Session,
    standing: Standing,
    generation: u64,
    now: Timestamp,
    policy: &Policy,
) -> Result<Refresh, Rejection> {
    if session.revoked_at.is_some() || standing == Standing::Erased {
        return Err(Rejection::InvalidRefreshToken);
    }
    if standing == Standing::Suspended {
        return Err(Rejection::Suspended);
    }
    if refresh_expires_at(session, policy) <= now {
        return Err(Rejection::InvalidRefreshToken);
    }
    let is_predecessor = generation.checked_add(1) == Some(session.generation);
    match generation.cmp(&session.generation) {
        Ordering::Equal => Ok(Refresh::Rotate),
        Ordering::Less if is_predecessor && now.since(session.rotated_at) <= policy.refresh_grace => {
            Ok(Refresh::Repeat)
        }
        Ordering::Less if Planted::StolenRefreshTokenAnswered.is_on() => Ok(Refresh::Repeat),
        Ordering::Less => Ok(Refresh::Stolen),
        // A token of the future is genuine only where the store was set back to an earlier state.
        Ordering::Greater => Err(Rejection::InvalidRefreshToken),
    }
}

/// When the present refresh token ends if it is not used: `refresh_ttl` after its last use, and never later than
/// `session_max` after the sign-in.
pub fn refresh_expires_at(session: &Session, policy: &Policy) -> Timestamp {
    session.rotated_at.after(policy.refresh_ttl).min(session.created_at.after(policy.session_max))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{
        session::{DeviceId, SessionId},
        user::UserId,
    };

    const SIGNED_IN: Timestamp = Timestamp::from_millis(1_000_000);

    fn session(generation: u64, rotated_at: Timestamp) -> Session {
        Session {
            id: SessionId::new(),
            user: UserId::parse("alice").unwrap(),
            device: DeviceId::parse("phone").unwrap(),
            generation,
            created_at: SIGNED_IN,
            rotated_at,
            revoked_at: None,
        }
    }

    fn decide(session: &Session, generation: u64, now: Timestamp) -> Result<Refresh, Rejection> {
        decide_refresh(session, Standing::Active, generation, now, &Policy::default())
    }

    #[test]
    fn unknown_user_and_wrong_password_are_refused_alike() {
        let login = |standing, password_ok| decide_login(LoginFacts { standing, password_ok });
        assert_eq!(login(Some(Standing::Active), true), Ok(()));
        for (standing, password_ok) in [
            (None, false),
            (None, true),
            (Some(Standing::Active), false),
            (Some(Standing::Suspended), false),
            (Some(Standing::Erased), true),
        ] {
            assert_eq!(login(standing, password_ok), Err(Rejection::InvalidCredentials), "{standing:?} {password_ok}");
        }
    }

    #[test]
    fn r_acc_06_a_suspended_user_is_told_so_only_after_the_right_password() {
        let facts = LoginFacts { standing: Some(Standing::Suspended), password_ok: true };
        assert_eq!(decide_login(facts), Err(Rejection::Suspended));
    }

    #[test]
    fn r_acc_06_whom_the_host_vouches_for_is_refused_when_suspended_or_erased() {
        let decide = |standing| decide_vouched(standing, None, SIGNED_IN);
        assert_eq!(decide(Standing::Active), Ok(()));
        assert_eq!(decide(Standing::Suspended), Err(Rejection::Suspended));
        assert_eq!(decide(Standing::Erased), Err(Rejection::SessionRevoked));
    }

    #[test]
    fn what_the_host_vouches_by_is_good_until_its_end() {
        let decide = |standing, end| decide_vouched(standing, Some(end), SIGNED_IN);
        assert_eq!(decide(Standing::Active, SIGNED_IN.after(Duration::from_millis(1))), Ok(()));
        assert_eq!(decide(Standing::Active, SIGNED_IN), Err(Rejection::TokenExpired));
        assert_eq!(decide(Standing::Suspended, SIGNED_IN), Err(Rejection::TokenExpired));
    }

    #[test]
    fn the_present_refresh_token_is_replaced() {
        assert_eq!(decide(&session(3, SIGNED_IN), 3, SIGNED_IN), Ok(Refresh::Rotate));
    }

    #[test]
    fn the_direct_predecessor_is_answered_again_for_60_seconds() {
        let session = session(3, SIGNED_IN);
        assert_eq!(decide(&session, 2, SIGNED_IN.after(Duration::from_secs(60))), Ok(Refresh::Repeat));
        assert_eq!(decide(&session, 2, SIGNED_IN.after(Duration::from_millis(60_001))), Ok(Refresh::Stolen));
    }

    #[test]
    fn an_older_refresh_token_ends_the_session_as_stolen() {
        assert_eq!(decide(&session(3, SIGNED_IN), 1, SIGNED_IN), Ok(Refresh::Stolen));
    }

    #[test]
    fn a_refresh_token_of_the_future_changes_nothing() {
        assert_eq!(decide(&session(3, SIGNED_IN), 4, SIGNED_IN), Err(Rejection::InvalidRefreshToken));
        assert_eq!(decide(&session(3, SIGNED_IN), u64::MAX, SIGNED_IN), Err(Rejection::InvalidRefreshToken));
    }

    #[test]
    fn a_refresh_token_ends_30_days_after_its_last_use_and_180_after_the_sign_in() {
        const DAY: Duration = Duration::from_hours(24);
        let fresh = session(0, SIGNED_IN);
        assert_eq!(decide(&fresh, 0, SIGNED_IN.after(30 * DAY)), Err(Rejection::InvalidRefreshToken));
        let late = session(9, SIGNED_IN.after(179 * DAY));
        assert_eq!(decide(&late, 9, SIGNED_IN.after(180 * DAY - Duration::from_millis(1))), Ok(Refresh::Rotate));
        assert_eq!(decide(&late, 9, SIGNED_IN.after(180 * DAY)), Err(Rejection::InvalidRefreshToken));
    }
}
