import { expect, test } from "vitest";
import { PacketReader } from "./packet-reader.ts";

function readAll(payload: string, chunkBytes: number): unknown[] {
  const heard: unknown[] = [];
  const reader = new PacketReader({
    opened: (open) => void heard.push(open),
    message: (bytes, kind) => void heard.push([kind, bytes]),
    pinged: () => void heard.push("ping"),
    ponged: () => void heard.push("pong"),
  });
  const bytes = Buffer.from(payload);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.text(bytes, at, Math.min(bytes.length, at + chunkBytes));
  }
  reader.end();
  return heard;
}

test("packets are told apart, however the payload is cut", () => {
  const payload = ['0{"epoch":1}', '40{"sid":"é"}', "20", '42["a"]', "31", '431["b"]', "60", "47{}"].join("\x1e");
  for (const chunkBytes of [1, 2, 5, 1_000]) {
    expect(readAll(payload, chunkBytes)).toEqual([
      { epoch: 1 },
      ["joined", 13],
      "ping",
      ["event", 6],
      "pong",
      ["ack", 7],
      ["other", 3],
    ]);
  }
});

test("a close tells why nothing was opened", () => {
  expect(readAll('1{"code":3002}', 4)).toEqual([{ refusal: '{"code":3002}' }]);
});
