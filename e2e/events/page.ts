// The event API's list in a page: over one transport, with each codec, all cases. Bundled with the client for `tests/events.spec.ts`.

import {
  type ConnectOptions,
  connect,
  polling,
  Refusal,
  sse,
  streaming,
  type Transport,
  webSocket,
} from "@wireway/client";
import { msgpackCodec } from "@wireway/client/msgpack";
import type { EventBench } from "@wireway/testkit";
// Not by the package's name: what else is in there is Node's.
import { eventConformance, runEventCases } from "../../packages/testkit/src/conformance/event-conformance.ts";

type WayName = "websocket" | "streaming" | "sse" | "polling";
type CodecName = EventBench["codec"];

const ways: Record<WayName, () => Transport> = { websocket: webSocket, streaming, sse, polling };
const codecs: Record<CodecName, ConnectOptions> = { json: {}, msgpack: { codec: msgpackCodec } };

/** The list takes a session for all and one for each that runs; browsers allow six HTTP connections to one server. */
const atOnce = { websocket: 6, streaming: 2, sse: 2, polling: 2 };

/** @returns of each codec how many cases there are, and what failed, by name. */
export async function run(
  transport: WayName,
  names: readonly CodecName[],
): Promise<Record<string, { count: number; failed: Record<string, string> }>> {
  const results: Awaited<ReturnType<typeof run>> = {};
  for (const name of names) {
    const failed = await runEventCases(eventConformance, benchOf(transport, name), atOnce[transport]);
    results[name] = { count: eventConformance.length, failed };
  }
  return results;
}

function benchOf(transport: WayName, codec: CodecName): EventBench {
  return {
    codec,
    connect: (namespace, options) =>
      connect(namespace, { ...codecs[codec], ...options, path: `/${codec}/`, transports: [ways[transport]()] }),
    refusal: (reason, options) => new Refusal(reason, options),
    cut: async () => {
      // Which may be cut as well, when it has done its work.
      await fetch("/cut", { method: "POST" }).catch(() => undefined);
    },
  };
}

/** Whether this page may make code of text. */
export function mayCompile(): boolean {
  try {
    return Boolean(Reflect.construct(Function, ["return true"]));
  } catch {
    return false;
  }
}
