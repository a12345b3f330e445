// What a few bytes of a client's may cost: slow, endless and unread exchanges, floods, and sessions that are begun and left.
// The server answers or cuts, holds no more than its options allow, and has its memory back when the attack is over.
// Source: CVE-2020-36048 and -36049, CVE-2026-32689, CVE-2026-56170, ws 8.23.0 (auto-pongs); OWASP on slow HTTP attacks.

import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Writable } from "node:stream";
import { encodePayload, openPacket } from "@wireway/protocol";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { headOf, statusesOf } from "../raw-bytes.ts";
import { allTransports, event, fetchRaw, joining, nonce, post, RawClient } from "../raw-client.ts";
import { connectRaw, exchangeRaw, RawWebSocket, readRaw } from "../raw-tcp.ts";
import { dropped } from "../test-server.ts";
import { Arena } from "./arena.ts";
import { comesBackTo, heldBytes } from "./memory.ts";

/** What the engine may keep for itself: code that was compiled meanwhile, caches, pools. */
const slackBytes = 16_777_216;

const http = ["streaming", "sse", "polling"] as const;
const dialQuery = { streaming: "", sse: "&request=ticket", polling: "" };
const chunked = ["Content-Type: text/plain", "Transfer-Encoding: chunked"];

/** Does it many times at once. */
function many<Result>(count: number, act: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

describe("slow", () => {
  it("heads are answered with 408, and connections that say nothing are ended", async () => {
    const arena = await Arena.open({ headersTimeoutMs: 200 });
    const heads = ["POST /wireway/ HTTP/1.1\r\nHost: a\r\nX-Slow: ", "G", ""];
    const answers = await arena.underFire(() => many(90, (index) => exchangeRaw(arena.port, heads[index % 3] ?? "")));
    expect(new Set(answers.flatMap(statusesOf))).toEqual(new Set([408]));
  });

  it("bodies are answered with 408, over every transport", async () => {
    const arena = await Arena.open({ bodyTimeoutMs: 200 });
    const urls = http.flatMap((transport) =>
      [dialQuery[transport], "&request=send"].map((query) => `/wireway/?v=1&transport=${transport}${query}`),
    );
    const answers = await arena.underFire(() =>
      many(90, async (index) => {
        const socket = connectRaw(arena.port);
        const lines = ["Content-Type: text/plain", "Content-Length: 1000"];
        socket.write(`${headOf("POST", urls[index % urls.length] ?? "", lines)}0{`);
        // A byte now and then does not buy more time.
        const drip = setInterval(() => socket.write(" "), 50);
        const read = await readRaw(socket).finally(() => clearInterval(drip));
        return statusesOf(read);
      }),
    );
    expect(answers.flat()).toEqual(Array(90).fill(408));
  });
});

describe.each(http)("a body over %s", (transport) => {
  it("costs what it holds, in however many chunks it comes", async () => {
    const arena = await Arena.open();
    const chunks = 300_000;
    const before = heldBytes();
    await arena.underFire(async () => {
      const socket = connectRaw(arena.port);
      socket.write(headOf("POST", `/wireway/?v=1&transport=${transport}&request=send`, chunked));
      await new Promise<void>((resolve) => void socket.write("1\r\nx\r\n".repeat(chunks), () => resolve()));
      // The server reads some of it in each turn, and answers others in between.
      for (let count = 0; count < 60; count++) await fetchRaw(arena.base);
      expect(heldBytes() - before).toBeLessThan(slackBytes);
      socket.destroy();
    });
    await comesBackTo(before + slackBytes);
  });
});

describe.each(allTransports)("floods over %s", (transport) => {
  it("of pings cost one answer for each payload", async () => {
    const arena = await Arena.open();
    await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      for (let count = 0; count < 20; count++) await client.sayRaw("\x1e21".repeat(16_000).slice(1));
      await client.say({ type: "ping", data: "1" });
      await client.hear("pong");
    });
  });

  it("of dials for one session keep five connections of it at most", async () => {
    const arena = await Arena.open();
    const before = heldBytes();
    await arena.underFire(async () => {
      const { token } = dropped(await RawClient.join(arena.base, "websocket"));
      const again = (): Promise<RawClient> => RawClient.dial(arena.base, transport, { token, received: 1 });
      const ends: Promise<unknown>[] = [];
      for (let count = 0; count < 100; count++) ends.push(dropped(await again()).closed);
      // Polling has no end that is told without another poll.
      if (transport !== "polling") await Promise.all(ends.slice(0, 90));
    });
    await comesBackTo(before + slackBytes);
  });

  it("of namespaces that are joined and left cost one place for each", async () => {
    const arena = await Arena.open();
    arena.wireway.of("/other");
    const before = heldBytes();
    await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      const once = [{ type: "message", data: "0/other," } as const, { type: "message", data: "1/other," } as const];
      for (let count = 0; count < 20; count++) await client.say(...Array(100).fill(once).flat());
      await client.say(event("echo", "still here"));
      for (;;) {
        const envelope = await client.hearMessage();
        if (envelope.type === "event") break;
      }
    });
    await comesBackTo(before + slackBytes);
    expect(arena.wireway.of("/other").sockets.size).toBe(0);
  });
});

