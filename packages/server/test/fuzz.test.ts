// Seeded nonsense on every way in: nothing may crash the server, and it must go on serving others.

import { connect } from "node:net";
import { Random } from "@wireway/testkit";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { event, fetchRaw, RawClient } from "./raw-client.ts";
import { dropped, startServer } from "./test-server.ts";

const seed = 20_261_120;
const pieces = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "b",
  "\x1e",
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "\0",
  "\n",
  "é",
  "🚀",
  "-1",
  "1e400",
  '{"received":1}',
  '{"token":"token-000000000000000001"',
  '{"nonce":"fuzzy-000000000000000001","received":0,"first":1}',
  '"epoch":1}',
  '"first":9007199254740993}',
  "__proto__",
  "null",
  '4{"__proto__":1}',
  '42["a"]',
  "40",
  "41",
  "43/x,5[]",
];

function nonsense(random: Random): string {
  return Array.from({ length: random.int(1, 12) }, () => random.pick(pieces)).join("");
}

it("takes nonsense on every transport and goes on", { timeout: 60_000 }, async () => {
  const { base, port, wireway } = await startServer();
  const failures: unknown[] = [];
  wireway.on("error", (error) => void failures.push(error));
  wireway.on("connection", (socket) => socket.on("echo", (value: unknown) => void socket.emit("echo", value)));
  const random = new Random(seed);
  const urls = [
    "polling",
    "polling&request=send",
    "polling&request=poll",
    "streaming&request=send",
    "sse&request=ticket",
  ];
  for (let round = 0; round < 200; round++) {
    const url = `${base}?v=1&transport=${random.pick(urls)}`;
    const { status } = await fetchRaw(url, { body: nonsense(random) });
    expect([200, 400]).toContain(status);
  }
  for (let round = 0; round < 50; round++) {
    const webSocket = new WebSocket(`${base.replace("http", "ws")}?v=1&transport=websocket`);
    webSocket.on("open", () => {
      webSocket.send('0{"nonce":"fuzzy-000000000000000001","received":0,"first":1}\x1e40');
      for (let count = 0; count < 5; count++)
        webSocket.send(random.next() < 0.2 ? Buffer.from(nonsense(random)) : nonsense(random));
      webSocket.close();
    });
    await new Promise((resolve) => webSocket.on("close", resolve));
  }
  for (let round = 0; round < 30; round++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.end(
      `GET /wireway/?v=1&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\n${nonsense(random)}\r\n\r\n${nonsense(random)}`,
    );
    socket.resume();
    await new Promise((resolve) => socket.on("close", resolve));
  }
  expect(failures).toEqual([]);
  const client = dropped(await RawClient.join(base, "websocket"));
  await client.say(event("echo", 1));
  expect(await client.hearEvent()).toEqual(["echo", 1]);
});
