// A hundred messages a second each way, and the road is broken again and again. Both ends write down what they sent and
// what they got; the two have to agree to the letter.

import { connect } from "@wireway/client";
import { Random } from "@wireway/testkit";
import { describe, expect, test } from "vitest";
import { createStage, deferred, type Stage, transportNames, transports } from "./stage.ts";

const everyMs = 10;

interface Log {
  readonly sent: number[];
  readonly received: number[];
}

/** Talks both ways until `until` says so, then waits for everything to arrive. */
async function talk(
  stage: Stage,
  name: string,
  until: Promise<void>,
): Promise<{ up: Log; down: Log; disconnects: string[] }> {
  const up: Log = { sent: [], received: [] };
  const down: Log = { sent: [], received: [] };
  const disconnects: string[] = [];
  let speaking = true;
  let check = (): void => undefined;
  stage.wireway.on("connection", (socket) => {
    socket.on("up", (number: number) => {
      up.received.push(number);
      check();
    });
    const timer = setInterval(() => {
      if (!speaking) return;
      down.sent.push(down.sent.length);
      socket.emit("down", down.sent.length - 1);
    }, everyMs);
    socket.on("disconnect", () => clearInterval(timer));
  });
  const socket = connect(stage.url, { transports: [(transports[name] as () => never)()], forceNew: true });
  socket.on("down", (number: number) => {
    down.received.push(number);
    check();
  });
  socket.on("disconnect", (reason: string) => disconnects.push(reason));
  const timer = setInterval(() => {
    up.sent.push(up.sent.length);
    socket.emit("up", up.sent.length - 1);
  }, everyMs);
  await until;
  clearInterval(timer);
  speaking = false;
  const all = deferred();
  check = () => {
    if (up.received.length >= up.sent.length && down.received.length >= down.sent.length) all.resolve();
  };
  check();
  await all.promise;
  const seen = [...disconnects];
  void socket.close();
  return { up, down, disconnects: seen };
}

describe.concurrent.each(transportNames)("%s", (name) => {
  test("keeps count while the connection is cut twenty times", { timeout: 90_000 }, async () => {
    const stage = await createStage({ pingIntervalMs: 2_000, pingTimeoutMs: 1_000 });
    try {
      const random = new Random(transportNames.indexOf(name) + 1);
      const done = deferred();
      let cuts = 0;
      const cut = (): void => {
        // Nothing living: the client is between two connections; the cut comes when there is something to cut.
        if (stage.proxy.cut() > 0) cuts++;
        if (cuts === 20) done.resolve();
        else setTimeout(cut, random.int(100, 900));
      };
      setTimeout(cut, 500);
      const { up, down, disconnects } = await talk(stage, name, done.promise);
      // How much more depends on the machine.
      expect(up.sent.length).toBeGreaterThan(cuts);
      expect(up.received).toEqual(up.sent);
      expect(down.received).toEqual(down.sent);
      expect(disconnects).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});

describe.concurrent.each(transportNames.filter((name) => name !== "websocket"))("%s", (name) => {
  test("keeps count while a tenth of the responses is lost", { timeout: 90_000 }, async () => {
    const stage = await createStage(
      { pingIntervalMs: 1_000, pingTimeoutMs: 500 },
      { seed: 7, weather: { loseResponses: 0.1 } },
    );
    try {
      const done = deferred();
      let lost = 0;
      stage.proxy.on("responseLost", () => {
        if (++lost === 20) done.resolve();
      });
      const { up, down, disconnects } = await talk(stage, name, done.promise);
      expect(lost).toBeGreaterThanOrEqual(20);
      expect(up.received).toEqual(up.sent);
      expect(down.received).toEqual(down.sent);
      expect(disconnects).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});
