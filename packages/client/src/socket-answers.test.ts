import { Refusal, type WirewayError } from "@wireway/protocol";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { Scene } from "../test/scene.ts";
import type { Socket } from "./socket.ts";

/** A connected socket; what its application's handlers failed with. */
async function scene(): Promise<{ scene: Scene; socket: Socket; failures: [unknown, string][] }> {
  const own = new Scene();
  const failures: [unknown, string][] = [];
  const socket = own.connect(["a"], { onerror: (error, { event }) => failures.push([error, event]) });
  await own.after(100);
  return { scene: own, socket, failures };
}

const event = (name: string, id?: number) =>
  ({ type: "event", namespace: "/", args: [name, 7], ...(id !== undefined && { id }) }) as const;

describe("a handler that fails", () => {
  it("is reported with its event's name, and answers with an error that tells nothing of it", async () => {
    const { scene: own, socket, failures } = await scene();
    const [thrown, rejected] = [new Error("thrown"), new Error("rejected")];
    socket.on("ask", () => {
      throw thrown;
    });
    socket.on("ask later", () => Promise.reject(rejected));
    own.say(event("ask", 0));
    own.say(event("ask later", 1));
    own.say(event("ask"));
    await own.after(50);
    expect(failures).toEqual([
      [thrown, "ask"],
      [thrown, "ask"],
      [rejected, "ask later"],
    ]);
    expect(own.heard.filter(({ type }) => type === "error")).toEqual([
      { type: "error", namespace: "/", id: 0, data: { code: "handler_failed", event: "ask" } },
      { type: "error", namespace: "/", id: 1, data: { code: "handler_failed", event: "ask later" } },
    ]);
  });

  it("costs nobody else anything, even where its report fails too", async () => {
    const reported = vi.fn();
    vi.stubGlobal("reportError", reported);
    const own = new Scene();
    const failure = new Error("reported");
    const socket = own.connect(["a"], {
      onerror: () => {
        throw failure;
      },
    });
    await own.after(100);
    const heard = vi.fn();
    socket.on("ask", () => {
      throw new Error("thrown");
    });
    socket.on("ask", heard);
    own.say(event("ask", 0));
    own.say(event("ask", 1));
    await own.after(50);
    vi.unstubAllGlobals();
    expect(heard).toHaveBeenCalledTimes(2);
    expect(own.heard.filter(({ type }) => type === "error")).toHaveLength(2);
    expect(reported.mock.calls).toEqual([[failure], [failure]]);
  });

  it("with a refusal answers in the application's words, and is not reported", async () => {
    const { scene: own, socket, failures } = await scene();
    socket.on("ask", () => {
      throw new Refusal("busy", { message: "not now", data: { until: 5 } });
    });
    own.say(event("ask", 3));
    await own.after(50);
    expect(failures).toEqual([]);
    expect(own.heard.at(-1)).toEqual({
      type: "error",
      namespace: "/",
      id: 3,
      data: { code: "rejected", event: "ask", message: "not now", reason: "busy", data: { until: 5 } },
    });
  });

  it("answers once, whatever the others do", async () => {
    const { scene: own, socket } = await scene();
    socket.on("ask", () => "first");
    socket.on("ask", () => {
      throw new Error("late");
    });
    own.say(event("ask", 0));
    await own.after(50);
    expect(own.heard.filter(({ type }) => type === "ack" || type === "error")).toEqual([
      { type: "ack", namespace: "/", id: 0, args: ["first"] },
    ]);
  });

  it("is reported when it is an acknowledgement's callback", async () => {
    const { scene: own, socket, failures } = await scene();
    const wrong = new Error("wrong");
    socket.emit("echo", 1, () => Promise.reject(wrong));
    await own.after(50);
    expect(failures).toEqual([[wrong, "echo"]]);
  });

  it("is reported when it answers with what cannot be sent, and the asker is not told anything false", async () => {
    const { scene: own, socket, failures } = await scene();
    socket.on("ask", () => 1n);
    own.say(event("ask", 0));
    await own.after(50);
    expect(failures).toMatchObject([[{ code: "not_serializable" }, "ask"]]);
  });
});

