//! What the WebSocket and the event stream share: what the server says.

pub(crate) mod frame;
