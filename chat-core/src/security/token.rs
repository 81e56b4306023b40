//! Access tokens and refresh tokens. Each kind has a key of its own, so that none can stand in for another.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::secret::{KEY_ID, Secrets, derive, key_id, kid, mac};
use crate::{
    error::{ChatError, Rejection},
    model::{
        session::{Caller, CallerSession, DeviceId, Session, SessionId},
        time::Timestamp,
        user::UserId,
    },
};

/// Makes and reads the tokens of sessions.
pub(crate) struct Tokens {
    /// The first signs, all verify.
    keys: Vec<Key>,
    issuer: String,
    validation: Validation,
}

struct Key {
    /// Told in every token, so that the right key is found again.
    id: [u8; 6],
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    refresh: [u8; 32],
}

/// The header of an access token. Nothing else stands in ours, so that no token brings its own key (`jwk`, `jku`, `x5u`), or
/// asks for what we do not do (`crit`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessHeader {
    typ: String,
    // Not what `jsonwebtoken` makes of it, which reads `{"HS256": null}` alike.
    alg: String,
    kid: String,
}

/// The claims of an access token (RFC 9068, with the device besides).
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    did: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The media type of access tokens, which sets them apart from all other tokens (RFC 9068, section 2.1).
const ACCESS_TYPE: &str = "at+jwt";

/// HMAC with SHA-256 (RFC 7518, section 3.2).
const ALGORITHM: &str = "HS256";

/// How far the clocks of two nodes may lie apart, in seconds.
const LEEWAY: i64 = 5;

/// What a genuine refresh token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefreshClaims {
    pub(crate) session: SessionId,
    pub(crate) generation: u64,
}

const SIGNED: usize = KEY_ID + 16 + 8;
const MAC: usize = 32;

impl Tokens {
    /// `issuer` stands in `iss` and `aud` alike: who issues these tokens is who takes them.
    pub(crate) fn new(secrets: &Secrets, issuer: &str) -> Self {
        let keys = secrets.jwt_keys().map(Key::new).collect();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[issuer]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // Decided below by the chat's clock, which tests move; the library reads the machine's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { keys, issuer: issuer.to_owned(), validation }
    }

    fn signing_key(&self) -> Result<&Key, ChatError> {
        self.keys.first().ok_or_else(|| ChatError::Internal("no key to sign with".into()))
    }

