// Valid things to say, as seeds for what is not: values, envelopes, packets.

import { type ClientOpen, type Envelope, encodeEnvelope, openPacket, type Packet } from "@wireway/protocol";
import type { Random } from "@wireway/testkit";

const texts: readonly string[] = [
  "",
  "a",
  "echo",
  "answer",
  "é🚀",
  "\0",
  "\x1e",
  "line\r\nbreak",
  "__proto__",
  "x".repeat(200),
];

export function value(random: Random, depth = 0): unknown {
  const kinds: readonly (() => unknown)[] = [
    () => random.pick(texts),
    () => random.int(-1_000, 1_000),
    () => random.next() * 1e9,
    () => random.pick([null, true, false]),
    () => Uint8Array.from({ length: random.int(0, 20) }, () => random.int(0, 255)),
    () => Array.from({ length: random.int(0, 4) }, () => value(random, depth + 1)),
    () => Object.fromEntries([[random.pick(texts), value(random, depth + 1)]]),
  ];
  return random.pick(depth > 4 ? kinds.slice(0, 5) : kinds)();
}

export function envelope(random: Random): Envelope {
  const namespace = random.pick(["/", "/", "/", "/other", "/nowhere"]);
  const id = random.int(0, 5);
  const args = Array.from({ length: random.int(0, 4) }, () => value(random));
  const name = random.pick(["echo", "answer", "nobody", "__proto__", "join"]);
  const kinds: readonly (() => Envelope)[] = [
    () => ({ type: "event", namespace, args: [name, ...args] }),
    () => ({ type: "event", namespace, args: [name, ...args], id }),
    () => ({ type: "ack", namespace, id, args }),
    () => ({ type: "connect", namespace, data: { user: "ann", token: random.pick(texts) } }),
    () => ({ type: "connect", namespace: "/other" }),
    () => ({ type: "disconnect", namespace }),
    () => ({ type: "connect_error", namespace, data: { message: "no" } }),
  ];
  return random.pick([...kinds.slice(0, 2), ...kinds])();
}

export function packet(random: Random): Packet {
  const count = String(random.int(0, 3));
  const kinds: readonly (() => Packet)[] = [
    () => ({ type: "message", data: encodeEnvelope(envelope(random)) }),
    () => ({ type: "ping", data: count }),
    () => ({ type: "pong", data: count }),
    () => ({ type: "noop", data: count }),
    () => ({ type: "close", data: '{"code":3000}' }),
    () => openPacket(open(random)),
  ];
  return random.pick([kinds[0] as () => Packet, ...kinds])();
}

export function open(random: Random): ClientOpen {
  const first = random.int(1, 4);
  const epoch = random.int(1, 3);
  return { received: random.int(0, 3), ...(random.chance(0.7) && { first }), ...(random.chance(0.5) && { epoch }) };
}
