// Socket.IO. What the client says without a connection it keeps for the next one, as it does by default; what the server
// says to a socket that is gone is gone.

import { Server, type Socket } from "socket.io";
import { io, type ManagerOptions, type SocketOptions } from "socket.io-client";
import type { ServerEnd } from "../matrix/ends.ts";
import { createListeningClient, type Open } from "./listening-client.ts";
import { startPlainServer } from "./plain-server.ts";
import type { System } from "./system.ts";

export function socketIo(name: string, options: Partial<ManagerOptions & SocketOptions>): System {
  return { name, startServer, createClient: () => createListeningClient(open(options)) };
}

const open =
  (options: Partial<ManagerOptions & SocketOptions>): Open =>
  (url, listener) => {
    const socket = io(url, { forceNew: true, ...options });
    socket.on("connect", () => {
      const { engine } = socket.io;
      listener.moved(engine.transport.name);
      engine.on("upgrade", ({ name }) => listener.moved(name));
    });
    socket.on("disconnect", (reason) => {
      // Closing is our own doing.
      if (reason === "io client disconnect") return;
      listener.moved(null);
      listener.disconnected(reason);
    });
    socket.on("connect_error", ({ message }) => listener.failed(message));
    for (const event of ["answer", "down"]) socket.on(event, (number?: number) => listener.heard(event, number));
    return { say: (event, number) => void socket.emit(event, number), close: () => void socket.disconnect() };
  };

function startServer(): Promise<ServerEnd> {
  return startPlainServer((http, speaker) => {
    const server = new Server(http);
    let peer: Socket | undefined;
    server.on("connection", (socket) => {
      peer = socket;
      speaker().isHeard = true;
      socket.on("hello", () => void socket.emit("answer"));
      socket.on("up", (number: number) => speaker().heard(number));
    });
    return { say: (number) => void peer?.emit("down", number), close: () => void server.close() };
  });
}
