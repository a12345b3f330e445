// What the two ends do together, told as stories. Rules of one end alone stand beside their files.

import { describe, expect, test } from "vitest";
import { defaultTerms as terms } from "../src/terms.ts";
import { latencyMs, Pair } from "./pair.ts";

const roundTripMs = 2 * latencyMs;

/** A pair that talks over a duplex. */
function talking(...options: ConstructorParameters<typeof Pair>): { pair: Pair; line: ReturnType<Pair["duplex"]> } {
  const pair = new Pair(...options);
  const line = pair.duplex();
  pair.clock.advance(5 * roundTripMs);
  return { pair, line };
}

describe.each(["duplex", "polling"] as const)("over %s", (kind) => {
  test("from zero: the first message arrives after one way, and both ends agree on the road", () => {
    const pair = new Pair();
    pair.driver.send("a");
    const { road } = pair[kind]();
    pair.clock.advance(latencyMs);
    expect(pair.server.messages).toEqual(["a"]);
    pair.peer.send("b");
    pair.clock.advance(5 * roundTripMs);
    expect(pair.client.messages).toEqual(["b"]);
    expect(pair.driver.session.settledOn).toBe(road);
    expect(pair.peer.session.current?.epoch).toBe(road.epoch);
  });

  test("a resume loses and doubles nothing of what was under way", () => {
    const pair = new Pair();
    const line = pair[kind]();
    pair.clock.advance(5 * roundTripMs);
    line.mute.up = true;
    pair.driver.send("up 1");
    pair.peer.send("down 1");
    pair.clock.advance(latencyMs);
    line.mute.down = true;
    pair.driver.send("up 2");
    pair.peer.send("down 2");
    pair.clock.advance(latencyMs);
    line.cut();
    pair.driver.send("up 3");
    pair.peer.send("down 3");
    pair.clock.advance(1);
    expect(pair.driver.session.current).toBeUndefined();
    pair[kind]();
    pair.clock.advance(5 * roundTripMs);
    expect(pair.server.messages).toEqual(["up 1", "up 2", "up 3"]);
    expect(pair.client.messages).toEqual(["down 1", "down 2", "down 3"]);
    expect(pair.sessions).toBe(1);
  });

  test("the end comes behind everything that was sent, from either side", () => {
    for (const side of ["driver", "peer"] as const) {
      const pair = new Pair();
      pair[kind]();
      pair.clock.advance(5 * roundTripMs);
      const [sender, listener] = side === "driver" ? [pair.client, pair.server] : [pair.server, pair.client];
      pair[side].send("a");
      pair[side].send("b");
      pair[side].close("closed", "bye");
      pair.clock.advance(5 * roundTripMs);
      expect(listener.messages).toEqual(["a", "b"]);
      expect(listener.ended).toEqual({ reason: "closed", code: 3000, message: "bye", by: "remote" });
      expect(sender.ended?.by).toBe("local");
    }
  });

  test("what arrived before the end is not handed back, however young it is", () => {
    for (const side of ["driver", "peer"] as const) {
      const pair = new Pair();
      pair[kind]();
      pair.clock.advance(5 * roundTripMs);
      const [sender, receiver] = side === "driver" ? [pair.client, pair.server] : [pair.server, pair.client];
      const other = side === "driver" ? pair.peer : pair.driver;
      pair[side].send("a");
      pair.clock.advance(latencyMs);
      expect(receiver.messages).toEqual(["a"]);
      other.close("closed");
      pair.clock.advance(5 * roundTripMs);
      expect(sender.ended).toMatchObject({ reason: "closed", by: "remote" });
      expect(sender.unconfirmed).toEqual([]);
    }
  });

  test("both outboxes empty themselves, and then there is silence but for the heartbeat", () => {
    const pair = new Pair();
    pair[kind]();
    pair.clock.advance(5 * roundTripMs);
    for (let index = 0; index < 10; index++) {
      pair.driver.send(`up ${index}`);
      pair.peer.send(`down ${index}`);
    }
    pair.clock.advance(terms.confirmDelayMs + 5 * roundTripMs);
    expect(pair.driver.session.ledger.outbox.length).toBe(0);
    expect(pair.peer.session.ledger.outbox.length).toBe(0);
    pair.clock.advance(10 * terms.pingIntervalMs);
    expect(pair.driver.session.settledOn?.epoch).toBe(1);
    expect(pair.peer.session.current?.epoch).toBe(1);
  });
});

test("dials that race from zero meet in one session, and a message that both carry arrives once", () => {
  const pair = new Pair();
  pair.driver.send("a");
  const polling = pair.polling();
  const duplex = pair.duplex();
  pair.clock.advance(10 * roundTripMs);
  expect(pair.sessions).toBe(1);
  expect(pair.server.messages).toEqual(["a"]);
  expect(pair.driver.session.settledOn).toBe(duplex.road);
  pair.peer.send("b");
  pair.driver.send("c");
  pair.clock.advance(roundTripMs);
  expect([pair.client.messages, pair.server.messages]).toEqual([["b"], ["a", "c"]]);
  expect(polling.road.connection).not.toBe(pair.driver.session.current?.connection);
});

