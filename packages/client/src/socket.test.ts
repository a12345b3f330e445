import { WirewayError } from "@wireway/protocol";
import { afterEach, describe, expect, expectTypeOf, it, vi } from "vitest";
import { Scene } from "../test/scene.ts";
import type { Socket } from "./socket.ts";

const heardBy = (socket: Socket): string[] => {
  const heard: string[] = [];
  socket.on("connect", () => heard.push("connect"));
  socket.on("connect_error", ({ code }) => heard.push(`connect_error ${code}`));
  socket.on("disconnect", (reason) => heard.push(`disconnect ${reason}`));
  socket.on("connection", (info) => heard.push(`connection ${info?.transport}`));
  return heard;
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof WirewayError) return error.code;
    throw error;
  }
  return "none";
}

describe("emit", () => {
  it("sends what was emitted before the connection right behind the connect envelope, in order", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"], { auth: { user: 7 } });
    for (const number of [1, 2, 3]) socket.emit("count", number);
    await scene.after(20);
    expect(scene.heard).toEqual([
      { type: "connect", namespace: "/", data: { user: 7 } },
      ...[1, 2, 3].map((number) => ({ type: "event", namespace: "/", args: ["count", number] })),
    ]);
  });

  it("keeps events while an asynchronous auth is awaited, and sends them behind it", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"], { auth: () => Promise.resolve({ token: "t" }) });
    socket.emit("early");
    await scene.after(30);
    expect(scene.heard.map(({ type }) => type)).toEqual(["connect", "event"]);
  });

  it("delivers events that were emitted while suspended once a connection is there again", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    await scene.after(5_000);
    scene.cut();
    await scene.after(0);
    expect([socket.connected, socket.connection.transport]).toEqual([true, undefined]);
    expect(socket.emit("late")).toBe(true);
    await scene.after(500);
    expect(scene.heard.at(-1)).toMatchObject({ args: ["late"] });
  });

  it("returns false above the high-water mark and throws above the outbox's limit", () => {
    const socket = new Scene().connect(["a"], { highWaterBytes: 1_000, maxUnconfirmedBytes: 5_000 });
    expect(socket.emit("x", "y".repeat(800))).toBe(true);
    expect(socket.emit("x", "y".repeat(800))).toBe(false);
    expect(codeOf(() => socket.emit("x", "y".repeat(4_000)))).toBe("outbox_full");
    expect(socket.active).toBe(true);
  });

  it("bounds what waits for an asynchronous auth too", () => {
    const auth = (): Promise<never> => new Promise(() => undefined);
    const socket = new Scene().connect(["a"], { auth, maxUnconfirmedBytes: 5_000 });
    socket.emit("x", "y".repeat(3_000));
    expect(codeOf(() => socket.emit("x", "y".repeat(3_000)))).toBe("outbox_full");
  });

  it("refuses a message over the limit with an error that names both sizes", () => {
    const socket = new Scene().connect(["a"]);
    expect(() => socket.emit("x", "y".repeat(2_097_152))).toThrow("message is 2097161 bytes, the limit is 2097152");
  });

  it("refuses what cannot be sent, reserved names and a closed socket", () => {
    const socket = new Scene().connect(["a"]);
    expect(codeOf(() => socket.emit("x", 1n))).toBe("not_serializable");
    expect(codeOf(() => socket.emit("disconnect"))).toBe("reserved_event");
    void socket.close();
    expect(codeOf(() => socket.emit("x"))).toBe("closed");
  });
});

