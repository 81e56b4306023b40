// An evening of three users, by what OpenAPI Generator makes of the document for Go.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"

	"chat"
)

const password = "a fine day for tea"

func at(url string, token string) *chat.APIClient {
	configuration := chat.NewConfiguration()
	configuration.Servers = chat.ServerConfigurations{{URL: url}}
	if token != "" {
		configuration.AddDefaultHeader("Authorization", "Bearer "+token)
	}
	return chat.NewAPIClient(configuration)
}

// same fails where what was found is not what was expected.
func same(found, expected interface{}) {
	if !reflect.DeepEqual(found, expected) {
		panic(fmt.Sprintf("%#v is not %#v", found, expected))
	}
}

// all is a list of values.
func all(values ...interface{}) []interface{} {
	return values
}

// answered is what was answered; it fails where that is a refusal.
func answered[T any](value *T, response *http.Response, err error) *T {
	if err != nil {
		panic(fmt.Sprintf("%v: %v", response.Request.URL, err))
	}
	return value
}

// done fails where the answer has words, or is a refusal.
func done(response *http.Response, err error) {
	if err != nil {
		panic(fmt.Sprintf("%v: %v", response.Request.URL, err))
	}
	same(response.StatusCode, http.StatusNoContent)
}

// refused is why it was refused; it fails where it was not, or otherwise.
func refused[T any](status int32, code string) func(*T, *http.Response, error) chat.Problem {
	return func(_ *T, response *http.Response, err error) chat.Problem {
		var refusal *chat.GenericOpenAPIError
		if !errors.As(err, &refusal) {
			panic(fmt.Sprintf("not refused as %v: %v", code, err))
		}
		problem, typed := refusal.Model().(chat.Problem)
		same(typed, true)
		same(all(int32(response.StatusCode), problem.Status, problem.Code), all(status, status, code))
		return problem
	}
}

func register(ctx context.Context, nobody *chat.APIClient, userId string, phone string, coins int64) *chat.APIClient {
	request := chat.NewRegisterRequest(coins, "laptop", userId, password, phone, userId)
	made := answered(nobody.UsersAPI.Register(ctx).RegisterRequest(*request).Execute())
	user := made.User
	same(all(user.UserId, user.GetPhone(), user.AvailCoins, user.Prime), all(userId, phone, coins, false))
	return at(os.Getenv("CHAT_URL"), made.Session.AccessToken)
}

// makePrime asks as the operator, whose document has a client of its own; of it this needs one call.
func makePrime(userId string) {
	url := os.Getenv("CHAT_URL") + "/admin/users/" + userId + "/prime"
	request, err := http.NewRequest(http.MethodPut, url, strings.NewReader(`{"prime":true}`))
	same(err, nil)
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CHAT_ADMIN_TOKEN"))
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	same(err, nil)
	same(response.StatusCode, http.StatusOK)
}

// told is what an event tells beside what every one does.
func told(event chat.Event) []interface{} {
	switch one := event.GetActualInstance().(type) {
	case *chat.MessageEvent:
		return all(one.Kind, one.SenderId, one.GetBody(), one.GetClientId(), one.GetReplyTo(), one.HasBody())
	case *chat.MessageEditedEvent:
		return all(one.Kind, one.SenderId, one.TargetSeq, one.GetBody())
	case *chat.MessageDeletedEvent:
		return all(one.Kind, one.SenderId, one.TargetSeq)
	case *chat.ReactionAddedEvent:
		return all(one.Kind, one.SenderId, one.TargetSeq, one.Emoji)
	case *chat.ReactionRemovedEvent:
		return all(one.Kind, one.SenderId, one.TargetSeq, one.Emoji)
	case *chat.RemovedEvent:
		return all(one.Kind, one.SenderId, one.UserId, one.Banned)
	case *chat.RoleChangedEvent:
		return all(one.Kind, one.SenderId, one.UserId, one.Role)
	case *chat.RoomChangedEvent:
		return all(one.Kind, one.SenderId, one.GetName(), one.HasCapacity())
	case *chat.RoomClosedEvent:
		return all(one.Kind, one.SenderId, one.HasByOperator())
	case *chat.JoinedEvent:
		return all(one.Kind, one.SenderId)
	case *chat.LeftEvent:
		return all(one.Kind, one.SenderId)
	}
	panic("an event of another kind")
}