    /// An access token of a session.
    pub(crate) fn issue_access(
        &self,
        session: &Session,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<SecretString, ChatError> {
        let key = self.signing_key()?;
        let header =
            Header { typ: Some(ACCESS_TYPE.into()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: session.user.to_string(),
            did: session.device.to_string(),
            sid: session.id.to_string(),
            iat: now.as_secs(),
            nbf: now.as_secs(),
            exp: expires_at.as_secs(),
        };
        jsonwebtoken::encode(&header, &claims, &key.encoding)
            .map(SecretString::from)
            .map_err(|error| ChatError::Internal(format!("signing an access token: {error}")))
    }

    /// Who shows this access token, if it is genuine and its time is now.
    pub(crate) fn read_access(&self, token: &str, now: Timestamp) -> Result<Caller, Rejection> {
        let header = AccessHeader::of(token).ok_or(Rejection::Unauthenticated)?;
        if header.typ != ACCESS_TYPE || header.alg != ALGORITHM {
            return Err(Rejection::Unauthenticated);
        }
        let key = self.keys.iter().find(|key| header.kid == key.kid).ok_or(Rejection::Unauthenticated)?;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation);
        let claims = claims.map_err(|_| Rejection::Unauthenticated)?.claims;
        if Timestamp::MAX.as_secs() < claims.exp {
            return Err(Rejection::Unauthenticated);
        }
        if now.as_secs() + LEEWAY < claims.nbf {
            return Err(Rejection::Unauthenticated);
        }
        let expires_at = Timestamp::from_millis(claims.exp * 1_000);
        if expires_at <= now {
            return Err(Rejection::TokenExpired);
        }
        Ok(Caller {
            user: UserId::parse(&claims.sub).map_err(|_| Rejection::Unauthenticated)?,
            session: Some(CallerSession {
                id: SessionId::parse(&claims.sid).ok_or(Rejection::Unauthenticated)?,
                device: DeviceId::parse(&claims.did).map_err(|_| Rejection::Unauthenticated)?,
            }),
            expires_at: Some(expires_at),
        })
    }

    /// The refresh token of a session's present generation: the same each time it is asked for, and stored nowhere.
    pub(crate) fn issue_refresh(&self, session: &Session) -> Result<SecretString, ChatError> {
        let key = self.signing_key()?;
        let mut token = Vec::with_capacity(SIGNED + MAC);
        token.extend_from_slice(&key.id);
        token.extend_from_slice(session.id.as_bytes());
        token.extend_from_slice(&session.generation.to_be_bytes());
        let mac = key.refresh_mac(&token).finalize().into_bytes();
        token.extend_from_slice(&mac);
        Ok(format!("rft_{}", URL_SAFE_NO_PAD.encode(token)).into())
    }

    /// What a refresh token says, if it is genuine; found out without looking anything up.
    pub(crate) fn read_refresh(&self, token: &str) -> Option<RefreshClaims> {
        let token = URL_SAFE_NO_PAD.decode(token.strip_prefix("rft_")?).ok()?;
        let (signed, mac) = token.split_at_checked(SIGNED)?;
        let (id, rest) = signed.split_first_chunk::<KEY_ID>()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (generation, _) = rest.split_first_chunk::<8>()?;
        let key = self.keys.iter().find(|key| key.id == *id)?;
        key.refresh_mac(signed).verify_slice(mac).ok()?;
        Some(RefreshClaims { session: SessionId::from_bytes(*session), generation: u64::from_be_bytes(*generation) })
    }
}

impl AccessHeader {
    fn of(token: &str) -> Option<Self> {
        let (header, _) = token.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()
    }
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        Self {
            id: key_id(secret),
            kid: kid(secret),
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            refresh: derive(secret, "chat: refresh tokens"),
        }
    }

