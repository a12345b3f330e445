// What a client's session does about the path and the platform: limits that it learns, wake-ups, hidden pages, pages that
// leave. One end alone; the server's part of each stands below it.

import { describe, expect, test } from "vitest";
import { ClientSession } from "../src/client-session.ts";
import { exchanges } from "../src/exchanges.ts";
import { farewell } from "../src/farewell.ts";
import { openPacket } from "../src/open.ts";
import { createMessage, type Packet } from "../src/packet.ts";
import { PathLimits } from "../src/path-limits.ts";
import type { Road } from "../src/road.ts";
import { ServerSession } from "../src/server-session.ts";
import { defaultTerms as terms } from "../src/terms.ts";
import type { Connection } from "../src/transport.ts";
import { connection, drained } from "./recorder.ts";

const names = { id: "i".repeat(22), token: "t".repeat(22) };
const polling = { lane: "exchange", polls: true } as const;
const pong: Packet = { type: "pong", data: "0" };

class Scene {
  readonly limits = new PathLimits();
  readonly session: ClientSession;
  now = 0;
  #epoch = 0;

  constructor(scores: Record<string, number> = {}) {
    const { limits } = this;
    const score = (transport: string): number => scores[transport] ?? 0;
    const options = { nonce: "n".repeat(22), maxUnconfirmedBytes: 1_000_000, score, limits, exchanges };
    this.session = new ClientSession(options, 0);
  }

  dial(more: Partial<Connection> = {}): Road {
    return this.session.dial(connection("way", more), this.now);
  }

  /** A connection that was answered and proven, with everything about that behind it. */
  settled(more: Partial<Connection> = {}): Road {
    const road = this.dial(more);
    this.drain();
    const { received, outbox } = this.session.ledger;
    const answer = openPacket({ ...names, received: outbox.acked, epoch: ++this.#epoch, first: received + 1 });
    if (road.isExchange) {
      this.session.settled(road, "send", [answer], this.now);
      this.drain();
      this.session.settled(road, "poll", [openPacket({ received: outbox.acked, first: received + 1 })], this.now);
    } else this.session.receive(road, [answer, { type: "pong", data: String(outbox.acked) }], this.now);
    this.drain();
    return road;
  }

  send(...texts: string[]): void {
    for (const text of texts) this.session.send(createMessage(text), this.now);
  }

  drain(): string[] {
    return drained(this.session, this.now);
  }

  /** Looks at the session when it next asked for it. */
  advance(): string[] {
    this.now = this.session.deadline;
    this.session.advance(this.now);
    return this.drain();
  }
}

describe("limits of the path", () => {
  test("a connection that is cut twice after the same quiet makes the next dial ask for earlier pings", () => {
    const scene = new Scene();
    for (let cut = 0; cut < 2; cut++) {
      const road = scene.settled();
      scene.now += 5_000;
      scene.session.closed(road, scene.now);
      expect(road.wasQuiet).toBe(true);
      scene.drain();
    }
    scene.dial();
    expect(scene.drain()).toEqual(["way: open(token received=0 first=1 pingIntervalMs=3000)"]);
  });

  test("a poll that fails after quiet counts like a cut", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    for (let failure = 0; failure < 2; failure++) {
      scene.now += 4_000;
      scene.session.settled(road, "poll", undefined, scene.now);
      scene.drain();
    }
    expect(scene.limits.pingIntervalMs(scene.now)).toBe(2_400);
  });

  test("a connection that dies while something waits to be confirmed was not cut for quiet", () => {
    const scene = new Scene();
    for (let cut = 0; cut < 3; cut++) {
      const road = scene.settled();
      scene.send("a");
      scene.drain();
      scene.now += 5_000;
      scene.session.closed(road, scene.now);
      expect(road.wasQuiet).toBe(false);
      scene.drain();
    }
    expect(scene.limits.learnt(scene.now)).toBeUndefined();
  });

  test("a body that is too large for somebody is sent again in smaller ones", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.send("a".repeat(400), "b".repeat(400), "c".repeat(400));
    expect(scene.drain()).toEqual(["way: open(token received=0 epoch=1 first=1), a*400, b*400, c*400"]);
    for (let times = 0; times < 5; times++) {
      // However often it is refused: the connection is not to blame.
      scene.session.settled(road, "send", undefined, scene.now, 413);
      const written = scene.drain();
      if (times === 1) expect(written).toEqual(["way: open(token received=0 epoch=1 first=1), a*400"]);
      if (road.carriedMessages === 1) break;
    }
    expect(scene.session.current).toBe(road);
  });

  test("a path that refuses whatever small bodies ends the session, and is not asked again for ever", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.send("a", "b", "c");
    const written: string[] = scene.drain();
    for (let times = 0; times < 9 && scene.session.current === road; times++) {
      scene.session.settled(road, "send", undefined, scene.now, 413);
      written.push(...scene.drain());
    }
    expect(written).toContain("ended message_too_large by local");
  });

