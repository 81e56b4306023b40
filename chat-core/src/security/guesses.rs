//! Wrong passwords, counted so that guessing is slow: by whom they are meant for and by where they come from.
//!
//! Only what was wrong counts. Nobody is locked out for good: a bucket that is empty fills again, and who has been right
//! before, from the same address or on a device where they are signed in, is not held up by what others guess.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::guess_limits::{GuessLimits, GuessRate};
use crate::{
    error::{ChatError, Rejection},
    model::{room::RoomId, session::DeviceId, time::Timestamp, user::UserId},
};

/// What wrong passwords are counted for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Guessed {
    User(UserId),
    UserFrom(UserId, IpAddr),
    UserOn(UserId, DeviceId),
    Address(IpAddr),
    Room(RoomId),
    RoomFrom(RoomId, UserId),
    OldPassword(UserId),
}

impl Guessed {
    const fn rate(&self, limits: &GuessLimits) -> GuessRate {
        match self {
            Self::User(_) => limits.user,
            Self::UserFrom(..) | Self::UserOn(..) => limits.user_from,
            Self::Address(_) => limits.address,
            Self::Room(_) => limits.room,
            Self::RoomFrom(..) | Self::OldPassword(_) => limits.room_from,
        }
    }
}

/// How many buckets are kept.
const KEPT: usize = 65_536;

/// The wrong passwords of late.
pub(crate) struct Guesses {
    limits: Option<GuessLimits>,
    buckets: Mutex<HashMap<Guessed, Bucket>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// When, in milliseconds, it is full again.
    full_at: u64,
    /// Who guesses here has been right before.
    known: bool,
}

impl Bucket {
    /// Takes a token, or says when there is one.
    fn take(&mut self, rate: GuessRate, now: u64) -> Result<(), Duration> {
        let every = millis(rate.every);
        let full_at = self.full_at.max(now).saturating_add(every);
        let latest = now.saturating_add(every.saturating_mul(rate.burst.into()));
        if latest < full_at {
            return Err(Duration::from_millis(full_at - latest));
        }
        self.full_at = full_at;
        Ok(())
    }

    fn give_back(&mut self, rate: GuessRate) {
        self.full_at = self.full_at.saturating_sub(millis(rate.every));
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Too many were wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// Whose bucket is empty.
    pub(crate) of: Guessed,
    /// When there is something in it.
    pub(crate) retry_after: Duration,
}

impl TooMany {
    /// Whether it was one user's password that was guessed, perhaps by others.
    pub(crate) const fn is_of_user(&self) -> bool {
        matches!(self.of, Guessed::User(_) | Guessed::UserFrom(..))
    }
}

impl From<TooMany> for Rejection {
    fn from(TooMany { retry_after, .. }: TooMany) -> Self {
        Self::RateLimited { retry_after }
    }
}

/// A password that is being looked at. It counts for nothing, unless it [`ends_with`](Self::ends_with) being wrong: who
/// hangs up learns nothing either.
#[must_use]
pub(crate) struct Guess<'a> {
    guesses: &'a Guesses,
    counted: Vec<Guessed>,
}

impl Guesses {
    /// Counts against these limits; against none, where there are none.
    pub(crate) fn new(limits: Option<GuessLimits>) -> Self {
        Self { limits, buckets: Mutex::default() }
    }

