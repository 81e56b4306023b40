//! What the wallet knows: coins, and what became of each key. It also notes what the chat should never have asked.

use std::collections::BTreeMap;

/// One step of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Reserve,
    Capture,
    Release,
}

impl Step {
    pub(crate) const ALL: [Self; 3] = [Self::Reserve, Self::Capture, Self::Release];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::Capture => "capture",
            Self::Release => "release",
        }
    }
}

/// What is asked under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) step: Step,
    pub(crate) key: String,
    pub(crate) user: String,
    pub(crate) room: String,
    pub(crate) coins: i64,
}

impl Request {
    /// As [`line`](Self::line) wrote it.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let step = words.next()?;
        let step = Step::ALL.into_iter().find(|known| known.as_str() == step)?;
        let (key, user, room) = (words.next()?.to_owned(), words.next()?.to_owned(), words.next()?.to_owned());
        Some(Self { step, key, user, room, coins: words.next()?.parse().ok()? })
    }

    pub(crate) fn line(&self) -> String {
        let Self { step, key, user, room, coins } = self;
        format!("{} {key} {user} {room} {coins}\n", step.as_str())
    }
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Reserved,
    Captured,
    Released,
}

/// A key, for what it was used first, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) user: String,
    pub(crate) room: String,
    pub(crate) coins: i64,
    pub(crate) held: Held,
}

#[derive(Default)]
pub(crate) struct Books {
    pub(crate) coins: BTreeMap<String, i64>,
    pub(crate) entries: BTreeMap<String, Entry>,
    /// What should never have been asked.
    pub(crate) faults: Vec<String>,
}

impl Books {
    /// Does what is asked, once for each key, and answers alike each time.
    pub(crate) fn act(&mut self, asked: &Request) -> String {
        let known = self.entries.get(&asked.key).cloned();
        if let Some(known) = &known
            && (&known.user, &known.room, known.coins) != (&asked.user, &asked.room, asked.coins)
        {
            self.faults.push(format!("the key of {known:?} is used for {asked:?}"));
        }
        let held = known.map(|known| known.held);
        match asked.step {
            Step::Reserve => return self.reserve(asked, held),
            Step::Capture => match held {
                Some(Held::Reserved) => self.hold(asked, Held::Captured),
                Some(Held::Captured) => {}
                // Answered as if all were well: the wallet says so of anything.
                Some(Held::Released) | None => self.faults.push(format!("captured as {held:?}: {asked:?}")),
            },
            Step::Release => match held {
                Some(Held::Reserved) => {
                    *self.coins.entry(asked.user.clone()).or_default() += asked.coins;
                    self.hold(asked, Held::Released);
                }
                Some(Held::Captured) => self.faults.push(format!("released as captured: {asked:?}")),
                Some(Held::Released) => {}
                None => self.hold(asked, Held::Released),
            },
        }
        "done".to_owned()
    }

    fn reserve(&mut self, asked: &Request, held: Option<Held>) -> String {
        let coins = self.coins.entry(asked.user.clone()).or_default();
        match held {
            Some(Held::Released) => return format!("no {coins}"),
            Some(Held::Reserved | Held::Captured) => return format!("yes {coins}"),
            None if *coins < asked.coins => return format!("no {coins}"),
            None => *coins -= asked.coins,
        }
        let left = *coins;
        self.hold(asked, Held::Reserved);
        format!("yes {left}")
    }

    fn hold(&mut self, asked: &Request, held: Held) {
        let Request { key, user, room, coins, .. } = asked.clone();
        self.entries.insert(key, Entry { user, room, coins, held });
    }

    /// How many charges of this user for this room are so.
    pub(crate) fn count(&self, user: &str, room: &str, held: Held) -> usize {
        let is_so = |entry: &&Entry| entry.user == user && entry.room == room && entry.held == held;
        self.entries.values().filter(is_so).count()
    }

    /// Whether coins are set aside, and nobody knows yet for what.
    pub(crate) fn is_any_reserved(&self) -> bool {
        self.entries.values().any(|entry| entry.held == Held::Reserved)
    }
}
