// What arrives of what is sent, and what cannot be sent.

import type { EventCase, SocketLike } from "./bench.ts";
import { codeOf, equal, failure } from "./expect.ts";
import { next, settled } from "./hearing.ts";

/** What comes back of arguments that the server emits again as it got them. */
async function echo(socket: SocketLike, ...args: unknown[]): Promise<unknown[]> {
  const back = next(socket, "echo");
  socket.emit("echo", ...args);
  return back;
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

export const values: readonly EventCase[] = [
  {
    name: "carries what JSON has, in both directions and in answers",
    run: async ({ open }) => {
      const socket = await open();
      const value = {
        text: 'grüße ✓ 🚀 "\\ \u2028\u001e\r\n\0',
        numbers: [0, -1, 1.5, 1e308, 5e-324, 2 ** 53, 4_294_967_296],
        nested: [[], {}, [{ a: { b: [null, true, false] } }]],
        "": "empty key",
        constructor: 1,
      };
      equal(await echo(socket, value, "x", null), [value, "x", null], "the echo");
      equal(await echo(socket), [], "the echo of nothing");
      equal(await socket.emitWithAck("return", value), value, "the answer");
    },
  },
  {
    name: "carries binary at any depth, of any kind, in both directions and in answers",
    run: async ({ open }) => {
      const socket = await open();
      const all = new Uint8Array(256).map((_, index) => index);
      const inside = all.subarray(10, 13);
      const sent = [all, { deep: [{ inside }, "\u00000"] }, new Uint8Array(0).buffer, new DataView(all.buffer, 1, 2)];
      const arrives = [all, { deep: [{ inside: bytes(10, 11, 12) }, "\u00000"] }, bytes(), bytes(1, 2)];
      equal(await echo(socket, ...sent), arrives, "the echo");
      equal(await socket.emitWithAck("return", { list: [inside] }), { list: [bytes(10, 11, 12)] }, "the answer");
      const large = new Uint8Array(200_000).fill(7);
      const [back] = (await echo(socket, large)) as [Uint8Array];
      equal([back.length, back.every((byte) => byte === 7)], [200_000, true], "a large one");
    },
  },
  {
    name: "carries texts of any length and any characters",
    run: async ({ open }) => {
      const socket = await open();
      for (const text of ["", "\ufeff", "a".repeat(70_000), "é".repeat(40), `\ufeff${"🚀".repeat(20_000)}`]) {
        const [back] = await echo(socket, text);
        equal(back === text, true, `whether a text of ${text.length} characters is the same`);
      }
    },
  },
  {
    name: "carries dates, undefined and numbers that are none as its codec says",
    run: async ({ open, bench }) => {
      const socket = await open();
      const date = new Date("2026-11-21T12:34:56.789Z");
      const echoed = await echo(socket, date, undefined, { left: undefined, kept: 1 }, Number.NaN, -0);
      const arrives =
        bench.codec === "json"
          ? [date.toISOString(), null, { kept: 1 }, null, 0]
          : [date, undefined, { left: undefined, kept: 1 }, Number.NaN, 0];
      equal(echoed, arrives, "the echo");
    },
  },
  {
    name: "carries an instance as its fields, what toJSON says, and no methods",
    run: async ({ open }) => {
      const socket = await open();
      class Point {
        readonly x = 1;
        readonly method = (): number => 1;
        norm(): number {
          return this.x;
        }
      }
      const says = { toJSON: () => ({ said: 1 }), hidden: 2 };
      equal(await echo(socket, new Point(), says), [{ x: 1 }, { said: 1 }], "the echo");
    },
  },
  {
    name: "refuses at emit what cannot be sent, and lives on",
    run: async ({ open, bench }) => {
      const socket = await open();
      const cycle: { self?: unknown } = {};
      cycle.self = [cycle];
      let deep: unknown = 1;
      for (let level = 0; level < 1_000; level++) deep = [deep];
      const refused: Record<string, unknown> = {
        "a Map": new Map([[1, 2]]),
        "a Set": new Set([1]),
        "a Promise": Promise.resolve(1),
        "a cycle": cycle,
        "a deep nesting": deep,
        "a function in an array": [() => 1],
        "a large BigInt": 2n ** 64n,
        ...(bench.codec === "json" && { "a BigInt": 1n }),
      };
      for (const [name, value] of Object.entries(refused)) {
        equal(await codeOf(() => socket.emit("note", value)), "not_serializable", name);
        equal(await codeOf(() => socket.emitWithAck("return", { value })), "not_serializable", `${name} in a question`);
      }
      equal(
        await codeOf(() => socket.emit("note", () => 1, "behind")),
        "not_serializable",
        "a function that is not last",
      );
      equal(await socket.emitWithAck("heard"), [], "what the server heard of it");
      if (bench.codec === "msgpack")
        equal(await echo(socket, 1n, -(2n ** 63n), 2n ** 64n - 1n), [1n, -(2n ** 63n), 2n ** 64n - 1n], "BigInts");
    },
  },
  {
    name: "refuses at emit names that are the socket's own, and names that are no text",
    run: async ({ open }) => {
      const socket = await open();
      for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "connection", "error"])
        equal(await codeOf(() => socket.emit(name)), "reserved_event", name);
      equal(await codeOf(() => socket.emit(7 as unknown as string)), "invalid_event", "a number");
      equal(await socket.emitWithAck("return", 1), 1, "what works still");
    },
  },
  {
    name: "refuses at emit a message that is too large, with both sizes, and lives on",
    run: async ({ open }) => {
      const socket = await open();
      const error = await failure(() => socket.emit("note", "x".repeat(4_000_000)));
      const { code, details } = error as { code: string; details: { size: number; limit: number } };
      equal(
        [code, details.size > 4_000_000, details.limit < 4_000_000],
        ["message_too_large", true, true],
        "the error",
      );
      equal(await socket.emitWithAck("return", 1), 1, "what works still");
    },
  },
  {
    name: "leaves out a key that would become a prototype",
    run: async ({ open }) => {
      const socket = await open();
      const value = JSON.parse('{"a":{"__proto__":{"polluted":1},"b":1}}') as object;
      equal(await echo(socket, value), [{ a: { b: 1 } }], "the echo");
      equal(({} as { polluted?: unknown }).polluted, undefined, "what other objects have");
    },
  },
  {
    name: "sends what a value was when it was emitted",
    run: async ({ open }) => {
      const socket = await open();
      const value = { number: 1, bytes: bytes(1) };
      const back = next(socket, "echo");
      socket.emit("echo", value);
      value.number = 2;
      value.bytes[0] = 2;
      equal(await back, [{ number: 1, bytes: bytes(1) }], "the echo");
      await settled(socket);
    },
  },
];
