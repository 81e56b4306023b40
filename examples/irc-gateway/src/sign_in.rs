//! A client's first lines, until the chat knows who it is.

use std::collections::HashSet;

use chat_core::api::{ChatService, Login, Resume};
use chat_core::error::ChatError;
use chat_core::model::{room::RoomId, session::DeviceId, session::SessionTokens};
use chat_core::{ports::authenticator::Credentials, realtime::connection::Connection};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use crate::client::{Client, Over, words};
use crate::show::{self, SERVER, nick, refusal};

/// Who has signed in.
pub(crate) struct SignedIn {
    pub(crate) connection: Connection,
    pub(crate) tokens: SessionTokens,
    /// The rooms that the connection brings.
    pub(crate) rooms: HashSet<RoomId>,
}

/// Signs a client in.
pub(crate) async fn sign_in(chat: &dyn ChatService, client: &mut Client) -> Result<SignedIn, Over> {
    let introduced = timeout(client.limits.patience, introduce(client)).await;
    let login = introduced.map_err(|_| Over::Because("sign in sooner".to_owned()))??;
    let signed_in = match connect(chat, login).await {
        Ok(signed_in) => signed_in,
        Err(error) => {
            let (numeric, text) = refusal(&error);
            client.reply(numeric.unwrap_or("400"), &format!(":{text}"));
            return Err(Over::Because(text));
        }
    };
    client.nick = nick(&signed_in.connection.caller().user);
    client.reply("001", ":Welcome. LIST names your rooms; JOIN #id shows one, JOIN #id password takes a seat");
    client.reply("004", &format!("{SERVER} irc-gateway - ov"));
    client.reply("005", "CHANTYPES=# PREFIX=(ov)@+ CASEMAPPING=ascii NICKLEN=64 UTF8ONLY :are supported here");
    client.reply("422", ":there is no message of the day");
    Ok(signed_in)
}

/// Hears who a client is.
async fn introduce(client: &mut Client) -> Result<Login, Over> {
    let (mut user_id, mut device, mut password, mut negotiates) = (None, None, SecretString::default(), false);
    loop {
        client.flush().await?;
        let words = words(&client.read().await?.map_err(|wrong| Over::Because(wrong.to_owned()))?);
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["CAP", asked, ..] => negotiates = negotiate(client, asked, words.get(2).map(String::as_str)),
            ["PASS", given, ..] => password = given.into(),
            ["NICK", given, ..] => user_id = Some(show::user_id(given)),
            ["USER", given, ..] => match DeviceId::parse(&format!("irc-{given}")) {
                Ok(given) => device = Some(given),
                Err(fault) => return Err(Over::Because(format!("the name after USER: {fault}"))),
            },
            ["PING", token, ..] => client.say(&format!(":{SERVER} PONG {SERVER} :{token}")),
            [] => {}
            _ => client.reply("451", ":unauthenticated: PASS, NICK and USER come first"),
        }
        if let (Some(user_id), Some(device), false) = (&user_id, &device, negotiates) {
            let (user_id, device, address) = (user_id.clone(), device.clone(), Some(client.address));
            return Ok(Login { user_id, device, password, address });
        }
    }
}

/// Says what the server can beside the ordinary, and does it where it is asked to; answers whether more will be asked.
pub(crate) fn negotiate(client: &mut Client, asked: &str, names: Option<&str>) -> bool {
    match (asked, names.map_or("", str::trim)) {
        ("LS", _) => client.reply("CAP", "LS :server-time"),
        ("REQ", name @ ("server-time" | "-server-time")) => {
            client.tagged = !name.starts_with('-');
            client.reply("CAP", &format!("ACK :{name}"));
        }
        ("REQ", names) => client.reply("CAP", &format!("NAK :{names}")),
        _ => return false,
    }
    true
}

async fn connect(chat: &dyn ChatService, login: Login) -> Result<SignedIn, ChatError> {
    let tokens = chat.login(login).await?.session;
    let caller = chat.authenticate(&Credentials::token(tokens.access_token.expose_secret())).await?;
    let mut connection = chat.connect(&caller).await?;
    let rooms = connection.start(&Resume::new()).await?.iter().map(|view| view.room.id).collect();
    Ok(SignedIn { connection, tokens, rooms })
}
