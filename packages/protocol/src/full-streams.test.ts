// What a server's session does with a stream that takes no more for now.

import { expect, test } from "vitest";
import { connection, drained } from "../test/recorder.ts";
import { openPacket } from "./open.ts";
import { createMessage } from "./packet.ts";
import type { Road } from "./road.ts";
import { ServerSession } from "./server-session.ts";
import { defaultTerms } from "./terms.ts";

interface Scene {
  readonly session: ServerSession;
  readonly road: Road;
  readonly platform: { isFull: boolean };
  drain(): string[];
}

/** A session on a stream whose platform's buffer fills up when it is told to. */
function scene(): Scene {
  const platform = { isFull: false };
  const names = { id: "id".repeat(11), token: "token-token-token-token" };
  const session = new ServerSession({ ...names, terms: defaultTerms, maxUnconfirmedBytes: 8_388_608 }, 0);
  const stream = Object.defineProperty(connection("ws"), "isFull", { get: () => platform.isFull });
  const road = session.accept(stream, { nonce: "nonce-nonce-nonce-nonce", received: 0, first: 1 }, [], 0);
  session.receive(road, [openPacket({ received: 0, epoch: 1, first: 1 })], 0);
  drained(session, 0);
  return { session, road, platform, drain: () => drained(session, 0) };
}

test("a stream is written to in portions, all at once while it takes them", () => {
  const { session, drain } = scene();
  for (const letter of "abc") session.send(createMessage(letter.repeat(200_000)), 0);
  expect(drain()).toEqual(["ws: a*200000", "ws: b*200000", "ws: c*200000"]);
});

test("a full stream gets nothing, counts neither, until what filled it has left", () => {
  const { session, road, platform, drain } = scene();
  platform.isFull = true;
  for (const letter of "ab") session.send(createMessage(letter.repeat(200_000)), 0);
  expect(drain()).toEqual(["ws: a*200000"]);
  session.receive(
    road,
    [
      { type: "message", data: "hello" },
      { type: "ping", data: "0" },
    ],
    0,
  );
  session.send(createMessage("c"), 0);
  expect(drain()).toEqual(["deliver hello"]);
  platform.isFull = false;
  session.settled(road, "send", [], 0);
  expect(drain()).toEqual(["ws: pong 1, b*200000, c"]);
});

test("a full stream leaves no deadline behind that has passed", () => {
  const { session, road, platform, drain } = scene();
  platform.isFull = true;
  session.send(createMessage("a"), 0);
  drain();
  session.receive(
    road,
    Array.from({ length: 300 }, () => ({ type: "message", data: "x" })),
    0,
  );
  drain();
  for (let rounds = 0, now = 0; now < 5_000; rounds++) {
    expect(rounds).toBeLessThan(20);
    now = session.deadline;
    session.advance(now);
    drain();
  }
});
