// Server-sent events in browsers and their workers, by their own EventSource. Comes with the transport that needs it.
// Not here: anything of Node's; a browser bundle reaches this file and never its neighbour.

import { decodePayload } from "@wireway/protocol";
import type { OpenEventStream } from "./platform.ts";

export const openEventStream: OpenEventStream = (url, { credentials }, sink) => {
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
};
