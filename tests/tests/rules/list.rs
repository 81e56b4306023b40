//! The rules: what each says in short, and what decides it.

/// A rule that is built.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) says: &'static str,
    /// Functions or types as `path::name`, or one of [`PARTS`] where more than a value decides.
    pub(crate) decided_by: &'static [&'static str],
}

/// What keeps rules that no pure function can decide.
pub(crate) const PARTS: [&str; 4] = ["the schema", "the store", "the appender", "the transaction"];

/// The nouns of the rules, with what their sections are called.
pub(crate) const NOUNS: [(&str, &str); 8] = [
    ("ACC", "Users and sessions"),
    ("ADM", "Rooms and admission"),
    ("COIN", "Coins"),
    ("INV", "Invites"),
    ("MSG", "Messages"),
    ("FRI", "Friends"),
    ("PRO", "Profiles"),
    ("ROL", "Roles"),
];

const fn rule(id: &'static str, says: &'static str, decided_by: &'static [&'static str]) -> Rule {
    Rule { id, says, decided_by }
}

pub(crate) const RULES: &[Rule] = &[
    rule(
        "R-ACC-01",
        "Registering makes a user and signs their device in.",
        &["chat-core/src/api/user.rs::Register", "the transaction"],
    ),
    rule(
        "R-ACC-02",
        "A user id has 1 to 64 of a few ASCII characters and belongs to one user, also where only case would differ.",
        &["chat-core/src/model/user.rs::UserId", "chat-core/src/model/user.rs::folded", "the schema"],
    ),
    rule(
        "R-ACC-03",
        "Device, name, phone and password have their form; a device holds one session.",
        &[
            "chat-core/src/model/session.rs::DeviceId",
            "chat-core/src/model/text.rs::Name",
            "chat-core/src/model/user.rs::Phone",
            "chat-core/src/model/user.rs::Password",
        ],
    ),
    rule(
        "R-ACC-04",
        "The policy sets the opening balance, or how much of it may be asked for; it is the ledger's first entry.",
        &[
            "chat-core/src/rules/user.rs::decide_opening_balance",
            "chat-core/src/rules/user.rs::decide_host_opening_balance",
        ],
    ),
    rule(
        "R-ACC-05",
        "Prime and coins are given by the host and its operator alone.",
        &["chat-core/src/api/admin.rs::Admin", "chat-core/src/rules/operator.rs::decide_operate"],
    ),
    rule(
        "R-ACC-06",
        "Who is suspended or erased neither signs in nor does anything.",
        &[
            "chat-core/src/rules/user.rs::decide_act",
            "chat-core/src/rules/operator.rs::decide_suspend",
            "chat-core/src/rules/session.rs::decide_login",
            "chat-core/src/rules/session.rs::decide_vouched",
            "chat-core/src/rules/session.rs::decide_refresh",
        ],
    ),
    rule(
        "R-ADM-01",
        "A room is made by a prime user, who owns it and sits in it first.",
        &["chat-core/src/rules/room.rs::decide_create"],
    ),
    rule(
        "R-ADM-02",
        "A room has 2 to 6 seats and never more members than seats.",
        &[
            "chat-core/src/rules/room.rs::decide_join",
            "chat-core/src/rules/room_change.rs::decide_change",
            "chat-core/src/model/room.rs::Capacity",
            "the schema",
        ],
    ),
    rule(
        "R-ADM-03",
        "A room has a name and a password, which is kept as a hash and shown nowhere.",
        &[
            "chat-core/src/model/room.rs::RoomPassword",
            "chat-core/src/model/text.rs::Name",
            "chat-core/src/rules/room_change.rs::decide_change",
        ],
    ),
    rule(
        "R-ADM-04",
        "A join is refused for the first reason in a fixed order; for a member it succeeds and does nothing.",
        &["chat-core/src/rules/room.rs::decide_join"],
    ),
    rule(
        "R-ADM-05",
        "Prime users join for free, and keep the free admission for later.",
        &["chat-core/src/rules/room.rs::decide_join"],
    ),
    rule(
        "R-ADM-06",
        "One admission in the life of a user who is not prime is free.",
        &["chat-core/src/rules/room.rs::decide_join", "chat-core/src/ports/store/admission.rs::insert_admission"],
    ),
    rule(
        "R-ADM-07",
        "Each further room is paid for; who cannot is told the price and the balance.",
        &["chat-core/src/rules/room.rs::decide_join"],
    ),
    rule(
        "R-ADM-08",
        "An admission lasts: coming back costs nothing, but needs the key and a seat.",
        &["chat-core/src/rules/room.rs::decide_join", "chat-core/src/ports/store/admission.rs::insert_admission"],
    ),
    rule(
        "R-ADM-09",
        "Seat, admission, charge and event happen together or not at all, and once however often a join is tried.",
        &["the transaction"],
    ),
    rule(
        "R-ADM-10",
        "An owner who leaves is followed by the longest-standing moderator, else member; the last one out closes the room.",
        &["chat-core/src/rules/room.rs::decide_leave", "chat-core/src/rules/room_change.rs::decide_close"],
    ),
    rule(
        "R-ADM-11",
        "A join can be tried without doing it, and be limited in what it may cost.",
        &["chat-core/src/rules/room.rs::decide_join"],
    ),
    rule(
        "R-COIN-01",
        "A balance stays between nothing and 2^53 − 1.",
        &["chat-core/src/rules/coin.rs::decide_change", "chat-core/src/model/coin.rs::Coins", "the schema"],
    ),
    rule(
        "R-COIN-02",
        "Every change of a balance is an entry of the ledger, and the balance is their sum whenever one looks.",
        &["chat-core/src/ports/store/coin.rs::append_coin_entry", "the schema"],
    ),
    rule(
        "R-COIN-03",
        "A grant or debit is done once under its key; other content under that key is refused.",
        &["chat-core/src/rules/coin.rs::decide_change", "the schema"],
    ),
    rule(
        "R-COIN-04",
        "No entry is ever changed or removed: what was wrong is made good by another.",
        &["chat-core/src/model/coin.rs::CoinEntry", "the store"],
    ),
    rule(
        "R-INV-01",
        "The owner invites, and moderators where the policy lets them.",
        &["chat-core/src/rules/invite.rs::decide_invite", "chat-core/src/rules/invite.rs::may_invite"],
    ),
    rule(
        "R-INV-02",
        "An invitation is refused for the first reason in a fixed order; only prime users are invited.",
        &["chat-core/src/rules/invite.rs::decide_invite"],
    ),
    rule(
        "R-INV-03",
        "An invite is a secret for one room and one user, good once, for some days, until its maker or the owner revokes it.",
        &[
            "chat-core/src/rules/room.rs::decide_join",
            "chat-core/src/rules/room.rs::decide_use",
            "chat-core/src/rules/invite.rs::decide_revoke",
        ],
    ),
    rule(
        "R-INV-04",
        "An invite keeps no seat free: the room and the user are looked at when it is used.",
        &["chat-core/src/rules/room.rs::decide_join"],
    ),
    rule(
        "R-INV-05",
        "Who is no longer prime cannot use an invite.",
        &["chat-core/src/rules/room.rs::decide_join", "chat-core/src/rules/room.rs::decide_use"],
    ),
    rule(
        "R-MSG-01",
        "A room is read and written by its present members.",
        &[
            "chat-core/src/rules/message.rs::decide_send",
            "chat-core/src/rules/message.rs::found",
            "chat-core/src/rules/typing.rs::decide_typing",
            "chat-core/src/app/access.rs::view_as_member",
            "chat-core/src/app/access.rs::as_member",
        ],
    ),
    rule(
        "R-MSG-02",
        "The events of a room are numbered 1, 2, 3 … in the order of their commits, whoever writes.",
        &["chat-core/src/rules/message.rs::plan_batch", "chat-core/src/app/room.rs::member", "the schema"],
    ),
    rule(
        "R-MSG-03",
        "What was acknowledged is on disk once and stays, and one connection's messages keep their order.",
        &["the appender", "the store"],
    ),
    rule(
        "R-MSG-04",
        "A client id makes one message of however many attempts; a send is refused for the first reason in a fixed order.",
        &[
            "chat-core/src/rules/message.rs::decide_send",
            "chat-core/src/rules/message.rs::plan_batch",
            "chat-core/src/model/message.rs::ClientId",
            "chat-core/src/model/message.rs::ContentMac",
            "chat-core/src/ports/store/message.rs::rewrite_message",
        ],
    ),
    rule(
        "R-MSG-05",
        "A body has 1 to 4,000 characters and comes back as it was sent.",
        &["chat-core/src/model/message.rs::MessageBody"],
    ),
    rule(
        "R-MSG-06",
        "Senders edit and delete what they wrote, owners and moderators delete anything; a deleted body is gone.",
        &[
            "chat-core/src/rules/edit.rs::decide_edit",
            "chat-core/src/rules/deletion.rs::decide_delete",
            "chat-core/src/rules/message.rs::found",
            "chat-core/src/ports/store/message.rs::erase_edits",
        ],
    ),
    rule(
        "R-MSG-07",
        "A read position only goes forward, at most to the end; what others wrote after it is unread, unless deleted.",
        &["chat-core/src/rules/message.rs::decide_read"],
    ),
    rule(
        "R-MSG-08",
        "A live connection hears events in their order and none left out, or is cut off.",
        &["chat-core/src/realtime/connection.rs::start", "chat-core/src/realtime/outlet.rs::offer"],
    ),
    rule(
        "R-MSG-09",
        "Who comes back hears all that was missed, or that it starts anew.",
        &["chat-core/src/realtime/connection.rs::start", "chat-core/src/realtime/connection.rs::resume_room"],
    ),
    rule(
        "R-MSG-10",
        "An event names the present members whom its message mentions, each by the longest id that stands there.",
        &["chat-core/src/rules/mention.rs::mentioned", "chat-core/src/rules/message.rs::may_mention"],
    ),
    rule(
        "R-MSG-11",
        "A user reacts with each emoji once, a message has at most 20 kinds.",
        &[
            "chat-core/src/rules/reaction.rs::decide_react",
            "chat-core/src/rules/reaction.rs::decide_unreact",
            "chat-core/src/model/emoji.rs::Emoji",
        ],
    ),
    rule(
        "R-FRI-01",
        "Who shares or shared a room may ask to be friends, as far as the policy goes; refused in a fixed order.",
        &["chat-core/src/rules/friend.rs::decide_request"],
    ),
    rule("R-FRI-02", "Two requests that cross are a friendship.", &["chat-core/src/rules/friend.rs::decide_request"]),
    rule(
        "R-FRI-03",
        "The receiver answers, the sender withdraws; a declined sender waits; either side ends a friendship.",
        &["chat-core/src/rules/friend.rs::decide_answer", "chat-core/src/rules/friend.rs::decide_request"],
    ),
    rule(
        "R-FRI-04",
        "Blocking ends what is between two without telling the one; their requests are hidden, and neither sees the other.",
        &[
            "chat-core/src/rules/block.rs::decide_block",
            "chat-core/src/rules/block.rs::is_hidden",
            "chat-core/src/rules/friend.rs::decide_request",
            "chat-core/src/rules/friend.rs::decide_answer",
            "the store",
        ],
    ),
    rule(
        "R-PRO-01",
        "Others see name, prime, age and how one stands to them; phone, coins and devices are one's own.",
        &["chat-core/src/model/user.rs::Profile"],
    ),
    rule(
        "R-ROL-01",
        "The owner makes moderators and hands the room over; nobody acts on somebody of their rank or above.",
        &[
            "chat-core/src/rules/member.rs::decide_role",
            "chat-core/src/rules/member.rs::decide_remove",
            "chat-core/src/rules/member.rs::outranks",
            "chat-core/src/rules/ban.rs::decide_ban",
        ],
    ),
    rule(
        "R-ROL-02",
        "Removing somebody takes their seat back, banning keeps them out as well.",
        &[
            "chat-core/src/rules/member.rs::decide_remove",
            "chat-core/src/rules/ban.rs::decide_ban",
            "chat-core/src/rules/ban.rs::decide_lift",
            "chat-core/src/rules/ban.rs::decide_look",
        ],
    ),
];

/// Rules of what is not built yet: what each says, and what it waits for. One that has a test is taken from here.
pub(crate) const UNBUILT: &[(&str, &str, &str)] = &[];
