// A server in a process of its own, so that it can be killed: prints its port, counts what it hears, and answers with it.

import { createServer } from "node:http";
import { Server } from "@wireway/server";
import express from "express";

const wireway = new Server();
const app = express();
app.use(wireway.middleware());
wireway.on("connection", (socket) => {
  socket.on("count", (number, answer) => answer(process.pid, number));
  // Takes events and says nothing, so that tests can leave some unconfirmed.
  socket.on("note", () => undefined);
});
const http = createServer(app);
http.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => process.send?.(http.address().port));
process.on("disconnect", () => process.exit());
