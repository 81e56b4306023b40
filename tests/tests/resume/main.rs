//! Coming back: what was missed comes whole, in its order, at the pace of its reader (CONTRACT, WebSocket; R-MSG-08, -09).
#![cfg(target_os = "linux")]

mod ground;
mod missed;
mod seats;
mod slow;
mod still;
mod writer;
