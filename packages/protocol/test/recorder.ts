// A session by itself, without a driver: connections that do nothing, and what the session wants done as lines of text,
// so that a test reads like a story. Not here: two sessions that talk to each other (pair).

import type { MessageData, Packet } from "../src/packet.ts";
import type { Road } from "../src/road.ts";
import type { Session } from "../src/session.ts";
import type { Connection } from "../src/transport.ts";

export const text = (data: string): Packet => ({ type: "message", data });
export const ping = (received = 0): Packet => ({ type: "ping", data: String(received) });
export const pong = (received = 0): Packet => ({ type: "pong", data: String(received) });

/** A connection by the name of its transport: a stream both ways unless told otherwise. */
export function connection(transport: string, more: Partial<Connection> = {}): Connection {
  const nothing = (): void => undefined;
  const whole: Connection = { transport, lane: "stream", polls: false, send: nothing, poll: nothing, close: nothing };
  // Getters stay getters.
  return Object.defineProperties(whole, Object.getOwnPropertyDescriptors(more));
}

const counts = ["received", "epoch", "first", "sent", "pingIntervalMs"] as const;

/** A packet in short: a message as its text, an open as its fields, without what is secret. */
function printed({ type, data }: Packet): string {
  if (type === "message") return short(data);
  if (type !== "open" && type !== "close") return `${type} ${data}`;
  const fields = JSON.parse(data) as Record<string, unknown>;
  if (type === "close") return `close ${String(fields["code"])}`;
  const named = ["nonce", "token", "terms", "gone"].filter((name) => fields[name] !== undefined);
  const told = counts.filter((name) => fields[name] !== undefined).map((name) => `${name}=${String(fields[name])}`);
  return `open(${[...named, ...told].join(" ")})`;
}

/** A message's text; of a long one its first character and its length. */
function short(data: MessageData): string {
  if (typeof data !== "string") return `<${data.length} bytes>`;
  return data.length > 100 ? `${data[0]}*${data.length}` : data;
}

/** Drains the session. @returns what it wants done, in order. */
export function drained(session: Session, now: number): string[] {
  const steps: string[] = [];
  const line = ({ connection: { transport } }: Road, packets: readonly Packet[]): string =>
    `${transport}: ${packets.map(printed).join(", ")}`;
  session.drain(
    {
      write: (road, packets) => steps.push(line(road, packets)),
      poll: (road, packets) => steps.push(`${line(road, packets)} (poll)`),
      drop: ({ connection: { transport } }, reason) => steps.push(`drop ${transport}: ${reason}`),
      deliver: (data) => steps.push(`deliver ${short(data)}`),
      changed: () => steps.push("changed"),
      redirected: (redirect) => steps.push(`redirected ${JSON.stringify(redirect)}`),
      ended: ({ reason, by }) => steps.push(`ended ${reason} by ${by}`),
    },
    now,
  );
  return steps;
}

/** Time passes; the session is looked at whenever it asked for it. @returns what it did, with the time. */
export function passed(scene: { readonly session: Session; now: number; drain(): string[] }, ms: number): string[] {
  const untilMs = scene.now + ms;
  const steps: string[] = [];
  for (let rounds = 0; scene.session.deadline <= untilMs; rounds++) {
    if (rounds > 1_000) throw new Error(`time stands still at ${scene.now}`);
    scene.now = Math.max(scene.now, scene.session.deadline);
    scene.session.advance(scene.now);
    steps.push(...scene.drain().map((step) => `${scene.now} ${step}`));
  }
  scene.now = untilMs;
  return steps;
}
