// A market: hundreds of prices a second to everybody, and an answer to each order.

import { fileURLToPath } from "node:url";
import { Server } from "@wireway/server";
import express from "express";

const app = express();
const wireway = new Server();
app.use(wireway.middleware());
app.use(express.static(fileURLToPath(new URL("dist", import.meta.url))));

const prices = new Map(
  ["Barley", "Cocoa", "Copper", "Cotton", "Maize", "Rice", "Tin", "Wool"].map((name) => [name, 100]),
);

setInterval(() => {
  for (const [name, price] of prices) {
    prices.set(name, price * (1 + (Math.random() - 0.5) / 500));
    wireway.volatile.emit("price", name, price); // not kept for whoever is behind: the next one is near
  }
}, 20);

wireway.on("connection", (socket) => {
  socket.on("buy", (name) => `bought ${name} at ${prices.get(name)?.toFixed(2)}`);
});

const server = app.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
