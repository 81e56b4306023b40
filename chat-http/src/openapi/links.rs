//! Which operations go on from what another one answers, as links of the OpenAPI document: where the ids of paths come
//! from.

use serde_json::{Value, json};

use super::operations;

struct Links {
    from: &'static str,
    to: &'static [&'static str],
    /// Each parameter of their paths, and the runtime expression that finds it.
    parameters: &'static [(&'static str, &'static str)],
}

const ROOM: (&str, &str) = ("roomId", "$response.body#/roomId");

const LINKS: &[Links] = &[
    Links {
        from: "createRoom",
        to: &[
            "getRoom",
            "updateRoom",
            "closeRoom",
            "leaveRoom",
            "listMembers",
            "listBans",
            "listInvites",
            "invite",
            "getHistory",
            "markRead",
        ],
        parameters: &[ROOM],
    },
    Links {
        from: "joinRoom",
        to: &["getRoom", "leaveRoom", "listMembers", "getHistory", "markRead"],
        parameters: &[ROOM],
    },
    Links {
        from: "sendMessage",
        to: &["editMessage", "deleteMessage", "addReaction", "removeReaction"],
        parameters: &[ROOM, ("seq", "$response.body#/seq")],
    },
    Links {
        from: "invite",
        to: &["revokeInvite"],
        parameters: &[("roomId", "$request.path.roomId"), ("inviteId", "$response.body#/inviteId")],
    },
    Links {
        from: "requestFriend",
        to: &["withdrawFriendRequest"],
        parameters: &[("requestId", "$response.body#/requestId")],
    },
    Links { from: "register", to: &["getProfile"], parameters: &[("userId", "$response.body#/user/userId")] },
];

/// Adds the links to each success of the operations that the document has.
pub(super) fn add(paths: &mut Value) {
    for (.., operation) in operations(paths) {
        let links = LINKS.iter().find(|links| operation["operationId"] == links.from);
        let Some((links, responses)) = links.zip(operation["responses"].as_object_mut()) else { continue };
        for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            let parameters: Value = links.parameters.iter().map(|(name, at)| ((*name).to_owned(), json!(at))).collect();
            for to in links.to {
                response["links"][to] = json!({"operationId": to, "parameters": parameters});
            }
        }
    }
}
