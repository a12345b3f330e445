// What is said to many: whom it reaches, how answers to it are collected, and what else can be done with many at once.

import type { WirewayError } from "@wireway/protocol";
import type { Broadcast, ErrorContext, Server, Socket } from "@wireway/server";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import type { RawClient } from "./raw-client.ts";
import { said } from "./raw-client.ts";
import { heardBy, joined, next, settled, startServer } from "./test-server.ts";

/** Answers the next event that the client hears. */
async function answers(client: RawClient, ...args: unknown[]): Promise<number> {
  const envelope = await client.hearMessage();
  if (envelope.type !== "event" || envelope.id === undefined) throw new Error("it wants no answer");
  await client.say(said({ type: "ack", namespace: "/", id: envelope.id, args }));
  await settled(client);
  return envelope.id;
}

/** Makes the client be behind, as a reader that has stalled is. */
function fall(client: RawClient, socket: Socket): void {
  client.pause();
  while (socket.bufferedBytes < 200_000) socket.emit("fill", "x".repeat(10_000));
}

describe("a broadcast's answers", () => {
  it("are there when every receiver has given one, with no time limit", async () => {
    const { base, wireway } = await startServer();
    const [[a], [b]] = [await joined(base, wireway), await joined(base, wireway)];
    const asked = wireway.emitWithAck("n", 1);
    const ids = [await answers(b, "b", "ignored"), await answers(a, "a")];
    expect(await asked).toEqual(["b", "a"]);
    expect(ids[0]).toBe(ids[1]);
    expect((ids[0] as number) % 2).toBe(1);
  });

  it("are an empty list when nobody is there", async () => {
    const { wireway } = await startServer();
    expect(await wireway.to("nobody").emitWithAck("n")).toEqual([]);
    const told = vi.fn();
    wireway.emit("n", told);
    expect(told.mock.calls).toEqual([[[]]]);
  });

  it("are encoded for once, also beside the answers to a socket's own events", async () => {
    const { base, wireway } = await startServer();
    const [[a, socket], [b]] = [await joined(base, wireway), await joined(base, wireway)];
    const toJSON = vi.fn(() => "value");
    const own = socket.emitWithAck("own");
    const all = wireway.emitWithAck("all", { toJSON });
    expect(toJSON).toHaveBeenCalledTimes(1);
    expect(await answers(a, "mine")).toBe(0);
    await answers(a, "a");
    await answers(b, "b");
    expect([await own, await all]).toEqual(["mine", ["a", "b"]]);
  });

  it("come without those who go before they answer", async () => {
    const { base, wireway } = await startServer();
    const [[a], [, gone]] = [await joined(base, wireway), await joined(base, wireway)];
    const asked = wireway.emitWithAck("n");
    await answers(a, "a");
    gone.disconnect();
    expect(await asked).toEqual(["a"]);
  });

  it("come without those whose handlers fail", async () => {
    const { base, wireway } = await startServer();
    const [[a], [b]] = [await joined(base, wireway), await joined(base, wireway)];
    const asked = wireway.emitWithAck("n");
    await answers(a, "a");
    const { id = 0 } = (await b.hearMessage()) as { id?: number };
    await b.say(said({ type: "error", namespace: "/", id, data: { code: "handler_failed", event: "n" } }));
    expect(await asked).toEqual(["a"]);
  });

  it("are handed over with an error after the time limit, and late ones are ignored", async () => {
    const { base, wireway } = await startServer();
    const [[a], [b, slow]] = [await joined(base, wireway), await joined(base, wireway)];
    const asked = wireway.timeout(300).emitWithAck("n");
    const told = next<[WirewayError | undefined, unknown[]]>(
      (listener) => void wireway.timeout(300).emit("m", listener),
    );
    const id = await answers(a, "a");
    await answers(a, "a");
    await expect(asked).rejects.toMatchObject({
      code: "not_acknowledged",
      message: "no acknowledgement of 1 receivers within 300 ms",
      details: { size: 1, limit: 300, data: ["a"] },
    });
    expect(await told).toMatchObject([{ code: "not_acknowledged" }, ["a"]]);
    await b.say(said({ type: "ack", namespace: "/", id, args: ["late"] }));
    await settled(b);
    expect(slow.connected).toBe(true);
  });

  it("are not waited for when the signal is aborted", async () => {
    const { base, wireway } = await startServer();
    await joined(base, wireway);
    const controller = new AbortController();
    const asked = wireway.with({ signal: controller.signal }).emitWithAck("n");
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "aborted" });
    await expect(wireway.with({ signal: controller.signal }).emitWithAck("n")).rejects.toMatchObject({
      code: "aborted",
    });
  });

  it("are the others' where a socket asks", async () => {
    const { base, wireway } = await startServer();
    const [[, asking], [b]] = [await joined(base, wireway), await joined(base, wireway)];
    const asked = asking.broadcast.emitWithAck("n");
    await answers(b, "b");
    expect(await asked).toEqual(["b"]);
  });

  it("are not asked of those who are behind, where the event is volatile", async () => {
    const { base, wireway } = await startServer();
    const [[a], [b, socketB]] = [await joined(base, wireway), await joined(base, wireway)];
    fall(b, socketB);
    const asked = wireway.volatile.emitWithAck("n");
    await answers(a, "a");
    expect(await asked).toEqual(["a"]);
  });

  it("are reported as a failure of the callback's when it throws", async () => {
    const { wireway } = await startServer();
    const reported = next<[unknown, ErrorContext]>((listener) => wireway.on("error", listener));
    wireway.emit("n", () => {
      throw new Error("thrown");
    });
    expect(await reported).toEqual([new Error("thrown"), { event: "n" }]);
  });
});

