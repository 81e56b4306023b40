use http::Method;

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    SignIn,
    Refresh,
    Passwords,
    Send,
    Write,
    Read,
    Connect,
    /// What operators do.
    Operate,
    /// Signing in as an operator by a token that may be a guess.
    OperatorGuess,
}

impl Kind {
    pub(super) const COUNT: usize = 9;

    /// The kind of an operation, by its method and the [`shape`](crate::poem_service::shape) of its path.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if path.starts_with("/admin/") {
            return Self::Operate;
        }
        if matches!(*method, Method::GET | Method::HEAD) {
            return Self::Read;
        }
        match (method, path) {
            (&Method::POST, "/api/register" | "/api/login") => Self::SignIn,
            (&Method::POST, "/api/refresh") => Self::Refresh,
            (&Method::POST, "/api/joinroom" | "/api/password" | "/api/chatrooms/{}/invites") => Self::Passwords,
            (&Method::POST, "/api/messages") => Self::Send,
            // Each is an event for all members, as a message is.
            (_, path) if path.starts_with("/api/chatrooms/{}/messages/{}") => Self::Send,
            _ => Self::Write,
        }
    }

    /// The name of what a user may, as clients read it in `RateLimit`.
    pub(super) const fn of_user(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::Passwords => "passwords",
            Self::Send => "send",
            Self::Write => "write",
            Self::Read => "read",
            Self::Connect => "connect",
            Self::Operate => "operate",
            Self::OperatorGuess => "operator-guess",
        }
    }

    /// The name of what an address may.
    pub(super) const fn of_address(self) -> &'static str {
        match self {
            // These have none for users.
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::Operate => "operate",
            Self::OperatorGuess => "operator-guess",
            Self::Passwords => "passwords-address",
            Self::Send => "send-address",
            Self::Write => "write-address",
            Self::Read => "read-address",
            Self::Connect => "connect-address",
        }
    }
}
