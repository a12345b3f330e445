// One tab at the server: who it is, its two numbered streams, and what its pen did since the last beat. Everything that
// comes from the page is checked here before it goes anywhere.

import type { Socket } from "@wireway/server";
import {
  beatMs,
  boardEdge,
  type ClientToServer,
  type Frame,
  maxSpots,
  type Pen,
  type Person,
  type ServerToClient,
  type Spot,
} from "../shared/events.ts";
import { Tally } from "../shared/tally.ts";

/** Most spots that wait for the next beat, after a long silence for example. */
const maxWaitingSpots = 6_000;
/** Lines of chat that one tab may write at once, and how long one takes to come back. */
const chatAllowance = 6;
const chatRefillMs = 1_000;

const isCoordinate = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= boardEdge;

export class Visitor {
  readonly socket: Socket<ClientToServer, ServerToClient>;
  readonly name: string;
  readonly tint: number;
  readonly #tally = new Tally();
  #spots: Spot[] = [];
  #sent = 0;
  #confirmed = 0;
  #roundTripMs: number | undefined;
  #chatSpent = 0;
  #chatAtMs = 0;

  constructor(socket: Socket<ClientToServer, ServerToClient>, tint: number) {
    const { name } = socket.handshake.auth;
    this.socket = socket;
    this.tint = tint;
    this.name = typeof name === "string" && name !== "" ? name.slice(0, 24) : "Somebody";
  }

  get person(): Person {
    const { transport } = this.socket.connection ?? {};
    return {
      id: this.socket.id,
      name: this.name,
      tint: this.tint,
      ...(transport !== undefined && { transport }),
      ...(this.#roundTripMs !== undefined && { roundTripMs: this.#roundTripMs }),
    };
  }

  /** A numbered message came. @returns its spots, as far as they are any. */
  hear(n: unknown, confirmed: unknown, spots: unknown): readonly Spot[] {
    if (Number.isSafeInteger(n)) this.#tally.take(n as number);
    if (Number.isSafeInteger(confirmed)) this.#confirmed = Math.min(confirmed as number, this.#sent);
    if (!Array.isArray(spots)) return [];
    const good = spots
      .slice(0, maxSpots)
      .filter((spot) => Array.isArray(spot) && isCoordinate(spot[0]) && isCoordinate(spot[1]))
      .map(([x, y, pen]): Spot => [x, y, pen === 1 || pen === 2 ? (pen as Pen) : 0]);
    if (this.#spots.length < maxWaitingSpots) this.#spots.push(...good);
    return good;
  }

  heardProbe(roundTripMs: unknown): void {
    if (typeof roundTripMs === "number" && roundTripMs >= 0) this.#roundTripMs = Math.round(roundTripMs * 10) / 10;
  }

  /** What its pen did since this was asked last. */
  takeFrame(): Frame | undefined {
    if (this.#spots.length === 0) return;
    const spots = this.#spots;
    this.#spots = [];
    return [this.socket.id, spots];
  }

  /** Sends the next numbered message. */
  beat(frames: readonly Frame[]): void {
    this.socket.emit("down", this.#sent, this.#sent - this.#confirmed, this.#tally.report(), frames);
    this.#sent += 1;
  }

  /** Whether it may write another line of chat now. */
  mayChat(nowMs: number): boolean {
    this.#chatSpent = Math.max(0, this.#chatSpent - (nowMs - this.#chatAtMs) / chatRefillMs);
    this.#chatAtMs = nowMs;
    if (this.#chatSpent >= chatAllowance) return false;
    this.#chatSpent += 1;
    return true;
  }
}

/** Beats in a second. */
export const beatsPerSecond: number = 1_000 / beatMs;