describe("acknowledgements", () => {
  it("resolve with the server's answer, by promise and by callback", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const answers: unknown[] = [];
    socket.emit("echo", "by callback", (answer: unknown) => answers.push(answer));
    void socket.emitWithAck("echo", "by promise").then((answer) => answers.push(answer));
    await scene.after(100);
    expect(answers).toEqual(["by callback", "by promise"]);
  });

  it("fail after the time limit, and a late answer is ignored", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const outcomes: unknown[] = [];
    socket.timeout(500).emit("silence", (error: WirewayError | undefined) => outcomes.push(error?.message));
    void socket
      .timeout(500)
      .emitWithAck("silence")
      .catch((error: WirewayError) => outcomes.push(error.code));
    await scene.after(600);
    expect(outcomes).toEqual(["no acknowledgement within 500 ms", "timed_out"]);
    scene.say({ type: "ack", namespace: "/", id: 0, args: [1] });
    await scene.after(100);
    expect(outcomes).toHaveLength(2);
  });

  it("fail with disconnected when the session ends", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const outcome = socket.emitWithAck("silence").catch((error: WirewayError) => error.code);
    await scene.after(100);
    scene.end("server_closing");
    await scene.after(100);
    expect(await outcome).toBe("disconnected");
  });

  it("reject, and are not awaited, when the event was not taken", async () => {
    const socket = new Scene().connect(["a"]);
    const callback = vi.fn();
    expect(codeOf(() => socket.timeout(10).emit("x", 1n, callback))).toBe("not_serializable");
    await expect(socket.emitWithAck("x", 1n)).rejects.toMatchObject({ code: "not_serializable" });
    expect(callback).not.toHaveBeenCalled();
  });

  it("are given by a handler's function, its value, or its promise, and once only", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    socket.on("function", (answer: (value: string) => void) => {
      answer("first");
      answer("second");
    });
    socket.on("value", (text: string) => text.toUpperCase());
    socket.on("promise", async (text: string) => Promise.resolve(text.length));
    socket.on("nothing", () => undefined);
    await scene.after(100);
    ["function", "value", "promise", "nothing"].forEach((name, id) => {
      scene.say({ type: "event", namespace: "/", id, args: name === "function" ? [name] : [name, "text"] });
    });
    await scene.after(100);
    const acks = scene.heard.flatMap((envelope) => (envelope.type === "ack" ? [[envelope.id, ...envelope.args]] : []));
    expect(acks.sort(([a], [b]) => Number(a) - Number(b))).toEqual([
      [0, "first"],
      [1, "TEXT"],
      [2, 4],
    ]);
  });
});

describe("handlers", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("that throw or reject are reported and break nothing else", async () => {
    const reported: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const heard: unknown[] = [];
    socket.on("news", () => {
      throw new Error("thrown");
    });
    socket.on("news", () => Promise.reject(new Error("rejected")));
    socket.on("news", (item: unknown) => heard.push(item));
    await scene.after(100);
    scene.say({ type: "event", namespace: "/", args: ["news", 1] });
    scene.say({ type: "event", namespace: "/", args: ["news", 2] });
    await scene.after(100);
    expect(heard).toEqual([1, 2]);
    expect(reported.map(String).sort()).toEqual([
      "Error: rejected",
      "Error: rejected",
      "Error: thrown",
      "Error: thrown",
    ]);
  });

  it("are taken off by the function that on returned, by off, and by once itself", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const calls: string[] = [];
    const byOff = (): unknown => calls.push("off");
    const undo = socket.on("x", () => calls.push("on"));
    const undoOnce = socket.once("x", () => calls.push("once, undone"));
    socket.on("x", byOff);
    socket.once("x", () => calls.push("once"));
    const undoAny = socket.onAny((event, ...args) => calls.push(`any ${event} ${args.length}`));
    undoOnce();
    await scene.after(100);
    scene.say({ type: "event", namespace: "/", args: ["x", "argument"] });
    await scene.after(50);
    expect(calls).toEqual(["any x 1", "on", "off", "once"]);
    undo();
    undoAny();
    socket.off("x", byOff);
    scene.say({ type: "event", namespace: "/", args: ["x"] });
    await scene.after(50);
    expect(calls).toHaveLength(4);
  });

  it("hear events whose names are those of object properties", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const heard = vi.fn();
    socket.on("__proto__", heard);
    socket.on("constructor", heard);
    await scene.after(50);
    scene.say({ type: "event", namespace: "/", args: ["__proto__", 1] });
    scene.say({ type: "event", namespace: "/", args: ["constructor", 2] });
    await scene.after(50);
    expect(heard.mock.calls).toEqual([[1], [2]]);
  });
});

