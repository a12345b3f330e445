// WebSocket frames as no client would send them, byte by byte. Each row is answered with a close code, and costs the server
// no more than that; the session, where there is one, is suspended or ended, and the bystander does not notice.
// Source: RFC 6455 sections 5 and 7; CVE-2026-48779, CVE-2026-62389 and what ws 8.22 to 8.23 mended.

import { expect, it } from "vitest";
import { type FrameParts, frame } from "../raw-bytes.ts";
import { RawWebSocket } from "../raw-tcp.ts";
import { Arena } from "./arena.ts";

const [continuation, text, binary, close, ping, pong] = [0, 1, 2, 8, 9, 10];
const dial = '0{"nonce":"nonce-of-the-frame-battery","received":0,"first":1}\x1e40';

const frames: readonly (readonly [what: string, frames: readonly FrameParts[], code: number])[] = [
  ["no mask", [{ opcode: text, payload: dial, masked: false }], 1002],
  ["reserved bits", [{ opcode: text, payload: dial, reserved: 4 }], 1002],
  ["an opcode that is reserved", [{ opcode: 3, payload: dial }], 1002],
  ["a control opcode that is reserved", [{ opcode: 11 }], 1002],
  ["a continuation of nothing", [{ opcode: continuation, payload: dial }], 1002],
  [
    "a text within another",
    [
      { opcode: text, payload: "0", fin: false },
      { opcode: text, payload: "1" },
    ],
    1002,
  ],
  ["a ping in parts", [{ opcode: ping, payload: "a", fin: false }], 1002],
  ["a ping of 126 bytes", [{ opcode: ping, payload: "x".repeat(126) }], 1002],
  ["a length with its highest bit", [{ opcode: text, length: 0x8000_0000_0000_0000n }], 1009],
  ["a length beyond all numbers", [{ opcode: text, length: 0x0020_0000_0000_0000n }], 1009],
  ["a length of 1 GB", [{ opcode: binary, length: 0x4000_0000n }], 1009],
  ["text that is not UTF-8", [{ opcode: text, payload: new Uint8Array([0x30, 0xc3, 0x28]) }], 1007],
  [
    "a character that is cut by fragments, and never ends",
    [
      { opcode: text, payload: new Uint8Array([0x30, 0xe2]), fin: false },
      { opcode: continuation, payload: new Uint8Array([0x82]) },
    ],
    1007,
  ],
  ["text with a lone surrogate", [{ opcode: text, payload: new Uint8Array([0xed, 0xa0, 0x80]) }], 1007],
  ["a close of one byte", [{ opcode: close, payload: "a" }], 1002],
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map(
    (code) => [`the close code ${code}`, [{ opcode: close, payload: codeBytes(code) }], 1002] as const,
  ),
  ["a close whose reason is not UTF-8", [{ opcode: close, payload: new Uint8Array([3, 232, 0xff]) }], 1007],
  ["a close without a code", [{ opcode: close }], 1005],
  ["an application's close code", [{ opcode: close, payload: codeBytes(4_999) }], 4_999],
  ["an empty text", [{ opcode: text }], 3107],
  ["a binary message for a dial", [{ opcode: binary, payload: "hello" }], 3107],
];

function codeBytes(code: number): Uint8Array {
  return new Uint8Array([code >> 8, code & 0xff]);
}

it.each(frames)("closes for %s", async (_what, sent, code) => {
  const arena = await Arena.open();
  const closed = await arena.underFire(async () => {
    const webSocket = await RawWebSocket.open(arena.port);
    webSocket.write(...sent);
    return webSocket.closed;
  });
  expect(closed).toBe(code);
});

it.each(frames)("closes for %s behind a session's first words", async (_what, sent, code) => {
  const arena = await Arena.open();
  const closed = await arena.underFire(async () => {
    const webSocket = await RawWebSocket.open(arena.port);
    webSocket.write({ opcode: text, payload: dial }, ...sent);
    return webSocket.closed;
  });
  // There a binary message is one: it is no envelope, and ends the session.
  expect(closed).toBe(sent[0]?.opcode === binary && code === 3107 ? 3004 : code);
});

it.each([
  ["one-byte fragments", "x"],
  ["empty fragments", ""],
])("closes for a message in 200,000 %s", async (_what, payload) => {
  const arena = await Arena.open();
  const closed = await arena.underFire(async () => {
    const webSocket = await RawWebSocket.open(arena.port);
    webSocket.write({ opcode: text, payload: "4", fin: false });
    webSocket.socket.write(Buffer.concat(Array(200_000).fill(frame({ opcode: continuation, payload, fin: false }))));
    return webSocket.closed;
  });
  // The close frame may be lost with the connection, whose client is still writing.
  expect([1008, 1006]).toContain(closed);
});

it("takes a message in a few fragments, with pings between them", async () => {
  const arena = await Arena.open();
  const closed = await arena.underFire(async () => {
    const webSocket = await RawWebSocket.open(arena.port);
    webSocket.write(
      { opcode: text, payload: dial.slice(0, 5), fin: false },
      { opcode: ping, payload: "a" },
      { opcode: continuation, payload: dial.slice(5), fin: false },
      { opcode: pong, payload: "b" },
      { opcode: continuation },
      { opcode: text, payload: '1{"code":3000}' },
    );
    return webSocket.closed;
  });
  expect(closed).toBe(3000);
});

it("leaves nothing of one that says nothing behind its upgrade", async () => {
  const arena = await Arena.open({ pingTimeoutMs: 100 });
  const closed = await arena.underFire(async () => (await RawWebSocket.open(arena.port)).closed);
  expect(closed).toBe(1006);
});
