import type { WirewayError } from "@wireway/protocol";
import { describe, expect, it, vi } from "vitest";
import { Scene } from "../test/scene.ts";
import type { ConnectOptions } from "./options.ts";
import type { Socket } from "./socket.ts";

async function start(options: ConnectOptions = {}): Promise<{ scene: Scene; socket: Socket }> {
  const scene = new Scene();
  const socket = scene.connect(["a"], options);
  await scene.after(3_000);
  return { scene, socket };
}

const event = (...args: [string, ...unknown[]]) => ({ type: "event", namespace: "/", args }) as const;

describe("close", () => {
  it("waits for what was emitted to be confirmed, over another connection if need be", async () => {
    const { scene, socket } = await start();
    const unconfirmed: unknown[] = [];
    socket.on("disconnect", (_reason, details) => unconfirmed.push(...details.unconfirmed));
    scene.cut();
    await scene.after(0);
    socket.emit("last words");
    const closed = vi.fn();
    void socket.close().then(closed);
    expect([socket.active, socket.connected]).toEqual([false, false]);
    await scene.after(0);
    expect(closed).not.toHaveBeenCalled();
    await scene.after(1_000);
    expect(closed).toHaveBeenCalled();
    expect(scene.heard.at(-1)).toMatchObject({ args: ["last words"] });
    expect([unconfirmed, scene.registry.size]).toEqual([[], 0]);
  });

  it("asks for the confirmation instead of waiting until it comes by itself", async () => {
    const { scene, socket } = await start();
    const closed = vi.fn();
    socket.emit("last words");
    void socket.close().then(closed);
    await scene.after(100);
    expect(closed).toHaveBeenCalled();
  });

  it("asks also where the connection comes only then", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const closed = vi.fn();
    socket.emit("first and last words");
    void socket.close().then(closed);
    await scene.after(150);
    expect(closed).toHaveBeenCalled();
    expect(scene.heard.at(-1)).toMatchObject({ args: ["first and last words"] });
  });

  it("asks for each socket that leaves the same session", async () => {
    const scene = new Scene();
    const [first, second] = scene.sockets(["a"], ["/one", "/two", "/stays"]);
    await scene.after(3_000);
    for (const socket of [first, second]) {
      const closed = vi.fn();
      socket?.emit("last words");
      void socket?.close().then(closed);
      await scene.after(100);
      expect(closed).toHaveBeenCalled();
    }
  });

  it("does not wait for longer than its limit, and hands back what was not confirmed", async () => {
    const { scene, socket } = await start({ closeTimeoutMs: 500 });
    const unconfirmed: string[] = [];
    socket.on("disconnect", (_reason, details) => unconfirmed.push(...details.unconfirmed.map((one) => one.event)));
    scene.fates = { a: "refused" };
    scene.cut();
    await scene.after(0);
    socket.emit("nobody hears");
    const closed = vi.fn();
    void socket.close().then(closed);
    await scene.after(490);
    expect(closed).not.toHaveBeenCalled();
    await scene.after(20);
    expect([closed.mock.calls.length, unconfirmed]).toEqual([1, ["nobody hears"]]);
  });

  it("waits for nothing where nothing was said", async () => {
    const scene = new Scene();
    scene.fates = { a: "refused" };
    const socket = scene.connect(["a"]);
    await scene.after(50);
    const closed = vi.fn();
    void socket.close().then(closed);
    await scene.after(0);
    expect(closed).toHaveBeenCalled();
  });

  it("does not wait for what other sockets of the session go on saying", async () => {
    const scene = new Scene();
    const [leaver, talker] = scene.sockets(["a"], ["/leaver", "/talker"]) as [Socket, Socket];
    await scene.after(3_000);
    leaver.emit("last words");
    const closed = vi.fn();
    void leaver.close().then(closed);
    for (let count = 0; count < 20; count++) {
      talker.emit("more", count);
      await scene.after(5);
    }
    expect(closed).toHaveBeenCalled();
  });

  it("takes along what still waited for the server to catch up", async () => {
    const { scene, socket } = await start({ volatileBytes: 1_000 });
    const closed = vi.fn();
    socket.emit("large", "x".repeat(5_000));
    socket.with({ coalesce: "key" }).emit("held");
    void socket.close().then(closed);
    await scene.after(1_000);
    expect(closed).toHaveBeenCalled();
    expect(scene.heard.at(-1)).toMatchObject({ args: ["held"] });
  });

  it("hears no events any more while it waits", async () => {
    const { scene, socket } = await start();
    const heard = vi.fn();
    socket.on("late", heard);
    socket.emit("last words");
    void socket.close();
    scene.say(event("late"));
    await scene.after(200);
    expect(heard).not.toHaveBeenCalled();
  });

  it("leaves a socket alone that connects while another one of its namespace still waits", async () => {
    const { scene, socket } = await start();
    scene.cut();
    await scene.after(0);
    socket.emit("before");
    void socket.close();
    socket.connect();
    socket.emit("after");
    await scene.after(1_000);
    expect(socket.connected).toBe(true);
    const names = scene.heard.flatMap((one) => (one.type === "event" ? [one.args[0]] : []));
    expect(names.sort()).toEqual(["after", "before"]);
    expect(scene.registry.size).toBe(1);
  });

  it("comes at the end of the block with await using", async () => {
    const { scene, socket } = await start();
    const block = (async () => {
      await using own = socket;
      own.emit("inside");
    })();
    await scene.after(200);
    await block;
    expect([socket.active, scene.registry.size]).toEqual([false, 0]);
  });
});

