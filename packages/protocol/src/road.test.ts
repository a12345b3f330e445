import { describe, expect, test } from "vitest";
import { connection } from "../test/recorder.ts";
import { Ledger, transferMs } from "./ledger.ts";
import { createMessage, type Packet } from "./packet.ts";
import { Road } from "./road.ts";
import { defaultTerms as terms } from "./terms.ts";
import type { Connection } from "./transport.ts";

function scene(more: Partial<Connection> = {}): {
  road: Road;
  ledger: Ledger;
  send: (...texts: string[]) => void;
  filled: () => string[];
} {
  const ledger = new Ledger(Number.POSITIVE_INFINITY);
  const road = new Road(connection("ws", more), 0);
  road.epoch = 1;
  road.speaking = true;
  return {
    road,
    ledger,
    send: (...texts) => {
      for (const text of texts) ledger.push(createMessage(text), 0);
    },
    filled: () => {
      const packets: Packet[] = [];
      if (road.needsBase(ledger)) packets.push({ type: "open", data: String(road.base(ledger)) });
      road.fill(packets, ledger, 65_536);
      return packets.map(({ type, data }) => (type === "message" ? String(data) : `${type} ${String(data)}`));
    },
  };
}

describe("a stream", () => {
  test("writes each message once, and announces a base only where it starts or jumps", () => {
    const { road, ledger, send, filled } = scene();
    send("a", "b");
    expect(filled()).toEqual(["open 1", "a", "b"]);
    expect(road.wants(ledger)).toBe(false);
    send("c");
    expect(filled()).toEqual(["c"]);
    // What another road brought meanwhile is left out, and that is announced.
    send("d", "e", "f");
    ledger.confirm(5, 0);
    expect(filled()).toEqual(["open 6", "f"]);
  });

  test("that is announced again goes on behind what was written, confirmed or not", () => {
    const { road, send, filled } = scene();
    send("a", "b");
    filled();
    send("c");
    road.announcing = true;
    expect(filled()).toEqual(["open 3", "c"]);
  });

  test("is written to however much waits", () => {
    const { send, filled } = scene();
    send(...Array.from({ length: 10_000 }, () => "x".repeat(100)));
    expect(filled()).toHaveLength(10_001);
  });
});

describe("an exchange", () => {
  test("begins each body at the first unconfirmed message", () => {
    const { road, ledger, send, filled } = scene({ lane: "exchange" });
    expect(road.ready).toBe(false);
    send("a", "b");
    expect(filled()).toEqual(["open 1", "a", "b"]);
    expect(filled()).toEqual(["open 1", "a", "b"]);
    ledger.confirm(1, 0);
    expect(filled()).toEqual(["open 2", "b"]);
  });

  test("closes a body at 64 KiB, but one message always fits", () => {
    const { ledger, send, filled } = scene({ lane: "exchange" });
    send("x".repeat(300_000), "y".repeat(65_536), "c");
    expect(filled().map(({ length }) => length)).toEqual([6, 300_000]);
    ledger.confirm(1, 0);
    expect(filled().map(({ length }) => length)).toEqual([6, 65_536]);
    ledger.confirm(2, 0);
    expect(filled()).toEqual(["open 3", "c"]);
  });

  test("has no body that the slowest road could not carry before the progress deadline", () => {
    const { ledger, send, filled } = scene({ lane: "exchange" });
    send(...Array.from({ length: 500 }, () => "x".repeat(1_000)));
    const bytes = filled().slice(1).join("").length;
    expect(bytes).toBeGreaterThan(64_000);
    const allowedMs = ledger.progressDeadline(terms, 0) - terms.confirmDelayMs - terms.pingTimeoutMs;
    expect(transferMs(bytes)).toBeLessThanOrEqual(allowedMs);
  });
});

describe("a flight", () => {
  test("is 16 KiB in all, however many writes it takes", () => {
    const { road, send, filled } = scene();
    road.epoch = 0;
    send("x".repeat(10_000));
    expect(filled().map(({ length }) => length)).toEqual([6, 10_000]);
    send("y".repeat(6_384));
    expect(filled().map(({ length }) => length)).toEqual([6_384]);
    send("c");
    expect(filled()).toEqual([]);
    road.epoch = 1;
    expect(filled()).toEqual(["c"]);
  });

  test("leaves the bodies after the answer their full size", () => {
    const { road, send, ledger, filled } = scene({ lane: "exchange" });
    road.epoch = 0;
    send(...Array.from({ length: 200 }, () => "x".repeat(1_000)));
    expect(filled()).toHaveLength(1 + 16);
    road.epoch = 1;
    ledger.confirm(16, 0);
    expect(filled()).toHaveLength(1 + 65);
  });

  test("takes no message that is larger than it; that one waits for the answer", () => {
    const { road, send, filled } = scene();
    road.epoch = 0;
    send("x".repeat(16_385));
    expect(filled()).toEqual(["open 1"]);
    road.epoch = 1;
    expect(filled().map(({ length }) => length)).toEqual([16_385]);
  });
});

test("says each count once per write, with what was received by then", () => {
  const { road, ledger, filled } = scene();
  road.say("pong");
  road.say("noop");
  road.say("pong");
  ledger.take(1, "a", 0);
  expect(road.counts).toBe(true);
  expect(filled()).toEqual(["pong 1", "noop 1"]);
  expect(road.counts).toBe(false);
});

test("writes no message while it does not speak, but counts", () => {
  const { road, send, ledger, filled } = scene();
  road.speaking = false;
  send("a");
  expect(road.wants(ledger)).toBe(false);
  road.ping(0);
  expect(filled()).toEqual(["ping 0"]);
});

test("measures the round trip from its own ping to the pong", () => {
  const { road } = scene();
  road.ponged(5);
  expect(road.roundTripMs).toBeUndefined();
  road.ping(10);
  road.ponged(35);
  road.ponged(99);
  expect(road.roundTripMs).toBe(25);
});

test("is heard by its bytes too, but only by new ones", () => {
  let bytesReceived = 5;
  const { road } = scene({
    get bytesReceived() {
      return bytesReceived;
    },
  });
  expect(road.heardBytes(100)).toBe(true);
  expect(road.silenceDeadline(terms)).toBe(100 + terms.pingIntervalMs + terms.pingTimeoutMs);
  expect(road.heardBytes(200)).toBe(false);
  bytesReceived = 6;
  expect(road.heardBytes(300)).toBe(true);
  expect(scene().road.heardBytes(100)).toBe(false);
  // What came with a packet, or before it, is no sign of life later.
  bytesReceived = 70;
  road.heard(400);
  expect(road.heardBytes(500)).toBe(false);
});

test("misses what the peer says it wrote, since it was said or something was last heard", () => {
  const { road, ledger } = scene();
  expect(road.expectedSince(ledger)).toBe(Number.POSITIVE_INFINITY);
  road.expect(2, 50);
  road.expect(1, 70);
  expect(road.expectedSince(ledger)).toBe(50);
  road.heardAt = 80;
  expect(road.expectedSince(ledger)).toBe(80);
  ledger.take(1, "a", 80);
  ledger.take(2, "b", 80);
  expect(road.expectedSince(ledger)).toBe(Number.POSITIVE_INFINITY);
});
