// A chat on Fastify, beside its routes.

import { Server } from "@wireway/server";
import fastify from "fastify";

const app = fastify();
const wireway = new Server();
wireway.attach(app.server);

app.post("/news", async (request, reply) => {
  wireway.emit("news", String(request.body.text));
  return reply.code(204).send();
});

wireway.on("connection", (socket) => {
  socket.on("chat", (text) => {
    socket.broadcast.emit("chat", text); // to all others
    return "delivered"; // the acknowledgement
  });
});

// An address of its own: for `localhost`, the default, Fastify may open two servers, and only one of them is `app.server`.
await app.listen({ port: process.env.PORT ?? 3000, host: "0.0.0.0" });
console.log(`http://localhost:${app.server.address().port}`);