it.each(allTransports)(
  "floods of new auth, over %s, ask the application eight times at once at most",
  async (transport) => {
    let asking = 0;
    let most = 0;
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const arena = await Arena.open({
      authenticate: async (_handshake, auth) => {
        if (!("again" in auth)) return { user: "anybody" };
        most = Math.max(most, ++asking);
        await answered;
        asking--;
        return { user: "anybody" };
      },
    });
    await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      const flood = Array.from({ length: 1_000 }, (_, id) => ({ type: "message", data: `8${id}{"again":1}` }) as const);
      await client.say(...flood);
      // Those that are too many are told at once.
      for (let count = 0; count < 992; count++) expect((await client.hearMessage()).type).toBe("error");
      answer();
      for (let count = 0; count < 8; count++) expect((await client.hearMessage()).type).toBe("ack");
    });
    expect(most).toBe(8);
  },
);

describe("a client that does not read", () => {
  it.each(["streaming", "sse", "websocket"] as const)("is cut when it asks and asks, over %s", async (transport) => {
    const arena = await Arena.open({ maxUnconfirmedBytes: 2_200_000, pingTimeoutMs: 2_000 });
    const before = heldBytes();
    await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      const [, socket] = [...arena.wireway.sockets.values()];
      const gone = new Promise((resolve) => void socket?.on("disconnect", resolve));
      client.pause();
      const asked = "x".repeat(200_000);
      void (async () => {
        for (let count = 0; count < 100; count++) await client.say(event("echo", asked)).catch(() => undefined);
      })();
      // Either what is unconfirmed becomes too much, or nothing of it leaves in time.
      expect(["too_far_behind", "expired"]).toContain(await gone);
    });
    await comesBackTo(before + slackBytes);
  });

  it("is not ponged for ever, by the WebSocket's own pings", async () => {
    const arena = await Arena.open();
    const before = heldBytes();
    await arena.underFire(async () => {
      const webSocket = await RawWebSocket.open(arena.port);
      webSocket.socket.pause();
      const pings = Buffer.concat(Array(10_000).fill(pingFrame));
      for (let count = 0; count < 40; count++) {
        await new Promise<void>((resolve) => void webSocket.socket.write(pings, () => resolve()));
        expect(heldBytes() - before).toBeLessThan(slackBytes);
      }
    });
    await comesBackTo(before + slackBytes);
  });

  it("leaves no response behind, over polling", async () => {
    const arena = await Arena.open();
    const before = heldBytes();
    await arena.underFire(() =>
      many(50, async () => {
        const client = dropped(await RawClient.join(arena.base, "polling"));
        const [socket] = [...arena.wireway.sockets.values()].slice(-1);
        for (let count = 0; count < 10; count++) socket?.emit("news", "x".repeat(60_000));
        const open = openPacket({ token: client.token, received: 1, epoch: client.epoch, first: client.next });
        const body = encodePayload([open]);
        const lines = ["Content-Type: text/plain", `Content-Length: ${body.length}`];
        const poll = headOf("POST", "/wireway/?v=1&transport=polling&request=poll", lines) + body;
        const raw = connectRaw(arena.port).pause();
        await new Promise<void>((resolve) => void raw.write(poll.repeat(10), () => resolve()));
        raw.resetAndDestroy();
        await client.leave();
      }),
    );
    await comesBackTo(before + slackBytes);
  });
});

