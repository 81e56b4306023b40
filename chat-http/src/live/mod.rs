//! What the WebSocket and the event stream share: what the server says, and until when.

pub(crate) mod expiry;
pub(crate) mod frame;