test("a better road that carries only one direction captures nothing, whichever it is", () => {
  for (const deaf of ["up", "down"] as const) {
    const pair = new Pair();
    const polling = pair.polling();
    pair.clock.advance(5 * roundTripMs);
    const duplex = pair.duplex();
    // The dial and its answer get through; then nothing does this way.
    pair.clock.advance(roundTripMs);
    expect(duplex.road.epoch).toBe(2);
    duplex.mute[deaf] = true;
    pair.driver.send("a");
    pair.peer.send("b");
    pair.clock.advance(5 * roundTripMs);
    expect(pair.driver.session.settledOn).toBe(polling.road);
    expect([pair.client.messages, pair.server.messages]).toEqual([["b"], ["a"]]);
  }
});

test("a dead road is left within confirmDelayMs + pingTimeoutMs when something is under way", () => {
  for (const deaf of ["up", "down"] as const) {
    const { pair, line } = talking();
    line.mute[deaf] = true;
    pair.driver.send("a");
    pair.peer.send("b");
    pair.clock.advance(terms.confirmDelayMs + terms.pingTimeoutMs + 100);
    expect(pair.driver.session.current === undefined || pair.peer.session.current === undefined).toBe(true);
    pair.clock.advance(terms.pingIntervalMs + terms.pingTimeoutMs);
    pair.duplex();
    pair.clock.advance(5 * roundTripMs);
    expect([pair.client.messages, pair.server.messages]).toEqual([["b"], ["a"]]);
  }
});

test("both ends forget a session that is not resumed, the server first, and the application gets back what was not confirmed", () => {
  const { pair, line } = talking();
  line.cut();
  pair.driver.send("a");
  pair.peer.send("b");
  pair.clock.advance(terms.resumeWindowMs + 1);
  expect(pair.server.ended?.reason).toBe("expired");
  expect(pair.server.unconfirmed).toEqual(["b"]);
  expect(pair.client.ended).toBeUndefined();
  pair.clock.advance(terms.pingIntervalMs + terms.pingTimeoutMs);
  expect(pair.client.ended?.reason).toBe("expired");
  expect(pair.client.unconfirmed).toEqual(["a"]);
  expect(pair.registry.size).toBe(0);
});

test("a resume that comes too late is told so", () => {
  const { pair, line } = talking();
  line.cut();
  pair.clock.advance(terms.resumeWindowMs + 1);
  pair.duplex();
  pair.clock.advance(5 * roundTripMs);
  expect(pair.client.ended).toMatchObject({ reason: "expired", by: "remote" });
  expect(pair.sessions).toBe(1);
});

test("a client that takes nothing is let go when it is maxUnconfirmedBytes behind", () => {
  const { pair, line } = talking({ maxUnconfirmedBytes: 10_000 });
  line.mute.up = true;
  let taken = 0;
  while (pair.peer.send("x".repeat(936))) taken++;
  pair.clock.advance(1);
  expect(taken).toBe(10);
  expect(pair.server.ended?.reason).toBe("too_far_behind");
  expect(pair.server.unconfirmed).toHaveLength(10);
});

test("steady traffic one way keeps the outbox short", () => {
  const { pair } = talking();
  let longest = 0;
  for (let second = 0; second < 3_000; second++) {
    pair.driver.send("x".repeat(300));
    pair.clock.advance(1);
    longest = Math.max(longest, pair.driver.session.ledger.outbox.length);
  }
  expect(longest).toBeLessThan(2 * 256);
  expect(pair.server.messages.length).toBeGreaterThan(2_900);
});

test("whatever is cut whenever, every message arrives once and in order", () => {
  for (let cutMs = 0; cutMs <= 120; cutMs++) {
    for (const kind of ["duplex", "polling"] as const) {
      const pair = new Pair();
      const line = pair[kind]();
      for (let index = 0; index < 10; index++) {
        pair.clock.after(8 * index, () => pair.driver.send(`up ${index}`));
        pair.clock.after(30 + 8 * index, () => pair.peer.send(`down ${index}`));
      }
      pair.clock.after(cutMs, () => {
        line.cut();
        pair.clock.after(1, () => pair[kind]());
      });
      pair.clock.advance(40 * roundTripMs);
      const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
      expect(pair.client.messages, `${kind}, cut at ${cutMs}`).toEqual(numbers.map((n) => `down ${n}`));
      expect(pair.server.messages, `${kind}, cut at ${cutMs}`).toEqual(numbers.map((n) => `up ${n}`));
    }
  }
});