  test("a single message that is too large for somebody ends the session, which says why", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.send("a".repeat(5_000));
    scene.drain();
    scene.session.settled(road, "send", undefined, scene.now, 413);
    expect(scene.drain()).toContain("ended message_too_large by local");
  });

  test("a request that is answered with a 5xx is repeated at once, and then after growing pauses", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.send("a");
    const pauses: number[] = [];
    expect(scene.drain()).toContain("way: open(token received=0 epoch=1 first=1), a");
    while (pauses.length < 10) {
      const failedAt = scene.now;
      scene.session.settled(road, "send", undefined, scene.now, 502);
      if (!scene.session.current) break;
      let steps = scene.drain();
      if (steps.length === 0) steps = scene.advance();
      expect(steps).toEqual(["way: open(token received=0 epoch=1 first=1), a"]);
      pauses.push(scene.now - failedAt);
    }
    expect(pauses).toEqual([0, 25, 50, 100, 200, 400]);
  });
});

test("of two connections that were dialled beside a lesser one the better one keeps the session, whoever proves later", () => {
  const scene = new Scene({ way: 5, better: 1, best: 0 });
  scene.settled();
  const [best, better] = [scene.dial({ transport: "best" }), scene.dial({ transport: "better" })];
  scene.drain();
  for (const [epoch, road] of [best, better].entries()) {
    scene.session.receive(road, [openPacket({ ...names, received: 0, epoch: epoch + 2 })], scene.now);
  }
  scene.drain();
  scene.session.receive(best, [pong], scene.now);
  scene.session.receive(better, [pong], scene.now);
  expect(scene.drain()).toContain("drop better: superseded");
  expect(scene.session.settledOn).toBe(best);
});

describe("a wake-up", () => {
  function answerPoll(scene: Scene, road: Road, ...packets: Packet[]): void {
    scene.session.settled(road, "poll", [openPacket({ received: 0, epoch: 1, first: 1 }), ...packets], scene.now);
    scene.drain();
  }

  test("pings at once, and a connection that stays silent is dropped within the check's time", () => {
    const scene = new Scene();
    scene.settled();
    scene.now = 3_600_000;
    scene.session.wake(scene.now);
    expect(scene.drain()).toEqual(["way: ping 0"]);
    expect(scene.session.deadline).toBe(scene.now + 2_000);
    expect(scene.advance()).toEqual(["drop way: silent", "changed"]);
  });

  test("keeps a connection that answers, although time has jumped far beyond its deadline", () => {
    const scene = new Scene();
    const road = scene.settled();
    scene.now = 3_600_000;
    scene.session.wake(scene.now);
    scene.session.advance(scene.now);
    scene.now += 1_500;
    scene.session.receive(road, [pong], scene.now);
    scene.drain();
    expect(scene.session.settledOn).toBe(road);
    expect(scene.session.deadline).toBe(scene.now + terms.pingIntervalMs + terms.pingTimeoutMs);
  });

  test("is not answered by what came before it, and is heard behind it", () => {
    const scene = new Scene();
    const road = scene.settled();
    scene.now = 3_600_000;
    scene.session.wake(scene.now);
    scene.now += 300;
    scene.session.receive(road, [createMessage("waited")], scene.now);
    scene.drain();
    expect(scene.session.deadline).toBe(scene.now + 2_000);
    expect(scene.advance()).toEqual(["drop way: silent", "changed"]);
  });

  test("waits for its answer as long as something comes in front of that", () => {
    const scene = new Scene();
    const road = scene.settled();
    scene.session.wake(scene.now);
    for (; scene.now < 10_000; scene.now += 1_900) {
      scene.session.advance(scene.now);
      scene.session.receive(road, [{ type: "noop", data: "0" }], scene.now);
    }
    scene.session.receive(road, [pong], scene.now);
    scene.drain();
    expect(scene.session.settledOn).toBe(road);
    expect(scene.session.deadline).toBe(scene.now + terms.pingIntervalMs + terms.pingTimeoutMs);
  });

  test("over polling has to bring the poll back: that a body is answered says nothing of it", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.session.wake(scene.now);
    expect(scene.drain()).toEqual(["way: open(token received=0 epoch=1 first=1), ping 0"]);
    scene.now = 1_000;
    scene.session.settled(road, "send", [openPacket({ received: 0, epoch: 1, sent: 0 })], scene.now);
    scene.drain();
    expect(scene.session.deadline).toBe(2_000);
    answerPoll(scene, road, pong);
    expect(scene.session.deadline).toBe(1_000 + terms.pingIntervalMs + terms.pingTimeoutMs);
  });

  test("over polling is not answered by a poll that came back before it, and waited", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.now = 3_600_000;
    scene.session.wake(scene.now);
    scene.drain();
    scene.now += 300;
    answerPoll(scene, road);
    expect(scene.session.deadline).toBe(scene.now + 2_000);
    expect(scene.advance()).toEqual(["drop way: silent", "changed"]);
  });

  test("over polling has to bring back a body that was under way, too: each exchange has a way of its own", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.send("a");
    scene.drain();
    scene.session.wake(scene.now);
    scene.now = 100;
    answerPoll(scene, road);
    // Two seconds, and what a byte takes on the slowest road that counts as alive.
    expect(scene.session.deadline).toBe(2_001);
    expect(scene.advance()).toEqual(["drop way: silent", "changed"]);
  });

  test("over polling asks for the next poll when a body that was under way came back", () => {
    const scene = new Scene();
    const road = scene.settled(polling);
    scene.send("a");
    scene.drain();
    scene.session.wake(scene.now);
    scene.now = 100;
    scene.session.settled(road, "send", [openPacket({ received: 1, epoch: 1 })], scene.now);
    expect(scene.drain()).toEqual(["way: open(token received=0 epoch=1 first=2), ping 0"]);
    scene.session.settled(road, "poll", [openPacket({ received: 1, epoch: 1, first: 1 }), pong], scene.now);
    scene.drain();
    expect(scene.session.deadline).toBe(100 + terms.pingIntervalMs + terms.pingTimeoutMs);
  });

  test("a second one does not put the end of the check off", () => {
    const scene = new Scene();
    scene.settled();
    scene.session.wake(0);
    scene.session.wake(1_900);
    expect(scene.session.deadline).toBe(2_000);
  });

  test("gives an outbox that waited through the sleep its time", () => {
    const scene = new Scene();
    const road = scene.settled();
    scene.send("a");
    scene.drain();
    scene.now = 100_000;
    scene.session.wake(scene.now);
    scene.session.advance(scene.now);
    scene.session.receive(road, [{ type: "pong", data: "0" }], scene.now);
    expect(scene.drain()).toEqual(["way: ping 0"]);
    expect(scene.session.settledOn).toBe(road);
  });
});