describe("a refusal", () => {
  const refuse = (data: object) => (namespace: string) =>
    ({ type: "connect_error", namespace, data: { message: "no", ...data } }) as const;

  it("tells the application's reason and data, and is final", async () => {
    const scene = new Scene();
    scene.admit = refuse({ reason: "token_expired", data: { since: 5 } });
    const socket = scene.connect(["a"]);
    const errors: unknown[] = [];
    socket.on("connect_error", ({ code, details }) => errors.push([code, details]));
    await scene.after(60_000);
    expect(errors).toEqual([["refused", { why: "no", reason: "token_expired", data: { since: 5 } }]]);
    expect(socket.active).toBe(false);
  });

  it("that names a time is asked again after it, with new auth", async () => {
    const scene = new Scene();
    const { admit } = scene;
    scene.admit = refuse({ reason: "later", retryAfterMs: 5_000 });
    let asked = 0;
    const socket = scene.connect(["a"], { auth: () => ({ asked: ++asked }) });
    await scene.after(4_900);
    expect([socket.active, socket.connected, asked]).toEqual([true, false, 1]);
    scene.admit = admit;
    await scene.after(500);
    expect([socket.connected, asked]).toEqual([true, 2]);
  });

  it("that names a time is forgotten by close", async () => {
    const scene = new Scene();
    scene.admit = refuse({ retryAfterMs: 1_000 });
    const socket = scene.connect(["a"]);
    await scene.after(500);
    await socket.close();
    expect(socket.active).toBe(false);
    await scene.after(5_000);
    expect(scene.heard.filter(({ type }) => type === "connect")).toHaveLength(1);
  });
});

describe("authenticate", () => {
  it("shows new auth on the living session, and the next one begins with it", async () => {
    const { scene, socket } = await start({ auth: { token: 1 } });
    const closed = socket.authenticate({ token: 2 });
    await scene.after(50);
    expect(scene.heard.at(-1)).toEqual({ type: "authenticate", namespace: "/", id: 0, data: { token: 2 } });
    scene.say({ type: "ack", namespace: "/", id: 0, args: [] });
    await scene.after(50);
    await closed;
    scene.end("server_closing");
    await scene.after(1_000);
    expect(scene.heard.at(-1)).toEqual({ type: "connect", namespace: "/", data: { token: 2 } });
  });

  it("rejects with the reason when the server does not take it, and the socket stays", async () => {
    const { scene, socket } = await start();
    const outcome = socket
      .authenticate({ token: 2 })
      .catch(({ code, details }: WirewayError) => [code, details.reason]);
    await scene.after(50);
    scene.say({ type: "error", namespace: "/", id: 0, data: { code: "refused", reason: "other_user" } });
    await scene.after(50);
    expect(await outcome).toEqual(["refused", "other_user"]);
    expect(socket.connected).toBe(true);
  });
});

