//! A TCP proxy, in front of the server or of its database. What becomes of a connection is the test's own.

use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

/// Listens on a port of its own until it is dropped, and its connections with it.
pub struct Proxy {
    address: String,
    target: Arc<Mutex<Option<String>>>,
    cuts: mpsc::UnboundedSender<oneshot::Sender<()>>,
    accepting: JoinHandle<()>,
}

/// A connection that somebody has made to a proxy.
pub struct Passage {
    /// 0, 1, 2 … in the order in which they came.
    pub number: u64,
    /// The side of who connected.
    pub client: TcpStream,
    target: Arc<Mutex<Option<String>>>,
}

impl Passage {
    /// Connects to where the proxy leads; `None` where nobody listens.
    pub async fn dial(&self) -> Option<TcpStream> {
        let target = self.target.lock().expect("nobody panics with it").clone()?;
        let server = TcpStream::connect(target).await.ok()?;
        for stream in [&self.client, &server] {
            // Where the other side is gone already, the next read says so.
            let _ = stream.set_nodelay(true);
        }
        Some(server)
    }

    /// Passes everything on, in both directions, until either side ends.
    pub async fn relay(mut self) {
        if let Some(mut server) = self.dial().await {
            // However it ends, it has ended.
            let _ = copy_bidirectional(&mut self.client, &mut server).await;
        }
    }
}

impl Proxy {
    /// A proxy before this `host:port`. Each connection is over when what `serve` makes of it is.
    pub async fn before<Served>(target: &str, serve: impl Fn(Passage) -> Served + Send + 'static) -> Self
    where
        Served: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens").to_string();
        let target = Arc::new(Mutex::new(Some(target.to_owned())));
        let (cuts, asked) = mpsc::unbounded_channel();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&target), asked, serve));
        Self { address, target, cuts, accepting }
    }

    /// `host:port` of this proxy.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// New connections lead there from here on.
    pub fn lead_to(&self, target: &str) {
        *self.target.lock().expect("nobody panics with it") = Some(target.to_owned());
    }

    /// New connections lead nowhere from here on, and are hung up.
    pub fn lead_nowhere(&self) {
        *self.target.lock().expect("nobody panics with it") = None;
    }

    /// Cuts all connections, and waits until that is done.
    pub async fn cut(&self) {
        let (done, told) = oneshot::channel();
        self.cuts.send(done).expect("it accepts for as long as it is there");
        told.await.expect("it accepts for as long as it is there");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept<Served>(
    listener: TcpListener,
    target: Arc<Mutex<Option<String>>>,
    mut cuts: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
    serve: impl Fn(Passage) -> Served,
) where
    Served: Future<Output = ()> + Send + 'static,
{
    let mut passing = JoinSet::new();
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (client, _) = accepted.expect("it listens");
                passing.spawn(serve(Passage { number, client, target: Arc::clone(&target) }));
                number += 1;
            }
            Some(ended) = passing.join_next() => ended.expect("a connection ends without a panic"),
            Some(done) = cuts.recv() => {
                passing.shutdown().await;
                // Whoever asked may have given up.
                let _ = done.send(());
            }
        }
    }
}
