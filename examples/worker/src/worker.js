// Holds the socket, hears every price, and tells the page ten times a second what it has come to.

import { connect } from "@wireway/client";

const socket = connect(); // to the server that the page came from
const goods = new Map();
let heard = 0;

socket.on("price", (name, price) => {
  heard += 1;
  const { low = price, high = price } = goods.get(name) ?? {};
  goods.set(name, { price, low: Math.min(low, price), high: Math.max(high, price) });
});

setInterval(() => postMessage({ goods, heard, transport: socket.connection.transport }), 100);

addEventListener("message", ({ data: name }) => {
  socket.emit("buy", name, (answer) => postMessage({ answer }));
});