it("connects only when it is told to, where that is wanted", async () => {
  const { scene, socket } = await start({ autoConnect: false });
  expect([socket.active, scene.dials]).toEqual([false, []]);
  expect(socket.connection.attempts).toEqual([]);
  socket.connect();
  await scene.after(100);
  expect(socket.connected).toBe(true);
});

it("has what the server handed over when it was admitted, anew in each session", async () => {
  const scene = new Scene();
  let count = 0;
  scene.admit = (namespace) => ({ type: "connect", namespace, data: { sid: "s", data: { count: ++count } } });
  const socket = scene.connect(["a"]);
  expect(socket.data).toBeUndefined();
  await scene.after(100);
  expect(socket.data).toEqual({ count: 1 });
  scene.end("server_closing");
  await scene.after(1_000);
  expect(socket.data).toEqual({ count: 2 });
});

it("lets time go on where auth fails and the application connects again at once", async () => {
  const scene = new Scene();
  let isReady = false;
  const auth = (): { token: number } => {
    if (isReady) return { token: 1 };
    throw new Error("not signed in");
  };
  const socket = scene.connect(["a"], { auth });
  socket.on("disconnect", () => socket.connect());
  await scene.after(50);
  isReady = true;
  await scene.after(500);
  expect(socket.connected).toBe(true);
});

it("leaves the next session to whoever joined it first in the same namespace", async () => {
  const scene = new Scene();
  const [first, second, third] = scene.sockets(["a"], ["/", "/other", "/other"], { autoConnect: false }) as [
    Socket,
    Socket,
    Socket,
  ];
  first.connect();
  second.connect();
  first.once("disconnect", () => third.connect());
  await scene.after(100);
  scene.end("server_closing");
  await scene.after(3_000);
  expect([first.connected, second.connected, third.connected]).toEqual([true, true, true]);
  const closed = vi.fn();
  void third.close().then(closed);
  await scene.after(3_000);
  expect(closed).toHaveBeenCalled();
});

it("tells whether its session has outlived a connection", async () => {
  const { scene, socket } = await start();
  expect(socket.recovered).toBe(false);
  scene.cut();
  await scene.after(1_000);
  expect([socket.connected, socket.recovered]).toEqual([true, true]);
  scene.restart();
  await scene.after(1_000);
  expect([socket.connected, socket.recovered]).toEqual([true, false]);
});

describe("events", () => {
  it("come one by one, over reconnections, until the socket is closed", async () => {
    const { scene, socket } = await start();
    const heard: unknown[] = [];
    const loop = (async () => {
      for await (const [value] of socket.events("tick")) heard.push(value);
    })();
    scene.say(event("tick", 1));
    await scene.after(100);
    scene.restart();
    await scene.after(1_000);
    scene.say(event("tick", 2));
    await scene.after(100);
    void socket.close();
    await scene.after(1_000);
    await loop;
    expect(heard).toEqual([1, 2]);
  });

  it("end with a close while the socket waits to be asked again", async () => {
    const scene = new Scene();
    scene.admit = (namespace) => ({ type: "connect_error", namespace, data: { message: "no", retryAfterMs: 1_000 } });
    const socket = scene.connect(["a"]);
    const ended = vi.fn();
    void socket.events("tick").next().then(ended);
    await scene.after(500);
    expect(socket.active).toBe(true);
    await socket.close();
    await scene.after(0);
    expect(ended).toHaveBeenCalledWith({ done: true, value: undefined });
  });

  it("end when the server ends the socket for good", async () => {
    const { scene, socket } = await start();
    const next = socket.events("tick").next();
    scene.end("closed");
    await scene.after(100);
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

it("tells both ends apart whose codecs differ, and does not try again", async () => {
  const { scene, socket } = await start();
  const errors: string[] = [];
  socket.on("disconnect", (reason) => errors.push(reason));
  socket.on("connect_error", ({ code }) => errors.push(code));
  scene.sayRaw(new Uint8Array([0x94, 2, 161, 47, 192]));
  await scene.after(10_000);
  expect(errors).toEqual(["codec_mismatch", "codec_mismatch"]);
  expect(socket.active).toBe(false);
});
