"""What somebody writes who has the protocol and Python: registers, makes a room, talks and hears.

Arguments: the server's address, and the id of a user who is prime and whose password is the third argument.
The stubs beside which it runs were made of the protocol by grpcio-tools. Says `heard BODY` of each message that it hears,
and ends once it has heard `goodbye`.
"""

import queue
import sys

import grpc

from chat.v1 import live_pb2, live_pb2_grpc, messages_pb2, rooms_pb2, rooms_pb2_grpc
from chat.v1 import sessions_pb2, sessions_pb2_grpc, users_pb2, users_pb2_grpc


def main(address, user_id, password):
    with grpc.insecure_channel(address) as channel:
        users = users_pb2_grpc.UsersStub(channel)
        newcomer = users.Register(users_pb2.RegisterRequest(
            user_id="python", device_id="laptop", name="Python", phone="+4915112345678", password=password))
        print("registered", newcomer.user.user_id, flush=True)
        try:
            users.GetMe(users_pb2.GetMeRequest())
        except grpc.RpcError as refused:
            print("refused", refused.code().name, flush=True)

        signed_in = sessions_pb2_grpc.SessionsStub(channel).Login(
            sessions_pb2.LoginRequest(user_id=user_id, device_id="laptop", password=password))
        metadata = [("authorization", "Bearer " + signed_in.session.access_token)]
        made = rooms_pb2_grpc.RoomsStub(channel).CreateRoom(
            rooms_pb2.CreateRoomRequest(name="Snakes", password="tin-whistle-7"), metadata=metadata)
        room = made.room.room_id

        commands = queue.SimpleQueue()
        frames = live_pb2_grpc.LiveStub(channel).Connect(iter(commands.get, None), metadata=metadata)
        commands.put(live_pb2.ClientFrame(id=1, hello=live_pb2.Hello()))
        for frame in frames:
            kind = frame.WhichOneof("frame")
            if kind == "welcome":
                print("room", room, flush=True)
                send = messages_pb2.SendMessageRequest(room_id=room, body="hello from python")
                commands.put(live_pb2.ClientFrame(id=2, send=send))
            elif kind == "ok":
                print("sent", frame.ok.id, frame.ok.event.message.body, flush=True)
            elif kind == "event" and frame.event.WhichOneof("kind") == "message":
                print("heard", frame.event.message.body, flush=True)
                if frame.event.message.body == "goodbye":
                    commands.put(None)
        print("end", frames.code().name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
