// How valid input is spoilt: bytes, text, JSON and the order of things, all drawn from one seeded generator. What comes out
// is near to what is right, because what is far from it is refused by the first check and shows nothing.

import type { Random } from "@wireway/testkit";

const hostileTexts: readonly string[] = [
  "",
  "0",
  "-1",
  "1.5",
  "1e400",
  "9007199254740993",
  "999999999999999",
  "null",
  "true",
  "[]",
  "{}",
  '"',
  "\\u0000",
  "\\ud800",
  "\0",
  "\x1e",
  "\x1e\x1e",
  "\r\n",
  "\n\n",
  "é🚀",
  ",",
  "/",
  "?",
  "b",
  "b=",
  "0{}",
  '1{"code":3000}',
  "21",
  "699",
  "40",
  "41",
  '42["echo"]',
  "__proto__",
  "constructor",
  '{"__proto__":{"polluted":1}}',
  "[".repeat(300),
  "x".repeat(5_000),
  "%0d%0a",
  "data: ",
  "\ufeff",
];

const hostileValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  999_999,
  "",
  "1",
  "__proto__",
  [],
  {},
  [[]],
  { toString: 1 },
  "x".repeat(100),
];

export function mutateText(random: Random, text: string): string {
  const at = random.int(0, text.length);
  const to = Math.min(text.length, at + random.int(1, 8));
  const other = random.int(0, text.length);
  const kinds: readonly (() => string)[] = [
    () => text.slice(0, at) + random.pick(hostileTexts) + text.slice(at),
    () => text.slice(0, at) + random.pick(hostileTexts) + text.slice(to),
    () => text.slice(0, at) + text.slice(to),
    () => text.slice(0, at),
    () => text.slice(0, to) + text.slice(at),
    () => text.slice(0, at) + String.fromCharCode(random.int(0, 0xffff)) + text.slice(at + 1),
    () => text.slice(other) + text.slice(0, other),
    () => text.replace(/\d+/, random.pick(["0", "-1", "99", "999999999999999", "1e9"])),
  ];
  return random.pick(kinds)();
}

export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.int(0, bytes.length);
  const to = Math.min(bytes.length, at + random.int(1, 8));
  const noise = Uint8Array.from({ length: random.int(1, 8) }, () => random.int(0, 255));
  const cut = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
  const kinds: readonly (() => Uint8Array)[] = [
    () => cut(bytes.subarray(0, at), noise, bytes.subarray(at)),
    () => cut(bytes.subarray(0, at), noise, bytes.subarray(to)),
    () => cut(bytes.subarray(0, at), bytes.subarray(to)),
    () => cut(bytes.subarray(0, at)),
    () => cut(bytes.subarray(0, to), bytes.subarray(at)),
    () => {
      const flipped = Uint8Array.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << random.int(0, 7));
      return flipped;
    },
    () => {
      const filled = Uint8Array.from(bytes);
      filled.fill(random.pick([0, 0x7f, 0x80, 0xff]), at, to);
      return filled;
    },
  ];
  return random.pick(kinds)();
}

/** A field less, more, doubled or of another type. */
export function mutateObject(random: Random, fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = [...Object.keys(fields), "__proto__", "first", "epoch", "received", "token", "nonce"];
  const name = random.pick(names);
  const { [name]: _left, ...rest } = fields;
  if (random.chance(0.3)) return rest;
  // Not a literal: `__proto__` would be the prototype there.
  return Object.fromEntries([...Object.entries(rest), [name, random.pick(hostileValues)]]);
}

/** One left out, doubled, moved or replaced. */
export function mutateList<Item>(random: Random, items: readonly Item[], other: () => Item): Item[] {
  const at = random.int(0, Math.max(0, items.length - 1));
  const to = random.int(0, items.length);
  const item = items[at];
  const without = items.filter((_, index) => index !== at);
  if (item === undefined) return [other()];
  const kinds: readonly (() => Item[])[] = [
    () => without,
    () => [...items.slice(0, to), item, ...items.slice(to)],
    () => [...without.slice(0, to), item, ...without.slice(to)],
    () => [...items.slice(0, to), other(), ...items.slice(to)],
    () => items.map((one, index) => (index === at ? other() : one)),
    () => [...items].reverse(),
  ];
  return random.pick(kinds)();
}

/** The same bytes in pieces. */
export function pieces(random: Random, bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + (random.chance(0.5) ? random.int(1, 4) : random.int(1, bytes.length)));
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  return parts;
}
