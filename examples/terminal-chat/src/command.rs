//! What a line says.

pub(crate) const HELP: &str = "\
/rooms  /create PASSWORD NAME  /join ROOM PASSWORD  /go ROOM  /leave  /who  /history
/edit NUMBER TEXT  /delete NUMBER  /react NUMBER EMOJI  /typing  /quit
anything else is said in the room in which you are";

pub(crate) enum Command<'a> {
    Login { user: &'a str, password: &'a str },
    Register { user: &'a str, password: &'a str, phone: &'a str, name: &'a str },
    Rooms,
    Create { password: &'a str, name: &'a str },
    Join { room: &'a str, password: &'a str },
    Go { room: &'a str },
    Leave,
    Who,
    History,
    Say { text: &'a str },
    Edit { seq: u64, text: &'a str },
    Delete { seq: u64 },
    React { seq: u64, emoji: &'a str },
    Typing,
    Help,
    Nothing,
    Quit,
}

impl<'a> Command<'a> {
    /// Whatever is no command of these, or lacks something, asks for help.
    pub(crate) fn read(line: &'a str) -> Self {
        let words = |count| line.splitn(count, ' ').collect::<Vec<_>>();
        match (words(5).as_slice(), words(3).as_slice()) {
            (_, ["" | " "]) => Self::Nothing,
            (["/register", user, password, phone, name], _) => Self::Register { user, password, phone, name },
            (_, ["/login", user, password]) => Self::Login { user, password },
            (_, ["/rooms"]) => Self::Rooms,
            (_, ["/create", password, name]) => Self::Create { password, name },
            (_, ["/join", room, password]) => Self::Join { room, password },
            (_, ["/go", room]) => Self::Go { room },
            (_, ["/leave"]) => Self::Leave,
            (_, ["/who"]) => Self::Who,
            (_, ["/history"]) => Self::History,
            (_, ["/edit", seq, text]) => seq.parse().map_or(Self::Help, |seq| Self::Edit { seq, text }),
            (_, ["/delete", seq]) => seq.parse().map_or(Self::Help, |seq| Self::Delete { seq }),
            (_, ["/react", seq, emoji]) => seq.parse().map_or(Self::Help, |seq| Self::React { seq, emoji }),
            (_, ["/typing"]) => Self::Typing,
            (_, ["/quit"]) => Self::Quit,
            _ if line.starts_with('/') => Self::Help,
            _ => Self::Say { text: line },
        }
    }
}
