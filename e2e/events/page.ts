// The event API's list in a page: one transport, one codec, all cases. Bundled with the client for `tests/events.spec.ts`.

import { connect, polling, Refusal, sse, streaming, webSocket } from "@wireway/client";
import { msgpackCodec } from "@wireway/client/msgpack";
import type { EventBench } from "@wireway/testkit";
// Not by the package's name: what else is in there is Node's.
import { eventConformance, runEventCases } from "../../packages/testkit/src/conformance/event-conformance.ts";

const ways = { websocket: webSocket, streaming, sse, polling };
const codecs = { json: {}, msgpack: { codec: msgpackCodec } };

/** @returns how many cases there are, and what failed, by name. */
export async function run(
  transport: keyof typeof ways,
  codec: EventBench["codec"],
): Promise<{ count: number; failed: Record<string, string> }> {
  const bench: EventBench = {
    codec,
    connect: (namespace, options) =>
      connect(namespace, { ...codecs[codec], ...options, transports: [ways[transport]()] }),
    refusal: (reason, options) => new Refusal(reason, options),
    cut: async () => {
      // Which may be cut as well, when it has done its work.
      await fetch("/cut", { method: "POST" }).catch(() => undefined);
    },
  };
  const failed = await runEventCases(eventConformance, bench, 2);
  return { count: eventConformance.length, failed };
}

/** Whether this page may make code of text. */
export function mayCompile(): boolean {
  try {
    return Boolean(Reflect.construct(Function, ["return true"]));
  } catch {
    return false;
  }
}
