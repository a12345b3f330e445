// A bare WebSocket server in a process of its own, which says everything back: what this machine takes for so many clients
// when nothing of ours has a part in it.

import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
  process.send(server.address().port),
);
server.on("connection", (socket) => {
  socket.on("message", (data) => socket.send(data));
});
process.on("disconnect", () => process.exit());
