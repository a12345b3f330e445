// What is published where the servers of a cluster listen, by a neighbour of another version, a broken one, or somebody who
// should not be there. What cannot be read is reported and changes nothing; nobody's socket notices.

import { MemoryHub, WirewayError } from "@wireway/server";
import { Random } from "@wireway/testkit";
import { expect, it } from "vitest";
import { encodeClusterMessage } from "../../src/cluster/cluster-message.ts";
import { clusterMessage } from "../fuzz/cluster-words.ts";
import { mutateBytes } from "../fuzz/mutations.ts";
import { event, RawClient } from "../raw-client.ts";
import { dropped, startServer } from "../test-server.ts";

const seed = 20_261_121;

async function neighbours(): Promise<{
  readonly publish: (data: Uint8Array) => Promise<void>;
  readonly exchange: () => Promise<void>;
  readonly errors: unknown[];
}> {
  const hub = new MemoryHub();
  const { base, wireway } = await startServer({ adapter: hub.adapter() });
  const errors: unknown[] = [];
  wireway.on("error", (error) => void errors.push(error));
  wireway.on("connection", (socket) => void socket.on("echo", (value: unknown) => void socket.emit("echo", value)));
  const stranger = hub.adapter();
  await stranger.open(() => undefined);
  const bystander = dropped(await RawClient.join(base, "websocket"));
  let number = 0;
  return {
    errors,
    publish: async (data) => {
      await stranger.publish(data);
      // Its turn comes in a microtask.
      await Promise.resolve();
    },
    exchange: async () => {
      await bystander.say({ type: "noop", data: String(bystander.received) }, event("echo", ++number));
      expect(await bystander.hearEvent()).toEqual(["echo", number]);
    },
  };
}

it.each([
  ["nothing", []],
  ["another version", [2, 0, 0x32]],
  ["a form that does not exist", [1, 9, 0x32]],
  ["text that is not UTF-8", [1, 0, 0xff, 0xfe]],
  ["no envelope", [1, 0, ...Buffer.from("hello")]],
  ["a kind of an object's", [1, 0, ...Buffer.from('2["__proto__","a",{}]')]],
  ["a body that is none", [1, 0, ...Buffer.from('2["hello","a",null]')]],
  ["an event that is no list", [1, 0, ...Buffer.from('2["say","a",{"namespace":"/","args":{"0":"x"}}]')]],
  [
    "rooms that are none",
    [1, 0, ...Buffer.from('2["join","a",{"namespace":"/","rooms":[1],"except":[],"names":["x"]}]')],
  ],
])("reports %s, and goes on", async (_what, bytes) => {
  const { publish, exchange, errors } = await neighbours();
  await publish(Uint8Array.from(bytes));
  await exchange();
  expect(errors).toEqual([expect.objectContaining({ code: "malformed_envelope" })]);
});

it("outlives thousands of spoilt messages", async () => {
  const { publish, exchange, errors } = await neighbours();
  for (let index = 0; index < 5_000; index++) {
    const random = new Random(seed + index);
    // For sockets of another namespace, as what is well made is believed.
    let bytes = encodeClusterMessage(clusterMessage(random, "/other"));
    for (let count = random.int(0, 3); count > 0; count--) bytes = mutateBytes(random, bytes);
    await publish(bytes);
    if (index % 100 === 0) await exchange();
  }
  await exchange();
  expect(errors.length).toBeGreaterThan(1_000);
  expect(errors.filter((error) => !(error instanceof WirewayError))).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});
