// A chat on Hono, beside its routes, in Node.

import { serve } from "@hono/node-server";
import { Server } from "@wireway/server";
import { Hono } from "hono";

const app = new Hono();
const wireway = new Server();

app.post("/news", async (context) => {
  const { text } = await context.req.json();
  wireway.emit("news", String(text));
  return context.body(null, 204);
});

wireway.on("connection", (socket) => {
  socket.on("chat", (text) => {
    socket.broadcast.emit("chat", text); // to all others
    return "delivered"; // the acknowledgement
  });
});

const server = serve({ fetch: app.fetch, port: process.env.PORT ?? 3000 }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});
wireway.attach(server);
