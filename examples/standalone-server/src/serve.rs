//! Serving connections until the operator says stop.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use chat_core::Chat;
// Not hyper-util's `auto`: it waits for the first bytes without any limit of time.
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    signal,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::{
    connections::{Connections, Full, OpenConnection},
    counted_stream::CountedStream,
    failure::Failure,
    limits::LimitOptions,
};

/// How long to wait where the system has no more sockets to give: some are closed meanwhile.
const NO_SOCKETS: Duration = Duration::from_millis(50);

/// What is had of clients, and how long they are waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long the head of a request may take, also after the answer before.
    pub(crate) head: Duration,
    /// How large it may be, in bytes; beyond it is 431.
    head_size: usize,
    /// How long a client may take nothing of what it is sent.
    pub(crate) write: Duration,
    /// How long those who are being served may take to be done when the server stops.
    drain: Duration,
}

impl Patience {
    pub(crate) fn of(limits: &LimitOptions) -> Self {
        let LimitOptions { head_timeout: head, write_timeout: write, drain_timeout: drain, .. } = *limits;
        Self { head, head_size: limits.head_size(), write, drain }
    }
}

/// Who is being served.
#[derive(Default)]
struct Clients {
    served: TaskTracker,
    /// Tells all of them that the server stops.
    stopping: CancellationToken,
}

/// Listens there, and lets so many wait who come faster than they are taken, as after a restart; the system may have a
/// lower limit. Who finds no place waits a second until they ask again. Of what a client has not taken, the system keeps no
/// more than that: of the megabytes that it would keep else, a slow client would have to read all before it hears a ping.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    const WAITING: u32 = 4_096;
    const ON_ITS_WAY: u32 = 256 * 1_024;
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // The connections of a server that has just ended hold up nobody who starts it again.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Those that are accepted have it from this one.
    socket.set_send_buffer_size(ON_ITS_WAY)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Serves `router` until SIGTERM or Ctrl-C, and beside it what ends when the chat drains; then takes nobody any more,
/// answers what was asked, and closes.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    chat: &Chat,
    connections: &Connections,
    patience: Patience,
    beside: Option<impl Future<Output = ()> + Send + 'static>,
) -> Result<(), Failure> {
    let clients = Clients::default();
    if let Some(beside) = beside {
        clients.served.spawn(beside);
    }
    let mut stop = Box::pin(stop_signal()?);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => match connections.open(peer.ip()) {
                    Ok(counted) => take(stream, peer, counted, router.clone(), patience, &clients),
                    Err(full) => refuse(&stream, full),
                },
                Err(error) => see_to(error).await,
            },
        }
    }
    drop(listener);
    tracing::info!("stopping: taking nobody any more, finishing what was begun");
    chat.drain();
    let drained = async {
        clients.stopping.cancel();
        clients.served.close();
        clients.served.wait().await;
        chat.drained().await;
    };
    if timeout(patience.drain, drained).await.is_err() {
        tracing::warn!("some clients were not done after {:?}, and are cut off", patience.drain);
    }
    Ok(())
}

/// Serves one client in a task of its own.
fn take(
    stream: TcpStream,
    peer: SocketAddr,
    counted: OpenConnection,
    router: Router,
    patience: Patience,
    clients: &Clients,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a client was gone before it was served");
        return;
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            Ok::<_, Infallible>(response)
        }
    });
    let stream = TokioIo::new(CountedStream::new(stream, counted, patience.write));
    let mut http = http1::Builder::new();
    // A client that has said all it has to say, and closes its half, is answered all the same.
    http.timer(TokioTimer::new()).header_read_timeout(patience.head).max_buf_size(patience.head_size).half_close(true);
    let mut connection = Box::pin(http.serve_connection(stream, service).with_upgrades());
    let stopping = clients.stopping.clone();
    clients.served.spawn(async move {
        let served = tokio::select! {
            served = &mut connection => served,
            () = stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(%error, "a client was lost");
        }
    });
}

/// Says in a word why a client is not served. It is not waited for: nobody can be had to wait by many such.
fn refuse(stream: &TcpStream, full: Full) {
    let status = match full {
        Full::Address => "429 Too Many Requests",
        Full::Server => "503 Service Unavailable",
    };
    let answer = format!("HTTP/1.1 {status}\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    tracing::debug!(?full, "a connection is refused");
    // Who is gone already, or asks for more than they read, gets no answer.
    let _ = stream.try_write(answer.as_bytes());
}

/// A client that was gone before it was taken is none of ours; for the rest, wait until there are sockets again.
pub(crate) async fn see_to(error: io::Error) {
    let of_the_client = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::Interrupted];
    if !of_the_client.contains(&error.kind()) {
        tracing::error!(%error, "no connection can be taken");
        sleep(NO_SOCKETS).await;
    }
}

/// Ends when the operator says stop.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate()).map_err(Failure::Signals)?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = terminated => {}
            interrupted = signal::ctrl_c() => if let Err(error) = interrupted {
                tracing::error!(%error, "cannot wait for Ctrl-C");
                std::future::pending::<()>().await;
            },
        }
    })
}
