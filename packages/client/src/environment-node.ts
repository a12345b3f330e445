// Node: WebSockets by `ws`. Everything else is what browsers have too.

import { WebSocket as NodeWebSocket } from "ws";
import { type Environment, systemClock, watchSleep } from "./platform.ts";

export const environment: Environment = {
  clock: systemClock,
  random: Math.random,
  baseUrl: undefined,
  fetch: (input, init) => fetch(input, init),
  openWebSocket: (url, { headers, maxMessageBytes }) => {
    const socket = new NodeWebSocket(url, { headers, maxPayload: maxMessageBytes, perMessageDeflate: false });
    // The part of the interface that the transport uses is the same.
    return socket as unknown as WebSocket;
  },
  watch: (life) => watchSleep(() => life.woke(), Date.now),
  storage: () => undefined,
  today: Date.now,
};
