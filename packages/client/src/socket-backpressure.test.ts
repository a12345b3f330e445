import type { WirewayError } from "@wireway/protocol";
import { describe, expect, it, vi } from "vitest";
import { Scene } from "../test/scene.ts";
import type { ConnectOptions } from "./options.ts";
import type { Socket } from "./socket.ts";

async function start(options: ConnectOptions = {}): Promise<{ scene: Scene; socket: Socket }> {
  const scene = new Scene();
  const socket = scene.connect(["a"], options);
  // The server confirms at the latest after a second.
  await scene.after(3_000);
  return { scene, socket };
}

/** The events that the server heard, without the first `from`. */
function eventsOf(scene: Scene): (readonly unknown[])[] {
  return scene.heard.flatMap((envelope) => (envelope.type === "event" ? [envelope.args] : []));
}

describe("a volatile event", () => {
  it("goes out while the server keeps up", async () => {
    const { scene, socket } = await start();
    expect(socket.volatile.emit("position", 1)).toBe(true);
    await scene.after(50);
    expect(eventsOf(scene)).toEqual([["position", 1]]);
  });

  it("is dropped before the socket is connected, and while it is suspended", async () => {
    const { scene, socket } = await start({ autoConnect: false });
    socket.connect();
    expect(socket.volatile.emit("too early")).toBe(false);
    await scene.after(3_000);
    scene.cut();
    await scene.after(0);
    expect(socket.volatile.emit("suspended")).toBe(false);
    await scene.after(2_000);
    expect(eventsOf(scene)).toEqual([]);
  });

  it("is dropped while much is unconfirmed", async () => {
    const { scene, socket } = await start({ volatileBytes: 1_000 });
    socket.emit("large", "x".repeat(2_000));
    expect(socket.volatile.emit("position", 1)).toBe(false);
    await scene.after(3_000);
    expect(socket.volatile.emit("position", 2)).toBe(true);
    await scene.after(50);
    expect(eventsOf(scene).slice(1)).toEqual([["position", 2]]);
  });

  it("may be said again by whoever is told that it was dropped, and time goes on meanwhile", async () => {
    const { scene, socket } = await start();
    scene.cut();
    await scene.after(0);
    const answered = vi.fn();
    const say = (): unknown =>
      socket.volatile.with({}).emit("echo", ((error: unknown) => (error ? say() : answered())) as never);
    say();
    await scene.after(2_000);
    expect(answered).toHaveBeenCalledTimes(1);
  });

  it("tells whoever wanted an answer that it was dropped", async () => {
    const { scene, socket } = await start();
    scene.cut();
    await scene.after(0);
    const outcome = socket.volatile.emitWithAck("ask").catch(({ code }: WirewayError) => code);
    const told = vi.fn();
    socket.volatile.timeout(100).emit("ask", told);
    await scene.after(5);
    expect(await outcome).toBe("dropped");
    expect(told.mock.calls).toMatchObject([[{ code: "dropped" }]]);
  });
});

