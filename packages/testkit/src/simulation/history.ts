// The judge: every message that is sent and delivered is written down per session and direction, and what may never
// happen is looked for at each step. Messages name their session and number, so that nothing is taken on trust.

import type { Connection, MessageData, Packet } from "@wireway/protocol";
import type { Direction } from "./faults.ts";

/** Something happened that never may. Its message tells how to repeat the run. */
export class Violation extends Error {
  /** For printing. */
  override readonly name = "Violation";
}

interface Stream {
  sent: number;
  delivered: number;
  /** Whether the sender's session is over: what is missing then is known to be missing. */
  over: boolean;
}

export class History {
  readonly #streams = new Map<string, Stream>();
  /** Numbers of the messages written on each connection that keeps order. */
  readonly #written = new WeakMap<Connection, { numbers: Set<string> }>();
  readonly #receivers = new Map<string, string>();
  messages = 0;
  transmissions = 0;

  /** @returns the text of the session's next message in that direction, of so many bytes if it needs less. */
  next(session: string, direction: Direction, bytes = 0): string {
    const stream = this.#stream(session, direction);
    this.messages++;
    return `${session}/${direction}/${++stream.sent}/`.padEnd(bytes, ".");
  }

  delivered(receiver: string, data: MessageData, direction: Direction): void {
    const [session, way, digits] = String(data).split("/");
    if (session === undefined || way !== direction)
      throw new Violation(`a message of the wrong direction: ${nameOf(data)}`);
    const stream = this.#stream(session, direction);
    const number = Number(digits);
    if (number <= stream.delivered) throw new Violation(`${nameOf(data)} was doubled`);
    if (number > stream.delivered + 1)
      throw new Violation(`${nameOf(data)} came after ${stream.delivered}: lost or out of order`);
    stream.delivered = number;
    const key = `${session}/${direction}`;
    const known = this.#receivers.get(key);
    if (known !== undefined && known !== receiver)
      throw new Violation(`${key} was delivered to ${known} and ${receiver}`);
    this.#receivers.set(key, receiver);
  }

  wrote(connection: Connection, packets: readonly Packet[]): void {
    for (const { type, data } of packets) {
      if (type !== "message") continue;
      this.transmissions++;
      if (connection.lane === "exchange") continue;
      const written = this.#written.get(connection) ?? { numbers: new Set<string>() };
      this.#written.set(connection, written);
      const name = nameOf(data);
      if (written.numbers.has(name)) throw new Violation(`${name} was written twice on a ${connection.transport}`);
      written.numbers.add(name);
    }
  }

  over(session: string): void {
    this.#stream(session, "up").over = true;
    this.#stream(session, "down").over = true;
  }

  /** Everything that a living session sent has arrived. */
  settled(session: string): boolean {
    const [up, down] = [this.#stream(session, "up"), this.#stream(session, "down")];
    return (up.over || up.sent === up.delivered) && (down.over || down.sent === down.delivered);
  }

  deliveredOf(session: string, direction: Direction): number {
    return this.#stream(session, direction).delivered;
  }

  describe(session: string): string {
    const [up, down] = [this.#stream(session, "up"), this.#stream(session, "down")];
    return `${session}: up ${up.delivered}/${up.sent}, down ${down.delivered}/${down.sent}`;
  }

  #stream(session: string, direction: Direction): Stream {
    const key = `${session}/${direction}`;
    let stream = this.#streams.get(key);
    if (!stream) {
      stream = { sent: 0, delivered: 0, over: false };
      this.#streams.set(key, stream);
    }
    return stream;
  }
}

/** Session, direction and number of a message. */
export function nameOf(data: unknown): string {
  const text = String(data);
  return text.slice(0, text.lastIndexOf("/"));
}
