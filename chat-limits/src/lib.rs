//! How much clients may ask for: what transports count by, so that each counts alike.
//!
//! A transport keeps [`Buckets`] by user and by [`ClientAddress`] for each kind of request in [`RateLimits`], and [`Seats`]
//! for what is open at once. What it tells a client who is over a limit is its own matter.
#![warn(clippy::missing_errors_doc)]

mod buckets;
mod client_address;
mod rate;
mod rate_limits;
mod seats;
mod states;

pub use self::{
    buckets::{Buckets, Taken},
    client_address::ClientAddress,
    rate::Rate,
    rate_limits::{RateLimits, RatePair},
    seats::{Seat, Seats},
};
pub use ipnet::IpNet;