describe("a session's end", () => {
  it("that a new session mends is told with what was not confirmed, and the socket connects again", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const heard = heardBy(socket);
    const unconfirmed: unknown[] = [];
    socket.on("disconnect", (_reason, details) => unconfirmed.push(...details.unconfirmed));
    await scene.after(5_000);
    const { id } = socket;
    scene.cut();
    socket.emit("lost", { bytes: new Uint8Array([1, 2]) });
    scene.restart();
    await scene.after(1_000);
    expect(heard).toEqual([
      "connection a",
      "connect",
      "connection undefined",
      "disconnect unknown_session",
      "connection a",
      "connect",
    ]);
    expect(unconfirmed).toEqual([{ event: "lost", args: [{ bytes: new Uint8Array([1, 2]) }] }]);
    expect(socket.id).not.toBe(id);
    expect(scene.heard.filter(({ type }) => type === "event")).toEqual([]);
  });

  it("hands back nothing that was confirmed", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const details = vi.fn();
    socket.on("disconnect", details);
    socket.emit("arrives");
    await scene.after(5_000);
    scene.end("server_closing");
    await scene.after(50);
    expect(details).toHaveBeenCalledWith("server_closing", {
      code: 3001,
      message: "the server is shutting down",
      unconfirmed: [],
    });
  });

  it("lets a disconnect handler emit into the next session", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    socket.once("disconnect", () => socket.emit("again"));
    await scene.after(100);
    scene.end("server_closing");
    await scene.after(1_000);
    expect(scene.heard.map(({ type }) => type)).toEqual(["connect", "connect", "event"]);
  });

  it("for good stops the socket until connect is called", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const heard = heardBy(socket);
    await scene.after(100);
    scene.end("closed");
    await scene.after(60_000);
    expect(heard).toEqual(["connection a", "connect", "connection undefined", "disconnect closed"]);
    expect([socket.active, socket.connected]).toEqual([false, false]);
    socket.connect();
    await scene.after(100);
    expect(socket.connected).toBe(true);
  });

  it("follows a malformed envelope or a forged event of the socket's own", async () => {
    for (const envelope of ["2nonsense", '2["disconnect","forged"]']) {
      const scene = new Scene();
      const socket = scene.connect(["a"]);
      await scene.after(100);
      const heard = heardBy(socket);
      scene.sayRaw(envelope);
      await scene.after(1_000);
      expect(heard).toEqual(["connection undefined", "disconnect protocol_error", "connection a", "connect"]);
    }
  });

  it("comes with close, after what was emitted before went out", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const heard = heardBy(socket);
    await scene.after(100);
    socket.emit("last");
    await scene.after(0);
    void socket.close();
    expect([socket.active, socket.connected]).toEqual([false, false]);
    await scene.after(100);
    expect(scene.heard.at(-1)).toMatchObject({ args: ["last"] });
    expect(heard.slice(2)).toEqual(["connection undefined", "disconnect closed"]);
    expect(scene.registry.size).toBe(0);
  });

  it("does not disturb a socket that was connected again before it", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    await scene.after(100);
    const heard = heardBy(socket);
    void socket.close();
    socket.connect();
    await scene.after(200);
    expect(heard).toEqual(["connection undefined", "disconnect closed", "connection a", "connect"]);
    expect(scene.registry.size).toBe(1);
  });
});

