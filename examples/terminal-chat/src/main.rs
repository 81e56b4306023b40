//! The chat in a terminal, line by line. It shows how little an application does itself: the client keeps it signed in
//! and connected, and tells it everything once and in order.
//!
//! Start a server with `cargo run`, then this with `cargo run -p terminal-chat -- http://127.0.0.1:8080`, and type `/help`.

mod command;
mod screen;

use std::{env, error::Error, process::ExitCode};

use chat_client::{Api, Client, NewRoom, Options, Page, Registration};
use command::Command;
use screen::Screen;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

/// The device under which a user is signed in here.
const DEVICE: &str = "terminal";
/// How much of the past is shown at once.
const PAGE: u32 = 20;

type Failure = Box<dyn Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(base) = env::args().nth(1) else {
        eprintln!("usage: terminal-chat URL");
        return ExitCode::FAILURE;
    };
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    println!("/login USER PASSWORD, or /register USER PASSWORD PHONE NAME");
    match enter(&base, &mut lines).await {
        Ok(Some(client)) => match talk(&client, &mut lines).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&*error),
        },
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

/// Signs in or up; `None` where the input ends before.
async fn enter(base: &str, lines: &mut Lines<BufReader<Stdin>>) -> Result<Option<(Client, Screen)>, Failure> {
    while let Some(line) = lines.next_line().await? {
        let entered = match Command::read(&line) {
            Command::Login { user, password } => Api::login(base, user, DEVICE, password).await,
            Command::Register { user, password, phone, name } => {
                let [user_id, device_id, name, phone, password] =
                    [user, DEVICE, name, phone, password].map(str::to_owned);
                let registration = Registration { user_id, device_id, name, phone, avail_coins: 0, password };
                Api::register(base, &registration).await
            }
            Command::Quit => return Ok(None),
            _ => {
                println!("sign in first");
                continue;
            }
        };
        match entered {
            Ok((api, user)) => {
                println!("signed in as {}", user.user_id);
                let (client, updates) = Client::connect(api, Options::default());
                // Read in a task of its own, since answers come behind updates.
                return Ok(Some((client, Screen::show(updates))));
            }
            Err(error) => println!("{error}"),
        }
    }
    Ok(None)
}

/// Does what each line says, one after the other.
async fn talk((client, screen): &(Client, Screen), lines: &mut Lines<BufReader<Stdin>>) -> Result<(), Failure> {
    let mut here = None;
    while let Some(line) = lines.next_line().await? {
        let command = Command::read(&line);
        if matches!(command, Command::Quit) {
            break;
        }
        if let Err(error) = perform(client, screen, &mut here, command).await {
            println!("{error}");
        }
    }
    client.close();
    Ok(())
}

async fn perform(
    client: &Client,
    screen: &Screen,
    here: &mut Option<String>,
    command: Command<'_>,
) -> Result<(), Failure> {
    let api = client.api();
    let room = || here.clone().ok_or("go into a room first: /go ROOM");
    match command {
        Command::Rooms => {
            for room in api.rooms().await? {
                let seats = format!("{} of {} seats", room.member_count, room.capacity);
                println!("{} {}, {seats}, {} unread", room.room_id, room.name, room.me.unread);
            }
        }
        Command::Create { password, name } => {
            let [name, password] = [name, password].map(str::to_owned);
            let room = api.create_room(&NewRoom { name, password, ..NewRoom::default() }).await?;
            println!("you are in {} {}", room.room_id, room.name);
            *here = Some(room.room_id);
        }
        Command::Join { room, password } => {
            let joined = api.join(room, password).await?;
            println!("you are in {} {}, which cost {}", joined.room_id, joined.name, joined.charged);
            *here = Some(joined.room_id);
        }
        Command::Go { room } => {
            let room = api.room(room).await?;
            println!("you are in {} {}", room.room_id, room.name);
            *here = Some(room.room_id);
        }
        Command::Leave => {
            api.leave(&room()?).await?;
            *here = None;
        }
        Command::Who => {
            for member in api.members(&room()?).await? {
                println!("{} ({}), {:?}", member.user_id, member.name, member.role);
            }
        }
        Command::History => {
            let page = api.history(&room()?, Page::Newest, PAGE).await?;
            page.events.iter().for_each(|event| println!("{}", screen.line(event)));
            if let Some(last) = page.events.last() {
                client.mark_read(&last.room_id, last.seq).await?;
            }
        }
        Command::Say { text } => drop(client.send(&room()?, text).await?),
        Command::Edit { seq, text } => drop(client.edit(&room()?, seq, text).await?),
        Command::Delete { seq } => client.delete(&room()?, seq).await?,
        Command::React { seq, emoji } => drop(client.react(&room()?, seq, emoji).await?),
        Command::Typing => client.typing(&room()?).await?,
        Command::Help => println!("{}", command::HELP),
        Command::Login { .. } | Command::Register { .. } => println!("you are signed in"),
        Command::Nothing | Command::Quit => {}
    }
    Ok(())
}
