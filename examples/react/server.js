// Serves the built page, and keeps the list.

import { fileURLToPath } from "node:url";
import { Server } from "@wireway/server";
import express from "express";

const app = express();
const wireway = new Server();
app.use(wireway.middleware());
app.use(express.static(fileURLToPath(new URL("dist", import.meta.url))));

const items = new Map(); // in place of a database

wireway.on("connection", (socket) => {
  socket.emit("items", [...items.values()]);
  socket.on("save", (item) => {
    items.set(item.id, item);
    socket.broadcast.emit("items", [item]);
    return item;
  });
});

const server = app.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
