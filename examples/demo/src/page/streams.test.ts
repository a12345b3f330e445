// The page's sums: what was sent has always either arrived, or waits, or was handed back.

import { describe, expect, it } from "vitest";
import type { Report } from "../shared/events.ts";
import { Streams } from "./streams.ts";

const arrived = (received: number): Report => ({ received, lost: 0, doubled: 0, outOfOrder: 0 });

function sendUpTo(count: number): Streams {
  const streams = new Streams();
  for (let n = 0; n < count; n += 1) streams.beat(() => {});
  return streams;
}

const events = (...numbers: number[]): { event: string; args: unknown[] }[] =>
  numbers.map((n) => ({ event: "up", args: [n, 0, []] }));

describe("streams", () => {
  it("counts what the server has not told of as waiting", () => {
    const streams = sendUpTo(5);
    streams.heard(0, 1, arrived(3));
    expect(streams.up).toMatchObject({ sent: 5, received: 3, waiting: 2, handedBack: 0, lost: 0 });
  });

  it("does not count what could not be sent", () => {
    const streams = sendUpTo(1);
    const refuse = (): void => {
      throw new Error("full");
    };
    expect(() => streams.beat(refuse)).toThrow("full");
    expect(streams.up.sent).toBe(1);
  });

  it("hands back the unconfirmed end of a session and calls nothing lost", () => {
    const streams = sendUpTo(5);
    streams.heard(0, 0, arrived(2));
    streams.ended([...events(3, 4), { event: "chat", args: ["id", "text"] }]);
    expect(streams.up).toMatchObject({ sent: 5, received: 3, waiting: 0, handedBack: 2, lost: 0 });
  });

  it("begins at zero again in the next session and keeps the sums", () => {
    const streams = sendUpTo(3);
    for (const n of [0, 1]) streams.heard(n, 0, arrived(3));
    streams.ended([]);
    const sent: number[] = [];
    streams.beat((n, confirmed) => sent.push(n, confirmed));
    streams.heard(0, 0, arrived(1));
    expect(sent).toEqual([0, 0]);
    expect(streams.up).toMatchObject({ sent: 4, received: 4, waiting: 0 });
    expect(streams.down).toMatchObject({ received: 3, lost: 0, doubled: 0 });
  });

  it("notices a hole in what is handed back", () => {
    const streams = sendUpTo(5);
    streams.ended(events(2, 4));
    expect(streams.up.lost).toBe(1);
  });

  it("notices what came down twice, and what the server saw going wrong", () => {
    const streams = sendUpTo(4);
    const report: Report = { received: 3, lost: 1, doubled: 2, outOfOrder: 0 };
    for (const n of [0, 1, 1]) streams.heard(n, 0, report);
    expect(streams.down.doubled).toBe(1);
    expect(streams.up).toMatchObject({ lost: 1, doubled: 2 });
  });
});
