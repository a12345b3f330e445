// Server-sent events in Node: read from a fetched body, because Node has no EventSource.

import { EventStreamDecoder } from "@wireway/protocol";
import type { EventStreamSink, OpenEventStream, RequestStyle } from "./platform.ts";

export const openEventStream: OpenEventStream = (url, style, sink) => {
  const abort = new AbortController();
  read(url, style, sink, abort.signal).catch((error: unknown) => {
    if (!abort.signal.aborted) sink.failed(error instanceof Error ? error.message : String(error));
    abort.abort();
  });
  return { close: () => abort.abort() };
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
