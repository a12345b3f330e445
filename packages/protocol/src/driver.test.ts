import { expect, test } from "vitest";
import { connection } from "../test/recorder.ts";
import { TestClock } from "../test/test-clock.ts";
import { isBehind } from "./behind.ts";
import { ClientSession } from "./client-session.ts";
import { encodePacket } from "./codec.ts";
import { Driver, type DriverListener } from "./driver.ts";
import { openPacket } from "./open.ts";
import { createMessage, type Packet } from "./packet.ts";
import { ServerSession } from "./server-session.ts";
import { defaultTerms as terms } from "./terms.ts";
import type { ConnectionListener } from "./transport.ts";

class Scene {
  readonly clock = new TestClock();
  readonly log: string[] = [];
  readonly writes: (readonly Packet[])[] = [];
  readonly listener: DriverListener;
  readonly driver: Driver<ClientSession>;
  connection: ConnectionListener | undefined;
  bufferedBytes = 0;

  constructor(listener: Partial<DriverListener> = {}) {
    const session = new ClientSession({ nonce: "n".repeat(22), maxUnconfirmedBytes: 10_000, score: () => 0 }, 0);
    this.listener = {
      message: (data) => this.log.push(`message ${String(data)}`),
      changed: () => this.log.push("changed"),
      lost: (_road, { reason }, dropped) => this.log.push(`${dropped ? "dropped" : "lost"} ${reason}`),
      redirected: ({ withinMs, url }) => this.log.push(`redirected within ${withinMs} ms to ${url}`),
      progressed: () => this.log.push("progressed"),
      ended: ({ reason }, unconfirmed) => this.log.push(`ended ${reason}, ${unconfirmed.length} unconfirmed`),
      ...listener,
    };
    this.driver = new Driver(session, this.clock, this.listener);
  }

  /** Opens a connection and lets the server answer and prove it. */
  settle(): this {
    this.driver.dial(
      (listener) => {
        this.connection = listener;
        const bufferedBytes = (): number => this.bufferedBytes;
        return connection("ws", {
          get bufferedBytes() {
            return bufferedBytes();
          },
          send: (packets) => this.writes.push(packets),
          close: (reason) => this.log.push(`close ${reason}`),
        });
      },
      (session, made, now) => session.dial(made, now),
    );
    this.receive(openPacket({ id: "i".repeat(22), token: "t".repeat(22), received: 0, epoch: 1, first: 1 }), {
      type: "pong",
      data: "0",
    });
    this.clock.settle();
    this.log.length = 0;
    this.writes.length = 0;
    return this;
  }

  receive(...packets: Packet[]): void {
    this.connection?.received(packets);
  }

  /** What was written, a line for each write. */
  get written(): string[] {
    return this.writes.map((packets) => packets.map(encodePacket).join(" "));
  }
}

const text = (data: string): Packet => ({ type: "message", data });

test("whatever the running code sends leaves in one write, when it has returned", () => {
  const scene = new Scene().settle();
  for (const data of ["a", "b", "c"]) expect(scene.driver.send(data)).toBe(true);
  expect(scene.written).toEqual([]);
  scene.clock.settle();
  expect(scene.written).toEqual(["4a 4b 4c"]);
});

test("what arrives is delivered when the running code has returned, in order", () => {
  const scene = new Scene().settle();
  scene.receive(text("a"), text("b"));
  scene.receive(text("c"));
  expect(scene.log).toEqual([]);
  scene.clock.settle();
  expect(scene.log).toEqual(["message a", "message b", "message c"]);
});

test("a handler that sends is not called again from inside, and its answers leave together", () => {
  let depth = 0;
  const scene: Scene = new Scene({
    message: (data) => {
      expect(++depth).toBe(1);
      scene.driver.send(`re:${String(data)}`);
      scene.log.push(String(data));
      depth--;
    },
  }).settle();
  scene.receive(text("a"), text("b"));
  scene.clock.settle();
  expect(scene.log).toEqual(["a", "b"]);
  expect(scene.written).toEqual(["4re:a 4re:b"]);
});

test("a handler that closes gets nothing more, and what it sent before goes out before the close", () => {
  const scene: Scene = new Scene({
    message: (data) => {
      scene.log.push(String(data));
      scene.driver.send("last");
      scene.driver.close("closed", "enough");
      expect(scene.driver.send("too late")).toBe(false);
    },
  }).settle();
  scene.receive(text("a"), text("b"));
  scene.clock.settle();
  expect(scene.log).toEqual(["a", "close closed", "dropped closed", "ended closed, 1 unconfirmed"]);
  expect(scene.written).toEqual(['62 4last 1{"code":3000,"reason":"enough"}']);
});

test("a handler of the end may do anything, and nothing comes of it", () => {
  const scene: Scene = new Scene({
    ended: () => {
      scene.log.push("ended");
      expect(scene.driver.send("x")).toBe(false);
      scene.driver.close("closed");
      scene.receive(text("b"));
      scene.connection?.closed({ reason: "lost" });
    },
  }).settle();
  scene.driver.close("closed");
  scene.clock.advance(1_000_000);
  expect(scene.log.filter((line) => line === "ended")).toHaveLength(1);
});

