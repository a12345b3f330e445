// A client that stops reading, while the application goes on sending to it: what that may cost.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Server, Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

const messageBytes = 65_536;
/** What tests themselves and the platform's bookkeeping take. */
const noiseBytes = 1_048_576;

setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

function memoryBytes(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A client that reads nothing from now on. */
async function stalled(base: string, wireway: Server, transport: TransportName): Promise<Socket> {
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  const client = dropped(await RawClient.join(base, transport));
  client.pause();
  return (await connected)[0];
}

/** Lets the server write what it can. */
async function written(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(allTransports)("over %s", (transport) => {
  it.each([
    ["text", () => "x".repeat(messageBytes)],
    ["binary", () => new Uint8Array(messageBytes)],
  ])("a stalled reader with 1 GB of %s aimed at it costs at most what may be unconfirmed", async (_kind, payload) => {
    const maxUnconfirmedBytes = 8_388_608;
    const { base, wireway } = await startServer({ maxUnconfirmedBytes });
    const socket = await stalled(base, wireway, transport);
    const over = next<[string]>((listener) => socket.on("disconnect", listener));
    await written();
    const before = memoryBytes();
    let most = 0;
    for (let sent = 0; sent < 1_073_741_824 && socket.connected; sent += messageBytes) {
      socket.emit("much", payload());
      if (sent % (16 * messageBytes) !== 0) continue;
      await written();
      most = Math.max(most, memoryBytes() - before);
    }
    expect((await over)[0]).toBe("too_far_behind");
    expect(most).toBeLessThan(maxUnconfirmedBytes + messageBytes + noiseBytes);
  });
});
