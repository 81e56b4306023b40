//! HTTP/1.1 as bytes: what no library would send, and the answers to it.

use chat_tests::raw::connect;
use chat_tests::{Answer, PATIENCE, Server};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Takes one answer off the front of `bytes`, which are all that came; `None` where they are none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn take(bytes: &mut Vec<u8>, has_body: bool) -> Result<Option<Self>, String> {
        loop {
            let Some(mut reply) = Self::take_head(bytes)? else { return Ok(None) };
            if reply.status.is_informational() && reply.status != StatusCode::SWITCHING_PROTOCOLS {
                continue;
            }
            let chunked = reply.headers.contains_key(header::TRANSFER_ENCODING);
            if goes_on(&reply.headers) {
                return Ok(Some(reply));
            }
            if chunked && has_body {
                return Err("the server answers in chunks, which this does not read".to_owned());
            }
            let length = if has_body { length(&reply.headers)? } else { 0 };
            if bytes.len() < length {
                return Err(format!("{length} bytes were announced, {} came", bytes.len()));
            }
            reply.body = bytes.drain(..length).collect();
            return Ok(Some(reply));
        }
    }

    fn take_head(bytes: &mut Vec<u8>) -> Result<Option<Self>, String> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            return if bytes.is_empty() { Ok(None) } else { Err(format!("half a head: {}", bytes.escape_ascii())) };
        };
        let head: Vec<u8> = bytes.drain(..end + 4).collect();
        let head = std::str::from_utf8(&head[..end]).map_err(|error| error.to_string())?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok());
        let status = status.ok_or_else(|| format!("no status line: {head}"))?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").ok_or_else(|| format!("no header: {line}"))?;
            let name: HeaderName = name.parse().map_err(|_| format!("no name of a header: {line}"))?;
            headers.append(name, HeaderValue::from_str(value).map_err(|_| format!("no value of a header: {line}"))?);
        }
        Ok(Some(Self { status, headers, body: Vec::new() }))
    }

    /// Whether this is how hyper refuses what is no request: a status, and nothing said.
    pub(crate) fn is_bare_refusal(&self) -> bool {
        const OF_HYPER: [u16; 4] = [400, 408, 414, 431];
        OF_HYPER.contains(&self.status.as_u16())
            && self.body.is_empty()
            && !self.headers.contains_key(header::CONTENT_TYPE)
            && self.headers.get(header::CONNECTION).is_some_and(|value| value == "close")
    }

    /// Checks what holds for every answer, and tells whether it is a refusal.
    ///
    /// # Panics
    /// When the answer breaks a promise of the contract.
    pub(crate) fn is_refusal(&self, asked: &str) -> bool {
        let refusal = !self.status.is_success() && !self.status.is_redirection();
        // An answer without an error may be a page, and what HEAD is refused has no body to be looked at.
        if refusal && !self.body.is_empty() {
            Answer::checked(asked.to_owned(), self.status, self.headers.clone(), &self.body);
        }
        assert!(!self.status.is_server_error(), "{asked}: {self:?}");
        refusal
    }

    /// Whether the connection ends with this answer, or is good for no other.
    pub(crate) fn closes(&self) -> bool {
        goes_on(&self.headers) || self.headers.get(header::CONNECTION).is_some_and(|value| value == "close")
    }
}

/// Whether the body is an event stream, of which nothing is read.
fn goes_on(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "text/event-stream")
}

fn length(headers: &HeaderMap) -> Result<usize, String> {
    let Some(value) = headers.get(header::CONTENT_LENGTH) else { return Ok(0) };
    value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| format!("a length of {value:?}"))
}

/// A connection for one request after the other, made anew where the server has closed it.
pub(crate) struct Line<'a> {
    server: &'a Server,
    stream: Option<TcpStream>,
}

impl<'a> Line<'a> {
    pub(crate) const fn to(server: &'a Server) -> Self {
        Self { server, stream: None }
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When none comes, or what comes is no HTTP.
    pub(crate) async fn exchange(&mut self, request: &[u8], has_body: bool) -> Result<Reply, String> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.server).await,
        };
        // The server may answer, and close, before it has read all.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        loop {
            let came = timeout(PATIENCE, stream.read_buf(&mut bytes)).await.map_err(|_| "no answer in time")?;
            let came = came.map_err(|error| format!("no answer: {error}"))?;
            match Reply::take(&mut bytes.clone(), has_body) {
                Ok(Some(reply)) => {
                    if !reply.closes() {
                        self.stream = Some(stream);
                    }
                    return Ok(reply);
                }
                unfinished if came == 0 => {
                    return Err(format!("the connection ended over {}: {unfinished:?}", bytes.escape_ascii()));
                }
                _ => {}
            }
        }
    }
}

/// All answers to these bytes, after which nothing more comes.
///
/// # Errors
/// When the server does not close in time, or what it says is no HTTP.
pub(crate) async fn answers(server: &Server, bytes: &[u8]) -> Result<Vec<Reply>, String> {
    let mut stream = connect(server).await;
    // The server may be done with it before all is sent, and then resets what it has not read.
    if stream.write_all(bytes).await.is_ok() {
        let _ = stream.shutdown().await;
    }
    let mut said = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut said)).await.map_err(|_| "no end in time")?;
    if let Err(error) = read
        && error.kind() != std::io::ErrorKind::ConnectionReset
    {
        return Err(format!("the connection failed: {error}"));
    }
    let mut replies = Vec::new();
    while let Some(reply) = Reply::take(&mut said, true)? {
        replies.push(reply);
    }
    Ok(replies)
}
