//! The chat for IRC clients: on a plain socket for the details, with irssi as its users have it, and beside REST and
//! WebSocket on one chat.

mod authorization;
mod conversation;
mod ground;
mod hostile;
mod irssi;
mod limits;
mod refusals;
mod server;
mod story;
