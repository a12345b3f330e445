// Several servers over the adapter of one process: the list that every adapter has to pass, and what is this one's own.

import { MemoryHub, Server } from "@wireway/server";
import { type AdapterBench, type AdapterClient, type AdapterServer, adapterConformance } from "@wireway/testkit";
import { describe, it } from "vitest";
import { joining, RawClient, said } from "./raw-client.ts";

describe("the memory adapter", () => {
  for (const { name, run } of adapterConformance(memoryBench)) it(name, run);
});

function memoryBench(): AdapterBench {
  const hub = new MemoryHub();
  const bases = new Map<AdapterServer, string>();
  const clients: RawClient[] = [];
  return {
    adapter: () => hub.adapter(),
    start: async (options) => {
      const server = new Server(options);
      const { port } = (await server.listen(0, "127.0.0.1")).address() as { port: number };
      bases.set(server, `http://127.0.0.1:${port}/wireway/`);
      return server;
    },
    connect: async (server) => {
      const client = await RawClient.dial(bases.get(server) ?? "", "websocket", { behind: [joining] });
      clients.push(client);
      return answering(client);
    },
    end: async () => {
      for (const client of clients) client.drop();
      await Promise.all([...bases.keys()].map((server) => server.close({ timeoutMs: 0 })));
    },
  };
}

/** A raw client that has handlers. */
async function answering(client: RawClient): Promise<AdapterClient> {
  client.next = 2;
  await client.move();
  const admission = await client.hearMessage();
  const handlers = new Map<string, (...args: unknown[]) => unknown>();
  const handle = async (name: string, args: readonly unknown[], id: number | undefined): Promise<void> => {
    const answer = await handlers.get(name)?.(...args);
    if (id === undefined || answer === undefined) return;
    await client.say(said({ type: "ack", namespace: "/", id, args: [answer] }));
  };
  const listen = async (): Promise<void> => {
    for (;;) {
      const envelope = await client.hearMessage();
      if (envelope.type === "event") void handle(envelope.args[0], envelope.args.slice(1), envelope.id);
    }
  };
  // Its end is the test's.
  listen().catch(() => undefined);
  return {
    id: admission.type === "connect" ? String(admission.data?.["sid"]) : "",
    on: (event, handler) => handlers.set(event, handler),
  };
}
