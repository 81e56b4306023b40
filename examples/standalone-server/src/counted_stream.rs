use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::connections::OpenConnection;

/// A client's stream, which counts as open as long as anybody has it: also after it has become a WebSocket. A client that
/// takes nothing of what it is sent for too long is given up.
#[derive(Debug)]
pub(crate) struct CountedStream {
    stream: TcpStream,
    _counted: OpenConnection,
    patience: Duration,
    /// Until when something must be taken, while something waits.
    given_up: Option<Pin<Box<Sleep>>>,
    /// How many bytes are still to be said for a beginning, and until when.
    greeting: Option<(usize, Pin<Box<Sleep>>)>,
}

impl CountedStream {
    pub(crate) fn new(stream: TcpStream, counted: OpenConnection, patience: Duration) -> Self {
        Self { stream, _counted: counted, patience, given_up: None, greeting: None }
    }

    /// The same, of a client that has so long to say so many bytes, without which nothing begins.
    pub(crate) fn greeting(self, bytes: usize, within: Duration) -> Self {
        Self { greeting: Some((bytes, Box::pin(sleep(within)))), ..self }
    }

    /// What came of writing; where nothing was taken, whether that has gone on for too long.
    fn or_given_up<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.given_up = None;
            return written;
        }
        let given_up = self.given_up.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        given_up.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// What the server of gRPC tells its services of a client.
impl Connected for CountedStream {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let said = buf.filled().len() - before;
        match &mut self.greeting {
            Some((missing, _)) if *missing <= said => self.greeting = None,
            Some((missing, end)) => {
                *missing -= said;
                if end.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
            None => {}
        }
        read
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.or_given_up(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.or_given_up(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
