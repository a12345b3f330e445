import { describe, expect, test } from "vitest";
import { ping, pong, text } from "../test/recorder.ts";
import { hello, move, nonce, Scene, terms, token } from "../test/server-scene.ts";
import { type ClientOpen, closePacket, openPacket } from "./open.ts";
import type { Packet } from "./packet.ts";
import type { Road } from "./road.ts";

describe("a dial", () => {
  test("from zero is answered with the terms, and spoken on at once", () => {
    const scene = new Scene();
    scene.send("a");
    scene.accept("ws", { nonce, received: 0, first: 1 }, [text("hello")]);
    expect(scene.drain()).toEqual(["deliver hello", `ws: ${hello("received=1 epoch=1 first=1")}, a`]);
    expect(scene.session.current).toBeUndefined();
  });

  test("is spoken on as long as no connection is current; then only a claim is", () => {
    const scene = new Scene();
    scene.accept("ask", { token, received: 0 });
    scene.send("a");
    expect(scene.drain()).toEqual([`ask: ${hello("received=0 epoch=1 first=1")}, a`]);
    scene.settled("ws");
    scene.send("b");
    scene.accept("ask", { token, received: 0 });
    scene.accept("claim", { token, received: 0, first: 1 });
    expect(scene.drain()).toEqual([
      "ws: b",
      `ask: ${hello("received=0 epoch=3")}`,
      `claim: ${hello("received=0 epoch=4 first=1")}, a, b`,
    ]);
  });

  test("that was answered but never moved to captures nothing, and is dropped after pingTimeoutMs", () => {
    const scene = new Scene();
    const ws = scene.settled("ws");
    const dial = scene.accept("dial", { token, received: 0, first: 1 });
    scene.drain();
    scene.receive(dial, ping(), pong(), { type: "noop", data: "0" }, openPacket({ received: 0, first: 1 }));
    scene.drain();
    expect(scene.session.current).toBe(ws);
    expect(dial.proven).toBe(false);
    // The client is heard on the current road: nothing more is said beside it.
    scene.receive(ws, ping());
    scene.send("a");
    expect(scene.drain()).toEqual(["ws: pong 0, a"]);
    scene.now += terms.pingTimeoutMs - 1;
    scene.session.advance(scene.now);
    expect(scene.drain()).toEqual(["ws: ping 0"]);
    scene.now += 1;
    scene.session.advance(scene.now);
    expect(scene.drain()).toEqual(["drop dial: unproven"]);
  });

  test("beyond four that were never moved to drops the oldest", () => {
    const scene = new Scene();
    for (let count = 1; count <= 5; count++) scene.accept(`dial${count}`);
    expect(scene.drain().filter((step) => step.startsWith("drop"))).toEqual(["drop dial1: unproven"]);
  });

  test("that asked may claim later", () => {
    const scene = new Scene();
    scene.settled("ws");
    const ask = scene.accept("ask", { token, received: 0 });
    scene.drain();
    scene.send("a");
    expect(scene.drain()).toEqual(["ws: a"]);
    scene.receive(ask, openPacket({ received: 0, first: 1 }), text("hello"));
    expect(scene.drain()).toEqual(["deliver hello", "ask: open(received=1 epoch=2 first=1), a"]);
  });
});

describe("a move", () => {
  test("makes its connection current, and drops those that were answered before", () => {
    const scene = new Scene();
    scene.settled("old");
    const better = scene.accept("new", { token, received: 0 });
    const later = scene.accept("later", { token, received: 0 });
    scene.drain();
    scene.receive(better, move(better.epoch));
    expect(scene.session.current).toBe(better);
    expect(scene.drain()).toEqual(["drop old: superseded", "changed"]);
    // One that was answered later stays: the client may still choose it.
    scene.receive(later, move(later.epoch));
    expect(scene.session.current).toBe(later);
  });

  test("that names another epoch than its connection's moves nothing", () => {
    const scene = new Scene();
    const ws = scene.settled("ws");
    const dial = scene.accept("dial", { token, received: 0 });
    scene.receive(dial, move(ws.epoch), move(7));
    expect(scene.session.current).toBe(ws);
  });

  test("sends again what was not confirmed, once and in order", () => {
    const scene = new Scene();
    const old = scene.settled("old");
    scene.send("a", "b", "c");
    scene.drain();
    scene.receive(old, text("x"), ping(1));
    expect(scene.drain()).toEqual(["deliver x", "old: pong 1"]);
    scene.session.closed(old, scene.now);
    scene.send("d");
    const road = scene.accept("new", { token, received: 2, first: 2 });
    expect(scene.drain()).toEqual([`new: ${hello("received=1 epoch=2 first=3")}, c, d`, "changed"]);
    scene.receive(road, move(2, 2, 2));
    expect(scene.drain()).toEqual(["changed"]);
    // Who moves has heard the answer, and the count in it.
    expect(scene.pass(2 * terms.confirmDelayMs - 1)).toEqual([]);
  });

  test("confirms anew what came behind its answer, whichever road that came by", () => {
    const scene = new Scene();
    const old = scene.settled("old");
    const road = scene.accept("new", { token, received: 0 });
    scene.drain();
    scene.receive(old, text("x"));
    scene.receive(old, ping(0));
    scene.receive(road, move(2, 0, 2));
    scene.drain();
    expect(scene.pass(terms.confirmDelayMs)).toEqual([`${terms.confirmDelayMs} new: noop 1`]);
  });
});

