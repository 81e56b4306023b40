//! The page to chat in that chat-server serves, in a real browser: the scenarios stand in
//! examples/standalone-server/web/tests, and each is played against a server of its own.

mod fresh;
mod page;
mod scenarios;
