"use strict";
// Talks to the WebSocket of the chat that serves this page, wherever it is mounted.
const connect = document.getElementById("connect");
const say = document.getElementById("say");
const state = document.getElementById("state");
const log = document.getElementById("log");
let socket;

function write(who, text) {
  const line = document.createElement("li");
  line.className = who;
  line.textContent = (who === "said" ? "→ " : "← ") + text;
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

function told(text, open) {
  state.textContent = text;
  say.querySelector("button").disabled = !open;
}

connect.addEventListener("submit", (event) => {
  event.preventDefault();
  socket?.close();
  const address = new URL("../ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const mine = new WebSocket(address, ["chat.v1", "bearer." + connect.elements.token.value.trim()]);
  socket = mine;
  told("Connecting …", false);
  mine.addEventListener("open", () => told("Connected. Say hello first.", true));
  mine.addEventListener("message", ({ data }) => write("heard", data));
  mine.addEventListener("close", ({ code, reason }) => {
    if (socket === mine) told(`Closed: ${code} ${reason}`, false);
  });
});

say.addEventListener("submit", (event) => {
  event.preventDefault();
  const command = say.elements.command.value;
  write("said", command);
  socket.send(command);
});

// An example is one click away from the field.
document.addEventListener("click", ({ target }) => {
  if (!target.matches("button.example")) return;
  say.elements.command.value = target.previousElementSibling.textContent;
  say.elements.command.focus();
});