const pingFrame = Buffer.from([0x89, 0xfd, 0, 0, 0, 0, ...Buffer.alloc(125)]);

describe("what is begun and left", () => {
  it("tickets that nobody shows: 503 when 8 MiB of dials wait, and their memory back", async () => {
    const arena = await Arena.open();
    const before = heldBytes();
    const statuses = await arena.underFire(async () => {
      const behind = Array(10_000).fill({ type: "message", data: "2" }) as { type: "message"; data: string }[];
      const dial = (): Promise<number> =>
        post(`${arena.base}?v=1&transport=sse&request=ticket`, [
          openPacket({ nonce: nonce(), received: 0, first: 1 }),
          ...behind,
        ]).then(({ status }) => status);
      const statuses: number[] = [];
      for (let count = 0; count < 10; count++) statuses.push(...(await many(40, dial)));
      return statuses;
    });
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.indexOf(503)).toBeGreaterThan(200);
    expect(heldBytes() - before).toBeLessThan(8_388_608 + slackBytes);
  });

  it("100,000 sessions that join and are left: refused above maxSessions, expired, and forgotten", {
    timeout: 300_000,
  }, async () => {
    const count = 100_000;
    const maxSessions = 50_000;
    const arena = await Arena.open({ maxSessions, resumeWindowMs: 60_000 });
    const before = heldBytes();
    const statuses = new Map<number, number>();
    await arena.underFire(async () => {
      for (let index = 0; index < count; index++) {
        const status = await dialWithin(arena);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (index % 100 === 99) await new Promise((resolve) => void setImmediate(resolve));
      }
      // The bystander has one.
      expect([...statuses]).toEqual([
        [200, maxSessions - 1],
        [503, count - maxSessions + 1],
      ]);
      expect(arena.wireway.sockets.size).toBe(maxSessions);
      const each = (heldBytes() - before - slackBytes) / maxSessions;
      expect(each).toBeLessThan(8_192);
      const pass = timeMachine();
      // In steps: a timer that is much too late means that the machine slept, and then nobody is expired at once.
      await vi.waitUntil(
        () => {
          const isOver = arena.wireway.sockets.size === 1;
          // A timer of an ended session is let go when the wheel comes round to it.
          pass(isOver ? 10_000 : 1_000);
          return isOver && heldBytes() - before < slackBytes;
        },
        { timeout: 200_000, interval: 100 },
      );
    });
    expect(arena.wireway.sockets.size).toBe(1);
  });
});

/** A dial by polling that joins, on a connection that takes the answer and is gone: the server's part of it alone. */
function dialWithin(arena: Arena): Promise<number> {
  const request = new IncomingMessage(new Socket());
  request.method = "POST";
  request.url = "/wireway/?v=1&transport=polling";
  request.headers = { host: "127.0.0.1", "content-type": "text/plain" };
  request.complete = true;
  Object.assign(request, { body: encodePayload([openPacket({ nonce: nonce(), received: 0, first: 1 }), joining]) });
  const response = new ServerResponse(request);
  const wire = new Writable({ write: (_chunk, _encoding, done) => done() });
  response.assignSocket(wire as unknown as Socket);
  return new Promise((resolve) => {
    response.on("finish", () => {
      response.detachSocket(wire as unknown as Socket);
      response.emit("close");
      resolve(response.statusCode);
    });
    arena.wireway.handler()(request, response);
  });
}

/** @returns what lets the server's clock go on; the next turn of its timers finds out. */
function timeMachine(): (ms: number) => void {
  const { now } = performance;
  let passedMs = 0;
  // Not a mock: that would remember each of its calls.
  performance.now = () => now.call(performance) + passedMs;
  onTestFinished(() => {
    performance.now = now;
  });
  return (ms) => {
    passedMs += ms;
  };
}