describe("broadcast operators", () => {
  it("change no broadcast, but give another one", async () => {
    const { base, wireway } = await startServer();
    const [[a, socketA], [b, socketB]] = [await joined(base, wireway), await joined(base, wireway)];
    socketA.join("red");
    socketB.join("blue");
    const red = wireway.to("red");
    red.to("blue").emit("n", 1);
    red.except("red").emit("n", 2);
    expect(red.volatile.local.timeout(5)).not.toBe(red);
    red.send("text");
    expect(await heardBy(a)).toEqual(['2["n",1]', '2["message","text"]']);
    expect(await heardBy(b)).toEqual(['2["n",1]']);
  });

  it("drop what is volatile for those who are behind, and only for those", async () => {
    const { base, wireway } = await startServer();
    const [[a], [b, socketB]] = [await joined(base, wireway), await joined(base, wireway)];
    fall(b, socketB);
    const before = socketB.bufferedBytes;
    expect(wireway.volatile.emit("n", 1)).toBe(false);
    expect(socketB.bufferedBytes).toBe(before);
    wireway.emit("n", 2);
    expect(socketB.bufferedBytes).toBeGreaterThan(before);
    expect(await heardBy(a)).toEqual(['2["n",1]', '2["n",2]']);
  });

  it("refuse a time limit that is none", async () => {
    const { wireway } = await startServer();
    expect(() => wireway.timeout(-1)).toThrow("timeoutMs must be a number of milliseconds from 0");
    expect(() => wireway.to(1 as unknown as string)).toThrow("room must be a string");
  });

  it("bring sockets into rooms, out of them, and to their end", async () => {
    const { base, wireway } = await startServer();
    const [[a, socketA], [, socketB]] = [await joined(base, wireway), await joined(base, wireway)];
    wireway.socketsJoin(["red", "blue"]);
    wireway.in(socketA.id).socketsLeave("blue");
    expect([[...socketA.rooms], [...socketB.rooms]]).toEqual([
      [socketA.id, "red"],
      [socketB.id, "red", "blue"],
    ]);
    wireway.in("blue").disconnectSockets(true);
    expect([socketA.connected, socketB.connected]).toEqual([true, false]);
    wireway.disconnectSockets();
    expect(await heardBy(a)).toEqual(["1"]);
  });

  it("find sockets, which can be spoken to one by one", async () => {
    const { base, wireway } = await startServer();
    const [[a, socketA], [, socketB]] = [await joined(base, wireway), await joined(base, wireway)];
    socketA.join("red");
    socketA.data = { name: "Ada" };
    const [found, ...others] = await wireway.in("red").fetchSockets();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ id: socketA.id, namespace: "/", data: { name: "Ada" } });
    expect([...(found?.rooms ?? [])]).toEqual([socketA.id, "red"]);
    expect(found?.handshake.address).toBe("127.0.0.1");
    expect((await wireway.fetchSockets()).map(({ id }) => id)).toEqual([socketA.id, socketB.id]);
    found?.emit("n", 1);
    expect(await heardBy(a)).toEqual(['2["n",1]']);
    const asked = found?.timeout(5_000).emitWithAck("ask");
    await answers(a, "yes");
    expect(await asked).toBe("yes");
    await expect(found?.volatile.timeout(0).emitWithAck("ask")).rejects.toMatchObject({ code: "not_acknowledged" });
    found?.join("blue");
    found?.leave("red");
    expect([...socketA.rooms]).toEqual([socketA.id, "blue"]);
    found?.disconnect();
    expect(socketA.connected).toBe(false);
    await expect(found?.emitWithAck("ask")).rejects.toMatchObject({ code: "disconnected" });
  });
});