describe("events of a key", () => {
  it("all go out while the server keeps up", async () => {
    const { scene, socket } = await start();
    for (const price of [1, 2, 3]) socket.with({ coalesce: "AAPL" }).emit("price", price);
    await scene.after(50);
    expect(eventsOf(scene)).toEqual([1, 2, 3].map((price) => ["price", price]));
  });

  it("wait while the server is behind, the newest of each only", async () => {
    const { scene, socket } = await start();
    scene.cut();
    await scene.after(0);
    for (const price of [1, 2, 3]) {
      socket.with({ coalesce: "AAPL" }).emit("price", "AAPL", price);
      socket.with({ coalesce: "MSFT" }).emit("price", "MSFT", price);
    }
    socket.emit("plain");
    await scene.after(2_000);
    expect(eventsOf(scene)).toEqual([["plain"], ["price", "AAPL", 3], ["price", "MSFT", 3]]);
  });

  it("that wait when their socket is closed are handed back, and are sent by nobody", async () => {
    const scene = new Scene();
    const options = { volatileBytes: 1_000, highWaterBytes: 1_000, closeTimeoutMs: 0 };
    const [stays, leaves] = scene.sockets(["a"], ["/", "/other"], options) as [Socket, Socket];
    await scene.after(3_000);
    const unconfirmed: unknown[] = [];
    leaves.on("disconnect", (_reason, details) => unconfirmed.push(...details.unconfirmed));
    stays.on("drain", () => void leaves.close());
    stays.emit("large", "x".repeat(2_000));
    leaves.with({ coalesce: "AAPL" }).emit("price", 1);
    await scene.after(3_000);
    expect(unconfirmed).toEqual([{ event: "price", args: [1] }]);
    expect(eventsOf(scene).map(([event]) => event)).toEqual(["large"]);
    expect(stays.bufferedBytes).toBe(0);
  });

  it("that were overtaken are not answered, and whoever waits for that is told", async () => {
    const { scene, socket } = await start();
    scene.cut();
    await scene.after(0);
    const ask = (number: number): Promise<unknown> =>
      socket
        .with({ coalesce: "a" })
        .emitWithAck("echo", number)
        .catch(({ code }: WirewayError) => code);
    const answers = [ask(1), ask(2)];
    await scene.after(2_000);
    expect(await Promise.all(answers)).toEqual(["dropped", 2]);
  });

  it("that were overtaken may be said again by whoever is told of that", async () => {
    const { scene, socket } = await start();
    scene.cut();
    await scene.after(0);
    const say = (value: string, told: () => void): unknown =>
      socket.with({ coalesce: "a" }).emit("echo", value, told as never);
    const answered = vi.fn();
    say("first", () => say("again", answered));
    say("second", () => undefined);
    await scene.after(2_000);
    expect(eventsOf(scene)).toEqual([["echo", "again"]]);
    expect(answered).toHaveBeenCalledTimes(1);
    await scene.after(2_000);
    expect(socket.bufferedBytes).toBe(0);
  });

  it("count as waiting, and are bounded with everything else", async () => {
    const { scene, socket } = await start({ maxUnconfirmedBytes: 4_096 });
    scene.cut();
    await scene.after(0);
    socket.with({ coalesce: "a" }).emit("x", "y".repeat(1_500));
    expect(socket.bufferedBytes).toBeGreaterThan(1_500);
    socket.with({ coalesce: "b" }).emit("x", "y".repeat(1_500));
    const one = (): unknown => socket.with({ coalesce: "c" }).emit("x", "y".repeat(1_500));
    expect(one).toThrow(expect.objectContaining({ code: "outbox_full" }));
    await scene.after(3_000);
    expect(socket.bufferedBytes).toBe(0);
  });

  it("are handed back when the socket ends before they could go", async () => {
    const { scene, socket } = await start({ closeTimeoutMs: 0 });
    const unconfirmed: unknown[] = [];
    socket.on("disconnect", (_reason, details) => unconfirmed.push(...details.unconfirmed));
    scene.cut();
    await scene.after(0);
    for (const price of [1, 2]) socket.with({ coalesce: "a" }).emit("price", price);
    void socket.close();
    await scene.after(10);
    expect(unconfirmed).toEqual([{ event: "price", args: [2] }]);
    expect(socket.bufferedBytes).toBe(0);
  });
});

describe("drain", () => {
  it("comes when no more than the high-water mark waits, after emit returned false", async () => {
    const { scene, socket } = await start({ highWaterBytes: 1_000 });
    const drain = vi.fn();
    socket.on("drain", drain);
    expect(socket.emit("small")).toBe(true);
    await scene.after(3_000);
    expect(drain).not.toHaveBeenCalled();
    expect(socket.emit("large", "x".repeat(2_000))).toBe(false);
    expect(socket.bufferedBytes).toBeGreaterThan(2_000);
    const drained = socket.drained();
    await scene.after(3_000);
    await drained;
    expect(drain).toHaveBeenCalledTimes(1);
    await expect(socket.drained()).resolves.toBeUndefined();
  });

  it("is not waited for longer than the session lives", async () => {
    const { scene, socket } = await start({ highWaterBytes: 100 });
    scene.cut();
    socket.emit("large", "x".repeat(2_000));
    const outcome = socket.drained().catch(({ code }: WirewayError) => code);
    scene.restart();
    await scene.after(1_000);
    expect(await outcome).toBe("disconnected");
  });
});
