import { describe, expect, test } from "vitest";
import { polling, Scene, streaming } from "../test/client-scene.ts";
import { ping, pong, text } from "../test/recorder.ts";
import { closePacket, openPacket } from "./open.ts";
import type { Packet } from "./packet.ts";
import type { Road } from "./road.ts";
import { defaultTerms as terms } from "./terms.ts";

describe("from zero", () => {
  test("a dial is a claim: it names the nonce, and messages follow at once", () => {
    const scene = new Scene();
    scene.send("a");
    scene.dial("ws");
    expect(scene.drain()).toEqual(["ws: open(nonce received=0 first=1), a"]);
    scene.send("b");
    expect(scene.drain()).toEqual(["ws: b"]);
  });

  test("a flight behind a claim is bounded as a whole; the rest follows the answer", () => {
    const scene = new Scene();
    scene.send("x".repeat(10_000));
    const road = scene.dial("ws");
    expect(scene.drain()).toEqual(["ws: open(nonce received=0 first=1), x*10000"]);
    scene.send("y".repeat(10_000));
    expect(scene.drain()).toEqual([]);
    scene.receive(road, scene.answer(1, { received: 1 }));
    expect(scene.drain()[0]).toBe("ws: open(received=0 epoch=1 first=2), ping 0, y*10000");
  });

  test("nothing flies behind a fourth dial when three were not answered, and again after an answer", () => {
    const scene = new Scene();
    scene.send("a");
    for (const name of ["ws", "http", "poll"]) {
      scene.dial(name);
      expect(scene.drain()).toEqual([`${name}: open(nonce received=0 first=1), a`]);
    }
    const ws = scene.dial("ws");
    expect(scene.drain()).toEqual(["ws: open(nonce received=0 first=1)"]);
    scene.receive(ws, scene.answer(1));
    expect(scene.drain()[0]).toBe("ws: open(received=0 epoch=1 first=1), ping 0, a");
    scene.session.closed(ws, scene.now);
    scene.drain();
    scene.dial("next");
    expect(scene.drain()).toEqual(["next: open(token received=0 first=1), a"]);
  });

  test("an answer on a stream is moved to, and trusted while nothing is at stake", () => {
    const scene = new Scene();
    const road = scene.dial("ws");
    scene.drain();
    scene.receive(road, scene.answer(1, { terms: { ...terms, pingIntervalMs: 777 } }));
    expect(scene.session.current).toBe(road);
    expect(scene.session.settledOn).toBe(road);
    expect(scene.drain()).toEqual(["ws: open(received=0 epoch=1 first=1)", "changed"]);
    expect(scene.session.terms.pingIntervalMs).toBe(777);
    expect(scene.session.id).toBe("id".repeat(11));
  });

  test("racing dials all name the nonce; the better answer is probed first, the worse is let go", () => {
    const scene = new Scene();
    const http = scene.dial("http", streaming);
    const ws = scene.dial("ws");
    expect(scene.drain()).toEqual(["http: open(nonce received=0 first=1)", "ws: open(nonce received=0 first=1)"]);
    scene.receive(http, scene.answer(1));
    scene.receive(http, pong());
    scene.drain();
    scene.receive(ws, scene.answer(2));
    expect(scene.session.current).toBe(http);
    expect(scene.drain()).toEqual(["ws: ping 0"]);
    scene.receive(ws, pong());
    expect(scene.session.settledOn).toBe(ws);
    expect(scene.drain()).toEqual(["ws: open(received=0 epoch=2 first=1)", "drop http: superseded", "changed"]);
  });
});