    /// A password is given to sign in.
    pub(crate) fn sign_in(&self, user: &UserId, from: Option<IpAddr>, now: Timestamp) -> Result<Guess<'_>, TooMany> {
        match from {
            Some(address) => {
                let own = Guessed::UserFrom(user.clone(), address);
                self.begin(own, Guessed::User(user.clone()), Some(Guessed::Address(address)), now)
            }
            None => self.take(vec![Guessed::User(user.clone())], now),
        }
    }

    /// A password is given to sign in on a device where this user is signed in.
    pub(crate) fn sign_in_again(
        &self,
        user: &UserId,
        device: &DeviceId,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Guess<'_>, TooMany> {
        let mut counted = vec![Guessed::UserOn(user.clone(), device.clone())];
        counted.extend(from.map(Guessed::Address));
        self.take(counted, now)
    }

    /// A room's password is given, to join it or to invite.
    pub(crate) fn room(&self, room: RoomId, user: &UserId, now: Timestamp) -> Result<Guess<'_>, TooMany> {
        self.begin(Guessed::RoomFrom(room, user.clone()), Guessed::Room(room), None, now)
    }

    /// A user gives their password to change it.
    pub(crate) fn old_password(&self, user: &UserId, now: Timestamp) -> Result<Guess<'_>, TooMany> {
        self.take(vec![Guessed::OldPassword(user.clone())], now)
    }

    /// Counts in `own`, and in what it shares with others unless it is known.
    fn begin(
        &self,
        own: Guessed,
        shared: Guessed,
        address: Option<Guessed>,
        now: Timestamp,
    ) -> Result<Guess<'_>, TooMany> {
        let known = self.buckets().get(&own).is_some_and(|bucket| bucket.known);
        let mut counted = vec![own];
        counted.extend(address);
        if !known {
            counted.push(shared);
        }
        self.take(counted, now)
    }

    /// Takes of all of them, or of none.
    fn take(&self, counted: Vec<Guessed>, now: Timestamp) -> Result<Guess<'_>, TooMany> {
        let Some(limits) = &self.limits else { return Ok(Guess { guesses: self, counted: Vec::new() }) };
        let now = u64::try_from(now.as_millis()).unwrap_or_default();
        let mut buckets = self.buckets();
        make_room(&mut buckets, now);
        for (index, guessed) in counted.iter().enumerate() {
            let bucket = buckets.entry(guessed.clone()).or_default();
            if let Err(retry_after) = bucket.take(guessed.rate(limits), now) {
                for taken in &counted[..index] {
                    give_back(&mut buckets, taken, limits);
                }
                return Err(TooMany { of: guessed.clone(), retry_after });
            }
        }
        drop(buckets);
        Ok(Guess { guesses: self, counted })
    }

    /// No call panics while it holds them: what is there is whole.
    fn buckets(&self) -> MutexGuard<'_, HashMap<Guessed, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn give_back(buckets: &mut HashMap<Guessed, Bucket>, guessed: &Guessed, limits: &GuessLimits) {
    if let Some(bucket) = buckets.get_mut(guessed) {
        bucket.give_back(guessed.rate(limits));
    }
}

/// Forgets full buckets, and where that is not enough, also who is known, and at last everything.
fn make_room(buckets: &mut HashMap<Guessed, Bucket>, now: u64) {
    if buckets.len() < KEPT {
        return;
    }
    buckets.retain(|_, bucket| now < bucket.full_at || bucket.known);
    if KEPT / 2 < buckets.len() {
        buckets.retain(|_, bucket| now < bucket.full_at);
    }
    if KEPT / 2 < buckets.len() {
        buckets.clear();
    }
}

impl Guess<'_> {
    /// Counts where it was wrong; where it has let somebody in, they are known from now on.
    pub(crate) fn ends_with<T>(mut self, outcome: &Result<T, ChatError>) {
        match outcome {
            Ok(_) => self.know(),
            Err(ChatError::Rejected(Rejection::InvalidCredentials | Rejection::WrongRoomPassword)) => {
                self.counted.clear();
            }
            Err(_) => {}
        }
    }

    fn know(&self) {
        let mut buckets = self.guesses.buckets();
        for guessed in &self.counted {
            if matches!(guessed, Guessed::UserFrom(..) | Guessed::RoomFrom(..))
                && let Some(bucket) = buckets.get_mut(guessed)
            {
                bucket.known = true;
            }
        }
    }
}

