// What a client makes of what it sees: held streams, servers that are away, pages that sleep, servers that send it away.

import { describe, expect, it } from "vitest";
import { type Fate, Scene } from "../test/scene.ts";
import type { ConnectOptions } from "./options.ts";
import type { Socket } from "./socket.ts";

const all = ["websocket", "streaming", "polling"];
const allRefused: Record<string, Fate> = { websocket: "refused", streaming: "refused", polling: "refused" };

function start(
  fates: Record<string, Fate>,
  more: Partial<Scene> = {},
  options: ConnectOptions = {},
): { scene: Scene; socket: Socket; errors: string[] } {
  const scene = Object.assign(new Scene(), more, { fates });
  const socket = scene.connect(all, options);
  const errors: string[] = [];
  socket.on("connect_error", ({ code }) => errors.push(code));
  return { scene, socket, errors };
}

describe("a stream that is held back", () => {
  it("is asked for in another way as soon as another transport has shown how long an answer takes", async () => {
    const { scene, socket } = start({ websocket: "refused" }, { freedBy: { streaming: 1 } });
    await scene.after(2_000);
    expect(scene.dials).toEqual([
      { transport: "websocket", atMs: 0 },
      { transport: "streaming", atMs: 10 },
      { transport: "polling", atMs: 260 },
      { transport: "streaming", atMs: 760, hold: 1 },
    ]);
    expect(socket.connection.transport).toBe("streaming");
  });

  it("is padded when that did not free it, and left alone for a while when nothing does", async () => {
    const { scene, socket } = start({ websocket: "refused" }, { freedBy: { streaming: 9 } });
    await scene.after(4_000);
    expect(scene.dials.filter(({ transport }) => transport === "streaming").map(({ hold }) => hold)).toEqual([
      undefined,
      1,
      2,
    ]);
    expect(socket.connection.transport).toBe("polling");
    expect(scene.living()).toEqual(["polling"]);
  });

  it("is given two round trips on a slow path", async () => {
    const { scene } = start({ websocket: "refused" }, { freedBy: { streaming: 9 }, downMs: { polling: 990 } });
    await scene.after(2_000);
    expect(scene.dials.filter(({ transport }) => transport === "streaming")).toHaveLength(1);
    await scene.after(500);
    expect(scene.dials.filter(({ transport }) => transport === "streaming")).toHaveLength(2);
  });
});

describe("a server that is away", () => {
  it("is looked for with one dial a round by the transport that served, and every third round with all", async () => {
    const { scene, socket } = start({});
    await scene.after(2_000);
    scene.fates = allRefused;
    scene.dials.length = 0;
    scene.cut();
    await scene.after(12_000);
    const rounds = scene.dials.map(({ transport }) => transport);
    const full = ["websocket", "streaming", "polling"];
    expect(rounds.slice(0, 3).sort()).toEqual([...full].sort());
    expect(rounds.slice(3, 5)).toEqual(["websocket", "websocket"]);
    expect(rounds.slice(5, 8)).toEqual(full);
    scene.fates = {};
    await scene.after(4_500);
    expect(socket.connection.transport).toBe("websocket");
  });

  it("is given time by the transport that served when it is back, because all come at once", async () => {
    const { scene, socket } = start({});
    await scene.after(12_000);
    scene.fates = allRefused;
    scene.cut();
    await scene.after(3_000);
    scene.dials.length = 0;
    scene.fates = {};
    scene.downMs = { websocket: 900, streaming: 900, polling: 900 };
    await scene.after(9_000);
    expect(scene.dials.map(({ transport }) => transport)).toEqual(["websocket"]);
    expect(socket.connection.transport).toBe("websocket");
    // Without an outage a slow answer has company after one attempt delay, as ever.
    scene.dials.length = 0;
    scene.cut();
    await scene.after(2_000);
    expect(scene.dials.map(({ transport }) => transport).slice(0, 2)).toEqual(["websocket", "streaming"]);
  });

  it("is soon talked to by the transport that served, when another one was faster to find it back", async () => {
    const { scene, socket } = start({});
    await scene.after(12_000);
    scene.fates = allRefused;
    scene.cut();
    await scene.after(1_000);
    scene.fates = { websocket: "refused" };
    while (socket.connection.transport === undefined) await scene.after(50);
    expect(socket.connection.transport).toBe("streaming");
    scene.fates = {};
    await scene.after(600);
    expect(socket.connection.transport).toBe("websocket");
  });

  it("is looked for by the surest transport when none has served yet", async () => {
    const { scene } = start(allRefused);
    await scene.after(300);
    expect(scene.dials.map(({ transport }) => transport)).toEqual([...all, "polling"]);
  });

  it("that asks for time ends the round, and gets it", async () => {
    const { scene } = start(allRefused, { retryAfterMs: 3_000 });
    await scene.after(2_900);
    expect(scene.dials).toHaveLength(1);
    await scene.after(2_000);
    expect(scene.dials.length).toBeGreaterThan(1);
  });

  it("and in whose place something else answers is told apart from one that is silent", async () => {
    const { scene, errors } = start(allRefused, { status: 200 });
    await scene.after(100);
    expect(errors[0]).toBe("intercepted");
  });

  it("spreads those that come back for a new session", async () => {
    const { scene, socket } = start({});
    await scene.after(2_000);
    scene.dials.length = 0;
    scene.end("server_closing");
    await scene.after(290);
    expect(scene.dials).toEqual([]);
    await scene.after(200);
    expect(socket.connected).toBe(true);
  });
});

