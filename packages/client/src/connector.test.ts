import { expect, it } from "vitest";
import { type Fate, Scene } from "../test/scene.ts";
import type { Socket } from "./socket.ts";

const all = ["websocket", "streaming", "polling"];

function start(fates: Record<string, Fate>, transports = all): { scene: Scene; socket: Socket; errors: string[] } {
  const scene = new Scene();
  scene.fates = fates;
  const socket = scene.connect(transports);
  const errors: string[] = [];
  socket.on("connect_error", ({ code, message }) => errors.push(`${code} ${message}`));
  return { scene, socket, errors };
}

it("dials the best transport alone when it answers in time", async () => {
  const { scene, socket } = start({});
  await scene.after(1_000);
  expect(scene.dials).toEqual([{ transport: "websocket", atMs: 0 }]);
  expect(socket.connection).toMatchObject({ transport: "websocket" });
  expect(socket.connection?.roundTripMs).toBe(20);
});

it("dials the next beside a dial that stays silent for the attempt delay", async () => {
  const { scene, socket } = start({ websocket: "swallowed" });
  await scene.after(1_000);
  expect(scene.dials).toEqual([
    { transport: "websocket", atMs: 0 },
    { transport: "streaming", atMs: 250 },
  ]);
  expect(socket.connection?.transport).toBe("streaming");
});

it("dials the next at once when a dial fails", async () => {
  const { scene } = start({ websocket: "refused", streaming: "refused" });
  await scene.after(200);
  expect(scene.dials.map(({ atMs }) => atMs)).toEqual([0, 10, 20]);
});

it("dials the next beside a connection that answered and then starved, and moves there, as soon as something is at stake", async () => {
  const { scene, socket } = start({ websocket: "starved" });
  await scene.after(30);
  socket.emit("hello");
  await scene.after(1_000);
  expect(scene.dials[1]).toEqual({ transport: "streaming", atMs: 280 });
  expect(socket.connection?.transport).toBe("streaming");
  expect(socket.connected).toBe(true);
});

it("asks a connection that has only answered for another round trip, although nobody says anything", async () => {
  const { scene, socket } = start({ websocket: "starved" });
  await scene.after(3_000);
  expect(scene.dials[1]).toEqual({ transport: "streaming", atMs: 2_270 });
  expect(socket.connection?.transport).toBe("streaming");
});

it("keeps an unanswered better dial after settling on a lesser one, until its time is up", async () => {
  const { scene } = start({ websocket: "swallowed" });
  await scene.after(4_900);
  expect(scene.living()).toEqual(["websocket", "streaming"]);
  await scene.after(200);
  expect(scene.living()).toEqual(["streaming"]);
});

it("closes unanswered worse dials when a better one is proven", async () => {
  const { scene } = start({ websocket: "refused", streaming: "swallowed", polling: "swallowed" });
  await scene.after(300);
  expect(scene.living()).toEqual(["streaming", "polling"]);
  scene.fates = {};
  await scene.after(15_000);
  expect(scene.living()).toEqual(["websocket"]);
});

it("tells of a round in which nothing got through, with a verdict for each, and goes on", async () => {
  const { scene, socket, errors } = start({ websocket: "refused", streaming: "refused", polling: "refused" });
  await scene.after(60);
  expect(errors).toEqual([
    "unreachable server was not reached: " +
      "websocket: the platform reported the connection lost; " +
      "streaming: the platform reported the connection lost; " +
      "polling: the platform reported the connection lost",
  ]);
  scene.fates = {};
  await scene.after(300);
  expect(socket.connected).toBe(true);
});

it("waits longer and longer between rounds, within the bounds", async () => {
  const { scene, errors } = start({ websocket: "refused" }, ["websocket"]);
  await scene.after(60_000);
  const gaps = scene.dials.slice(1).map(({ atMs }, index) => atMs - (scene.dials[index]?.atMs ?? 0));
  // The jitter of this scene is always the middle of its range; a dial takes 10 ms to fail.
  expect(gaps.slice(0, 7)).toEqual([60, 310, 510, 910, 1_710, 1_860, 1_860]);
  expect(errors).toHaveLength(scene.dials.length);
});

it("leaves a server alone for as long as it asks", async () => {
  const { scene } = start({ websocket: "refused" }, ["websocket"]);
  scene.retryAfterMs = 30_000;
  await scene.after(29_000);
  expect(scene.dials).toHaveLength(1);
  // Jitter makes it longer, never shorter.
  await scene.after(9_000);
  expect(scene.dials).toHaveLength(2);
});

it("comes back at once when a connection that held is lost", async () => {
  const { scene, socket } = start({});
  await scene.after(5_000);
  scene.cut();
  await scene.after(150);
  expect(socket.connected).toBe(true);
  expect(socket.connection).toBeDefined();
});

it("passes over a transport that broke soon after it was trusted, and returns to it later", async () => {
  const { scene, socket } = start({});
  await scene.after(2_000);
  scene.cut();
  await scene.after(500);
  expect(socket.connection?.transport).toBe("streaming");
  await scene.after(40_000);
  expect(socket.connection?.transport).toBe("websocket");
});

