// Browsers and their workers. Everything is looked up when it is used, so that a page may replace it.
// Not here: anything of Node's; a browser bundle reaches this file and never its neighbour.

import { decodePayload } from "@wireway/protocol";
import { type Environment, systemClock } from "./platform.ts";

const wakeEvents = ["online", "pageshow", "visibilitychange"];

export const environment: Environment = {
  clock: systemClock,
  random: Math.random,
  baseUrl: globalThis.location?.origin,
  fetch: (input, init) => fetch(input, init),
  openWebSocket: (url) => new WebSocket(url),
  openEventStream: (url, { credentials }, sink) => {
    const source = new EventSource(url, { withCredentials: credentials === "include" });
    const fail = (message: string): void => {
      // It would try again by itself, with a ticket that is used up.
      source.close();
      sink.failed(message);
    };
    source.onopen = () => sink.opened();
    source.onerror = () => fail("event stream ended");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      try {
        sink.received(decodePayload(data), data.length);
      } catch {
        fail("event holds no packets");
      }
    };
    return source;
  },
  onWake: (wake) => {
    for (const type of wakeEvents) globalThis.addEventListener?.(type, wake);
    return () => {
      for (const type of wakeEvents) globalThis.removeEventListener?.(type, wake);
    };
  },
};
