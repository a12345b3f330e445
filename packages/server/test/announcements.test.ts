// What is said to everybody in a namespace is handed to each session when the running code has returned. Nobody sees that:
// the order is the one of the calls, whoever was in when it was said gets it, and an emit tells who is behind.

import type { Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { type RawClient, said } from "./raw-client.ts";
import { heardBy, joined, next, settled, startServer } from "./test-server.ts";

function spoken(...names: string[]): string[] {
  return names.map((name) => `2["${name}"]`);
}

/** Frames that come from now on. */
function countFrames(client: RawClient): () => number {
  let frames = 0;
  client.raw.on("message", () => frames++);
  return () => frames;
}

/** As if it read nothing. */
function fill(client: RawClient, socket: Socket, bytes: number): void {
  client.pause();
  while (socket.bufferedBytes < bytes) socket.emit("fill", "x".repeat(10_000));
}

describe("an event for everybody", () => {
  it("comes between those of the socket's own between which it was said", async () => {
    const { base, wireway } = await startServer();
    const [[a, first], [b, second]] = [await joined(base, wireway), await joined(base, wireway)];
    await Promise.all([heardBy(a), heardBy(b)]);
    wireway.emit("1");
    first.emit("2");
    wireway.emit("3");
    wireway.emit("4");
    second.emit("5");
    wireway.except(second.id).emit("6");
    wireway.emit("7");
    expect(await heardBy(a)).toEqual(spoken("1", "2", "3", "4", "6", "7"));
    expect(await heardBy(b)).toEqual(spoken("1", "3", "4", "5", "7"));
  });

  it("keeps its place whatever else is said in the same tick", async () => {
    const { base, wireway } = await startServer();
    const all = [await joined(base, wireway), await joined(base, wireway), await joined(base, wireway)];
    for (const [, socket] of all) socket.join("room");
    await Promise.all(all.map(([client]) => heardBy(client)));
    // Park and Miller, "Random number generators" (1988): the same each time.
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let tick = 0; tick < 60; tick++) {
      const expected: string[][] = all.map(() => []);
      const steps = random(12);
      for (let index = 0; index < steps; index++) {
        const name = `n${index}`;
        const to = random(6);
        if (to === 3) wireway.emit(name);
        else if (to === 4) wireway.to("room").emit(name);
        else if (to === 5) wireway.volatile.emit(name);
        else all[to]?.[1].emit(name);
        for (const [place, names] of expected.entries()) if (to >= 3 || to === place) names.push(name);
      }
      const heard = await Promise.all(all.map(([client]) => heardBy(client)));
      expect(heard).toEqual(expected.map((names) => spoken(...names)));
    }
  });

  it("keeps its place among those of other namespaces", async () => {
    const { base, wireway } = await startServer();
    wireway.of("/other").on("connection", () => {});
    const [client] = await joined(base, wireway);
    await client.say(said({ type: "connect", namespace: "/other" }));
    await heardBy(client);
    wireway.of("/other").emit("1");
    wireway.emit("2");
    wireway.of("/other").emit("3");
    expect(await heardBy(client)).toEqual(['2/other,["1"]', '2["2"]', '2/other,["3"]']);
  });

  it("is not for those who come in later in the same tick", async () => {
    const { base, wireway } = await startServer();
    const [old] = await joined(base, wireway);
    await heardBy(old);
    const asking = next<[() => void]>((listener) => wireway.use((_socket, admit) => listener(admit)));
    const coming = joined(base, wireway);
    const [admit] = await asking;
    wireway.emit("early");
    admit();
    wireway.emit("late");
    const [client] = await coming;
    expect(await heardBy(client)).toEqual(spoken("late"));
    expect(await heardBy(old)).toEqual(spoken("early", "late"));
  });

  it("reaches those who are disconnected behind it", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    await heardBy(client);
    wireway.emit("bye");
    socket.disconnect(true);
    expect(await client.hearEvent()).toEqual(["bye"]);
  });

  it("reaches everybody before the server closes", async () => {
    const { base, wireway } = await startServer();
    const [client] = await joined(base, wireway);
    await heardBy(client);
    wireway.emit("bye");
    const closed = wireway.close();
    expect(await client.hearEvent()).toEqual(["bye"]);
    client.drop();
    await closed;
  });

  it("is counted among what is unconfirmed at once", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    await settled(client);
    const before = socket.bufferedBytes;
    wireway.emit("counted", "x".repeat(1_000));
    expect(socket.bufferedBytes).toBeGreaterThan(before + 1_000);
  });

  it("is handed back where the session ends in the same tick", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    await settled(client);
    const ended = next<[string, { unconfirmed: readonly { event: string }[] }]>((listener) =>
      socket.once("disconnect", listener as never),
    );
    wireway.emit("unheard");
    socket.disconnect(true);
    const [, { unconfirmed }] = await ended;
    expect(unconfirmed.map((one) => one.event)).toContain("unheard");
  });

  it("tells at once that somebody is behind, and whether", async () => {
    const { base, wireway } = await startServer({ highWaterBytes: 100_000 });
    const [[slow, socket], [quick]] = [await joined(base, wireway), await joined(base, wireway)];
    expect(wireway.emit("n", "x".repeat(1_000))).toBe(true);
    fill(slow, socket, 90_000);
    expect(wireway.emit("n", "x".repeat(1_000))).toBe(true);
    expect(wireway.emit("n", "x".repeat(20_000))).toBe(false);
    expect(wireway.emit("n")).toBe(false);
    socket.disconnect();
    expect(wireway.emit("n")).toBe(true);
    expect((await heardBy(quick)).length).toBeGreaterThan(3);
  });

  it("tells by itself when it brings somebody behind, in one tick", async () => {
    const { base, wireway } = await startServer({ highWaterBytes: 100_000 });
    const [client] = await joined(base, wireway);
    client.pause();
    const told = Array.from({ length: 30 }, () => wireway.emit("n", "x".repeat(10_000)));
    expect(told.indexOf(false)).toBe(9);
    expect(told.lastIndexOf(true)).toBe(8);
  });

  it("ends the session of one who leaves too much unconfirmed, and no other", async () => {
    const { base, wireway } = await startServer({ maxUnconfirmedBytes: 2_000_000, maxMessageBytes: 100_000 });
    const [[slow, lost], [quick, kept]] = [await joined(base, wireway), await joined(base, wireway)];
    const ended = next<[string]>((listener) => lost.once("disconnect", listener as never));
    fill(slow, lost, 1_900_000);
    for (let time = 0; time < 2; time++) wireway.emit("n", "x".repeat(90_000));
    expect((await ended)[0]).toBe("too_far_behind");
    await settled(quick);
    expect(kept.connected).toBe(true);
  });

  it("leaves with the answer that its handler gives, in one frame", async () => {
    const { base, wireway } = await startServer();
    wireway.on("connection", (socket) => {
      socket.on("chat", (text: string, reply: () => void) => {
        reply();
        wireway.emit("chat", text);
      });
    });
    const [client] = await joined(base, wireway);
    await heardBy(client);
    const frames = countFrames(client);
    await client.say(said({ type: "event", namespace: "/", id: 0, args: ["chat", "hello"] }));
    expect(await client.hearMessage()).toMatchObject({ type: "ack", id: 0 });
    expect(await client.hearEvent()).toEqual(["chat", "hello"]);
    expect(frames()).toBe(1);
  });

  it("leaves with the others of its tick, in one frame for each session", async () => {
    const { base, wireway } = await startServer();
    const [[a, socket], [b]] = [await joined(base, wireway), await joined(base, wireway)];
    await Promise.all([heardBy(a), heardBy(b)]);
    const frames = [countFrames(a), countFrames(b)];
    socket.emit("own");
    for (const name of ["1", "2", "3"]) wireway.emit(name);
    for (let count = 0; count < 4; count++) await a.hearEvent();
    for (let count = 0; count < 3; count++) await b.hearEvent();
    expect(frames.map((count) => count())).toEqual([1, 1]);
  });
});
