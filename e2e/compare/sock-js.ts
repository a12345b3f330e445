// SockJS. It has neither events nor reconnection: a message is JSON here, and a connection that closed is followed by
// another one after a second. What is said without a connection is lost: there is nothing to keep it.

import sockjs, { type Connection } from "sockjs";
import SockJS from "sockjs-client";
import type { ServerEnd } from "../matrix/ends.ts";
import { createListeningClient, type Open } from "./listening-client.ts";
import { startPlainServer } from "./plain-server.ts";
import type { System } from "./system.ts";

const prefix = "/sockjs";
const reconnectDelayMs = 1_000;
const noLog = (): void => undefined;

interface Message {
  readonly event: string;
  readonly number?: number;
}

export function sockJs(name: string): System {
  return { name, startServer, createClient: () => createListeningClient(open) };
}

const open: Open = (url, listener) => {
  let isOver = false;
  let isOpen = false;
  let socket: WebSocket;
  let timer: NodeJS.Timeout | undefined;
  /** The very first one is an application's to keep until the connection opens. */
  const early: string[] = [];
  const connect = (): void => {
    socket = new SockJS(`${url}${prefix}`);
    socket.onopen = () => {
      isOpen = true;
      listener.moved((socket as WebSocket & { readonly transport: string }).transport);
      for (const text of early.splice(0)) socket.send(text);
    };
    socket.onmessage = ({ data }) => {
      const { event, number } = JSON.parse(String(data)) as Message;
      listener.heard(event, number);
    };
    socket.onclose = ({ code, reason }) => {
      if (isOver) return;
      if (isOpen) listener.disconnected(`${code} ${reason}`);
      else listener.failed(`${code} ${reason}`);
      isOpen = false;
      listener.moved(null);
      timer = setTimeout(connect, reconnectDelayMs);
    };
  };
  connect();
  return {
    say: (event, number) => {
      const text = JSON.stringify({ event, number });
      if (isOpen) socket.send(text);
      else if (event === "hello") early.push(text);
    },
    close: () => {
      isOver = true;
      clearTimeout(timer);
      socket.close();
    },
  };
};

function startServer(): Promise<ServerEnd> {
  return startPlainServer((http, speaker) => {
    const server = sockjs.createServer({ prefix, log: noLog });
    let peer: Connection | undefined;
    server.on("connection", (connection) => {
      peer = connection;
      speaker().isHeard = true;
      connection.on("data", (text) => {
        const { event, number } = JSON.parse(text) as Message;
        if (event === "hello") connection.write(JSON.stringify({ event: "answer" }));
        else speaker().heard(number ?? -1);
      });
    });
    server.installHandlers(http);
    return {
      say: (number) => void peer?.write(JSON.stringify({ event: "down", number })),
      close: () => peer?.destroy(),
    };
  });
}
