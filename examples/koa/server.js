// A chat on Koa, beside its middleware.

import { Server } from "@wireway/server";
import Koa from "koa";

const app = new Koa();
const wireway = new Server();

app.use((context) => {
  if (context.method !== "POST" || context.path !== "/news") return;
  wireway.emit("news", "somebody asked for news");
  context.status = 204;
});

wireway.on("connection", (socket) => {
  socket.on("chat", (text) => {
    socket.broadcast.emit("chat", text); // to all others
    return "delivered"; // the acknowledgement
  });
});

const server = app.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
wireway.attach(server);