test("a connection that ends is told once by the platform, and sends nothing after", () => {
  const scene = new Scene().settle();
  scene.connection?.closed({ reason: "lost" });
  scene.connection?.closed({ reason: "lost" });
  scene.receive(text("late"));
  scene.clock.settle();
  expect(scene.log).toEqual(["lost lost", "changed"]);
});

test("one timer serves everything, and a later deadline does not arm it again", () => {
  const scene = new Scene().settle();
  expect(scene.clock.timers).toBe(1);
  const before = scene.clock.armings;
  for (let count = 0; count < 100; count++) {
    scene.clock.advance(10);
    scene.receive({ type: "ping", data: "0" });
    scene.clock.settle();
  }
  expect(scene.clock.armings).toBe(before);
  // The silence is noticed in time all the same, counted from the last word.
  scene.clock.advance(terms.pingIntervalMs + terms.pingTimeoutMs - 1);
  expect(scene.log).toEqual([]);
  scene.clock.advance(1);
  expect(scene.log).toEqual(["close silent", "dropped silent", "changed"]);
});

test("an earlier deadline is kept", () => {
  const scene = new Scene().settle();
  scene.receive(text("a"));
  scene.clock.advance(terms.confirmDelayMs);
  expect(scene.written).toEqual(["61"]);
});

test("a session that is over asks for no more time", () => {
  const scene = new Scene().settle();
  scene.driver.close("closed");
  scene.clock.settle();
  const { armings } = scene.clock;
  scene.clock.advance(10_000_000);
  expect(scene.clock.armings).toBe(armings);
});

test("a message is encoded once, however many drivers send it", () => {
  const scenes = [new Scene().settle(), new Scene().settle()];
  const message = createMessage("news");
  for (const { driver } of scenes) driver.send(message);
  for (const { clock, written } of scenes) {
    clock.settle();
    expect(written).toEqual([]);
  }
  expect(scenes.map(({ written }) => written)).toEqual([["4news"], ["4news"]]);
  expect(scenes.every(({ writes }) => writes[0]?.[0] === message)).toBe(true);
  expect(message.encoded).toBe("4news");
});

test("the end hands back what was not confirmed", () => {
  const scene = new Scene();
  scene.driver.send("a");
  scene.driver.send("b");
  scene.driver.close("closed");
  scene.clock.settle();
  expect(scene.log).toEqual(["ended closed, 2 unconfirmed"]);
});

test("a redirect reaches the listener", () => {
  const scene = new Scene().settle();
  scene.receive({ type: "redirect", data: `{"withinMs":7,"url":"/elsewhere"}` });
  scene.clock.settle();
  expect(scene.log).toEqual(["redirected within 7 ms to /elsewhere"]);
});

test("tells of progress only while somebody watches", () => {
  const scene = new Scene().settle();
  scene.driver.send("a");
  scene.clock.settle();
  expect(scene.log).toEqual([]);
  scene.driver.isWatched = true;
  scene.receive({ type: "noop", data: "1" });
  scene.clock.settle();
  expect(scene.log).toEqual(["progressed"]);
});

test("what is not taken is no progress, or whoever tries again then would do so for ever", () => {
  let tries = 0;
  const scene = new Scene({
    progressed: () => {
      if (tries++ < 100) scene.driver.send("x".repeat(20_000));
    },
  }).settle();
  scene.driver.isWatched = true;
  scene.driver.send("a");
  scene.clock.settle();
  expect(tries).toBe(1);
});

test("a server's session that one message too many ended says so at once", () => {
  const clock = new TestClock();
  const options = { id: "i".repeat(22), token: "t".repeat(22), terms, maxUnconfirmedBytes: 100 };
  const ended: string[] = [];
  const driver = new Driver(new ServerSession(options, 0), clock, {
    ...new Scene().listener,
    ended: ({ reason }) => void ended.push(reason),
  });
  clock.settle();
  expect(driver.send("x".repeat(200))).toBe(false);
  clock.settle();
  expect(ended).toEqual(["too_far_behind"]);
});

test("a peer is behind without a road, with much unconfirmed, and with much that waits to leave", () => {
  const scene = new Scene();
  const { session } = scene.driver;
  expect(isBehind(session, 1_000)).toBe(true);
  scene.settle();
  expect(isBehind(session, 1_000)).toBe(false);
  scene.driver.send("a".repeat(2_000));
  expect(isBehind(session, 1_000)).toBe(true);
  expect(isBehind(session, 5_000)).toBe(false);
  for (let count = 0; count < 100; count++) scene.driver.send("b");
  expect(isBehind(session, 10_000)).toBe(false);
  scene.bufferedBytes = 16_000;
  expect(isBehind(session, 10_000)).toBe(true);
  scene.clock.settle();
  scene.bufferedBytes = 0;
  expect(isBehind(session, 10_000)).toBe(false);
});