describe("while settled", () => {
  test("a dial asks: nothing follows it, and it captures nothing before its pong", () => {
    const scene = new Scene();
    scene.scores["http"] = 0;
    scene.scores["ws"] = 1;
    const ws = scene.settled("ws");
    const http = scene.dial("http");
    scene.send("a");
    expect(scene.drain()).toEqual(["ws: a", "http: open(token received=0)"]);
    scene.receive(http, openPacket({ received: 0, epoch: 2 }), ping());
    expect(scene.drain()).toEqual(["http: ping 0, pong 0"]);
    expect(scene.session.current).toBe(ws);
    scene.send("b");
    expect(scene.drain()).toEqual(["ws: b"]);
    scene.receive(http, pong());
    expect(scene.session.current).toBe(http);
    expect(scene.drain()).toEqual(["http: open(received=0 epoch=2 first=1), a, b", "drop ws: superseded", "changed"]);
  });

  test("an answer on a connection that is no better is let go, and a late one too", () => {
    const scene = new Scene();
    const ws = scene.settled("ws", 3);
    const [http, late] = [scene.dial("http"), scene.dial("ws2")];
    scene.scores["ws2"] = -1;
    scene.drain();
    scene.receive(http, openPacket({ received: 0, epoch: 4 }));
    scene.receive(late, openPacket({ received: 0, epoch: 2 }));
    expect(scene.drain()).toEqual(["drop http: superseded", "drop ws2: superseded"]);
    expect(scene.session.current).toBe(ws);
  });

  test("a probe without a pong is dropped after pingTimeoutMs", () => {
    const scene = new Scene();
    scene.settled("http");
    const ws = scene.dial("ws");
    scene.drain();
    scene.receive(ws, openPacket({ received: 0, epoch: 2 }));
    scene.drain();
    expect(scene.pass(terms.pingTimeoutMs)).toEqual([`${terms.pingTimeoutMs} drop ws: unproven`]);
  });

  test("a loss makes an ask that is under way a claim", () => {
    const scene = new Scene();
    const http = scene.settled("http");
    const ws = scene.dial("ws");
    scene.send("a");
    scene.drain();
    scene.session.closed(http, scene.now);
    expect(scene.drain()).toEqual(["ws: open(token received=0 first=1), a", "changed"]);
    scene.receive(ws, scene.answer(2, { received: 1 }));
    expect(scene.session.current).toBe(ws);
  });

  test("a loss falls back to the youngest answer", () => {
    const scene = new Scene();
    scene.scores["ws2"] = -1;
    const http = scene.settled("http");
    const [ws, ws2] = [scene.dial("ws"), scene.dial("ws2")];
    scene.drain();
    scene.receive(ws, openPacket({ received: 0, epoch: 2 }));
    scene.receive(ws2, openPacket({ received: 0, epoch: 3 }));
    scene.drain();
    scene.session.closed(http, scene.now);
    expect(scene.session.current).toBe(ws2);
    expect(scene.drain()).toContain("drop ws: superseded");
  });
});

describe("a resume", () => {
  test("says what was received, and sends again what the server has not", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.receive(ws, text("x"), text("y"));
    scene.send("a", "b");
    scene.drain();
    scene.receive(ws, ping(1));
    scene.drain();
    scene.session.closed(ws, scene.now);
    scene.drain();
    const next = scene.dial("ws");
    expect(scene.drain()).toEqual(["ws: open(token received=2 first=2), b"]);
    scene.receive(next, scene.answer(2, { received: 2, first: 3 }), text("z"));
    expect(scene.drain()).toEqual(["deliver z", "ws: open(received=3 epoch=2 first=3)", "changed"]);
    expect(scene.session.ledger.outbox.length).toBe(0);
  });
});

describe("what a server must not send", () => {
  test.each<[string, Packet[]]>([
    ["a count beyond what was sent", [ping(1)]],
    ["a resume beyond what was sent", [openPacket({ received: 1 })]],
    ["a gap on a stream", [openPacket({ received: 0, first: 2 }), text("b")]],
    ["a count that is none", [ping(Number.NaN)]],
    ["an open that is none", [{ type: "open", data: "[]" }]],
  ])("%s closes with an error of the protocol", (_name, packets) => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.receive(ws, ...packets);
    const [lastWords, ...steps] = scene.drain();
    expect(lastWords).toBe("ws: noop 0, close 3004");
    expect(steps).toEqual(["drop ws: protocol_error", "ended protocol_error by local"]);
  });

  test("a message before its base, and an answer without an epoch, end the session", () => {
    for (const packet of [text("a"), openPacket({ received: 0 })]) {
      const scene = new Scene();
      scene.receive(scene.dial("ws"), packet);
      expect(scene.drain().at(-1)).toBe("ended protocol_error by local");
    }
  });

  test("terms that are no whole numbers end the session", () => {
    const scene = new Scene();
    scene.receive(scene.dial("ws"), scene.answer(1, { terms: { ...terms, pingIntervalMs: 0.5 } }));
    expect(scene.drain().at(-1)).toBe("ended protocol_error by local");
  });
});