describe("a page that is hidden or left", () => {
  test("gives up its connections and keeps its session", () => {
    const scene = new Scene();
    scene.settled();
    scene.session.suspend(scene.now);
    expect(scene.drain()).toEqual(["drop way: suspended", "changed"]);
    expect(scene.session.state).toBe("open");
    scene.send("a");
    scene.settled();
    expect(scene.session.current).toBeDefined();
  });

  test("says its last words in one body: what is unconfirmed, and the end", () => {
    const scene = new Scene();
    scene.settled();
    scene.send("a", "b");
    const words = farewell(scene.session, scene.now)?.map(({ type, data }) => `${type} ${String(data)}`);
    expect(words).toEqual([
      `open {"token":"${names.token}","received":0,"epoch":1,"first":1}`,
      "message a",
      "message b",
      `close {"code":3000,"reason":"closed"}`,
    ]);
    expect(scene.drain()).toEqual(["drop way: suspended", "changed"]);
  });

  test("leaves out what no beacon carries", () => {
    const scene = new Scene();
    scene.settled();
    scene.send(...Array.from({ length: 100 }, () => "x".repeat(1_000)));
    const bytes = farewell(scene.session, scene.now)?.reduce((sum, { data }) => sum + data.length, 0) ?? 0;
    expect(bytes).toBeGreaterThan(30_000);
    expect(bytes).toBeLessThan(65_536);
  });

  test("has nothing to say to a server that knows no session", () => {
    const scene = new Scene();
    scene.dial();
    expect(farewell(scene.session, scene.now)).toBeUndefined();
  });
});

