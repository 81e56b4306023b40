//! The first evening of tests/tests/scenario.rs, with gRPC alone but for the operator.

use chat_grpc::v1::{
    self, coins_client::CoinsClient, friends_client::FriendsClient, invites_client::InvitesClient, server_frame::Frame,
    users_client::UsersClient,
};
use chat_tests::{ROOM_PASSWORD, Server};
use tonic::Code;
use tonic_types::StatusExt;

use crate::ground::{Person, reason, server};

#[tokio::test]
async fn a_first_evening_over_grpc() {
    let mut server = server().await;
    let alice = Person::register(&server, "alice", 300).await;
    let create = v1::CreateRoomRequest { name: "Tea".into(), password: ROOM_PASSWORD.into(), ..Default::default() };
    let refused = alice.rooms().create_room(create).await.expect_err("not prime");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "prime_required"));
    server.make_prime("alice", true).await;
    let bob = Person::prime(&server, "bob").await;
    let carol = Person::register(&server, "carol", 150).await;

    let tea = alice.create_room("Tea").await;
    let (room_id, user_id, password) = (tea.clone(), "bob".to_owned(), ROOM_PASSWORD.to_owned());
    let invite = v1::InviteRequest { room_id, user_id, password };
    let invite = InvitesClient::new(alice.signed()).invite(invite).await.expect("an invite").into_inner();
    let by_invite = v1::JoinRoomRequest { invite_token: Some(invite.invite_token), ..Default::default() };
    let refused = carol.rooms().join_room(by_invite.clone()).await.expect_err("somebody else's");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "invite_not_found"));
    bob.rooms().join_room(by_invite).await.expect("invited");
    carol.join(&tea).await.expect("the first room is free");

    let (coffee, cocoa) = (bob.create_room("Coffee").await, bob.create_room("Cocoa").await);
    assert_eq!(carol.join(&coffee).await.expect("paid").charged, 150);
    let broke = carol.join(&cocoa).await.expect_err("not paid");
    let info = broke.get_details_error_info().expect("why");
    assert_eq!((broke.code(), info.reason.as_str()), (Code::FailedPrecondition, "insufficient_coins"));
    assert_eq!((info.metadata["required"].as_str(), info.metadata["avail_coins"].as_str()), ("150", "0"));
    ledger_adds_up(&carol).await;

    let (mut bobs, mut carols) = (bob.open().await, carol.open().await);
    let by_call = alice.write(&tea, "who is there?").await;
    assert_eq!(bobs.message(&tea, "who is there?").await, by_call);
    let by_stream = carols.write(&tea, "me").await;
    assert_eq!(bobs.message(&tea, "me").await, by_stream);

    befriend(&carol, &bob).await;
    let is_yes = |frame: &Frame| matches!(frame, Frame::Friend(friend) if friend.change() == v1::friend_changed::Change::Accepted);
    carols.until("bob's yes", is_yes).await;

    let log = bob.log(&tea).await;
    server.kill();
    server.restart().await;
    after_the_night(&server, &tea, &log).await;
}

async fn befriend(carol: &Person, bob: &Person) {
    let ask = v1::RequestFriendRequest { user_id: "bob".into() };
    let asked = FriendsClient::new(carol.signed()).request_friend(ask).await.expect("asked").into_inner();
    assert_eq!(asked.outcome(), v1::request_friend_response::Outcome::New);
    let request_id = asked.request.expect("the request").request_id;
    let accept = v1::AcceptFriendRequestRequest { request_id };
    let accepted = FriendsClient::new(bob.signed()).accept_friend_request(accept).await.expect("accepted").into_inner();
    assert_eq!(accepted.state(), v1::RequestState::Accepted);
}

async fn ledger_adds_up(person: &Person) {
    let page = CoinsClient::new(person.signed()).list_coin_entries(v1::ListCoinEntriesRequest::default()).await;
    let page = page.expect("a ledger").into_inner();
    let kinds: Vec<_> = page.entries.iter().map(|entry| (entry.kind(), entry.amount, entry.balance_after)).collect();
    assert_eq!(kinds, [(v1::CoinKind::RoomAdmission, -150, 0), (v1::CoinKind::Opening, 150, 150)]);
    assert!(!page.has_more);
}

async fn after_the_night(server: &Server, tea: &str, log: &[v1::Event]) {
    let carol = Person::login(server, "carol", "phone").await.expect("signed in");
    assert_eq!(carol.log(tea).await, log);
    let mut users = UsersClient::new(carol.signed());
    assert_eq!(users.get_me(v1::GetMeRequest {}).await.expect("oneself").into_inner().avail_coins, 0);
    let ask = v1::GetProfileRequest { user_id: "bob".into() };
    assert_eq!(users.get_profile(ask).await.expect("bob").into_inner().relation(), v1::Relation::Friend);
}