describe("counts", () => {
  test("beyond what was sent are an error of the protocol, wherever they stand", () => {
    for (const packet of [
      ping(2),
      pong(2),
      { type: "noop", data: "2" } as const,
      move(1, 2),
      openPacket({ received: 2 }),
    ]) {
      const scene = new Scene();
      const ws = scene.settled();
      scene.send("a");
      scene.drain();
      scene.receive(ws, packet);
      expect(scene.drain()).toEqual([
        "ws: noop 0, close 3004",
        "drop ws: protocol_error",
        "changed",
        "ended protocol_error by local",
      ]);
    }
  });

  test("beyond what was sent are an error also in the dial itself", () => {
    const scene = new Scene();
    scene.accept("ws", { token, received: 1, first: 1 });
    const steps = scene.drain();
    expect(steps[0]).toContain("close 3004");
    expect(steps.at(-1)).toBe("ended protocol_error by local");
  });

  test("that lag behind are old news", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.send("a", "b");
    scene.drain();
    scene.receive(ws, ping(2), ping(1), ping(0));
    expect(scene.session.ledger.outbox.acked).toBe(2);
    expect(scene.session.state).toBe("open");
  });
});

describe("what a client must not send", () => {
  test.each<[string, Packet]>([
    ["a message without a base", text("a")],
    ["a redirect", { type: "redirect", data: "{}" }],
    ["a count that is none", { type: "ping", data: "x" }],
    ["an open that is none", { type: "open", data: "{" }],
    ["messages with a gap on a stream", openPacket({ received: 0, first: 3 })],
  ])("%s ends the session", (_name, packet) => {
    const scene = new Scene();
    const road = scene.accept("ws", { token, received: 0 });
    scene.drain();
    scene.receive(road, packet, text("b"));
    expect(scene.drain().at(-1)).toBe("ended protocol_error by local");
  });
});

describe("messages", () => {
  test("are taken from any connection, in number order, once", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.receive(ws, text("a"), text("b"));
    scene.accept("dial", { token, received: 0, first: 1 }, [text("a"), text("b"), text("c")]);
    scene.receive(ws, text("c"), text("d"));
    expect(scene.drain().filter((step) => step.startsWith("deliver"))).toEqual([
      "deliver a",
      "deliver b",
      "deliver c",
      "deliver d",
    ]);
  });

  test("are confirmed by a noop after confirmDelayMs, 256 messages, or 64 KiB", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.receive(ws, text("a"));
    expect(scene.drain()).toEqual(["deliver a"]);
    expect(scene.pass(terms.confirmDelayMs - 1)).toEqual([]);
    expect(scene.pass(1)).toEqual([`${scene.now} ws: noop 1`]);
    scene.receive(ws, ...Array.from({ length: 255 }, () => text("")));
    scene.drain();
    expect(scene.pass(0)).toEqual([]);
    scene.receive(ws, text(""));
    scene.drain();
    expect(scene.pass(0)).toEqual([`${scene.now} ws: noop 257`]);
    scene.receive(ws, text("x".repeat(65_536)));
    scene.drain();
    expect(scene.pass(0)).toEqual([`${scene.now} ws: noop 258`]);
  });

  test("beyond maxUnconfirmedBytes end the session of a peer that confirms nothing", () => {
    const scene = new Scene({ maxUnconfirmedBytes: 200 });
    scene.settled();
    expect(scene.send("a", "b", "c", "d", "e")).toEqual([true, true, true, false, false]);
    expect(scene.drain()).toEqual(["drop ws: too_far_behind", "changed", "ended too_far_behind by local"]);
    expect(scene.session.ledger.outbox.length).toBe(3);
  });
});

