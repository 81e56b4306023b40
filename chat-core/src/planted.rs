//! Bugs that are built in on purpose, for the tests of the tests alone: with the feature `planted-bugs` the environment
//! variable `CHAT_PLANTED_BUG` switches one of them on. Without the feature there are none, and no code for them.
#![cfg_attr(
    not(feature = "planted-bugs"),
    expect(dead_code, unreachable_pub, reason = "all that is left of it is asking whether a bug is on")
)]

#[cfg(feature = "planted-bugs")]
pub mod cut;

/// A bug that the tests must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A write runs in the future of who calls it, and ends where that is dropped.
    NoTaskOfItsOwn,
    /// What a commit shall tell is told before it.
    PublishBeforeCommit,
    /// The price of a room is taken in a transaction of its own before the seat is decided.
    ChargeBeforeSeat,
    /// The members of a room are counted before its lock is taken.
    CheckOutsideTheLock,
    /// The free admission is had again by who has left every room.
    FreeAdmissionByCurrentMemberships,
    /// One's own messages are unread, too.
    UnreadCountsOwn,
    /// A resume begins one event late.
    ResumeOffByOne,
    /// A message's client id is not looked up.
    ClientIdIgnored,
    /// That an invite was used is not noted.
    InviteUsedTwice,
    /// A used refresh token is answered however old it is.
    StolenRefreshTokenAnswered,
    /// A grant or debit whose key was seen is made again.
    CoinKeyIgnored,
    /// A read position goes wherever it is told.
    ReadPositionGoesBack,
    /// A room passes to the first of its members in the order of their ids.
    HeirByName,
    /// What a message said after an edit stays in that edit when the message is deleted.
    EditOutlivesDeletion,
    /// Who reacts again is counted again.
    ReactionCountedTwice,
    /// A transaction in SQLite that is dropped is not rolled back.
    NoRollbackOnDrop,
}

#[cfg(feature = "planted-bugs")]
impl Planted {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::NoTaskOfItsOwn,
        Self::PublishBeforeCommit,
        Self::ChargeBeforeSeat,
        Self::CheckOutsideTheLock,
        Self::FreeAdmissionByCurrentMemberships,
        Self::UnreadCountsOwn,
        Self::ResumeOffByOne,
        Self::ClientIdIgnored,
        Self::InviteUsedTwice,
        Self::StolenRefreshTokenAnswered,
        Self::CoinKeyIgnored,
        Self::ReadPositionGoesBack,
        Self::HeirByName,
        Self::EditOutlivesDeletion,
        Self::ReactionCountedTwice,
        Self::NoRollbackOnDrop,
    ];

    /// What `CHAT_PLANTED_BUG` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoTaskOfItsOwn => "no_task_of_its_own",
            Self::PublishBeforeCommit => "publish_before_commit",
            Self::ChargeBeforeSeat => "charge_before_seat",
            Self::CheckOutsideTheLock => "check_outside_the_lock",
            Self::FreeAdmissionByCurrentMemberships => "free_admission_by_current_memberships",
            Self::UnreadCountsOwn => "unread_counts_own",
            Self::ResumeOffByOne => "resume_off_by_one",
            Self::ClientIdIgnored => "client_id_ignored",
            Self::InviteUsedTwice => "invite_used_twice",
            Self::StolenRefreshTokenAnswered => "stolen_refresh_token_answered",
            Self::CoinKeyIgnored => "coin_key_ignored",
            Self::ReadPositionGoesBack => "read_position_goes_back",
            Self::HeirByName => "heir_by_name",
            Self::EditOutlivesDeletion => "edit_outlives_deletion",
            Self::ReactionCountedTwice => "reaction_counted_twice",
            Self::NoRollbackOnDrop => "no_rollback_on_drop",
        }
    }

    /// Whether it is switched on.
    ///
    /// # Panics
    /// When the variable names a bug that there is not: a test would wait for it in vain.
    pub fn is_on(self) -> bool {
        use std::sync::LazyLock;
        static CHOSEN: LazyLock<Option<Planted>> = LazyLock::new(|| {
            let name = std::env::var("CHAT_PLANTED_BUG").ok()?;
            let named = Planted::ALL.into_iter().find(|planted| planted.name() == name);
            assert!(named.is_some(), "CHAT_PLANTED_BUG names no planted bug: {name:?}");
            named
        });
        *CHOSEN == Some(self)
    }
}

#[cfg(not(feature = "planted-bugs"))]
impl Planted {
    /// Never.
    pub(crate) const fn is_on(self) -> bool {
        let _ = self;
        false
    }
}

/// Spawns a future: with the feature, so that [`cut`] can abort it.
#[cfg(feature = "planted-bugs")]
pub(crate) use cut::spawn;

/// Spawns a future.
#[cfg(not(feature = "planted-bugs"))]
pub(crate) fn spawn<F: Future>(
    future: F,
    spawn: impl FnOnce(F) -> tokio::task::JoinHandle<F::Output>,
) -> tokio::task::JoinHandle<F::Output> {
    spawn(future)
}
