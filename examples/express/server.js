// A chat on Express. One middleware serves all transports, and a route of the application speaks to all sockets.

import { fileURLToPath } from "node:url";
import { Server } from "@wireway/server";
import express from "express";

const app = express();
const wireway = new Server();
app.use(wireway.middleware()); // before body parsers: it reads its own bodies
app.use(express.json());
app.use(express.static(fileURLToPath(new URL("public", import.meta.url))));

// Where the page's import map looks for the client. With a bundler there is no need for it.
const client = fileURLToPath(import.meta.resolve("@wireway/client/bundle"));
app.get("/wireway.js", (_request, response) => response.sendFile(client));

app.post("/news", (request, response) => {
  wireway.emit("news", String(request.body.text));
  response.sendStatus(204);
});

wireway.on("connection", (socket) => {
  socket.on("chat", (text) => {
    socket.broadcast.emit("chat", text); // to all others
    return "delivered"; // the acknowledgement
  });
});

const server = app.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
