//! A promise, and how it is looked at.

use std::{any::Any, fmt, future::Future, panic, pin::Pin, sync::Arc, time::Duration};

use tokio::{runtime, task::JoinError, time::timeout};

use crate::{Fixture, Made};

/// A promise that comes to no end for this long is broken: somebody waits who is never let in.
const LIMIT: Duration = Duration::from_secs(120);

type Proof = fn(Arc<dyn Fixture>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Something that every store owes the chat.
///
/// ```
/// let of_coins = chat_conformance::promises().iter().filter(|promise| promise.path().starts_with("coin::"));
/// assert!(of_coins.count() > 3);
/// ```
#[derive(Clone, Copy)]
pub struct Promise {
    noun: &'static str,
    name: &'static str,
    proof: Proof,
}

/// A promise that a store does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The promise, as [`Promise::path`] says it.
    pub promise: String,
    /// What was found instead.
    pub found: String,
}

impl Promise {
    pub(crate) const fn new(noun: &'static str, name: &'static str, proof: Proof) -> Self {
        Self { noun, name, proof }
    }

    /// What it is about, such as `coin`.
    pub const fn noun(&self) -> &'static str {
        self.noun
    }

    /// The promise as a sentence in snake case, which begins with the rule's id where one rule stands behind it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The name of its test: `noun::name`.
    pub fn path(&self) -> String {
        format!("{}::{}", self.noun, self.name)
    }

    /// The id of the rule behind it, such as `R-COIN-02`.
    pub fn rule(&self) -> Option<String> {
        let mut words = self.name.split('_');
        let (r, noun, number) = (words.next()?, words.next()?, words.next()?);
        let is_rule = r == "r" && number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        is_rule.then(|| [r, noun, number].join("-").to_ascii_uppercase())
    }

    /// Looks whether a store keeps it. Needs a tokio runtime of several threads; the fixture is used up.
    ///
    /// # Errors
    /// What was found instead; the panic behind it was reported by its hook.
    pub async fn check(&self, fixture: impl Fixture) -> Result<(), Broken> {
        let broken = |found| Broken { promise: self.path(), found };
        match self.look(Arc::new(fixture)).await {
            Ok(()) => Ok(()),
            Err(Failure::Endless) => Err(broken(format!("no end after {LIMIT:?}"))),
            Err(Failure::Panic(panic)) => Err(broken(text(&*panic))),
        }
    }

    async fn look(&self, fixture: Arc<dyn Fixture>) -> Result<(), Failure> {
        let mut task = tokio::spawn((self.proof)(Arc::clone(&fixture)));
        let ended = timeout(LIMIT, &mut task).await;
        if ended.is_err() {
            task.abort();
        }
        fixture.remove().await;
        match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failed)) => Err(Failure::Panic(why(failed))),
            Err(_) => Err(Failure::Endless),
        }
    }
}

impl fmt::Debug for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Promise").field(&self.path()).finish()
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise, self.found)
    }
}

impl std::error::Error for Broken {}

enum Failure {
    Endless,
    Panic(Box<dyn Any + Send>),
}

fn why(failed: JoinError) -> Box<dyn Any + Send> {
    failed.try_into_panic().unwrap_or_else(|cancelled| Box::new(cancelled.to_string()))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

/// Makes a store and looks at one promise of the list, on a runtime of its own: what a test of
/// [`store_suite!`](crate::store_suite) does.
#[doc(hidden)]
pub fn prove<M, F>(noun: &str, name: &str, make: M)
where
    M: FnOnce() -> F,
    F: Future<Output: Made>,
{
    let promise = crate::promises().iter().find(|promise| promise.noun == noun && promise.name == name);
    let promise = promise.expect("the tests are made from the list of the promises");
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime for the test");
    let ended = runtime.block_on(async {
        match make().await.made() {
            Some(fixture) => promise.look(Arc::new(fixture)).await,
            None => Ok(()),
        }
    });
    match ended {
        Ok(()) => {}
        Err(Failure::Endless) => panic!("no end after {LIMIT:?}"),
        Err(Failure::Panic(panic)) => panic::resume_unwind(panic),
    }
}
