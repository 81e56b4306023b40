//! Tokens and sessions under attack: forged and confused tokens, keys that are changed and keys that everybody knows,
//! refresh tokens used by many at once, and by a thief; access tokens that end under a living WebSocket.

mod confusion;
mod forged_claims;
mod forged_headers;
mod forged_shapes;
mod forgery;
mod kinds;
mod known_keys;
mod living;
mod races;
mod rotation;
mod theft;