describe("a page", () => {
  it("that wakes up checks its connection at once, and replaces one that is dead", async () => {
    const { scene, socket } = start({});
    await scene.after(20_000);
    // The way is a black hole from now on; new ones work.
    scene.mute();
    scene.life?.woke();
    await scene.after(1_900);
    expect(scene.dials).toHaveLength(1);
    await scene.after(400);
    expect(scene.dials).toHaveLength(2);
    expect(socket.connection.transport).toBe("websocket");
  });

  it("that wakes up while it waits for a round dials at once, and by all transports", async () => {
    const { scene, socket } = start(allRefused);
    await scene.after(20_000);
    scene.fates = { websocket: "refused" };
    scene.dials.length = 0;
    scene.life?.woke();
    await scene.after(60);
    expect(scene.dials.map(({ transport }) => transport)).toEqual(["websocket", "streaming"]);
    expect(socket.connected).toBe(true);
  });

  it("that is hidden gives up its connection, dials nothing, and goes on with its session when it is back", async () => {
    const { scene, socket } = start({});
    const ended: string[] = [];
    socket.on("disconnect", (reason) => ended.push(reason));
    await scene.after(1_000);
    const { id } = socket;
    scene.life?.hid();
    await scene.after(30_000);
    expect(scene.living()).toEqual([]);
    expect(scene.dials).toHaveLength(1);
    expect(socket.emit("while hidden")).toBe(true);
    scene.life?.woke();
    await scene.after(100);
    expect(scene.heard.at(-1)).toMatchObject({ args: ["while hidden"] });
    expect([socket.id, ended]).toEqual([id, []]);
  });

  it.each([[all], [["websocket"]]])("that leaves says so, with what was not confirmed, over %s", async (transports) => {
    const scene = new Scene();
    const socket = scene.connect(transports);
    await scene.after(1_000);
    socket.emit("last");
    scene.life?.left();
    await scene.after(100);
    expect(scene.lastWords).toHaveLength(1);
    const [address, open, ...rest] = (scene.lastWords[0] ?? "")
      .split("\u001e")
      .flatMap((part) => part.split(/ (?=0\{)/));
    expect(address).toBe("http://server/wireway/?v=1&transport=polling&request=send");
    expect(open).toMatch(/^0\{"token":/);
    expect(rest).toEqual([`42["last"]`, `1{"code":3000,"reason":"closed"}`]);
    expect(scene.living()).toEqual([]);
  });

  it("remembers for the next one what got through, and that one tries the rest behind its back", async () => {
    const values = new Map<string, string>();
    const storage = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    };
    const first = start({ websocket: "swallowed", streaming: "refused" }, { storage });
    await first.scene.after(1_000);
    const { scene, socket } = start({}, { storage, openedAtMs: 60_000 });
    await scene.after(1_000);
    expect(scene.dials).toEqual([{ transport: "polling", atMs: 0 }]);
    expect(socket.connection.transport).toBe("polling");
    await scene.after(30_000);
    expect(socket.connection.transport).toBe("websocket");
    // And what was found out since is remembered in its place.
    const third = start({}, { storage, openedAtMs: 120_000 });
    await third.scene.after(100);
    expect(third.scene.dials[0]?.transport).toBe("websocket");
  });

  it("remembers nothing where it is told not to", async () => {
    const storage = {
      getItem: () => {
        throw new Error("looked at");
      },
      setItem: () => {
        throw new Error("written to");
      },
    };
    const { scene, socket } = start({ websocket: "refused" }, { storage }, { storage: null });
    await scene.after(1_000);
    expect(socket.connected).toBe(true);
  });
});

describe("a redirect", () => {
  async function redirected(redirect: { withinMs: number; url?: string }): Promise<ReturnType<typeof start>> {
    const started = start({});
    await started.scene.after(1_000);
    for (const driver of started.scene.registry.drivers()) driver.run((session) => session.redirect(redirect));
    return started;
  }

  it("is followed at a moment within its time, behind everything that was said, to the same address", async () => {
    const { scene, socket } = await redirected({ withinMs: 10_000 });
    const ended: string[] = [];
    socket.on("disconnect", (reason, { unconfirmed }) => ended.push(`${reason} ${unconfirmed.length}`));
    await scene.after(4_900);
    expect(ended).toEqual([]);
    socket.emit("before");
    await scene.after(600);
    expect(ended).toEqual(["server_closing 0"]);
    expect(scene.heard.map((envelope) => ("args" in envelope ? envelope.args[0] : envelope.type))).toContain("before");
    await scene.after(500);
    expect(socket.connected).toBe(true);
    expect(new Set(scene.addresses)).toEqual(new Set(["http://server/wireway/"]));
  });

  it.each([
    ["https://eu.example/wireway/", "https://eu.example/wireway/"],
    ["/other/", "http://server/other/"],
    ["javascript:alert(1)", "http://server/wireway/"],
    ["ws://else.example/", "http://server/wireway/"],
  ])("to %s leads to %s", async (url, address) => {
    const { scene } = await redirected({ withinMs: 0, url });
    await scene.after(1_000);
    expect(scene.addresses.at(-1)).toBe(address);
  });

  it("to where nobody is leads back", async () => {
    const { scene } = await redirected({ withinMs: 0, url: "https://eu.example/wireway/" });
    scene.fates = allRefused;
    await scene.after(1_000);
    expect(scene.addresses).toContain("https://eu.example/wireway/");
    await scene.after(4_000);
    expect(scene.addresses.at(-1)).toBe("http://server/wireway/");
  });
});

describe("the log of attempts", () => {
  it("tells of each dial when, how long, and what came of it in words", async () => {
    const { scene, socket } = start({ websocket: "refused" });
    await scene.after(500);
    expect(socket.connection.attempts).toEqual([
      {
        transport: "websocket",
        atMs: 0,
        roundTripMs: undefined,
        endedMs: 10,
        reason: "lost",
        code: undefined,
        verdict: "the platform reported the connection lost",
      },
      {
        transport: "streaming",
        atMs: 10,
        roundTripMs: 20,
        endedMs: undefined,
        reason: undefined,
        code: undefined,
        verdict: "serves",
      },
    ]);
    scene.cut();
    await scene.after(0);
    expect(socket.connection.attempts[1]?.verdict).toMatch(/^served for \d{3} ms; the platform reported/);
    expect(socket.connection.attempts[1]?.endedMs).toBeGreaterThanOrEqual(500);
  });

  it("keeps the last 32", async () => {
    const { scene, socket } = start(allRefused);
    await scene.after(300_000);
    expect(socket.connection.attempts).toHaveLength(32);
    expect(scene.dials.length).toBeGreaterThan(32);
  });
});

it("holds it against no transport that its connection did not outlive a sleep or a network", async () => {
  const { scene, socket } = start({});
  await scene.after(2_000);
  scene.mute();
  scene.life?.woke();
  await scene.after(3_000);
  expect(socket.connection.transport).toBe("websocket");
  expect(socket.connection.attempts.map(({ transport }) => transport)).toEqual(["websocket", "websocket"]);
});

it("holds it against a transport when its connections freeze soon, however late that is noticed", async () => {
  const { scene, socket } = start({});
  await scene.after(2_500);
  scene.mute();
  socket.emit("into the void");
  await scene.after(10_000);
  expect(socket.connection.transport).toBe("streaming");
  expect(socket.connection.attempts[0]?.verdict).toMatch(/^served for [12]\d{0,3} ms; /);
});