impl Drop for Guess<'_> {
    fn drop(&mut self) {
        let Some(limits) = &self.guesses.limits else { return };
        let mut buckets = self.guesses.buckets();
        for guessed in &self.counted {
            give_back(&mut buckets, guessed, limits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second, in the milliseconds of a time.
    const SECOND: i64 = 1_000;
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));

    fn of(burst: u32) -> GuessRate {
        GuessRate::new(burst, 10)
    }

    fn guesses() -> Guesses {
        let limits = GuessLimits { user_from: of(3), user: of(5), address: of(9), room_from: of(3), room: of(5) };
        Guesses::new(Some(limits))
    }

    fn dora() -> UserId {
        UserId::parse("dora").unwrap()
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    fn wrong(guess: Result<Guess<'_>, TooMany>) -> Result<(), u128> {
        let guess = guess.map_err(|refused| refused.retry_after.as_millis())?;
        guess.ends_with(&Err::<(), _>(Rejection::InvalidCredentials.into()));
        Ok(())
    }

    fn right(guess: Result<Guess<'_>, TooMany>) {
        guess.unwrap().ends_with(&Ok(()));
    }

    #[test]
    fn after_a_burst_of_wrong_ones_there_is_one_more_in_a_while() {
        let guesses = guesses();
        let try_at = |millis| wrong(guesses.sign_in(&dora(), Some(HERE), at(millis)));
        assert_eq!([try_at(0), try_at(0), try_at(0)], [Ok(()); 3]);
        assert_eq!(try_at(0), Err(10_000));
        assert_eq!(try_at(9 * SECOND), Err(1_000), "a refusal costs nothing");
        assert_eq!(try_at(10 * SECOND), Ok(()));
        assert_eq!(try_at(10 * SECOND), Err(10_000));
        assert_eq!([try_at(3_600 * SECOND), try_at(3_600 * SECOND), try_at(3_600 * SECOND)], [Ok(()); 3]);
        assert_eq!(try_at(3_600 * SECOND), Err(10_000), "and never more than a burst");
    }

    #[test]
    fn what_is_right_or_was_not_looked_at_costs_nothing() {
        let guesses = guesses();
        for _ in 0..100 {
            right(guesses.sign_in(&dora(), Some(HERE), at(0)));
            drop(guesses.sign_in(&dora(), Some(THERE), at(0)).unwrap());
            let busy: Result<(), _> = Err(ChatError::Overloaded("test"));
            guesses.sign_in(&dora(), Some(THERE), at(0)).unwrap().ends_with(&busy);
        }
    }

    #[test]
    fn those_that_are_being_looked_at_count_as_wrong() {
        let guesses = guesses();
        let running: Vec<_> = (0..3).map(|_| guesses.sign_in(&dora(), Some(HERE), at(0)).unwrap()).collect();
        assert!(guesses.sign_in(&dora(), Some(HERE), at(0)).is_err());
        drop(running);
        assert!(guesses.sign_in(&dora(), Some(HERE), at(0)).is_ok());
    }

    #[test]
    fn whoever_was_right_before_is_not_held_up_by_the_guesses_of_others() {
        let guesses = guesses();
        right(guesses.sign_in(&dora(), Some(HERE), at(0)));
        for host in 0..5 {
            wrong(guesses.sign_in(&dora(), Some(IpAddr::from([192, 0, 2, host])), at(0))).unwrap();
        }
        let refused = guesses.sign_in(&dora(), Some(THERE), at(0)).err().unwrap();
        assert!(refused.is_of_user());
        right(guesses.sign_in(&dora(), Some(HERE), at(0)));
        assert_eq!([(); 3].map(|()| wrong(guesses.sign_in(&dora(), Some(HERE), at(0)))), [Ok(()); 3]);
        assert_eq!(wrong(guesses.sign_in(&dora(), Some(HERE), at(0))), Err(10_000), "but guesses no more than others");
    }

    #[test]
    fn a_device_where_one_is_signed_in_has_guesses_of_its_own() {
        let guesses = guesses();
        let phone = DeviceId::parse("phone").unwrap();
        while wrong(guesses.sign_in(&dora(), Some(HERE), at(0))).is_ok() {}
        assert!(guesses.sign_in(&dora(), Some(HERE), at(0)).err().unwrap().is_of_user());
        for from in [HERE, HERE, THERE] {
            assert_eq!(wrong(guesses.sign_in_again(&dora(), &phone, Some(from), at(0))), Ok(()));
        }
        assert_eq!(wrong(guesses.sign_in_again(&dora(), &phone, Some(THERE), at(0))), Err(10_000));
    }

    #[test]
    fn an_address_guesses_at_many_users_no_more_often_than_it_may() {
        let guesses = guesses();
        let mut tried = 0;
        let names = (0..20).map(|number| UserId::parse(&format!("user-{number}")).unwrap());
        for name in names {
            tried += u32::from(wrong(guesses.sign_in(&name, Some(HERE), at(0))).is_ok());
        }
        assert_eq!(tried, 9);
        assert!(guesses.sign_in(&dora(), Some(THERE), at(0)).is_ok());
    }

    #[test]
    fn without_an_address_a_user_is_guessed_at_as_from_anywhere() {
        let guesses = guesses();
        let tried = (0..20).filter(|_| wrong(guesses.sign_in(&dora(), None, at(0))).is_ok()).count();
        assert_eq!(tried, 5);
    }

    #[test]
    fn a_room_is_guessed_at_by_each_and_by_all() {
        let guesses = guesses();
        let room = RoomId::new();
        let names: Vec<_> = (0..9).map(|number| UserId::parse(&format!("user-{number}")).unwrap()).collect();
        let outcome = |name: &UserId| {
            let guess = guesses.room(room, name, at(0)).map_err(|refused| refused.retry_after.as_millis())?;
            guess.ends_with(&Err::<(), _>(Rejection::WrongRoomPassword.into()));
            Ok(())
        };
        right(guesses.room(room, &names[8], at(0)));
        assert_eq!([(); 4].map(|()| outcome(&names[0])), [Ok(()), Ok(()), Ok(()), Err(10_000)]);
        assert_eq!([&names[1], &names[2], &names[3]].map(outcome), [Ok(()), Ok(()), Err(10_000)]);
        assert_eq!(outcome(&names[8]), Ok(()), "who was in it before");
        assert!(guesses.room(RoomId::new(), &names[3], at(0)).is_ok(), "another room");
    }

    #[test]
    fn what_one_guesses_of_ones_own_password_counts() {
        let guesses = guesses();
        let tried = (0..20).filter(|_| wrong(guesses.old_password(&dora(), at(0))).is_ok()).count();
        assert_eq!(tried, 3);
    }

    #[test]
    fn without_limits_nothing_counts() {
        let guesses = Guesses::new(None);
        assert!((0..10_000).all(|_| wrong(guesses.sign_in(&dora(), Some(HERE), at(0))).is_ok()));
        assert!(guesses.buckets().is_empty());
    }

    #[test]
    fn memory_is_bounded_and_what_is_full_goes_first() {
        let mut buckets: HashMap<_, _> = (0..KEPT)
            .map(|number| {
                let number = u32::try_from(number).unwrap();
                let bucket = Bucket { full_at: u64::from(number % 4 == 0) * 2_000, known: number % 4 == 1 };
                (Guessed::Address(IpAddr::from(number.to_be_bytes())), bucket)
            })
            .collect();
        make_room(&mut buckets, 1_000);
        assert_eq!(buckets.len(), KEPT / 2);
        for number in KEPT..KEPT * 3 / 2 {
            let number = u32::try_from(number).unwrap();
            let busy = Bucket { full_at: 2_000, known: false };
            buckets.insert(Guessed::Address(IpAddr::from(number.to_be_bytes())), busy);
        }
        make_room(&mut buckets, 1_000);
        assert!(buckets.is_empty(), "they are all too many");
    }
}