describe("namespaces", () => {
  it("share one session, and leaving one leaves the other alone", async () => {
    const scene = new Scene();
    const [chat, news] = scene.sockets(["a"], ["/chat", "/news"]) as [Socket, Socket];
    await scene.after(100);
    expect([chat.connected, news.connected, scene.dials.length]).toEqual([true, true, 1]);
    const heard = heardBy(chat);
    void chat.close();
    await scene.after(100);
    expect(heard).toEqual(["disconnect closed"]);
    expect(scene.heard.at(-1)).toEqual({ type: "disconnect", namespace: "/chat" });
    expect(news.connected).toBe(true);
    chat.connect();
    await scene.after(100);
    expect([chat.connected, scene.dials.length]).toEqual([true, 1]);
  });

  it("hand an event back once, also when they were left and joined again before the session ended", async () => {
    const scene = new Scene();
    const [chat] = scene.sockets(["a"], ["/chat", "/news"], { closeTimeoutMs: 0 }) as [Socket, Socket];
    await scene.after(5_000);
    const events: string[] = [];
    chat.on("disconnect", (_reason, { unconfirmed }) => events.push(...unconfirmed.map(({ event }) => event)));
    scene.cut();
    chat.emit("before");
    void chat.close();
    chat.connect();
    chat.emit("after");
    scene.restart();
    await scene.after(1_000);
    expect(events).toEqual(["before", "after"]);
  });

  it("that are refused tell why and hand back what was emitted", async () => {
    const scene = new Scene();
    scene.admit = (namespace) => ({
      type: "connect_error",
      namespace,
      data: { message: "no entry", data: { retry: false } },
    });
    const socket = scene.connect(["a"]);
    const errors: WirewayError[] = [];
    const unconfirmed: unknown[] = [];
    socket.on("connect_error", (error) => errors.push(error));
    socket.on("disconnect", (reason, details) => unconfirmed.push(reason, ...details.unconfirmed));
    socket.emit("x", 1);
    await scene.after(60_000);
    expect(errors.map(({ code, message, details }) => [code, message, details.data])).toEqual([
      ["refused", "connection was refused: no entry", { retry: false }],
    ]);
    expect(unconfirmed).toEqual(["refused", { event: "x", args: [1] }]);
    expect([socket.active, scene.living().length, scene.registry.size]).toEqual([false, 0, 0]);
  });

  it("that do not exist say so", async () => {
    const scene = new Scene();
    scene.admit = (namespace) => ({ type: "connect_error", namespace, data: { message: "unknown_namespace" } });
    const socket = scene.connect(["a"], {}, "/nowhere");
    const errors: string[] = [];
    socket.on("connect_error", (error) => errors.push(error.message));
    await scene.after(100);
    expect(errors).toEqual(["namespace /nowhere does not exist"]);
  });

  it("are over when the server leaves them, and the session with the last of them", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    await scene.after(100);
    const heard = heardBy(socket);
    scene.say({ type: "disconnect", namespace: "/" });
    await scene.after(1_000);
    expect(heard).toEqual(["disconnect closed"]);
    expect([socket.active, scene.registry.size]).toEqual([false, 0]);
  });

  it("are not joined when auth fails", async () => {
    for (const auth of [
      () => Promise.reject(new Error("no token")),
      (): never => {
        throw new Error("no token");
      },
    ]) {
      const scene = new Scene();
      const socket = scene.connect(["a"], { auth });
      const errors: string[] = [];
      socket.on("connect_error", (error) => errors.push(error.message));
      await scene.after(100);
      expect(errors).toEqual(["connection was refused: option auth failed: no token"]);
      expect(socket.active).toBe(false);
    }
  });

  it("leave no trace in what waits for the others when auth fails", async () => {
    const scene = new Scene();
    let asked = 0;
    const auth = (): Record<string, never> | Promise<never> =>
      asked++ === 0 ? {} : Promise.reject(new Error("no token"));
    const [stays, leaves] = scene.sockets(["a"], ["/", "/other"], { auth });
    const ended: unknown[] = [];
    leaves?.on("disconnect", (_reason, { unconfirmed }) => ended.push(unconfirmed));
    leaves?.emit("x", "y".repeat(800));
    expect(stays?.bufferedBytes).toBeGreaterThan(800);
    await scene.after(3_000);
    expect(ended).toEqual([[{ event: "x", args: ["y".repeat(800)] }]]);
    expect(stays?.bufferedBytes).toBe(0);
  });
});

it("types events from end to end", () => {
  interface Heard {
    news(item: { title: string }): void;
  }
  interface Said {
    add(left: number, right: number, answer: (sum: number) => void): void;
    double(value: number): Promise<number>;
  }
  const socket = new Scene().connect(["a"]) as unknown as Socket<Heard, Said>;
  socket.on("news", (item) => expectTypeOf(item).toEqualTypeOf<{ title: string }>());
  socket.on("disconnect", (_reason, details) => expectTypeOf(details.code).toBeNumber());
  socket.emit("add", 1, 2, (sum) => expectTypeOf(sum).toBeNumber());
  expectTypeOf(socket.emitWithAck("add", 1, 2)).resolves.toBeNumber();
  expectTypeOf(socket.timeout(1).emitWithAck("double", 1)).resolves.toBeNumber();
  socket.timeout(1).emit("add", 1, 2, (error, sum) => {
    expectTypeOf(error).toEqualTypeOf<WirewayError | undefined>();
    expectTypeOf(sum).toEqualTypeOf<number | undefined>();
  });
  // @ts-expect-error: no such event
  socket.on("olds", () => undefined);
  // @ts-expect-error: wrong argument
  socket.emit("add", "1", 2, () => undefined);
});
