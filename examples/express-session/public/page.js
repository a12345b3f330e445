// Asks nobody whether somebody is logged in: the socket is let in, or it is refused.

import { connect } from "@wireway/client";

const [login, inside, messages, chat] = ["#login", "#inside", "#messages", "#chat"].map((id) =>
  document.querySelector(id),
);
const socket = connect();

function show(isInside) {
  login.hidden = isInside;
  inside.hidden = !isInside;
}

socket.on("connect", () => show(true));
socket.on("connect_error", ({ details }) => details.reason === "not_logged_in" && show(false));
socket.on("disconnect", (reason) => reason === "closed" && show(false)); // logged out, in whichever tab
socket.on("chat", (user, text) => {
  const name = Object.assign(document.createElement("b"), { textContent: user });
  messages.appendChild(document.createElement("li")).append(name, " ", text);
});

chat.addEventListener("submit", (event) => {
  event.preventDefault();
  socket.emit("chat", chat.elements.text.value);
  chat.reset();
});