describe("streaming", () => {
  /** Settled on a connection whose messages go up in POSTs. */
  const settledHttp = (): { scene: Scene; http: Road } => {
    const scene = new Scene();
    const http = scene.dial("http", streaming);
    scene.drain();
    scene.settle(http, "send", []);
    scene.receive(http, scene.answer(1), pong());
    scene.drain();
    scene.settle(http, "send", [openPacket({ received: 0, epoch: 1, sent: 0 })]);
    scene.drain();
    return { scene, http };
  };

  test("has one POST in flight; what was sent meanwhile goes with the next", () => {
    const { scene, http } = settledHttp();
    scene.send("a");
    expect(scene.drain()).toEqual(["http: open(token received=0 epoch=1 first=1), a"]);
    scene.send("b", "c");
    expect(scene.drain()).toEqual([]);
    scene.settle(http, "send", [openPacket({ received: 1, epoch: 1, sent: 0 })]);
    expect(scene.drain()).toEqual(["http: open(token received=0 epoch=1 first=2), b, c"]);
  });

  test("repeats a POST that failed from the first unconfirmed message, three times, and then is lost", () => {
    const { scene, http } = settledHttp();
    scene.send("a");
    scene.drain();
    scene.send("b");
    scene.settle(http, "send");
    const repeated = "http: open(token received=0 epoch=1 first=1), a, b";
    expect(scene.drain()).toEqual([repeated]);
    scene.settle(http, "send");
    expect(scene.pass(25)).toEqual([`25 ${repeated}`]);
    scene.settle(http, "send");
    expect(scene.pass(50)).toEqual([`75 ${repeated}`]);
    scene.settle(http, "send");
    expect(scene.drain()).toEqual(["drop http: lost", "changed"]);
  });

  test("an answer that confirms nothing of what went up counts as a failure", () => {
    const { scene, http } = settledHttp();
    scene.send("a");
    scene.drain();
    for (let attempt = 0; attempt < 4; attempt++) {
      scene.settle(http, "send", [openPacket({ received: 0, epoch: 1, sent: 0 })]);
      if (attempt === 0) expect(scene.drain()).toEqual(["http: open(token received=0 epoch=1 first=1), a"]);
      else if (attempt < 3) expect(scene.pass(25 * attempt).join()).toContain("http: open");
    }
    expect(scene.drain()).toEqual(["drop http: lost", "changed"]);
  });

  test("hears from an answer that the stream brought less than was written, and leaves it in pingTimeoutMs", () => {
    const { scene, http } = settledHttp();
    scene.receive(http, text("x"));
    scene.send("a");
    scene.drain();
    scene.settle(http, "send", [openPacket({ received: 1, epoch: 1, sent: 3 })]);
    scene.drain();
    expect(scene.pass(terms.pingTimeoutMs).filter((step) => step.includes("drop"))).toEqual([
      `${terms.pingTimeoutMs} drop http: stalled`,
    ]);
  });

  test("leaves a connection that the server no longer has, and what the answer confirms is confirmed", () => {
    const { scene, http } = settledHttp();
    scene.send("a");
    scene.drain();
    scene.settle(http, "send", [openPacket({ received: 1, gone: true })]);
    expect(scene.drain()).toEqual(["drop http: gone", "changed"]);
    expect(scene.session.ledger.outbox.length).toBe(0);
  });

  test("lets a dial go that is answered as gone; the session lives", () => {
    const scene = new Scene();
    const http = scene.dial("http", streaming);
    scene.send("a");
    scene.drain();
    scene.settle(http, "send", [openPacket({ received: 1, gone: true })]);
    expect(scene.drain()).toEqual(["drop http: gone"]);
    expect(scene.session.ledger.outbox.length).toBe(0);
  });

  test("a large body has as long as a slow road takes for it", () => {
    const { scene } = settledHttp();
    let timeoutMs = 0;
    scene.send("x".repeat(40_960));
    scene.session.drain(
      {
        write: (_road, _packets, timeout) => {
          timeoutMs = timeout;
        },
        poll: () => undefined,
        drop: () => undefined,
        deliver: () => undefined,
        changed: () => undefined,
        redirected: () => undefined,
        ended: () => undefined,
      },
      0,
    );
    expect(timeoutMs).toBeGreaterThan(terms.pingTimeoutMs + 10_000);
    expect(timeoutMs).toBeLessThan(terms.pingTimeoutMs + 10_100);
  });

  test("a body is closed at its limits; the rest goes with the next", () => {
    const { scene, http } = settledHttp();
    scene.send(...Array.from({ length: 5_000 }, () => "m"));
    expect(scene.drain()[0]?.split(", ")).toHaveLength(1 + 4_096);
    scene.settle(http, "send", [openPacket({ received: 4_096, epoch: 1, sent: 0 })]);
    expect(scene.drain()[0]?.split(", ")).toHaveLength(1 + 904);
    scene.settle(http, "send", [openPacket({ received: 5_000, epoch: 1, sent: 0 })]);
    scene.send("x".repeat(200_000), "y".repeat(200_000));
    expect(scene.drain()[0]).not.toContain("y");
  });
});