describe("a server's session", () => {
  function served(): { session: ServerSession; road: Road } {
    const session = new ServerSession({ ...names, terms, maxUnconfirmedBytes: 1_000_000 }, 0);
    const road = session.accept(connection("way"), { nonce: "n".repeat(22), received: 0, first: 1 }, [], 0);
    session.receive(road, [openPacket({ received: 0, epoch: 1, first: 1 })], 0);
    drained(session, 0);
    return { session, road };
  }

  test.each([
    [3_000, 3_000],
    [1, 1_000],
    [99_000, 15_000],
  ])("heeds a wish for a ping each %i ms by pinging each %i ms", (wishMs, everyMs) => {
    const { session, road } = served();
    session.receive(road, [openPacket({ received: 0, pingIntervalMs: wishMs })], 0);
    for (let ping = 1; ping <= 3; ping++) {
      expect(session.deadline).toBe(ping * everyMs);
      session.advance(ping * everyMs);
      expect(drained(session, ping * everyMs)).toEqual(["way: ping 0"]);
      session.receive(road, [pong], ping * everyMs);
    }
  });

  test("asks once what has arrived when nothing is confirmed in time, as by a page whose timers are throttled", () => {
    const { session, road } = served();
    session.send(createMessage("a"), 0);
    expect(drained(session, 0)).toEqual(["way: a"]);
    const askAt = 2 * terms.confirmDelayMs;
    expect(session.deadline).toBe(askAt);
    session.advance(askAt);
    expect(drained(session, askAt)).toEqual(["way: ping 0"]);
    // Not again for the same message, whatever the answer is.
    session.receive(road, [pong], askAt + 10);
    session.advance(askAt + 10);
    expect(drained(session, askAt + 10)).toEqual([]);
    session.receive(road, [{ type: "pong", data: "1" }], askAt + 20);
    session.send(createMessage("b"), askAt + 20);
    expect(drained(session, askAt + 20)).toEqual(["way: b"]);
    expect(session.deadline).toBe(2 * askAt + 20);
  });

  test("answers polls earlier when two that waited were broken off after the same time, although the client never says so", () => {
    const session = new ServerSession({ ...names, terms, maxUnconfirmedBytes: 1_000_000 }, 0);
    const road = session.accept(connection("way", polling), { nonce: "n".repeat(22), received: 0, first: 1 }, [], 0);
    let now = 0;
    const poll = (): void => {
      session.request({ token: names.token, received: 0, epoch: 1, first: 1 }, [], now);
      session.settled(road, "poll", [], now);
      drained(session, now);
    };
    drained(session, now);
    // The first is answered at once: it is the move.
    poll();
    for (let cut = 0; cut < 2; cut++) {
      poll();
      expect(session.deadline).toBe(now + terms.pingIntervalMs);
      now += 4_500;
      session.settled(road, "poll", undefined, now);
    }
    poll();
    expect(session.deadline).toBe(now + 2_700);
    now += 2_700;
    session.advance(now);
    expect(drained(session, now)).toEqual(["way: open(received=0 epoch=1 first=1), noop 0"]);
  });

  test("tells a redirect on the road that is spoken on, and again on the next one", () => {
    const { session, road } = served();
    session.redirect({ withinMs: 500, url: "https://elsewhere.example/" });
    expect(drained(session, 0)).toEqual([`way: redirect {"withinMs":500,"url":"https://elsewhere.example/"}`]);
    expect(drained(session, 0)).toEqual([]);
    session.closed(road, 1);
    session.accept(connection("next"), { token: names.token, received: 0, first: 1 }, [], 1);
    expect(drained(session, 1).at(0)).toContain("redirect");
  });

  test("does not drop a client for a sleep of its own", () => {
    const { session } = served();
    session.wake(1e9);
    session.advance(1e9);
    expect(drained(session, 1e9).join()).not.toContain("drop");
    session.advance(1e9 + terms.pingTimeoutMs);
    expect(drained(session, 1e9 + terms.pingTimeoutMs)).toContain("drop way: silent");
  });

  test("asks for the sign of life that it waits for: a client that only listens has none to give", () => {
    const { session, road } = served();
    session.wake(6_600);
    session.advance(6_600);
    expect(drained(session, 6_600)).toEqual(["way: ping 0"]);
    session.receive(road, [pong], 6_700);
    expect(session.deadline).toBe(6_600 + terms.pingIntervalMs);
    const poll = connection("poll", polling);
    const polled = session.accept(poll, { token: names.token, received: 0, first: 1 }, [], 7_000);
    const open = { token: names.token, received: 0, epoch: polled.epoch, first: 1 };
    session.request(open, [], 7_000);
    session.settled(polled, "poll", [], 7_000);
    drained(session, 7_000);
    session.request(open, [], 7_100);
    session.settled(polled, "poll", [], 7_100);
    expect(drained(session, 7_100)).toEqual([]);
    session.wake(9_000);
    expect(drained(session, 9_000)).toEqual(["poll: open(received=0 epoch=2 first=1), noop 0"]);
  });

  test("gives a client that slept too the time to find its connection dead and to dial", () => {
    const { session, road } = served();
    session.closed(road, 0);
    session.wake(1e9);
    expect(session.deadline).toBe(1e9 + 2 * terms.pingTimeoutMs);
  });
});
