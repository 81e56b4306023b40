//! Server-Sent Events: what the WebSocket tells, told to readers that send nothing (CONTRACT, REST; R-MSG-08, -09).
#![cfg(target_os = "linux")]

mod ends;
mod frames;
mod resume;
