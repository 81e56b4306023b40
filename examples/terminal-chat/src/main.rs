//! The chat in a terminal, line by line. It shows how little an application does itself: the client keeps it signed in
//! and connected, and tells it everything once and in order.
//!
//! Start a server with `cargo run`, then this with `cargo run -p terminal-chat -- http://127.0.0.1:8080`, and type `/help`.

mod screen;

use std::{env, error::Error};

use chat_client::{Api, Client, NewRoom, Options, Page, Registration};
use screen::Screen;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

const HELP: &str = "\
/rooms  /create PASSWORD NAME  /join ROOM PASSWORD  /go ROOM  /leave  /who  /history
/edit NUMBER TEXT  /delete NUMBER  /react NUMBER EMOJI  /typing  /quit
anything else is said in the room in which you are";
/// The device under which a user is signed in here.
const DEVICE: &str = "terminal";
/// How much of the past is shown at once.
const PAGE: u32 = 20;

type Failure = Box<dyn Error>;
type Input = Lines<BufReader<Stdin>>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let base = env::args().nth(1).ok_or("usage: terminal-chat URL")?;
    let mut input = BufReader::new(tokio::io::stdin()).lines();
    println!("/login USER PASSWORD, or /register USER PASSWORD PHONE NAME");
    if let Some(api) = enter(&base, &mut input).await? {
        let (client, updates) = Client::connect(api, Options::default());
        // Read in a task of its own, since answers come behind updates.
        talk(&client, &Screen::show(updates), &mut input).await?;
        client.close();
    }
    Ok(())
}

/// Signs in or up; `None` where the input ends before.
async fn enter(base: &str, input: &mut Input) -> Result<Option<Api>, Failure> {
    while let Some(line) = input.next_line().await? {
        let entered = match line.splitn(5, ' ').collect::<Vec<_>>()[..] {
            ["/login", user, password] => Api::login(base, user, DEVICE, password).await,
            ["/register", user, password, phone, name] => {
                let [user_id, device_id, name, phone, password] =
                    [user, DEVICE, name, phone, password].map(str::to_owned);
                let registration = Registration { user_id, device_id, name, phone, avail_coins: 0, password };
                Api::register(base, &registration).await
            }
            ["/quit"] => return Ok(None),
            _ => {
                println!("sign in first");
                continue;
            }
        };
        match entered {
            Ok((api, user)) => {
                println!("signed in as {}", user.user_id);
                return Ok(Some(api));
            }
            Err(error) => println!("{error}"),
        }
    }
    Ok(None)
}

/// Does what each line says, one after the other.
async fn talk(client: &Client, screen: &Screen, input: &mut Input) -> Result<(), Failure> {
    let mut here = None;
    while let Some(line) = input.next_line().await?.filter(|line| line != "/quit") {
        if let Err(error) = perform(client, screen, &mut here, &line).await {
            println!("{error}");
        }
    }
    Ok(())
}

async fn perform(client: &Client, screen: &Screen, here: &mut Option<String>, line: &str) -> Result<(), Failure> {
    let api = client.api();
    let room = || here.clone().ok_or("go into a room first: /go ROOM");
    match line.splitn(3, ' ').collect::<Vec<_>>()[..] {
        ["/rooms"] => {
            for room in api.rooms().await? {
                let seats = format!("{} of {} seats", room.member_count, room.capacity);
                println!("{} {}, {seats}, {} unread", room.room_id, room.name, room.me.unread);
            }
        }
        ["/create", password, name] => {
            let [name, password] = [name, password].map(str::to_owned);
            let room = api.create_room(&NewRoom { name, password, ..NewRoom::default() }).await?;
            println!("you are in {} {}", room.room_id, room.name);
            *here = Some(room.room_id);
        }
        ["/join", room, password] => {
            let joined = api.join(room, password).await?;
            println!("you are in {} {}, which cost {}", joined.room_id, joined.name, joined.charged);
            *here = Some(joined.room_id);
        }
        ["/go", room] => {
            let room = api.room(room).await?;
            println!("you are in {} {}", room.room_id, room.name);
            *here = Some(room.room_id);
        }
        ["/leave"] => {
            api.leave(&room()?).await?;
            *here = None;
        }
        ["/who"] => {
            for member in api.members(&room()?).await? {
                println!("{} ({}), {:?}", member.user_id, member.name, member.role);
            }
        }
        ["/history"] => {
            let page = api.history(&room()?, Page::Newest, PAGE).await?;
            page.events.iter().for_each(|event| println!("{}", screen.line(event)));
            if let Some(last) = page.events.last() {
                client.mark_read(&last.room_id, last.seq).await?;
            }
        }
        ["/edit", seq, text] => drop(client.edit(&room()?, seq.parse()?, text).await?),
        ["/delete", seq] => client.delete(&room()?, seq.parse()?).await?,
        ["/react", seq, emoji] => drop(client.react(&room()?, seq.parse()?, emoji).await?),
        ["/typing"] => client.typing(&room()?).await?,
        [""] => {}
        [command, ..] if command.starts_with('/') => println!("{HELP}"),
        _ => drop(client.send(&room()?, line).await?),
    }
    Ok(())
}
