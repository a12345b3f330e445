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
// As `docs/guide/deploying.md` tells those to do whose clients come back by the thousand: where Node's 511 wait already, the
// system drops who comes next, and they ask again after 1, 3 and 7 seconds.
const backlog = 4_096;
http.listen({ port: Number(process.env.PORT ?? 0), host: "127.0.0.1", backlog }, () =>
  process.send?.(http.address().port),
);
process.on("disconnect", () => process.exit());
