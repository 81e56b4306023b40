use std::net::IpAddr;

use poem::{FromRequest, Request, RequestBody, Result};

use crate::signed_in::limited;

/// The caller of an operation that needs no sign-in: counted by address. It must be the first argument after `&self`, as
/// [`SignedIn`](crate::SignedIn) is elsewhere: what is sent too often is not read.
#[derive(Clone, Copy, Debug)]
pub struct Stranger {
    /// From where, where anything is limited by it; of IPv6 the network that one customer has.
    pub address: Option<IpAddr>,
}

impl<'a> FromRequest<'a> for Stranger {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        let Some((allowance, kind)) = limited(request) else { return Ok(Self { address: None }) };
        allowance.of_address(kind)?;
        Ok(Self { address: allowance.address() })
    }
}
