import { expect, test } from "vitest";
import { connection, drained } from "../test/recorder.ts";
import { announce } from "./announce.ts";
import { openPacket } from "./open.ts";
import { createMessage, type Packet } from "./packet.ts";
import { ServerSession } from "./server-session.ts";
import type { SessionSink } from "./session.ts";
import { defaultTerms as terms } from "./terms.ts";
import type { Connection } from "./transport.ts";

const token = "token-token-token-token";
const noop = (received: number): Packet => ({ type: "noop", data: String(received) });
const run = [createMessage("a"), createMessage("b")];

/** A session that has moved to its connection, and what was written there since. */
function settled(more: Partial<Connection> = {}) {
  const session = new ServerSession({ id: "id".repeat(11), token, terms, maxUnconfirmedBytes: 10_000 }, 0);
  const road = session.accept(connection("ws", more), { token, received: 0, first: 1 }, [], 0);
  session.receive(road, [openPacket({ received: 0, epoch: road.epoch, first: 1 })], 0);
  drained(session, 0);
  const written: (readonly Packet[])[] = [];
  const sink = { write: (_road, packets) => void written.push(packets) } as Partial<SessionSink> as SessionSink;
  const said = (messages = run): boolean => announce(session, messages, 2, 1, sink);
  return { session, road, written, said };
}

test("an announcement is written as the list that all share, and kept until it is confirmed", () => {
  const { session, road, written, said } = settled();
  expect(said()).toBe(true);
  expect(written).toEqual([run]);
  expect(written[0]).toBe(run);
  expect(session.ledger.outbox.list()).toEqual(run);
  expect(drained(session, 1)).toEqual([]);
  session.receive(road, [noop(2)], 2);
  expect(session.ledger.outbox.length).toBe(0);
});

test("an announcement comes behind what was written before, and before what is written next", () => {
  const { session, said } = settled();
  session.send(createMessage("before"), 0);
  expect(drained(session, 0)).toEqual(["ws: before"]);
  expect(said()).toBe(true);
  session.send(createMessage("after"), 1);
  expect(drained(session, 1)).toEqual(["ws: after"]);
  expect(session.ledger.outbox.list().map(({ data }) => data)).toEqual(["before", "a", "b", "after"]);
});

test("nothing is done where something waits to be written before", () => {
  const { session, written, said } = settled();
  session.send(createMessage("before"), 0);
  expect(said()).toBe(false);
  expect(written).toEqual([]);
  expect(drained(session, 0)).toEqual(["ws: before"]);
});

test("nothing is done without a connection, on a full one, on polls, and at the end", () => {
  const gone = settled();
  gone.session.closed(gone.road, 0);
  const full = settled({ isFull: true });
  const polled = settled({ lane: "exchange" });
  const ending = settled();
  ending.session.close("closed", undefined, 0);
  for (const { said, session } of [gone, full, polled, ending]) {
    const { length } = session.ledger.outbox;
    expect(said()).toBe(false);
    expect(session.ledger.outbox.length).toBe(length);
  }
});

test("nothing is done while a newer connection may be spoken on as well", () => {
  const { session, said } = settled();
  session.accept(connection("newer"), { token, received: 0, first: 1 }, [], 0);
  drained(session, 0);
  expect(said()).toBe(false);
  expect(session.ledger.outbox.length).toBe(0);
});

test("a count alone needs no drain, unless it answers one who asked", () => {
  const { session, road, said } = settled();
  said();
  expect(session.receive(road, [noop(1)], 2)).toBe(false);
  expect(session.receive(road, [noop(1), noop(1)], 2)).toBe(true);
  session.advance(2 + 2 * terms.confirmDelayMs);
  drained(session, 2 + 2 * terms.confirmDelayMs);
  expect(session.receive(road, [noop(2)], 3_000)).toBe(true);
  expect(session.receive(road, [noop(2)], 3_000)).toBe(false);
  expect(session.receive(road, [noop(3)], 3_000)).toBe(true);
});