describe("silence", () => {
  test("is broken by a ping every pingIntervalMs, and ends the connection pingTimeoutMs later", () => {
    const scene = new Scene();
    scene.settled();
    const { pingIntervalMs, pingTimeoutMs } = terms;
    expect(scene.pass(pingIntervalMs)).toEqual([`${pingIntervalMs} ws: ping 0`]);
    expect(scene.pass(pingTimeoutMs)).toEqual([
      `${pingIntervalMs + pingTimeoutMs} drop ws: silent`,
      `${pingIntervalMs + pingTimeoutMs} changed`,
    ]);
    expect(scene.session.suspendedSince).toBe(scene.now);
  });

  test("is not what a large message on its way is", () => {
    const scene = new Scene();
    let bytesReceived = 0;
    scene.settled("ws", {
      get bytesReceived() {
        bytesReceived += 100;
        return bytesReceived;
      },
    });
    expect(
      scene.pass(10 * (terms.pingIntervalMs + terms.pingTimeoutMs)).filter((step) => step.includes("drop")),
    ).toEqual([]);
  });

  test("about what was sent ends the connection in confirmDelayMs + pingTimeoutMs, although the client is heard", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.send("a");
    scene.drain();
    for (let second = 0; second < 6; second++) {
      scene.receive(ws, ping(0));
      scene.drain();
      expect(scene.pass(1_000).filter((step) => step.includes("drop"))).toEqual([]);
    }
    expect(scene.pass(100)[0]).toMatch(/^60\d\d drop ws: stalled$/);
  });

  test("about a large message may last as long as a slow road takes for it", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.send("x".repeat(100_000));
    scene.drain();
    const mayTakeMs = terms.confirmDelayMs + terms.pingTimeoutMs + (100_064 / 4_096) * 1_000;
    for (; scene.now < mayTakeMs - 1_000; ) {
      scene.receive(ws, ping(0));
      scene.drain();
      expect(scene.pass(1_000).filter((step) => step.includes("drop"))).toEqual([]);
    }
    scene.receive(ws, ping(1));
    scene.drain();
    expect(scene.pass(10_000).filter((step) => step.includes("drop"))).toEqual([]);
    expect(scene.session.current).toBe(ws);
  });
});

describe("requests", () => {
  const post = (scene: Scene, open: ClientOpen, ...behind: Packet[]): unknown =>
    scene.session.request({ token, ...open }, behind, scene.now).answer;

  test("of a connection that is gone count all the same", () => {
    const scene = new Scene();
    const old = scene.settled("http");
    scene.send("x");
    scene.session.closed(old, scene.now);
    expect(post(scene, { received: 1, epoch: 1, first: 1 }, text("a"), text("b"))).toEqual({ received: 2, gone: true });
    expect(scene.session.ledger.outbox.acked).toBe(1);
    expect(scene.session.current).toBeUndefined();
    expect(scene.drain()).toEqual(["deliver a", "deliver b", "changed"]);
  });

  test("of a connection that is gone keep a suspended session alive, but answer for no other", () => {
    const scene = new Scene();
    scene.session.closed(scene.settled("http"), 0);
    scene.now = terms.resumeWindowMs - 1;
    post(scene, { received: 0, epoch: 1 });
    scene.now += 5;
    scene.session.advance(scene.now);
    expect(scene.session.state).toBe("open");
  });

  test("with a gap are answered with what is expected, and deliver nothing", () => {
    const scene = new Scene();
    const road = scene.settled("http");
    scene.receive(road, text("a"));
    expect(post(scene, { received: 0, epoch: 1, first: 3 }, text("c"), text("d"))).toEqual({
      received: 1,
      epoch: 1,
      sent: 0,
    });
    expect(scene.drain()).toEqual(["deliver a"]);
    expect(scene.session.state).toBe("open");
    expect(post(scene, { received: 0, epoch: 1, first: 1 }, text("a"), text("b"), text("c"))).toEqual({
      received: 3,
      epoch: 1,
      sent: 0,
    });
    expect(scene.drain()).toEqual(["deliver b", "deliver c"]);
  });

  test("tell how far was written down the stream, and that without a move when they only belong", () => {
    const scene = new Scene();
    const ws = scene.settled("ws");
    const http = scene.accept("http", { token, received: 0 });
    scene.drain();
    expect(post(scene, { received: 0, epoch: http.epoch }, ping(0))).toEqual({ received: 0, epoch: 2, sent: 0 });
    expect(scene.drain()).toEqual(["http: pong 0"]);
    expect(scene.session.current).toBe(ws);
    post(scene, { received: 0, epoch: http.epoch, first: 1 });
    expect(scene.session.current).toBe(http);
    scene.send("a", "b");
    scene.drain();
    expect(post(scene, { received: 1, epoch: http.epoch, first: 1 })).toEqual({ received: 0, epoch: 2, sent: 2 });
  });

  test("a message without a base is an error", () => {
    const scene = new Scene();
    scene.settled("http");
    post(scene, { received: 0, epoch: 1 }, text("a"));
    expect(scene.drain().at(-1)).toBe("ended protocol_error by local");
  });
});

