//! The wallet: a server of its own, which outlives whatever asks it, and answers as it is told to.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

use super::books::{Books, Request, Step};
use chat_tests::PATIENCE;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is done and answered.
    Well,
    /// It is not done, and that is said.
    Fails,
    /// It is done, and said to have failed.
    Lies,
    /// It is done, and whoever reserves hears that there are not enough coins.
    Denies,
    /// It is done, and never answered.
    Hangs,
    /// It is never answered, and done when nobody waits for it any more.
    Late,
    /// It is done twice, and answered once.
    Twice,
    /// It is done, and the one that asked panics over the answer.
    Panics,
    /// It is done, and answered when the [gate](Wallet::open_the_gate) is open.
    Gated,
}

/// How each request is treated.
type Plan = Box<dyn FnMut(Step) -> Manner + Send>;

struct State {
    books: Books,
    plan: Plan,
    late: Vec<Request>,
    asked: Vec<Step>,
}

struct Shared {
    state: Mutex<State>,
    moved: Notify,
    gate: Notify,
}

/// Listens until it is dropped.
pub(crate) struct Wallet {
    address: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Drop for Wallet {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Wallet {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens").to_string();
        let (books, plan, late, asked) = (Books::default(), plan(|_| Manner::Well), Vec::new(), Vec::new());
        let state = Mutex::new(State { books, plan, late, asked });
        let shared = Arc::new(Shared { state, moved: Notify::new(), gate: Notify::new() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn give(&self, user: &str, coins: i64) {
        self.shared.state().books.coins.insert(user.to_owned(), coins);
    }

    /// From now on each request is treated so, and those before are counted no more.
    pub(crate) fn behaves(&self, manner: impl FnMut(Step) -> Manner + Send + 'static) {
        let mut state = self.shared.state();
        state.plan = plan(manner);
        state.asked.clear();
    }

    /// What is late comes now.
    pub(crate) fn let_the_late_come(&self) {
        let mut state = self.shared.state();
        for late in std::mem::take(&mut state.late) {
            state.books.act(&late);
        }
    }

    pub(crate) fn open_the_gate(&self) {
        self.shared.gate.notify_one();
    }

    pub(crate) fn look<V>(&self, look: impl FnOnce(&Books) -> V) -> V {
        look(&self.shared.state().books)
    }

    /// Waits until it was asked so often since it [behaves](Self::behaves) so; for any step, or for one alone.
    pub(crate) async fn asked(&self, step: Option<Step>, times: usize) {
        let count = || self.shared.state().asked.iter().filter(|asked| step.is_none_or(|step| step == **asked)).count();
        let waits = async {
            loop {
                let moved = self.shared.moved.notified();
                if times <= count() {
                    return;
                }
                moved.await;
            }
        };
        timeout(PATIENCE, waits).await.unwrap_or_else(|_| panic!("{step:?} was asked {} times of {times}", count()));
    }
}

fn plan(manner: impl FnMut(Step) -> Manner + Send + 'static) -> Plan {
    Box::new(manner)
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// Treats a request: how, and what is answered if anything is.
    fn take(&self, asked: &Request) -> (Manner, Option<String>) {
        let mut state = self.state();
        state.asked.push(asked.step);
        let manner = (state.plan)(asked.step);
        let answer = match manner {
            Manner::Fails => Some("failed".to_owned()),
            Manner::Late => {
                state.late.push(asked.clone());
                None
            }
            Manner::Twice => {
                state.books.act(asked);
                Some(state.books.act(asked))
            }
            _ => {
                let done = state.books.act(asked);
                match manner {
                    Manner::Lies => Some("failed".to_owned()),
                    Manner::Denies if asked.step == Step::Reserve => Some("no 0".to_owned()),
                    Manner::Panics => Some("panic".to_owned()),
                    Manner::Hangs => None,
                    _ => Some(done),
                }
            }
        };
        // What is late is overtaken by others, though not by all.
        if state.asked.len().is_multiple_of(5) && !state.late.is_empty() && manner != Manner::Late {
            let late = state.late.remove(0);
            state.books.act(&late);
        }
        drop(state);
        self.moved.notify_waiters();
        (manner, answer)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut served = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted.expect("it listens");
                served.spawn(serve(stream, Arc::clone(&shared)));
            }
            Some(ended) = served.join_next() => ended.expect("a connection ends without a panic"),
        }
    }
}

/// One request, and its answer. Who asked may be gone at any moment.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if stream.read_line(&mut line).await.is_err() || !line.ends_with('\n') {
        return;
    }
    let answer = if let Some(user) = line.trim_end().strip_prefix("balance ") {
        let state = shared.state();
        Some(format!("balance {}", state.books.coins.get(user).copied().unwrap_or_default()))
    } else {
        let asked = Request::parse(&line).expect("the chat asks as agreed");
        let (manner, answer) = shared.take(&asked);
        if manner == Manner::Gated {
            shared.gate.notified().await;
        }
        answer
    };
    match answer {
        Some(answer) => drop(stream.write_all(format!("{answer}\n").as_bytes()).await),
        // Until who asked hangs up.
        None => drop(stream.read_to_end(&mut Vec::new()).await),
    }
}
