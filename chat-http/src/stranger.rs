use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::extract::ConnectInfo;
use chat_limits::{ClientAddress, IpNet};
use poem::{FromRequest, Request, RequestBody, Result};

use crate::signed_in::limited;

/// The networks of the proxies whose `X-Forwarded-For` counts, as an extension of the request.
#[derive(Clone, Debug)]
pub(crate) struct TrustedProxies(pub(crate) Arc<[IpNet]>);

/// The caller of an operation that needs no sign-in: counted by address. It must be the first argument after `&self`, as
/// [`SignedIn`](crate::SignedIn) is elsewhere: what is sent too often is not read.
#[derive(Clone, Copy, Debug)]
pub struct Stranger {
    /// From where, where the router is told; of IPv6 the network that one customer has.
    pub address: Option<IpAddr>,
}

impl<'a> FromRequest<'a> for Stranger {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        if let Some((allowance, kind)) = limited(request) {
            allowance.of_address(kind)?;
        }
        let trusted = request.extensions().get::<TrustedProxies>();
        let trusted = trusted.map(|TrustedProxies(trusted)| &**trusted).unwrap_or_default();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let address = peer.map(|ConnectInfo(peer)| ClientAddress::of(peer.ip(), request.headers(), trusted).into());
        Ok(Self { address })
    }
}
