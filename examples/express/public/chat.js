// The page of the chat, without a bundler: an import map in index.html says where the client lies.

import { connect } from "@wireway/client";

const [state, messages, form] = ["#state", "#messages", "form"].map((selector) => document.querySelector(selector));
const socket = connect(); // to the server that the page came from

function show(kind, text) {
  const item = Object.assign(document.createElement("li"), { className: kind, textContent: text });
  messages.append(item);
  return item;
}

socket.on("chat", (text) => show("theirs", text));
socket.on("news", (text) => show("news", text));
socket.on("connection", () => {
  state.value = socket.connection.transport ?? "connecting";
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const item = show("own", form.elements.text.value);
  form.reset();
  socket.emit("chat", item.textContent, (answer) => {
    item.title = answer;
  });
});
