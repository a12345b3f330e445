import { FakeClock } from "@wireway/testkit";
import { expect, it } from "vitest";
import type { Handshake } from "../handshake.ts";
import { type Dial, Tickets } from "./tickets.ts";

function dial(body: string, cookie = ""): Dial {
  return { body, handshake: { url: "", headers: { cookie } } as Handshake };
}

it("gives back what a ticket stands for, once", () => {
  const tickets = new Tickets(new FakeClock());
  const ticket = tickets.issue(dial("body"));
  expect(ticket).toMatch(/^[\w-]{32}$/);
  expect(tickets.redeem(ticket).body).toBe("body");
  expect(() => tickets.redeem(ticket)).toThrow("ticket is unknown, used or expired");
});

it("forgets a ticket after ten seconds", () => {
  const clock = new FakeClock();
  const tickets = new Tickets(clock);
  const [early, late] = [tickets.issue(dial("early")), tickets.issue(dial("late"))];
  clock.advance(9_999);
  expect(tickets.redeem(early).body).toBe("early");
  clock.advance(1);
  expect(() => tickets.redeem(late)).toThrow();
});

it("holds no more than it may, and has room again when tickets are gone", () => {
  const clock = new FakeClock();
  const tickets = new Tickets(clock);
  const body = dial("x".repeat(16_384), "y".repeat(16_384));
  for (let count = 0; count < 256; count++) tickets.issue(body);
  expect(() => tickets.issue(body)).toThrow(expect.objectContaining({ code: "too_many_sessions", status: 503 }));
  clock.advance(10_000);
  for (let count = 0; count < 10_000; count++) tickets.issue(dial(""));
  expect(() => tickets.issue(dial(""))).toThrow();
});
