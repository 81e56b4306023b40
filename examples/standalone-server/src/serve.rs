//! Serving connections until the operator says stop.

use std::{convert::Infallible, io, time::Duration};

use axum::{Router, body::Body};
use chat_core::Chat;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    signal,
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::failure::Failure;

/// How long a client may take for the headers of a request.
const HEADERS: Duration = Duration::from_secs(10);
/// How long those who are being served may take to be done when the server stops.
const DRAIN: Duration = Duration::from_secs(10);
/// How long to wait where the system has no more sockets to give: some are closed meanwhile.
const NO_SOCKETS: Duration = Duration::from_millis(50);

/// Serves `router` until SIGTERM or Ctrl-C; then takes nobody any more, answers what was asked, and closes.
pub(crate) async fn serve(listener: TcpListener, router: Router, chat: &Chat) -> Result<(), Failure> {
    let graceful = GracefulShutdown::new();
    let mut stop = Box::pin(stop_signal()?);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => take(stream, router.clone(), &graceful),
                Err(error) => see_to(error).await,
            },
        }
    }
    drop(listener);
    tracing::info!("stopping: taking nobody any more, finishing what was begun");
    chat.drain();
    let drained = async {
        graceful.shutdown().await;
        chat.drained().await;
    };
    if timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("some clients were not done after {DRAIN:?}, and are cut off");
    }
    Ok(())
}

/// Serves one client in a task of its own.
fn take(stream: TcpStream, router: Router, graceful: &GracefulShutdown) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a client was gone before it was served");
        return;
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    // A client that has said all it has to say, and closes its half, is answered all the same.
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).half_close(true);
    let connection = http.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a client was lost");
        }
    });
}

/// A client that was gone before it was taken is none of ours; for the rest, wait until there are sockets again.
async fn see_to(error: io::Error) {
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
