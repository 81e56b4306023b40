import chat.client.ApiClient;
import chat.client.ApiException;
import chat.client.api.CoinsApi;
import chat.client.api.FriendsApi;
import chat.client.api.InvitesApi;
import chat.client.api.MembersApi;
import chat.client.api.MessagesApi;
import chat.client.api.RoomsApi;
import chat.client.api.SessionsApi;
import chat.client.api.UsersApi;
import chat.client.model.*;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** An evening of three users, by what OpenAPI Generator makes of the document for Java. */
public final class Evening {
    private static final String CHAT = System.getenv("CHAT_URL");
    private static final String PASSWORD = "a fine day for tea";

    /** A call that is answered with nothing. */
    private interface Command {
        void run() throws ApiException;
    }

    private static ApiClient at(String url) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(url);
        return client;
    }

    private static ApiClient signedIn(String token) {
        return at(CHAT).setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    }

    private static void same(Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            throw new AssertionError(found + " is not " + expected);
        }
    }

    /** Values, absent ones too. */
    private static List<Object> all(Object... values) {
        return Arrays.asList(values);
    }

    /** What came of a call that must be refused. */
    private record Refusal(ApiException exception, Problem problem) {}

    /** Why it was refused; fails where it was not, or otherwise. */
    private static Refusal refused(Command call, int status, String code) throws Exception {
        try {
            call.run();
        } catch (ApiException exception) {
            Problem problem = ApiClient.createDefaultObjectMapper().readValue(exception.getResponseBody(), Problem.class);
            same(all(exception.getCode(), problem.getStatus(), problem.getCode()), all(status, status, code));
            return new Refusal(exception, problem);
        }
        throw new AssertionError("it was not refused as " + code);
    }

    private static ApiClient register(String userId, String phone, long coins) throws ApiException {
        RegisterRequest request = new RegisterRequest().userId(userId).deviceId("laptop").name(userId).phone(phone);
        SignedInUser made = new UsersApi(at(CHAT)).register(request.availCoins(coins).password(PASSWORD));
        User user = made.getUser();
        same(
            all(user.getUserId(), user.getPhone(), user.getAvailCoins(), user.getPrime()),
            all(userId, phone, coins, false));
        return signedIn(made.getSession().getAccessToken());
    }

    /** The operator's document has a client of its own; of it this needs one call. */
    private static void makePrime(String userId) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(CHAT + "/admin/users/" + userId + "/prime"))
            .header("Authorization", "Bearer " + System.getenv("CHAT_ADMIN_TOKEN"))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"prime\":true}"))
            .build();
        same(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode(), 200);
    }

    private static JoinRoomRequest key(String roomId, String password) {
        return new JoinRoomRequest().roomId(roomId).password(password);
    }

    /** What an event tells beside what every one does. */
    private static List<Object> told(Event event) {
        Object actual = event.getActualInstance();
        if (actual instanceof MessageEvent message) {
            return all("message", message.getSenderId(), message.getBody(), message.getClientId(), message.getReplyTo());
        } else if (actual instanceof MessageEditedEvent edited) {
            return all("message_edited", edited.getSenderId(), edited.getTargetSeq(), edited.getBody());
        } else if (actual instanceof MessageDeletedEvent deleted) {
            return all("message_deleted", deleted.getSenderId(), deleted.getTargetSeq());
        } else if (actual instanceof ReactionAddedEvent added) {
            return all("reaction_added", added.getSenderId(), added.getTargetSeq(), added.getEmoji());
        } else if (actual instanceof ReactionRemovedEvent taken) {
            return all("reaction_removed", taken.getSenderId(), taken.getTargetSeq(), taken.getEmoji());
        } else if (actual instanceof RemovedEvent removed) {
            return all("removed", removed.getSenderId(), removed.getUserId(), removed.getBanned());
        } else if (actual instanceof RoleChangedEvent changed) {
            return all("role_changed", changed.getSenderId(), changed.getUserId(), changed.getRole().getValue());
        } else if (actual instanceof RoomChangedEvent changed) {
            return all("room_changed", changed.getSenderId(), changed.getName(), changed.getCapacity());
        } else if (actual instanceof RoomClosedEvent closed) {
            return all("room_closed", closed.getSenderId(), closed.getByOperator());
        } else if (actual instanceof JoinedEvent joined) {
            return all("joined", joined.getSenderId());
        } else if (actual instanceof LeftEvent left) {
            return all("left", left.getSenderId());
        }
        throw new AssertionError("an event of another kind: " + actual);
    }

    public static void main(String[] arguments) throws Exception {
        ApiClient nobody = at(CHAT);
        ApiClient alice = register("alice", "+4915112345601", 300);
        ApiClient bob = register("bob", "+4915112345602", 0);
        ApiClient carol = register("carol", "+4915112345603", 150);

        // What is wrong is said field by field.
        UsersApi users = new UsersApi(nobody);
        RegisterRequest wrong = new RegisterRequest().userId("dora").deviceId("laptop").name("Dora").phone("12");
        wrong.availCoins(0L).password("short");
        Problem invalid = refused(() -> users.register(wrong), 400, "invalid_request").problem();
        same(
            invalid.getErrors().stream().map(fault -> all(fault.getField(), fault.getCode())).collect(Collectors.toList()),
            List.of(all("phone", "bad_format"), all("password", "too_short")));
        RegisterRequest again = new RegisterRequest().userId("carol").deviceId("laptop").name("Carol");
        again.phone("+4915112345604").availCoins(0L).password(PASSWORD);
        refused(() -> users.register(again), 409, "user_id_taken");
        refused(() -> users.getMe(), 401, "unauthenticated");

        // Only prime users make rooms. One that is asked for twice is made once.
        RoomsApi alices = new RoomsApi(alice), bobs = new RoomsApi(bob), carols = new RoomsApi(carol);
        CreateRoomRequest teaRoom = new CreateRoomRequest().name("Tea").password("biscuits").clientId("tea");
        refused(() -> alices.createRoom(teaRoom), 403, "prime_required");
        makePrime("alice");
        makePrime("bob");
        Room tea = alices.createRoom(teaRoom);
        same(
            all(tea.getName(), tea.getCapacity(), tea.getMe().getRole(), tea.getClosedAt()),
            all("Tea", 6, OwnMembership.RoleEnum.OWNER, null));
        var repeated = alices.createRoomWithHttpInfo(teaRoom);
        same(all(repeated.getStatusCode(), repeated.getData().getRoomId()), all(200, tea.getRoomId()));
        String room = tea.getRoomId();

        // By invite, which is nobody else's; and by password, the first time free.
        InviteRequest invitation = new InviteRequest().userId("bob").password("biscuits");
        CreatedInvite invited = new InvitesApi(alice).invite(room, invitation);
        JoinRoomRequest byInvite = new JoinRoomRequest().inviteToken(invited.getInviteToken());
        refused(() -> carols.joinRoom(byInvite), 404, "invite_not_found");
        Joined bobsSeat = bobs.joinRoom(byInvite);
        same(all(bobsSeat.getAdmission().getKind(), bobsSeat.getCharged()), all(Admission.KindEnum.PRIME, 0L));
        Joined carolsSeat = carols.joinRoom(key(room, "biscuits"));
        same(
            all(carolsSeat.getAdmission().getKind(), carolsSeat.getCharged(), carolsSeat.getAvailCoins()),
            all(Admission.KindEnum.FREE, 0L, 150L));

        // The second room costs 150 coins, and nobody spends them unasked.
        String coffee = bobs.createRoom(new CreateRoomRequest().name("Coffee").password("beans").capacity(2)).getRoomId();
        String cocoa = bobs.createRoom(new CreateRoomRequest().name("Cocoa").password("beans")).getRoomId();
        Joined looked = carols.joinRoom(key(coffee, "beans").dryRun(true));
        same(all(looked.getCharged(), looked.getAdmission(), looked.getRoom()), all(150L, null, null));
        JoinRoomRequest cheaper = key(coffee, "beans").maxCharge(149L);
        same(refused(() -> carols.joinRoom(cheaper), 409, "price_changed").problem().getRequired(), 150L);
        Joined paid = carols.joinRoom(key(coffee, "beans").maxCharge(150L));
        same(
            all(paid.getAdmission().getKind(), paid.getCharged(), paid.getAvailCoins()),
            all(Admission.KindEnum.PAID, 150L, 0L));
        Problem broke = refused(() -> carols.joinRoom(key(cocoa, "beans")), 402, "insufficient_coins").problem();
        same(all(broke.getRequired(), broke.getAvailCoins()), all(150L, 0L));
        refused(() -> alices.joinRoom(key(coffee, "beans")), 409, "room_full");
        same(
            new CoinsApi(carol).listCoinEntries(null, 10).getEntries().stream()
                .map(entry -> all(entry.getKind(), entry.getAmount(), entry.getBalanceAfter(), entry.getRoomId()))
                .collect(Collectors.toList()),
            List.of(
                all(CoinEntry.KindEnum.ROOM_ADMISSION, -150L, 0L, coffee),
                all(CoinEntry.KindEnum.OPENING, 150L, 150L, null)));

        // A message that is sent twice is one message.
        MessagesApi bobSays = new MessagesApi(bob), carolSays = new MessagesApi(carol), aliceSays = new MessagesApi(alice);
        SendMessageRequest hello = new SendMessageRequest().roomId(room).body("Hello, Alice!").clientId("4f1c9a52");
        MessageEvent first = carolSays.sendMessage(hello);
        same(carolSays.sendMessage(hello), first);
        SendMessageRequest other = new SendMessageRequest().roomId(room).body("Good night").clientId("4f1c9a52");
        refused(() -> carolSays.sendMessage(other), 409, "idempotency_conflict");
        SendMessageRequest reply = new SendMessageRequest().roomId(room).body("Good evening.").replyTo(first.getSeq());
        MessageEvent answer = bobSays.sendMessage(reply);
        same(aliceSays.addReaction(room, first.getSeq(), "🍵").getEvent() != null, true);
        same(aliceSays.addReaction(room, first.getSeq(), "🍵").getEvent(), null);
        aliceSays.removeReaction(room, first.getSeq(), "🍵");
        carolSays.editMessage(room, first.getSeq(), new EditMessageRequest().body("Hello, all!"));
        bobSays.deleteMessage(room, answer.getSeq());

        // Who shares a room may become a friend.
        FriendsApi carolsFriends = new FriendsApi(carol), bobsFriends = new FriendsApi(bob);
        FriendRequest wish = carolsFriends.requestFriend(new FriendRequestRequest().userId("bob"));
        same(bobsFriends.listFriendRequests("in").getRequests().get(0).getRequestId(), wish.getRequestId());
        same(bobsFriends.acceptFriendRequest(wish.getRequestId()).getState(), FriendRequest.StateEnum.ACCEPTED);
        same(new UsersApi(carol).getProfile("bob").getRelation(), Profile.RelationEnum.FRIEND);
        same(carolsFriends.listFriends().getFriends().get(0).getUserId(), "bob");

        // A change says what changes, and leaves the rest.
        User renamed = new UsersApi(carol).updateMe(new UpdateMeRequest().name("Carol"));
        same(all(renamed.getName(), renamed.getPhone()), all("Carol", "+4915112345603"));
        Room greenTea = alices.updateRoom(room, new UpdateRoomRequest().name("Green tea"));
        same(all(greenTea.getName(), greenTea.getCapacity()), all("Green tea", 6));

        // Roles, a ban, a farewell, and the end of the room.
        MembersApi alicesMembers = new MembersApi(alice);
        SetRoleRequest moderator = new SetRoleRequest().role(SetRoleRequest.RoleEnum.MODERATOR);
        same(alicesMembers.setRole(room, "bob", moderator).getRole(), Member.RoleEnum.MODERATOR);
        new MembersApi(bob).banUser(room, "carol");
        refused(() -> carols.joinRoom(key(room, "biscuits")), 403, "banned");
        bobs.leaveRoom(room);
        same(alicesMembers.listMembers(room).getMembers().size(), 1);
        alices.closeRoom(room);
        same(alices.getRoom(room).getClosedAt().isAfter(tea.getCreatedAt()), true);

        // The log tells all of it, page by page, one kind of event after the other.
        List<List<Object>> log = new ArrayList<>();
        History page;
        do {
            page = aliceSays.getHistory(room, null, (long) log.size(), 5);
            page.getEvents().forEach(event -> log.add(told(event)));
        } while (page.getHasMore());
        same(
            log,
            List.of(
                all("joined", "alice"),
                all("joined", "bob"),
                all("joined", "carol"),
                all("message", "carol", "Hello, all!", "4f1c9a52", null),
                all("message", "bob", null, null, first.getSeq()),
                all("reaction_added", "alice", first.getSeq(), "🍵"),
                all("reaction_removed", "alice", first.getSeq(), "🍵"),
                all("message_edited", "carol", first.getSeq(), "Hello, all!"),
                all("message_deleted", "bob", answer.getSeq()),
                all("room_changed", "alice", "Green tea", null),
                all("role_changed", "alice", "bob", "moderator"),
                all("removed", "bob", "carol", true),
                all("left", "bob"),
                all("room_closed", "alice", null)));

        // A session is renewed, and ended.
        SessionsApi sessions = new SessionsApi(nobody);
        LoginRequest guess = new LoginRequest().userId("carol").deviceId("phone").password("a guess");
        refused(() -> sessions.login(guess), 401, "invalid_credentials");
        LoginRequest there = new LoginRequest().userId("carol").deviceId("phone").password(PASSWORD);
        String refreshToken = sessions.login(there).getSession().getRefreshToken();
        ApiClient onPhone = signedIn(sessions.refresh(new RefreshRequest().refreshToken(refreshToken)).getAccessToken());
        same(new SessionsApi(onPhone).listSessions().getSessions().size(), 2);
        new SessionsApi(onPhone).logout();
        refused(() -> new UsersApi(onPhone).getMe(), 401, "session_revoked");

        // Who guesses too often is told how long to wait.
        SessionsApi guesser = new SessionsApi(at(System.getenv("CHAT_LIMITED_URL")));
        for (int guesses = 0; ; guesses += 1) {
            same(guesses < 1000, true);
            try {
                guesser.login(guess);
            } catch (ApiException exception) {
                if (exception.getCode() == 429) {
                    break;
                }
                same(exception.getCode(), 401);
            }
        }
        Refusal limited = refused(() -> guesser.login(guess), 429, "rate_limited");
        long milliseconds = limited.problem().getRetryAfterMs();
        String seconds = limited.exception().getResponseHeaders().firstValue("Retry-After").orElse("");
        same(seconds, Long.toString((milliseconds + 999) / 1000));
        System.out.println("the evening was fine");
    }
}
