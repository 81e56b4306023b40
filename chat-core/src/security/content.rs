//! Telling the content of messages apart without keeping it.

use hmac::Mac;

use super::secret::mac;
use crate::model::{
    event::Seq,
    message::{ContentMac, MessageBody},
};

/// The key of [`ContentMac`]s.
pub(crate) struct ContentKey([u8; 32]);

impl ContentKey {
    pub(crate) const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The MAC of a message as it is sent: what it answers, and its body.
    pub(crate) fn mac(&self, body: &MessageBody, reply_to: Option<Seq>) -> ContentMac {
        let mut mac = mac(&self.0);
        mac.update(&[u8::from(reply_to.is_some())]);
        mac.update(&reply_to.map_or(0, Seq::get).to_be_bytes());
        mac.update(body.as_str().as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        ContentMac::from_bytes(short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_msg_04_the_content_is_the_body_and_what_it_answers() {
        let key = ContentKey::new([1; 32]);
        let body = |text: &str| MessageBody::parse(text.to_owned()).unwrap();
        let mac = key.mac(&body("hi"), None);
        assert_eq!(key.mac(&body("hi"), None), mac);
        assert_ne!(key.mac(&body("ho"), None), mac);
        assert_ne!(key.mac(&body("hi"), Some(Seq::new(1))), mac);
        assert_ne!(key.mac(&body("hi"), Some(Seq::ZERO)), mac, "what is answered need not exist");
        assert_ne!(ContentKey::new([2; 32]).mac(&body("hi"), None), mac);
    }
}
