//! x
mod proto { tonic::include_proto!("chat.v1"); }
