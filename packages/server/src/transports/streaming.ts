// Streaming: a POST is the dial, and its response is a stream of records that stays open for the server's side.
// Source: fetch's response streaming; docs/protocol.md for the records.

import { decodePayload, encodeRecords } from "@wireway/protocol";
import { readDial, send } from "./post.ts";
import { openStream, type StreamKind } from "./response-stream.ts";
import type { Exchange, Routes, TransportContext } from "./transport.ts";

const kind: StreamKind = { transport: "streaming", contentType: "application/octet-stream", encode: encodeRecords };

export function streaming(context: TransportContext): Routes {
  const dial = async (exchange: Exchange): Promise<void> => {
    openStream(kind, exchange, decodePayload(await readDial(exchange, context)), context);
  };
  return {
    POST: new Map([
      ["", dial],
      ["send", (exchange: Exchange) => send(exchange, context)],
    ]),
  };
}