describe("polling", () => {
  test("dials with a POST, moves with a poll, and trusts the first poll that comes back", () => {
    const scene = new Scene();
    const poll = scene.dial("poll", polling);
    scene.send("a");
    expect(scene.drain()).toEqual(["poll: open(nonce received=0 first=1), a"]);
    scene.settle(poll, "send", [scene.answer(1, { received: 1 }), text("x")]);
    expect(scene.drain()).toEqual(["deliver x", "poll: open(token received=1 epoch=1 first=2) (poll)", "changed"]);
    expect(scene.session.settledOn).toBeUndefined();
    scene.settle(poll, "poll", [openPacket({ received: 1, epoch: 1, first: 2 }), text("y")]);
    expect(scene.session.settledOn).toBe(poll);
    expect(scene.drain()).toEqual(["deliver y", "poll: open(token received=2 epoch=1 first=2) (poll)", "changed"]);
  });

  test("repeats a poll that failed with what it has by then; a message that comes twice is delivered once", () => {
    const scene = new Scene();
    const poll = scene.dial("poll", polling);
    scene.drain();
    scene.settle(poll, "send", [scene.answer(1)]);
    scene.drain();
    scene.settle(poll, "poll");
    expect(scene.drain()).toEqual(["poll: open(token received=0 epoch=1 first=1) (poll)"]);
    scene.settle(poll, "poll", [openPacket({ received: 0, epoch: 1, first: 1 }), text("x"), text("y")]);
    scene.drain();
    scene.settle(poll, "poll", [openPacket({ received: 0, epoch: 1, first: 1 }), text("x"), text("y"), text("z")]);
    expect(scene.drain()).toEqual(["deliver z", "poll: open(token received=3 epoch=1 first=1) (poll)"]);
    for (let failures = 1; failures <= 3; failures++) {
      scene.settle(poll, "poll");
      scene.drain();
      scene.pass(25 * (failures - 1));
    }
    scene.settle(poll, "poll");
    expect(scene.drain()).toEqual(["drop poll: lost", "changed"]);
  });
});