func key(roomId string, password string) chat.JoinRoomRequest {
	return chat.JoinRoomRequest{RoomId: &roomId, Password: &password}
}

func main() {
	ctx := context.Background()
	nobody := at(os.Getenv("CHAT_URL"), "")
	alice := register(ctx, nobody, "alice", "+4915112345601", 300)
	bob := register(ctx, nobody, "bob", "+4915112345602", 0)
	carol := register(ctx, nobody, "carol", "+4915112345603", 150)
	join := func(who *chat.APIClient, request chat.JoinRoomRequest) (*chat.Joined, *http.Response, error) {
		return who.RoomsAPI.JoinRoom(ctx).JoinRoomRequest(request).Execute()
	}

	// What is wrong is said field by field.
	wrong := chat.NewRegisterRequest(0, "laptop", "Dora", "short", "12", "dora")
	signUp := nobody.UsersAPI.Register(ctx).RegisterRequest(*wrong)
	invalid := refused[chat.SignedInUser](400, "invalid_request")(signUp.Execute())
	faults := invalid.GetErrors()
	same(all(faults[0].Field, faults[0].Code), all("phone", "bad_format"))
	same(all(faults[1].Field, faults[1].Code, len(faults)), all("password", "too_short", 2))
	again := chat.NewRegisterRequest(0, "laptop", "Carol", password, "+4915112345604", "carol")
	refused[chat.SignedInUser](409, "user_id_taken")(nobody.UsersAPI.Register(ctx).RegisterRequest(*again).Execute())
	refused[chat.User](401, "unauthenticated")(nobody.UsersAPI.GetMe(ctx).Execute())

	// Only prime users make rooms. One that is asked for twice is made once.
	room := func(who *chat.APIClient, request *chat.CreateRoomRequest) (*chat.Room, *http.Response, error) {
		return who.RoomsAPI.CreateRoom(ctx).CreateRoomRequest(*request).Execute()
	}
	teaRoom := chat.NewCreateRoomRequest("Tea", "biscuits")
	teaRoom.SetClientId("tea")
	refused[chat.Room](403, "prime_required")(room(alice, teaRoom))
	makePrime("alice")
	makePrime("bob")
	tea := answered(room(alice, teaRoom))
	same(all(tea.Name, tea.Capacity, tea.Me.Role, tea.HasClosedAt()), all("Tea", int32(6), "owner", false))
	same(answered(room(alice, teaRoom)).RoomId, tea.RoomId)

	// By invite, which is nobody else's; and by password, the first time free.
	invitation := chat.NewInviteRequest("biscuits", "bob")
	invited := answered(alice.InvitesAPI.Invite(ctx, tea.RoomId).InviteRequest(*invitation).Execute())
	byInvite := chat.JoinRoomRequest{InviteToken: &invited.InviteToken}
	refused[chat.Joined](404, "invite_not_found")(join(carol, byInvite))
	bobs := answered(join(bob, byInvite))
	same(all(bobs.Admission.Kind, bobs.Charged), all("prime", int64(0)))
	carols := answered(join(carol, key(tea.RoomId, "biscuits")))
	same(all(carols.Admission.Kind, carols.Charged, carols.AvailCoins), all("free", int64(0), int64(150)))

	// The second room costs 150 coins, and nobody spends them unasked.
	beans := chat.NewCreateRoomRequest("Coffee", "beans")
	beans.SetCapacity(2)
	coffee := answered(room(bob, beans))
	cocoa := answered(room(bob, chat.NewCreateRoomRequest("Cocoa", "beans")))
	look := key(coffee.RoomId, "beans")
	look.SetDryRun(true)
	looked := answered(join(carol, look))
	same(all(looked.Charged, looked.HasAdmission(), looked.HasRoom()), all(int64(150), false, false))
	limited := key(coffee.RoomId, "beans")
	limited.SetMaxCharge(149)
	dearer := refused[chat.Joined](409, "price_changed")(join(carol, limited))
	same(dearer.GetRequired(), int64(150))
	limited.SetMaxCharge(150)
	paid := answered(join(carol, limited))
	same(all(paid.Admission.Kind, paid.Charged, paid.AvailCoins), all("paid", int64(150), int64(0)))
	broke := refused[chat.Joined](402, "insufficient_coins")(join(carol, key(cocoa.RoomId, "beans")))
	same(all(broke.GetRequired(), broke.HasAvailCoins(), broke.GetAvailCoins()), all(int64(150), true, int64(0)))
	refused[chat.Joined](409, "room_full")(join(alice, key(coffee.RoomId, "beans")))
	entries := answered(carol.CoinsAPI.ListCoinEntries(ctx).Limit(10).Execute()).Entries
	same(all(entries[0].Kind, entries[0].Amount, entries[0].GetRoomId()), all("room_admission", int64(-150), coffee.RoomId))
	same(all(entries[1].Kind, entries[1].Amount, entries[1].HasRoomId(), len(entries)), all("opening", int64(150), false, 2))

	// A message that is sent twice is one message.
	say := func(who *chat.APIClient, request *chat.SendMessageRequest) (*chat.MessageEvent, *http.Response, error) {
		return who.MessagesAPI.SendMessage(ctx).SendMessageRequest(*request).Execute()
	}
	hello := chat.NewSendMessageRequest("Hello, Alice!", tea.RoomId)
	hello.SetClientId("4f1c9a52")
	first := answered(say(carol, hello))
	same(answered(say(carol, hello)), first)
	hello.Body = "Good night"
	refused[chat.MessageEvent](409, "idempotency_conflict")(say(carol, hello))
	reply := chat.NewSendMessageRequest("Good evening.", tea.RoomId)
	reply.SetReplyTo(first.Seq)
	answer := answered(say(bob, reply))
	same(answered(alice.MessagesAPI.AddReaction(ctx, tea.RoomId, first.Seq, "🍵").Execute()).HasEvent(), true)
	same(answered(alice.MessagesAPI.AddReaction(ctx, tea.RoomId, first.Seq, "🍵").Execute()).HasEvent(), false)
	answered(alice.MessagesAPI.RemoveReaction(ctx, tea.RoomId, first.Seq, "🍵").Execute())
	anew := chat.NewEditMessageRequest("Hello, all!")
	answered(carol.MessagesAPI.EditMessage(ctx, tea.RoomId, first.Seq).EditMessageRequest(*anew).Execute())
	answered(bob.MessagesAPI.DeleteMessage(ctx, tea.RoomId, answer.Seq).Execute())

	// Who shares a room may become a friend.
	toBob := chat.NewFriendRequestRequest("bob")
	wish := answered(carol.FriendsAPI.RequestFriend(ctx).FriendRequestRequest(*toBob).Execute())
	received := answered(bob.FriendsAPI.ListFriendRequests(ctx).Box("in").Execute()).Requests
	same(all(len(received), received[0].RequestId), all(1, wish.RequestId))
	same(answered(bob.FriendsAPI.AcceptFriendRequest(ctx, wish.RequestId).Execute()).State, "accepted")
	same(answered(carol.UsersAPI.GetProfile(ctx, "bob").Execute()).Relation, "friend")

	// A change says what changes, and leaves the rest.
	newName := chat.NewUpdateMeRequest()
	newName.SetName("Carol")
	renamed := answered(carol.UsersAPI.UpdateMe(ctx).UpdateMeRequest(*newName).Execute())
	same(all(renamed.Name, renamed.GetPhone()), all("Carol", "+4915112345603"))
	greenTea := chat.NewUpdateRoomRequest()
	greenTea.SetName("Green tea")
	same(answered(alice.RoomsAPI.UpdateRoom(ctx, tea.RoomId).UpdateRoomRequest(*greenTea).Execute()).Capacity, int32(6))

	// Roles, a ban, a farewell, and the end of the room.
	moderator := chat.NewSetRoleRequest("moderator")
	same(answered(alice.MembersAPI.SetRole(ctx, tea.RoomId, "bob").SetRoleRequest(*moderator).Execute()).Role, "moderator")
	done(bob.MembersAPI.BanUser(ctx, tea.RoomId, "carol").Execute())
	refused[chat.Joined](403, "banned")(join(carol, key(tea.RoomId, "biscuits")))
	done(bob.RoomsAPI.LeaveRoom(ctx, tea.RoomId).Execute())
	done(alice.RoomsAPI.CloseRoom(ctx, tea.RoomId).Execute())
	same(answered(alice.RoomsAPI.GetRoom(ctx, tea.RoomId).Execute()).ClosedAt.After(tea.CreatedAt), true)

	// The log tells all of it, page by page, one kind of event after the other.
	log := all()
	for more := true; more; {
		page := answered(alice.MessagesAPI.GetHistory(ctx, tea.RoomId).After(int64(len(log))).Limit(5).Execute())
		for _, event := range page.Events {
			log = append(log, told(event))
		}
		more = page.HasMore
	}
	same(log, all(
		all("joined", "alice"),
		all("joined", "bob"),
		all("joined", "carol"),
		all("message", "carol", "Hello, all!", "4f1c9a52", int64(0), true),
		all("message", "bob", "", "", first.Seq, false),
		all("reaction_added", "alice", first.Seq, "🍵"),
		all("reaction_removed", "alice", first.Seq, "🍵"),
		all("message_edited", "carol", first.Seq, "Hello, all!"),
		all("message_deleted", "bob", answer.Seq),
		all("room_changed", "alice", "Green tea", false),
		all("role_changed", "alice", "bob", "moderator"),
		all("removed", "bob", "carol", true),
		all("left", "bob"),
		all("room_closed", "alice", false),
	))

	// A session is renewed, and ended.
	login := func(where *chat.APIClient, password string) (*chat.SignedInUser, *http.Response, error) {
		request := chat.NewLoginRequest("phone", password, "carol")
		return where.SessionsAPI.Login(ctx).LoginRequest(*request).Execute()
	}
	refused[chat.SignedInUser](401, "invalid_credentials")(login(nobody, "a guess"))
	old := chat.NewRefreshRequest(answered(login(nobody, password)).Session.RefreshToken)
	renewed := answered(nobody.SessionsAPI.Refresh(ctx).RefreshRequest(*old).Execute())
	onPhone := at(os.Getenv("CHAT_URL"), renewed.AccessToken)
	same(len(answered(onPhone.SessionsAPI.ListSessions(ctx).Execute()).Sessions), 2)
	done(onPhone.SessionsAPI.Logout(ctx).Execute())
	refused[chat.User](401, "session_revoked")(onPhone.UsersAPI.GetMe(ctx).Execute())

	// Who guesses too often is told how long to wait.
	guesser := at(os.Getenv("CHAT_LIMITED_URL"), "")
	user, response, err := login(guesser, "a guess")
	for guesses := 0; guesses < 1000 && response.StatusCode == http.StatusUnauthorized; guesses++ {
		user, response, err = login(guesser, "a guess")
	}
	problem := refused[chat.SignedInUser](429, "rate_limited")(user, response, err)
	same(response.Header.Get("Retry-After"), strconv.FormatInt((problem.GetRetryAfterMs()+999)/1000, 10))
	fmt.Println("the evening was fine")
}
