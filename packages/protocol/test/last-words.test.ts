// What a close says and how it is heard, at each end by itself: both keep to the same rules.

import { expect, test } from "vitest";
import { ClientSession } from "../src/client-session.ts";
import type { CloseReason } from "../src/close-codes.ts";
import { closeCodes } from "../src/close-table.ts";
import { closePacket, openPacket } from "../src/open.ts";
import { createMessage, type Packet } from "../src/packet.ts";
import type { Road } from "../src/road.ts";
import { ServerSession } from "../src/server-session.ts";
import { defaultTerms as terms } from "../src/terms.ts";
import { connection, drained } from "./recorder.ts";

const token = "token-token-token-token";
const nonce = "nonce-nonce-nonce-nonce";
const maxUnconfirmedBytes = 1_000_000;
const text = (data: string): Packet => ({ type: "message", data });

/** A client's session that moved to its first connection. */
function client(): { session: ClientSession; road: Road } {
  const session = new ClientSession({ nonce, maxUnconfirmedBytes, score: () => 0 }, 0);
  const road = session.dial(connection("ws"), 0);
  drained(session, 0);
  const answer = openPacket({ id: "id".repeat(11), token, received: 0, epoch: 1, terms, first: 1 });
  session.receive(road, [answer, { type: "pong", data: "0" }], 0);
  drained(session, 0);
  return { session, road };
}

/** A server's session that was moved to its first connection. */
function server(): { session: ServerSession; road: Road } {
  const session = new ServerSession({ id: "id".repeat(11), token, terms, maxUnconfirmedBytes }, 0);
  const road = session.accept(connection("ws"), { nonce, received: 0, first: 1 }, [], 0);
  session.receive(road, [openPacket({ received: 0, epoch: 1, first: 1 })], 0);
  drained(session, 0);
  return { session, road };
}

const ends = [
  ["a client", client],
  ["a server", server],
] as const;

test.each(ends)("%s tells its last count before its close, also when nothing else is left to say", (_name, open) => {
  const { session, road } = open();
  session.receive(road, [text("x"), text("y")], 0);
  drained(session, 0);
  session.close("closed", undefined, 0);
  expect(drained(session, 0)[0]).toBe("ws: noop 2, close 3000");
});

test.each(ends)("%s tells it in one write with what is left, and the close comes last", (_name, open) => {
  const { session, road } = open();
  session.receive(road, [text("x")], 0);
  drained(session, 0);
  session.send(createMessage("a"), 0);
  session.close("closed", undefined, 0);
  expect(drained(session, 0)[0]).toBe("ws: noop 1, a, close 3000");
});

test.each(ends)("%s takes a close with a connection's code for an error of the protocol", (_name, open) => {
  for (const reason of Object.keys(closeCodes) as CloseReason[]) {
    const { session, road } = open();
    session.receive(road, [closePacket(reason)], 0);
    const ended = closeCodes[reason].next === "resume" ? "protocol_error" : reason;
    expect(drained(session, 0).at(-1)).toBe(`ended ${ended} by remote`);
  }
});

test.each(ends)("%s that leaves for the server's sake delivers what it confirms with its last words", (_name, open) => {
  const { session, road } = open();
  session.close("server_closing", undefined, 0);
  session.receive(road, [text("x")], 0);
  expect(drained(session, 0).slice(0, 2)).toEqual(["deliver x", "ws: noop 1, close 3001"]);
});
