//! Wrong passwords, counted so that guessing is slow: by whom they are meant for and by where they come from.
//!
//! Only what was wrong counts. Nobody is locked out for good: a bucket that is empty fills again, and who has been right
//! before, from the same address or on a device where they are signed in, is not held up by what others guess.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    guess_bucket::GuessBucket,
    guess_limits::{GuessLimits, GuessRate},
};
use crate::{
    error::{ChatError, Rejection},
    model::{
        room::RoomId,
        session::{DeviceId, SessionId},
        user::UserId,
    },
};

/// What wrong passwords are counted for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Guessed {
    User(UserId),
    UserFrom(UserId, Option<IpAddr>),
    UserOn(UserId, DeviceId),
    Address(IpAddr),
    Room(RoomId),
    RoomFrom(RoomId, UserId),
    OldPassword(UserId, Option<SessionId>),
}

impl Guessed {
    const fn rate(&self, limits: &GuessLimits) -> GuessRate {
        match self {
            Self::User(_) => limits.user,
            Self::UserFrom(..) | Self::UserOn(..) => limits.user_from,
            Self::Address(_) => limits.address,
            Self::Room(_) => limits.room,
            Self::RoomFrom(..) | Self::OldPassword(..) => limits.room_from,
        }
    }
}

/// How many buckets are kept, and how many who were right.
const KEPT: usize = 65_536;

/// A time that nobody sets back, in nanoseconds since the chat was put together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(u64);

/// The wrong passwords of late.
pub(crate) struct Guesses {
    limits: Option<GuessLimits>,
    started: Instant,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    buckets: HashMap<Guessed, GuessBucket>,
    /// Who was right, and when last, in nanoseconds.
    known: HashMap<Guessed, u64>,
}

/// What one customer of a provider has: of IPv6 the network of 64 bits.
const fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Too many were wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// When the next one is looked at.
    pub(crate) retry_after: Duration,
}

impl From<TooMany> for Rejection {
    fn from(TooMany { retry_after }: TooMany) -> Self {
        Self::RateLimited { retry_after }
    }
}

impl From<TooMany> for ChatError {
    fn from(too_many: TooMany) -> Self {
        Rejection::from(too_many).into()
    }
}

/// A password that is being looked at. It counts as wrong until it [`ends`](Self::ends_with) otherwise: what becomes of it
/// goes on where its sender hangs up.
#[must_use]
pub(crate) struct Guess<'a> {
    guesses: &'a Guesses,
    counted: Vec<Guessed>,
}

impl Guesses {
    /// Counts against these limits; against none, where there are none.
    pub(crate) fn new(limits: Option<GuessLimits>) -> Self {
        Self { limits, started: Instant::now(), kept: Mutex::default() }
    }

    /// What a guess that begins or ends now is counted at.
    pub(crate) fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// A password is given to sign in.
    pub(crate) fn sign_in(&self, user: &UserId, from: Option<IpAddr>, now: Moment) -> Result<Guess<'_>, TooMany> {
        let from = from.map(customer);
        let own = Guessed::UserFrom(user.clone(), from);
        let shared = from.map(Guessed::Address).into_iter().chain([Guessed::User(user.clone())]);
        self.begin(own, shared, now)
    }

    /// The same on one device, where the user may be signed in, which is not to be learnt by guessing.
    pub(crate) fn sign_in_on(&self, user: &UserId, device: &DeviceId, now: Moment) -> Result<Guess<'_>, TooMany> {
        self.take(vec![Guessed::UserOn(user.clone(), device.clone())], now)
    }

    /// A room's password is given, to join it or to invite.
    pub(crate) fn room(&self, room: RoomId, user: &UserId, now: Moment) -> Result<Guess<'_>, TooMany> {
        self.begin(Guessed::RoomFrom(room, user.clone()), [Guessed::Room(room)], now)
    }

    /// The same by a present member.
    pub(crate) fn room_by_member(&self, room: RoomId, user: &UserId, now: Moment) -> Result<Guess<'_>, TooMany> {
        self.take(vec![Guessed::RoomFrom(room, user.clone())], now)
    }

    /// A user gives their password to change it, in a session of theirs: who has stolen another holds nobody up.
    pub(crate) fn old_password(
        &self,
        user: &UserId,
        session: Option<SessionId>,
        now: Moment,
    ) -> Result<Guess<'_>, TooMany> {
        self.take(vec![Guessed::OldPassword(user.clone(), session)], now)
    }

    /// Counts in `own`, and in what is shared with others unless its sender was right before.
    fn begin(
        &self,
        own: Guessed,
        shared: impl IntoIterator<Item = Guessed>,
        now: Moment,
    ) -> Result<Guess<'_>, TooMany> {
        let known = self.kept().known.contains_key(&own);
        let mut counted = vec![own];
        if !known {
            counted.extend(shared);
        }
        self.take(counted, now)
    }

    /// Takes of all of them, or of none.
    fn take(&self, counted: Vec<Guessed>, now: Moment) -> Result<Guess<'_>, TooMany> {
        let Some(limits) = &self.limits else { return Ok(Guess { guesses: self, counted: Vec::new() }) };
        let Moment(now) = now;
        let mut kept = self.kept();
        let mut taken = Vec::new();
        for guessed in &counted {
            let mut bucket = kept.buckets.get(guessed).copied().unwrap_or_default();
            bucket.take(guessed.rate(limits), now).map_err(|retry_after| TooMany { retry_after })?;
            taken.push(bucket);
        }
        make_room(&mut kept.buckets, now);
        kept.buckets.extend(counted.iter().cloned().zip(taken));
        drop(kept);
        Ok(Guess { guesses: self, counted })
    }

    /// No call panics while it holds them: what is there is whole.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets full buckets, and where that is not enough, all of them.
