// What becomes of a client that sends too much, over every transport.

import { closeCodes, openPacket } from "@wireway/protocol";
import type { ServerOptions, WirewayError } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, event, post, RawClient } from "./raw-client.ts";
import { dropped, startServer, type TestServer } from "./test-server.ts";

interface Scene extends TestServer {
  readonly heard: unknown[];
  readonly warnings: WirewayError[];
  readonly ends: string[];
}

async function scene(options: ServerOptions): Promise<Scene> {
  const server = await startServer({ maxMessageBytes: 1_024, maxBodyBytes: 65_536, ...options });
  const heard: unknown[] = [];
  const warnings: WirewayError[] = [];
  const ends: string[] = [];
  server.wireway.on("connection", (socket) => {
    socket.on("say", (value: unknown) => heard.push(value));
    socket.on("warning", (error) => warnings.push(error));
    socket.on("disconnect", (reason) => ends.push(reason));
  });
  return { ...server, heard, warnings, ends };
}

/** Slow enough that nothing flows in while a test runs; the join was the first message. */
const tenMessages: ServerOptions = { sessionMessagesPerSecond: 1, rateBurstSeconds: 10 };

async function say(client: RawClient, from: number, to: number, value: (count: number) => unknown): Promise<void> {
  const packets = Array.from({ length: to - from + 1 }, (_, index) => event("say", value(from + index)));
  await client.say(...packets);
}

describe.each(allTransports)("%s", (transport) => {
  it("warns both sides, and then ends the session", async () => {
    const { base, heard, warnings, ends } = await scene(tenMessages);
    const client = dropped(await RawClient.join(base, transport));
    await say(client, 2, 9, String);
    expect(await client.hearMessage()).toEqual({
      type: "error",
      namespace: "/",
      data: { code: "rate_limited", reason: "sessionMessagesPerSecond", message: "sessionMessagesPerSecond is 1" },
    });
    await say(client, 10, 60, String);
    expect((await client.hear("close")).data).toContain(String(closeCodes.rate_limited.code));
    // Neither the message that was too much nor what came with it is heard.
    expect(heard).toEqual(["2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    expect(warnings.map(({ code, details }) => [code, details.reason])).toEqual([
      ["rate_limited", "sessionMessagesPerSecond"],
    ]);
    expect(ends).toEqual(["rate_limited"]);
  });

  it("counts bytes as they are on the wire", async () => {
    const { base, heard, ends } = await scene({ sessionBytesPerSecond: 300, rateBurstSeconds: 10 });
    const client = dropped(await RawClient.join(base, transport));
    // 900 characters of three bytes each.
    await say(client, 1, 1, () => "€".repeat(300));
    await say(client, 2, 2, () => "€".repeat(300));
    await say(client, 3, 3, () => "€".repeat(300));
    await say(client, 4, 4, () => "€".repeat(300));
    expect((await client.hear("close")).data).toContain(String(closeCodes.rate_limited.code));
    expect([heard.length, ends]).toEqual([3, ["rate_limited"]]);
  });

  it("does not count a message again that was sent again", async () => {
    const { base, heard } = await scene(tenMessages);
    const client = dropped(await RawClient.join(base, transport));
    await say(client, 2, 4, String);
    const again = openPacket({ token: client.token, received: 1, epoch: client.epoch, first: 2 });
    const packets = [again, event("say", "2"), event("say", "3"), event("say", "4")];
    for (let count = 0; count < 10; count++) await post(`${base}?v=1&transport=polling&request=send`, packets);
    expect(heard).toEqual(["2", "3", "4"]);
  });
});

it("counts all sessions of an address together, by what clientAddress tells", async () => {
  const { base, heard, ends } = await scene({
    addressMessagesPerSecond: 1,
    rateBurstSeconds: 10,
    clientAddress: ({ headers }) => String(headers["x-real-ip"]),
  });
  const [one, two, other] = await Promise.all(
    ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"].map(async (address) =>
      dropped(await RawClient.join(base, "websocket", { "x-real-ip": address })),
    ),
  );
  await say(one as RawClient, 1, 4, String);
  await answered(one as RawClient);
  await say(two as RawClient, 1, 9, String);
  expect((await (two as RawClient).hear("close")).data).toContain(String(closeCodes.rate_limited.code));
  await say(other as RawClient, 1, 1, () => "still here");
  await answered(other as RawClient);
  expect(heard.slice(-1)).toEqual(["still here"]);
  expect(ends).toEqual(["rate_limited"]);
});

it.each([
  ["pings", "20"],
  ["confirmations", "60"],
])("ends a connection that is flooded with %s, and not its session", async (_what, frame) => {
  const { base, ends } = await scene({});
  const client = dropped(await RawClient.join(base, "websocket"));
  while (client.raw.readyState === client.raw.OPEN) {
    for (let count = 0; count < 10_000; count++) client.raw.send(frame);
    await new Promise(setImmediate);
  }
  expect((await client.closed).code).toBe(closeCodes.overloaded.code);
  const again = dropped(await RawClient.dial(base, "websocket", { token: client.token, received: 1, first: 2 }));
  expect(again.answer.epoch).toBe(2);
  expect(ends).toEqual([]);
});

it("answers pings of the WebSocket itself that came together once, with the newest", async () => {
  const { base } = await scene({});
  const { raw } = dropped(await RawClient.join(base, "websocket"));
  const pongs: string[] = [];
  const last = new Promise<void>((resolve) => {
    raw.on("pong", (data) => {
      pongs.push(data.toString());
      if (data.toString() === "999") resolve();
    });
  });
  for (let count = 0; count < 1_000; count++) raw.ping(String(count));
  await last;
  expect(pongs.length).toBeLessThan(500);
});

/** What it said was heard. */
async function answered(client: RawClient): Promise<void> {
  await client.say({ type: "ping", data: "1" });
  await client.hear("pong");
}
