//! What the WebSocket and the event stream share: what the server says.

pub(crate) mod declare;
pub(crate) mod frame;
pub(crate) mod words;
