//! Bugs that are built in on purpose, for the tests of the tests alone: with the feature `planted-bugs` the environment
//! variable `CHAT_PLANTED_BUG` switches one of them on. Without the feature there are none, and no code for them.

/// A bug that the tests must notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// A write runs in the future of who calls it, and ends where that is dropped.
    NoTaskOfItsOwn,
}

#[cfg(feature = "planted-bugs")]
impl Planted {
    const fn name(self) -> &'static str {
        match self {
            Self::NoTaskOfItsOwn => "no_task_of_its_own",
        }
    }

    /// Whether it is switched on.
    pub(crate) fn is_on(self) -> bool {
        use std::sync::LazyLock;
        static CHOSEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("CHAT_PLANTED_BUG").ok());
        CHOSEN.as_deref() == Some(self.name())
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