fn make_room(buckets: &mut HashMap<Guessed, GuessBucket>, now: u64) {
    if buckets.len() < KEPT {
        return;
    }
    buckets.retain(|_, bucket| !bucket.is_full(now));
    if KEPT / 2 < buckets.len() {
        buckets.clear();
    }
}

/// Forgets the half who were not right for longest.
fn make_room_for_known(known: &mut HashMap<Guessed, u64>) {
    if known.len() < KEPT {
        return;
    }
    let mut times: Vec<u64> = known.values().copied().collect();
    let (_, median, _) = times.select_nth_unstable(KEPT / 2);
    let median = *median;
    known.retain(|_, last| median < *last);
}

/// What becomes of who was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// They are known from now on.
    Known,
    /// Nothing: it was not the password that let them in.
    Nothing,
}

impl Guess<'_> {
    /// Counts for nothing where it was not wrong.
    pub(crate) fn ends_with<T>(self, outcome: &Result<T, ChatError>, now: Moment, then: Then) {
        let Some(limits) = &self.guesses.limits else { return };
        if let Err(ChatError::Rejected(Rejection::InvalidCredentials | Rejection::WrongRoomPassword)) = outcome {
            return;
        }
        let mut kept = self.guesses.kept();
        for guessed in &self.counted {
            if let Some(bucket) = kept.buckets.get_mut(guessed) {
                bucket.give_back(guessed.rate(limits));
            }
        }
        if outcome.is_ok() && then == Then::Known {
            make_room_for_known(&mut kept.known);
            let own = self.counted.iter().filter(|of| matches!(of, Guessed::UserFrom(..) | Guessed::RoomFrom(..)));
            kept.known.extend(own.map(|own| (own.clone(), now.0)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second, in the milliseconds of a time.
    const SECOND: u64 = 1_000;
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

    fn at(millis: u64) -> Moment {
        Moment(millis * 1_000_000)
    }

    fn wrong(guess: Result<Guess<'_>, TooMany>) -> Result<(), u128> {
        let guess = guess.map_err(|refused| refused.retry_after.as_millis())?;
        guess.ends_with(&Err::<(), _>(Rejection::InvalidCredentials.into()), at(0), Then::Known);
        Ok(())
    }

    fn right(guess: Result<Guess<'_>, TooMany>) {
        guess.unwrap().ends_with(&Ok(()), at(0), Then::Known);
    }

    #[test]
    fn after_a_burst_of_wrong_ones_there_is_one_more_in_a_while() {
        let guesses = guesses();
        let try_at = |millis| wrong(guesses.sign_in(&dora(), Some(HERE), at(millis)));
        assert_eq!([try_at(0), try_at(0), try_at(0), try_at(0)], [Ok(()), Ok(()), Ok(()), Err(10_000)]);
        assert_eq!([try_at(10 * SECOND), try_at(10 * SECOND)], [Ok(()), Err(10_000)]);
    }

    #[test]
    fn what_is_right_or_was_not_looked_at_costs_nothing() {
        let guesses = guesses();
        for _ in 0..100 {
            right(guesses.sign_in(&dora(), Some(HERE), at(0)));
            let busy: Result<(), _> = Err(ChatError::Overloaded("test"));
            guesses.sign_in(&dora(), Some(THERE), at(0)).unwrap().ends_with(&busy, at(0), Then::Known);
        }
    }

    #[test]
    fn those_that_are_being_looked_at_and_those_whose_sender_hung_up_count_as_wrong() {
        let guesses = guesses();
        let running: Vec<_> = (0..3).map(|_| guesses.sign_in(&dora(), Some(HERE), at(0)).unwrap()).collect();
        assert!(guesses.sign_in(&dora(), Some(HERE), at(0)).is_err());
        drop(running);
        assert!(guesses.sign_in(&dora(), Some(HERE), at(0)).is_err());
    }

    #[test]
    fn whoever_was_right_before_is_not_held_up_by_the_guesses_of_others() {
        let guesses = guesses();
        right(guesses.sign_in(&dora(), Some(HERE), at(0)));
        for host in 0..5 {
            wrong(guesses.sign_in(&dora(), Some(IpAddr::from([192, 0, 2, host])), at(0))).unwrap();
        }
        assert!(guesses.sign_in(&dora(), Some(THERE), at(0)).is_err());
        // Nor by those of others at the same address.
        let names = (0..20).map(|number| UserId::parse(&format!("user-{number}")).unwrap());
        for name in names {
            let _ = wrong(guesses.sign_in(&name, Some(HERE), at(0)));
        }
        right(guesses.sign_in(&dora(), Some(HERE), at(0)));
        assert_eq!([(); 3].map(|()| wrong(guesses.sign_in(&dora(), Some(HERE), at(0)))), [Ok(()); 3]);
        assert_eq!(wrong(guesses.sign_in(&dora(), Some(HERE), at(0))), Err(10_000), "but guesses no more than others");
    }

    #[test]
    fn a_device_has_guesses_of_its_own() {
        let guesses = guesses();
        let phone = DeviceId::parse("phone").unwrap();
        while wrong(guesses.sign_in(&dora(), Some(HERE), at(0))).is_ok() {}
        let tried = [(); 4].map(|()| wrong(guesses.sign_in_on(&dora(), &phone, at(0))));
        assert_eq!(tried, [Ok(()), Ok(()), Ok(()), Err(10_000)]);
    }

    #[test]
    fn an_address_guesses_at_many_users_no_more_often_than_it_may() {
        let guesses = guesses();
        let mut tried = 0;
        for number in 0..20 {
            let name = UserId::parse(&format!("user-{number}")).unwrap();
            tried += u32::from(wrong(guesses.sign_in(&name, Some(HERE), at(0))).is_ok());
        }
        assert_eq!(tried, 9);
        assert!(guesses.sign_in(&dora(), Some(THERE), at(0)).is_ok());
    }

    #[test]
    fn an_address_of_ipv6_is_its_network_and_one_of_ipv4_within_it_is_that() {
        let guesses = guesses();
        for host in 1..=3 {
            let from = format!("2001:db8:1:2::{host}").parse().unwrap();
            wrong(guesses.sign_in(&dora(), Some(from), at(0))).unwrap();
        }
        assert!(guesses.sign_in(&dora(), Some("2001:db8:1:2:ffff::".parse().unwrap()), at(0)).is_err());
        assert!(guesses.sign_in(&dora(), Some("2001:db8:1:3::1".parse().unwrap()), at(0)).is_ok());
        assert_eq!(customer("::ffff:203.0.113.7".parse().unwrap()), HERE);
    }

    #[test]
    fn without_an_address_whoever_was_right_is_known_too() {
        let guesses = guesses();
        right(guesses.sign_in(&dora(), None, at(0)));
        for host in 0..5 {
            wrong(guesses.sign_in(&dora(), Some(IpAddr::from([192, 0, 2, host])), at(0))).unwrap();
        }
        right(guesses.sign_in(&dora(), None, at(0)));
        let tried = (0..20).filter(|_| wrong(guesses.sign_in(&dora(), None, at(0))).is_ok()).count();
        assert_eq!(tried, 3);
    }

    #[test]
    fn a_room_is_guessed_at_by_each_and_by_all() {
        let guesses = guesses();
        let room = RoomId::new();
        let names: Vec<_> = (0..9).map(|number| UserId::parse(&format!("user-{number}")).unwrap()).collect();
        let wrong_at = |room, name: &UserId| wrong(guesses.room(room, name, at(0)));
        right(guesses.room(room, &names[8], at(0)));
        assert_eq!([(); 4].map(|()| wrong_at(room, &names[0])), [Ok(()), Ok(()), Ok(()), Err(10_000)]);
        assert_eq!([&names[1], &names[2], &names[3]].map(|name| wrong_at(room, name)), [Ok(()), Ok(()), Err(10_000)]);
        assert_eq!(wrong_at(room, &names[8]), Ok(()), "who was right before");
        assert_eq!(wrong(guesses.room_by_member(room, &names[7], at(0))), Ok(()), "a member");
        assert_eq!(wrong_at(RoomId::new(), &names[3]), Ok(()), "another room");
    }

    #[test]
    fn who_was_let_in_without_the_password_is_not_known() {
        let guesses = guesses();
        let room = RoomId::new();
        guesses.room(room, &dora(), at(0)).unwrap().ends_with(&Ok(()), at(0), Then::Nothing);
        for number in 0..5 {
            wrong(guesses.room(room, &UserId::parse(&format!("user-{number}")).unwrap(), at(0))).unwrap();
        }
        assert!(guesses.room(room, &dora(), at(0)).is_err());
    }

    #[test]
    fn what_one_guesses_of_ones_own_password_counts_in_each_session_for_itself() {
        let guesses = guesses();
        let (stolen, own) = (Some(SessionId::new()), Some(SessionId::new()));
        let tried = (0..20).filter(|_| wrong(guesses.old_password(&dora(), stolen, at(0))).is_ok()).count();
        assert_eq!(tried, 3);
        right(guesses.old_password(&dora(), own, at(0)));
    }

    #[test]
    fn without_limits_nothing_counts() {
        let guesses = Guesses::new(None);
        assert!((0..10_000).all(|_| wrong(guesses.sign_in(&dora(), Some(HERE), at(0))).is_ok()));
        right(guesses.sign_in(&dora(), Some(HERE), at(0)));
        let kept = guesses.kept();
        assert!(kept.buckets.is_empty() && kept.known.is_empty());
    }

    #[test]
    fn a_refusal_is_not_remembered() {
        let guesses = guesses();
        while wrong(guesses.sign_in(&dora(), Some(HERE), at(0))).is_ok() {}
        let before = guesses.kept().buckets.len();
        for number in 0..100 {
            let _ = guesses.sign_in(&dora(), Some(IpAddr::from([192, 0, 2, number])), at(0)).map(drop);
        }
        assert!(
            guesses.kept().buckets.len() <= before + 2 * 2,
            "the two that the shared bucket had left, and their addresses"
        );
    }

    fn numbered(number: usize) -> Guessed {
        Guessed::Address(IpAddr::from(u32::try_from(number).unwrap().to_be_bytes()))
    }

    #[test]
    fn buckets_are_bounded_and_what_is_full_goes_first() {
        let busy = GuessBucket { full_at: 2_000 };
        let bucket = |number: usize| if number.is_multiple_of(2) { busy } else { GuessBucket::default() };
        let mut buckets: HashMap<_, _> = (0..KEPT).map(|number| (numbered(number), bucket(number))).collect();
        make_room(&mut buckets, 1_000);
        assert_eq!(buckets.len(), KEPT / 2);
        buckets.extend((KEPT..2 * KEPT).map(|number| (numbered(number), busy)));
        make_room(&mut buckets, 1_000);
        assert!(buckets.is_empty(), "they are all too many");
    }

    #[test]
    fn those_who_were_right_are_bounded_and_who_was_so_for_longest_goes_first() {
        let mut known: HashMap<_, _> = (0..KEPT).map(|number| (numbered(number), number as u64)).collect();
        make_room_for_known(&mut known);
        assert_eq!(known.len(), KEPT / 2 - 1);
        assert!(known.contains_key(&numbered(KEPT - 1)) && !known.contains_key(&numbered(0)));
    }
}