it("types broadcasts, their answers and who is found", () => {
  interface Out {
    said(text: string): void;
    ask(question: string, answer: (yes: boolean) => void): void;
    add(a: number, b: number): number;
  }
  interface Data {
    name: string;
  }
  interface Between {
    load(of: string): Promise<number>;
  }
  const check = (wireway: Server<Record<string, never>, Out, Between, Data>): void => {
    wireway.on("load", (of) => expectTypeOf(of).toEqualTypeOf<string>() && Promise.resolve(1));
    wireway.serverSideEmit("load", "cpu");
    wireway.serverSideEmit("load", "cpu", (error, loads) => {
      expectTypeOf(error).toEqualTypeOf<WirewayError | undefined>();
      expectTypeOf(loads).toEqualTypeOf<number[]>();
    });
    expectTypeOf(wireway.of("/a").serverSideEmitWithAck("load", "cpu")).toEqualTypeOf<Promise<number[]>>();
    // @ts-expect-error no such event
    wireway.serverSideEmit("unknown");
    wireway.on("join-room", (room, id) => expectTypeOf([room, id]).toEqualTypeOf<string[]>());
    wireway.to("red").emit("said", "hello");
    // @ts-expect-error an argument is missing
    wireway.to("red").emit("said");
    // @ts-expect-error no such event
    wireway.to("red").emit("unknown");
    wireway.emit("ask", "why", (answers) => expectTypeOf(answers).toEqualTypeOf<boolean[]>());
    wireway.timeout(1).emit("add", 1, 2, (error, answers) => {
      expectTypeOf(error).toEqualTypeOf<WirewayError | undefined>();
      expectTypeOf(answers).toEqualTypeOf<number[]>();
    });
    expectTypeOf(wireway.emitWithAck("ask", "why")).toEqualTypeOf<Promise<boolean[]>>();
    expectTypeOf(wireway.to("red").timeout(1).local).toEqualTypeOf<Broadcast<Out, Data, true>>();
    void wireway.fetchSockets().then(([socket]) => {
      expectTypeOf(socket?.data.name).toEqualTypeOf<string | undefined>();
      // @ts-expect-error an argument is missing
      socket?.emit("said");
    });
  };
  expect(check).toBeTypeOf("function");
});