describe("time", () => {
  test("confirms what came, at the latest after confirmDelayMs", () => {
    const scene = new Scene();
    scene.receive(scene.settled(), text("x"));
    expect(scene.drain()).toEqual(["deliver x"]);
    expect(scene.pass(terms.confirmDelayMs)).toEqual([`${terms.confirmDelayMs} ws: noop 1`]);
    expect(scene.pass(terms.confirmDelayMs)).toEqual([]);
  });

  test("answers a ping with what came by then", () => {
    const scene = new Scene();
    scene.receive(scene.settled(), text("x"), ping(), ping());
    expect(scene.drain()).toEqual(["deliver x", "ws: pong 1"]);
    expect(scene.pass(terms.confirmDelayMs)).toEqual([]);
  });

  test("drops a connection that is silent, and one that confirms nothing", () => {
    const scene = new Scene();
    scene.settled();
    const silentMs = terms.pingIntervalMs + terms.pingTimeoutMs;
    expect(scene.pass(silentMs - 1)).toEqual([]);
    expect(scene.pass(1)).toEqual([`${silentMs} drop ws: silent`, `${silentMs} changed`]);
    const stalled = new Scene();
    stalled.settled();
    stalled.send("a");
    stalled.drain();
    expect(stalled.pass(6_100)[0]).toMatch(/^60\d\d drop ws: stalled$/);
  });

  test("expires a session that was not resumed, and none that was never answered", () => {
    const scene = new Scene();
    scene.dial("ws");
    scene.drain();
    expect(scene.session.deadline).toBe(Number.POSITIVE_INFINITY);
    const suspended = new Scene();
    suspended.session.closed(suspended.settled(), 0);
    suspended.drain();
    suspended.send("a");
    const expiresMs = terms.resumeWindowMs + terms.pingIntervalMs + terms.pingTimeoutMs;
    expect(suspended.pass(expiresMs - 1)).toEqual([]);
    expect(suspended.pass(1)).toEqual([`${expiresMs} ended expired by local`]);
    expect(suspended.session.ledger.outbox.list().map(({ data }) => data)).toEqual(["a"]);
  });
});

describe("the end", () => {
  test("comes behind every message", () => {
    const scene = new Scene();
    scene.settled();
    scene.send("a");
    scene.session.close("closed", undefined, 0);
    expect(scene.send("b")).toEqual([false]);
    expect(scene.drain()).toEqual(["ws: noop 0, a, close 3000", "drop ws: closed", "ended closed by local"]);
    expect(scene.session.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test("lets an application that does not know of it go on until it is told", () => {
    const scene = new Scene();
    scene.settled();
    scene.session.close("server_closing", undefined, 0);
    expect(scene.send("a")).toEqual([true]);
    expect(scene.drain()[0]).toBe("ws: noop 0, a, close 3001");
    expect(scene.send("b")).toEqual([false]);
  });

  test("waits for the POST in flight, so that its last words come behind what went before", () => {
    const scene = new Scene();
    const http = scene.dial("http", streaming);
    scene.drain();
    scene.settle(http, "send", []);
    scene.receive(http, scene.answer(1), pong());
    scene.drain();
    scene.send("a");
    scene.session.close("closed", undefined, 0);
    expect(scene.drain()).toEqual([]);
    scene.settle(http, "send", [openPacket({ received: 0, epoch: 1, sent: 0 })]);
    expect(scene.drain()[0]).toBe("http: open(token received=0 epoch=1 first=1), noop 0, a, close 3000");
  });

  test("by the server is heard with its reason, behind what it sent before", () => {
    const scene = new Scene();
    scene.receive(scene.settled(), text("x"), closePacket("server_closing"), text("y"));
    expect(scene.drain()).toEqual(["deliver x", "drop ws: server_closing", "ended server_closing by remote"]);
  });

  test("of an outbox that is full: emit is told, and the session lives", () => {
    const scene = new Scene(200);
    expect(scene.send("a", "b", "c", "d")).toEqual([true, true, true, false]);
    expect(scene.session.state).toBe("open");
    const ws = scene.dial("ws");
    scene.drain();
    scene.receive(ws, scene.answer(1, { received: 3 }));
    expect(scene.send("d")).toEqual([true]);
  });

  test("makes everything after it harmless", () => {
    const scene = new Scene();
    const ws = scene.settled();
    scene.session.close("closed", undefined, 0);
    scene.drain();
    scene.receive(ws, text("a"), ping(99));
    scene.settle(ws, "send");
    scene.session.closed(ws, 0);
    scene.session.advance(1e12);
    scene.session.close("closed", undefined, 0);
    expect(scene.drain()).toEqual([]);
  });
});

test("a redirect is handed on", () => {
  const scene = new Scene();
  scene.receive(scene.settled(), { type: "redirect", data: '{"withinMs":5}' });
  expect(scene.drain()).toEqual(['redirected {"withinMs":5}']);
});