describe("an answer that is an error", () => {
  it("rejects with its code, its reason and its data", async () => {
    const { scene: own, socket } = await scene();
    const outcome = socket.emitWithAck("silence").catch((error: WirewayError) => error);
    await own.after(20);
    own.say({
      type: "error",
      namespace: "/",
      id: 0,
      data: { code: "rejected", event: "silence", reason: "no", data: 1 },
    });
    await own.after(50);
    expect(await outcome).toMatchObject({ code: "rejected", details: { name: "silence", reason: "no", data: 1 } });
  });

  it("reaches a callback that can be told of it, and no other", async () => {
    const { scene: own, socket } = await scene();
    const [plain, told] = [vi.fn(), vi.fn()];
    socket.emit("silence", plain);
    socket.timeout(5_000).emit("silence", told);
    await own.after(20);
    for (const id of [0, 1]) own.say({ type: "error", namespace: "/", id, data: { code: "invalid_arguments" } });
    await own.after(50);
    expect(plain).not.toHaveBeenCalled();
    expect(told.mock.calls).toMatchObject([[{ code: "invalid_arguments" }]]);
  });

  it("to nothing in particular is a warning", async () => {
    const { scene: own, socket } = await scene();
    const warned = vi.fn();
    socket.on("warning", warned);
    own.say({ type: "error", namespace: "/", data: { code: "rate_limited" } });
    own.say({ type: "error", namespace: "/", data: { code: "something newer", event: "chat" } });
    await own.after(50);
    expect(warned.mock.calls).toMatchObject([
      [{ code: "rate_limited" }],
      [{ code: "rejected", details: { name: "chat" } }],
    ]);
  });
});

describe("an acknowledgement", () => {
  it("is given up by a signal, and a late one leaves nothing behind", async () => {
    const { scene: own, socket } = await scene();
    const abort = new AbortController();
    const outcome = socket
      .with({ signal: abort.signal })
      .emitWithAck("silence")
      .catch(({ code }: WirewayError) => code);
    await own.after(20);
    abort.abort();
    own.say({ type: "ack", namespace: "/", id: 0, args: ["late"] });
    await own.after(50);
    expect(await outcome).toBe("aborted");
  });

  it("that was given up before is not asked for", async () => {
    const { scene: own, socket } = await scene();
    const signal = AbortSignal.abort();
    await expect(socket.with({ signal }).emitWithAck("silence")).rejects.toMatchObject({ code: "aborted" });
    await own.after(20);
    expect(own.heard.filter(({ type }) => type === "event")).toEqual([]);
  });

  it("shows that its event arrived, so that it is not handed back", async () => {
    const { scene: own, socket } = await scene();
    const events: string[] = [];
    socket.on("disconnect", (_reason, { unconfirmed }) => events.push(...unconfirmed.map((one) => one.event)));
    const answered = socket.emitWithAck("echo", 1);
    await own.after(50);
    await answered;
    socket.emit("perhaps lost");
    own.restart();
    await own.after(1_000);
    expect(events).toEqual(["perhaps lost"]);
  });
});

it("hears everything that it emits itself, before it leaves", async () => {
  const { scene: own, socket } = await scene();
  const heard: unknown[] = [];
  const undo = socket.onAnyOutgoing((...args) => heard.push(args));
  socket.emit("one", 1, () => undefined);
  socket.volatile.emit("two");
  socket.send("three");
  undo();
  socket.emit("four");
  await own.after(50);
  expect(heard).toEqual([["one", 1], ["two"], ["message", "three"]]);
  expect(own.heard.filter(({ type }) => type === "event")).toHaveLength(4);
});

it("takes callbacks without types of their own where the events have no description", async () => {
  const { scene: own, socket } = await scene();
  const heard: unknown[] = [];
  const anything: unknown = 1;
  socket.emit("echo", anything, (answer) => {
    expectTypeOf(answer).toEqualTypeOf<unknown>();
    heard.push(answer);
  });
  socket.timeout(5_000).emit("echo", 2, (error, answer) => heard.push(error, answer));
  socket.emit("echo", 3, (answer: number) => heard.push(answer + 1));
  await own.after(50);
  expect(heard).toEqual([1, undefined, 2, 4]);
});
