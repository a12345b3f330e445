// Node: WebSockets by `ws`, and server-sent events read from a fetched body, because Node has no EventSource.
// Everything else is what browsers have too.

import { EventStreamDecoder } from "@wireway/protocol";
import { WebSocket as NodeWebSocket } from "ws";
import { type Environment, type EventStreamSink, type RequestStyle, systemClock, watchSleep } from "./platform.ts";

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
  openEventStream: (url, style, sink) => {
    const abort = new AbortController();
    read(url, style, sink, abort.signal).catch((error: unknown) => {
      if (!abort.signal.aborted) sink.failed(error instanceof Error ? error.message : String(error));
      abort.abort();
    });
    return { close: () => abort.abort() };
  },
  watch: (life) => watchSleep(() => life.woke(), Date.now),
  sendLast: () => undefined,
  storage: () => undefined,
  today: Date.now,
};

async function read(url: string, style: RequestStyle, sink: EventStreamSink, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { headers: { ...style.headers, accept: "text/event-stream" }, signal });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    return sink.failed(`HTTP ${response.status}`, response.status);
  }
  sink.opened();
  const decoder = new EventStreamDecoder(style.maxMessageBytes);
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (signal.aborted) return;
    if (done) return sink.failed("event stream ended");
    sink.received(decoder.push(value), value.length);
  }
}