    fn refresh_mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac = mac(&self.refresh);
        mac.update(signed);
        mac
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::{
        prelude::*,
        sample::{Index, select},
    };
    use secrecy::ExposeSecret;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_435_200_000);

    fn tokens(keys: &[&str]) -> Tokens {
        let keys = keys.iter().map(|key| SecretString::from(key.repeat(32))).collect();
        Tokens::new(&Secrets::for_demo(keys, "pepper".into()).unwrap(), "chat")
    }

    fn session(generation: u64) -> Session {
        Session {
            id: SessionId::new(),
            user: UserId::parse("alice").unwrap(),
            device: DeviceId::parse("phone").unwrap(),
            generation,
            created_at: NOW,
            rotated_at: NOW,
            revoked_at: None,
        }
    }

    fn access(tokens: &Tokens, session: &Session) -> String {
        tokens.issue_access(session, NOW, NOW.after(Duration::from_mins(15))).unwrap().expose_secret().to_owned()
    }

    #[test]
    fn an_access_token_says_who_called_until_it_ends() {
        let (tokens, session) = (tokens(&["a"]), session(0));
        let token = access(&tokens, &session);
        let caller = tokens.read_access(&token, NOW).unwrap();
        assert_eq!(caller.user, session.user);
        assert_eq!(caller.session.as_ref().map(|session| session.id), Some(session.id));
        assert!(tokens.read_access(&token, NOW.after(Duration::from_millis(899_999))).is_ok());
        assert_eq!(tokens.read_access(&token, NOW.after(Duration::from_mins(15))), Err(Rejection::TokenExpired));
    }

    #[test]
    fn a_token_of_the_future_is_none() {
        let tokens = tokens(&["a"]);
        let token = access(&tokens, &session(0));
        let before = |seconds: i64| Timestamp::from_millis(NOW.as_millis() - seconds * 1_000);
        assert!(tokens.read_access(&token, before(5)).is_ok());
        assert_eq!(tokens.read_access(&token, before(6)), Err(Rejection::Unauthenticated));
    }

    #[test]
    fn keys_are_rotated_without_signing_anybody_out() {
        let old = access(&tokens(&["a"]), &session(0));
        assert!(tokens(&["b", "a"]).read_access(&old, NOW).is_ok());
        assert_eq!(tokens(&["b"]).read_access(&old, NOW), Err(Rejection::Unauthenticated));
    }

    #[test]
    fn no_kind_of_token_stands_in_for_another() {
        let (tokens, session) = (tokens(&["a"]), session(0));
        let refresh = tokens.issue_refresh(&session).unwrap();
        assert_eq!(tokens.read_access(refresh.expose_secret(), NOW), Err(Rejection::Unauthenticated));
        assert_eq!(tokens.read_refresh(&access(&tokens, &session)), None);
    }

    #[test]
    fn a_token_of_another_type_issuer_or_algorithm_is_none() {
        let tokens = tokens(&["a"]);
        let key = EncodingKey::from_secret("a".repeat(32).as_bytes());
        let claims = |iss: &str, aud: &str| {
            serde_json::json!({"iss": iss, "aud": aud, "sub": "alice", "did": "phone", "sid": SessionId::new().to_string(),
                "iat": NOW.as_secs(), "nbf": NOW.as_secs(), "exp": NOW.as_secs() + 60})
        };
        let header = |typ: &str, algorithm| Header {
            typ: Some(typ.into()),
            kid: Some(tokens.keys[0].kid.clone()),
            ..Header::new(algorithm)
        };
        let read = |header: &Header, claims: &serde_json::Value| {
            let token = jsonwebtoken::encode(header, claims, &key).unwrap();
            tokens.read_access(&token, NOW).map(|caller| caller.user.to_string())
        };
        assert_eq!(read(&header("at+jwt", Algorithm::HS256), &claims("chat", "chat")), Ok("alice".into()));
        let refused = Err(Rejection::Unauthenticated);
        assert_eq!(read(&header("JWT", Algorithm::HS256), &claims("chat", "chat")), refused);
        assert_eq!(read(&header("at+jwt", Algorithm::HS512), &claims("chat", "chat")), refused);
        assert_eq!(read(&header("at+jwt", Algorithm::HS256), &claims("other", "chat")), refused);
        assert_eq!(read(&header("at+jwt", Algorithm::HS256), &claims("chat", "other")), refused);
        let mut no_kid = header("at+jwt", Algorithm::HS256);
        no_kid.kid = None;
        assert_eq!(read(&no_kid, &claims("chat", "chat")), refused);
    }

    #[test]
    fn a_token_that_is_rightly_signed_under_a_key_pair_of_another_is_none() {
        let tokens = tokens(&["a"]);
        // RFC 8032, 7.1, test 1, as PKCS #8.
        let seed = b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\
                     \x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
        let prefix = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
        let key = EncodingKey::from_ed_der(&[prefix.as_slice(), seed].concat());
        let claims = Claims {
            iss: "chat".into(),
            aud: "chat".into(),
            sub: "alice".into(),
            did: "phone".into(),
            sid: SessionId::new().to_string(),
            iat: NOW.as_secs(),
            nbf: NOW.as_secs(),
            exp: NOW.as_secs() + 60,
        };
        let header = Header {
            typ: Some(ACCESS_TYPE.into()),
            kid: Some(tokens.keys[0].kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        assert_eq!(tokens.read_access(&token, NOW), Err(Rejection::Unauthenticated));
        let ours = jsonwebtoken::encode(
            &Header { alg: Algorithm::HS256, ..header },
            &claims,
            &EncodingKey::from_secret("a".repeat(32).as_bytes()),
        );
        assert!(tokens.read_access(&ours.unwrap(), NOW).is_ok(), "all else is right");
    }

    #[test]
    fn a_refresh_token_under_the_key_of_access_tokens_is_forged() {
        let (tokens, session) = (tokens(&["a"]), session(7));
        let genuine = tokens.issue_refresh(&session).unwrap();
        let mut token = URL_SAFE_NO_PAD.decode(&genuine.expose_secret()[4..]).unwrap();
        token.truncate(SIGNED);
        let mut mac = mac(&[b'a'; 32]);
        mac.update(&token);
        token.extend_from_slice(&mac.finalize().into_bytes());
        assert_eq!(tokens.read_refresh(&format!("rft_{}", URL_SAFE_NO_PAD.encode(token))), None);
    }

    #[test]
    fn a_refresh_token_is_the_same_each_time_and_forged_ones_are_none() {
        let (tokens, session) = (tokens(&["a"]), session(7));
        let token = tokens.issue_refresh(&session).unwrap().expose_secret().to_owned();
        assert_eq!(tokens.issue_refresh(&session).unwrap().expose_secret(), token);
        assert_eq!(tokens.read_refresh(&token), Some(RefreshClaims { session: session.id, generation: 7 }));
        let bytes = URL_SAFE_NO_PAD.decode(&token[4..]).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            let forged = format!("rft_{}", URL_SAFE_NO_PAD.encode(forged));
            assert_eq!(tokens.read_refresh(&forged), None, "byte {at}");
        }
        for malformed in ["", "rft_", &token[4..], &token[..token.len() - 1], &format!("{token}AAAA")] {
            assert_eq!(tokens.read_refresh(malformed), None, "{malformed}");
        }
    }

    /// Text that is often nearly a token.
    fn nearly_a_token() -> impl Strategy<Value = String> {
        let alphabet = select("ABCXYZabcxyz0189-_=.+/ ".chars().collect::<Vec<_>>());
        let part = proptest::collection::vec(alphabet, 0..60).prop_map(|part| part.into_iter().collect::<String>());
        prop_oneof![
            any::<String>(),
            proptest::collection::vec(any::<u8>(), 0..80)
                .prop_map(|bytes| format!("rft_{}", URL_SAFE_NO_PAD.encode(bytes))),
            (part.clone(), part.clone(), part).prop_map(|(a, b, c)| format!("{a}.{b}.{c}")),
            (any::<String>(), any::<String>(), any::<[u8; 32]>()).prop_map(|(a, b, c)| {
                let [a, b, c] = [a.as_bytes(), b.as_bytes(), &c].map(|part| URL_SAFE_NO_PAD.encode(part));
                format!("{a}.{b}.{c}")
            }),
        ]
    }

    proptest! {
        #[test]
        fn whatever_text_comes_is_no_token(text in nearly_a_token()) {
            let tokens = tokens(&["a"]);
            prop_assert_eq!(tokens.read_access(&text, NOW), Err(Rejection::Unauthenticated));
            prop_assert_eq!(tokens.read_refresh(&text), None);
        }

        #[test]
        fn a_token_that_differs_in_one_character_is_none(at in any::<Index>(), other in any::<char>(), how in 0..3_u8) {
            let (tokens, session) = (tokens(&["a"]), session(7));
            let spoilt = |token: &str| {
                let mut characters: Vec<char> = token.chars().collect();
                let at = at.index(characters.len());
                match how {
                    0 => characters[at] = other,
                    1 => characters.insert(at, other),
                    _ => drop(characters.remove(at)),
                }
                characters.into_iter().collect::<String>()
            };
            let genuine = access(&tokens, &session);
            let token = spoilt(&genuine);
            prop_assume!(token != genuine);
            prop_assert_eq!(tokens.read_access(&token, NOW), Err(Rejection::Unauthenticated));
            let genuine = tokens.issue_refresh(&session).unwrap();
            let token = spoilt(genuine.expose_secret());
            prop_assume!(token != genuine.expose_secret());
            prop_assert_eq!(tokens.read_refresh(&token), None);
        }
    }
}
