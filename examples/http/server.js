// A chat on Node's own HTTP server, which goes on to answer everything that is not Wireway's.

import { createServer } from "node:http";
import { Server } from "@wireway/server";

const server = createServer((request, response) => {
  if (request.method === "POST" && request.url === "/news") {
    wireway.emit("news", "somebody asked for news");
    response.writeHead(204).end();
  } else {
    response.writeHead(404).end();
  }
});
const wireway = new Server();
wireway.attach(server);

wireway.on("connection", (socket) => {
  socket.on("chat", (text) => {
    socket.broadcast.emit("chat", text); // to all others
    return "delivered"; // the acknowledgement
  });
});

server.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