it("holds nothing against a transport when the whole server was away", async () => {
  const { scene, socket } = start({});
  await scene.after(2_000);
  scene.fates = { websocket: "refused", streaming: "refused", polling: "refused" };
  scene.restart();
  await scene.after(200);
  scene.fates = {};
  await scene.after(2_000);
  expect(socket.connection?.transport).toBe("websocket");
});

it("tries a better transport behind the back of a lesser one, one dial at a time and with growing pauses", async () => {
  const { scene, socket } = start({ websocket: "refused" });
  await scene.after(60_000);
  const tries = scene.dials
    .filter(({ transport }) => transport === "websocket")
    .map(({ atMs }) => Math.round(atMs / 1_000));
  expect(tries).toEqual([0, 5, 15, 35]);
  scene.fates = {};
  await scene.after(60_000);
  expect(socket.connection?.transport).toBe("websocket");
  expect(scene.living()).toEqual(["websocket"]);
});

it("dials at once when the platform says that the network is there again", async () => {
  const { scene, socket } = start({ websocket: "refused" }, ["websocket"]);
  await scene.after(20_000);
  scene.fates = {};
  const dials = scene.dials.length;
  scene.life?.woke();
  await scene.after(50);
  expect(scene.dials).toHaveLength(dials + 1);
  expect(socket.connected).toBe(true);
});

it("dials no more after the socket was closed", async () => {
  const { scene, socket } = start({ websocket: "refused" }, ["websocket"]);
  await scene.after(500);
  void socket.close();
  const dials = scene.dials.length;
  await scene.after(60_000);
  expect(scene.dials).toHaveLength(dials);
  expect(scene.living()).toEqual([]);
});

it("can be closed by the handler that hears of an unreachable server", async () => {
  const { scene, socket } = start({ websocket: "refused" }, ["websocket"]);
  socket.on("connect_error", () => socket.close());
  await scene.after(60_000);
  expect(scene.dials).toHaveLength(1);
});

it("leaves a transport that left a dial unanswered alone for a while", async () => {
  const { scene } = start({ websocket: "swallowed" });
  await scene.after(19_900);
  expect(scene.dials.filter(({ transport }) => transport === "websocket")).toHaveLength(1);
  await scene.after(10_000);
  expect(scene.dials.filter(({ transport }) => transport === "websocket")).toHaveLength(2);
});

it("closes the dial beside it when a slow but better connection is proven", async () => {
  const { scene } = start({ streaming: "swallowed" });
  scene.downMs = { websocket: 300 };
  await scene.after(290);
  expect(scene.living()).toEqual(["websocket", "streaming"]);
  await scene.after(710);
  expect(scene.living()).toEqual(["websocket"]);
});

it("dials again what was given up for a connection that then proves nothing", async () => {
  const { scene, socket } = start({ streaming: "starved" }, ["websocket", "streaming"]);
  scene.downMs = { websocket: 600 };
  await scene.after(300);
  socket.emit("hello");
  await scene.after(3_000);
  expect(scene.dials).toEqual([
    { transport: "websocket", atMs: 0 },
    { transport: "streaming", atMs: 250 },
    { transport: "websocket", atMs: 550 },
  ]);
  expect(socket.connection?.transport).toBe("websocket");
});

it("forgets the pauses of earlier trouble once a connection held", async () => {
  const { scene, socket } = start({ websocket: "refused" }, ["websocket"]);
  await scene.after(20_000);
  scene.fates = {};
  await scene.after(15_000);
  expect(socket.connected).toBe(true);
  const dials = scene.dials.length;
  scene.cut();
  await scene.after(110);
  expect(scene.dials).toHaveLength(dials + 1);
});

it("starts at once again when the handler that hears of an unreachable server begins anew", async () => {
  const { scene, socket } = start({ websocket: "refused" }, ["websocket"]);
  socket.once("connect_error", () => {
    void socket.close();
    socket.connect();
  });
  await scene.after(30);
  expect(scene.dials.map(({ atMs }) => atMs)).toEqual([0, 10]);
  await scene.after(1_000);
  expect(scene.dials.map(({ atMs }) => atMs).slice(2)).not.toEqual([]);
});

it("lets a transport prove itself before it dials one that broke beside it, but not for long", async () => {
  const { scene, socket } = start({ streaming: "refused", polling: "refused" });
  await scene.after(2_000);
  scene.fates = { streaming: "swallowed", polling: "swallowed" };
  scene.dials.length = 0;
  // The WebSocket broke soon after it was trusted.
  scene.cut();
  await scene.after(1_500);
  const [first, second, third] = scene.dials;
  expect([first?.transport, second?.transport, third?.transport]).toEqual(["streaming", "polling", "websocket"]);
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBe(250);
  expect((third?.atMs ?? 0) - (second?.atMs ?? 0)).toBe(750);
  expect(socket.connection?.transport).toBe("websocket");
});
