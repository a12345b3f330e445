import { describe, expect, test } from "vitest";
import { confirmEvery, Ledger, slowestBytesPerSecond, transferMs } from "./ledger.ts";
import { createMessage } from "./packet.ts";
import { defaultTerms as terms } from "./terms.ts";

const never = Number.POSITIVE_INFINITY;

describe("what arrives", () => {
  test("is taken once, in order, whoever carried it", () => {
    const ledger = new Ledger(1_000);
    expect(ledger.take(1, "a", 0)).toBe("taken");
    expect(ledger.take(1, "a", 0)).toBe("double");
    expect(ledger.take(3, "c", 0)).toBe("gap");
    expect(ledger.take(2, "b", 0)).toBe("taken");
    expect(ledger.take(1, "a", 0)).toBe("double");
    expect(ledger.received).toBe(2);
    expect(ledger.delivered()).toEqual(["a", "b"]);
    expect(ledger.delivered()).toEqual([]);
  });
});

describe("what is owed", () => {
  test("nothing, when nothing came or all was told", () => {
    const ledger = new Ledger(1_000);
    expect(ledger.confirmDeadline(terms)).toBe(never);
    ledger.oweAgain(5);
    expect(ledger.confirmDeadline(terms)).toBe(never);
    ledger.take(1, "a", 10);
    ledger.told();
    expect(ledger.confirmDeadline(terms)).toBe(never);
  });

  test("a confirmation, confirmDelayMs after the first message that was not told", () => {
    const ledger = new Ledger(1_000);
    ledger.take(1, "a", 10);
    ledger.take(2, "b", 500);
    ledger.take(2, "b", 700);
    expect(ledger.confirmDeadline(terms)).toBe(10 + terms.confirmDelayMs);
  });

  test("at once after 256 messages", () => {
    const ledger = new Ledger(1_000);
    for (let number = 1; number < confirmEvery.messages; number++) ledger.take(number, "", 10);
    expect(ledger.confirmDeadline(terms)).toBe(10 + terms.confirmDelayMs);
    ledger.take(256, "", 20);
    expect(ledger.confirmDeadline(terms)).toBe(10);
    ledger.told();
    ledger.take(257, "", 30);
    expect(ledger.confirmDeadline(terms)).toBe(30 + terms.confirmDelayMs);
  });

  test("at once after 64 KiB, text or binary", () => {
    for (const half of ["é".repeat(confirmEvery.bytes / 4), new Uint8Array(confirmEvery.bytes / 2)]) {
      const ledger = new Ledger(1_000);
      ledger.take(1, half, 10);
      expect(ledger.confirmDeadline(terms)).toBe(10 + terms.confirmDelayMs);
      ledger.take(2, half, 20);
      expect(ledger.confirmDeadline(terms)).toBe(10);
    }
  });

  test("again, once the connection that it was told over is another", () => {
    const ledger = new Ledger(1_000);
    ledger.take(1, "a", 10);
    ledger.told();
    ledger.oweAgain(50);
    ledger.oweAgain(60);
    expect(ledger.confirmDeadline(terms)).toBe(50 + terms.confirmDelayMs);
  });
});

describe("progress", () => {
  const patience = terms.confirmDelayMs + terms.pingTimeoutMs;

  test("is not waited for while nothing is unconfirmed", () => {
    const ledger = new Ledger(1_000);
    expect(ledger.progressDeadline(terms, 0)).toBe(never);
    ledger.push(createMessage("a"), 10);
    ledger.confirm(1, 20);
    expect(ledger.progressDeadline(terms, 0)).toBe(never);
  });

  test("counts from the first message, the last confirmation, or the move, whichever was last", () => {
    const ledger = new Ledger(1_000);
    const at = (): number => ledger.progressDeadline(terms, 7) - patience - transferMs(64);
    ledger.push(createMessage(""), 10);
    ledger.push(createMessage(""), 500);
    expect(at()).toBe(10);
    ledger.confirm(1, 700);
    expect(at()).toBe(700);
    // Old news is no progress.
    ledger.confirm(1, 900);
    ledger.confirm(0, 900);
    expect(at()).toBe(700);
    ledger.confirm(2, 1_000);
    ledger.push(createMessage(""), 5_000);
    expect(at()).toBe(5_000);
    expect(ledger.progressDeadline(terms, 9_000)).toBe(9_000 + patience + transferMs(64));
  });

  test("has the time that the slowest road takes for the oldest message, and for what may be written before the next confirmation", () => {
    const ledger = new Ledger(never);
    ledger.push(createMessage(new Uint8Array(1_000_000)), 0);
    expect(ledger.progressDeadline(terms, 0)).toBe(patience + transferMs(1_000_064));
    for (let index = 0; index < 10; index++) ledger.push(createMessage(new Uint8Array(50_000)), 0);
    expect(ledger.progressDeadline(terms, 0)).toBe(patience + transferMs(1_000_000 + confirmEvery.bytes));
    expect(transferMs(slowestBytesPerSecond)).toBe(1_000);
    expect(transferMs(1)).toBe(1);
  });

  test("does not put its end off for what is said while it is waited for", () => {
    const ledger = new Ledger(never);
    ledger.push(createMessage("a"), 0);
    const deadline = ledger.progressDeadline(terms, 0);
    for (let at = 150; at < 5_000; at += 50) ledger.push(createMessage("x".repeat(1_000)), at);
    expect(ledger.progressDeadline(terms, 0)).toBe(deadline);
    // Once they are confirmed in part, or leave anew, the rest may be under way together.
    ledger.confirm(1, 5_000);
    expect(ledger.progressDeadline(terms, 0)).toBe(5_000 + patience + transferMs(1_000 + confirmEvery.bytes));
  });

  test("a count beyond what was sent is refused", () => {
    const ledger = new Ledger(1_000);
    ledger.push(createMessage("a"), 0);
    expect(ledger.confirm(2, 0)).toBe(false);
    expect(ledger.outbox.acked).toBe(0);
  });
});