describe("polling", () => {
  const polling = { lane: "exchange", polls: true } as const;
  const poll = (scene: Scene, road: Road, received = 0): void => {
    scene.session.request({ token, received, epoch: road.epoch, first: 1 }, [], scene.now);
    scene.session.settled(road, "poll", [], scene.now);
  };

  test("a poll is a cursor read: what it does not confirm goes out again", () => {
    const scene = new Scene();
    const road = scene.accept("poll", undefined, [], polling);
    expect(scene.drain()).toEqual([`poll: ${hello("received=0 epoch=1 first=1")}`]);
    scene.send("a", "b");
    expect(scene.drain()).toEqual([]);
    poll(scene, road);
    expect(scene.drain()[0]).toBe("poll: open(received=0 epoch=1 first=1), noop 0, a, b");
    scene.send("c");
    expect(scene.drain()).toEqual([]);
    poll(scene, road, 1);
    expect(scene.drain()).toEqual(["poll: open(received=0 epoch=1 first=2), b, c"]);
    // The answer was lost: nothing is new, and yet there is something to say.
    poll(scene, road, 1);
    expect(scene.drain()).toEqual(["poll: open(received=0 epoch=1 first=2), b, c"]);
    poll(scene, road, 3);
    expect(scene.drain()).toEqual([]);
    scene.send("d");
    expect(scene.drain()).toEqual(["poll: open(received=0 epoch=1 first=4), d"]);
  });

  test("a poll that nothing is said to is answered after pingIntervalMs", () => {
    const scene = new Scene();
    const road = scene.accept("poll", undefined, [], polling);
    scene.drain();
    poll(scene, road);
    scene.drain();
    poll(scene, road);
    expect(scene.drain()).toEqual([]);
    expect(scene.pass(terms.pingIntervalMs)).toEqual([
      `${terms.pingIntervalMs} poll: open(received=0 epoch=1 first=1), noop 0`,
    ]);
  });

  test("a second poll takes the first one's place: the message goes out once", () => {
    const scene = new Scene();
    const road = scene.accept("poll", undefined, [], polling);
    scene.drain();
    poll(scene, road);
    scene.drain();
    poll(scene, road);
    poll(scene, road);
    scene.send("a");
    expect(scene.drain()).toEqual(["poll: open(received=0 epoch=1 first=1), a"]);
    scene.send("b");
    expect(scene.drain()).toEqual([]);
  });
});

describe("the end", () => {
  test("comes behind every message that was sent before", () => {
    const scene = new Scene();
    scene.settled();
    scene.send("a");
    scene.session.close("closed", "bye", scene.now);
    expect(scene.send("b")).toEqual([false]);
    expect(scene.drain()).toEqual(["ws: noop 0, a, close 3000", "drop ws: closed", "changed", "ended closed by local"]);
    expect(scene.session.deadline).toBe(Number.POSITIVE_INFINITY);
    expect(scene.drain()).toEqual([]);
  });

  test("waits for the next poll, and no longer than its time", () => {
    const scene = new Scene();
    const road = scene.settled("poll", { lane: "exchange", polls: true });
    scene.session.close("closed", undefined, scene.now);
    expect(scene.drain()).toEqual([]);
    scene.session.settled(road, "poll", [], scene.now);
    expect(scene.drain()[0]).toContain("close 3000");
    const deaf = new Scene();
    deaf.settled("poll", { lane: "exchange", polls: true });
    deaf.session.close("closed", undefined, deaf.now);
    deaf.drain();
    expect(deaf.pass(terms.pingTimeoutMs).at(-1)).toBe(`${terms.pingTimeoutMs} ended closed by local`);
  });

  test("is at once when nobody can be told", () => {
    const scene = new Scene();
    scene.session.closed(scene.settled(), 0);
    scene.drain();
    scene.session.close("evicted", undefined, scene.now);
    expect(scene.drain()).toEqual(["ended evicted by local"]);
  });

  test("by the peer is heard behind what it sent before", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.receive(ws, text("a"), closePacket("closed"), text("b"));
    expect(scene.drain()).toEqual(["deliver a", "drop ws: closed", "changed", "ended closed by remote"]);
  });

  test("comes to a session without a connection after resumeWindowMs, and not while it has one", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.now = 500;
    scene.session.closed(ws, scene.now);
    scene.drain();
    expect(scene.pass(terms.resumeWindowMs - 1)).toEqual([]);
    expect(scene.pass(1)).toEqual([`${500 + terms.resumeWindowMs} ended expired by local`]);
    expect(scene.send("a")).toEqual([false]);
  });

  test("makes everything after it harmless", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.session.close("closed", undefined, scene.now);
    scene.drain();
    scene.receive(ws, text("a"), ping(99));
    scene.session.closed(ws, scene.now);
    scene.session.settled(ws, "poll", [], scene.now);
    scene.session.close("closed", undefined, scene.now);
    scene.session.advance(1e12);
    expect(scene.drain()).toEqual([]);
  });
});
