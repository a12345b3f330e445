// One tab's pen as this page shows it: spots come in bursts ten times a second, and are played one after the other. The
// trail fades and is bounded; what was missed during an outage rushes by when it comes.

import { boardEdge, type Spot, type Stroke } from "../shared/events.ts";

/** How long a trail stays. */
export const trailMs = 26_000;
const maxTrail = 1_400;
const maxQueue = 6_000;
/** In what time a burst is played. */
const playMs = 140;
/** Most spots a second: a long outage is to be seen catching up. */
const maxSpotsPerSecond = 900;

export interface TrailPoint {
  readonly x: number;
  readonly y: number;
  readonly atMs: number;
  /** A new line begins here. */
  readonly starts: boolean;
}

export class Pen {
  name: string;
  tint: number;
  x = 0.5;
  y = 0.5;
  /** When it moved last. */
  movedAtMs = 0;
  trail: TrailPoint[] = [];
  #queue: Spot[] = [];
  #credit = 0;
  #lastKind = 0;
  #stroke: Stroke | undefined;

  constructor(name: string, tint: number) {
    this.name = name;
    this.tint = tint;
  }

  hear(spots: readonly Spot[]): void {
    this.#queue.push(...spots);
    if (this.#queue.length > maxQueue) this.#queue.splice(0, this.#queue.length - maxQueue);
  }

  /** Plays what the elapsed time allows. @returns whether anything moved. */
  play(now: number, elapsedMs: number, beginStroke: (stroke: Stroke) => void): boolean {
    if (this.#queue.length === 0) return false;
    const rate = Math.min(this.#queue.length / playMs, maxSpotsPerSecond / 1_000);
    this.#credit = Math.min(this.#queue.length, this.#credit + rate * elapsedMs);
    const count = Math.floor(this.#credit);
    this.#credit -= count;
    for (const spot of this.#queue.splice(0, count)) this.#put(spot, now, beginStroke);
    return count > 0;
  }

  /** Plays everything at once: nobody looks. */
  finish(now: number, beginStroke: (stroke: Stroke) => void): void {
    for (const spot of this.#queue.splice(0)) this.#put(spot, now, beginStroke);
  }

  forget(now: number): void {
    let old = Math.max(0, this.trail.length - maxTrail);
    while (old < this.trail.length && now - (this.trail[old] as TrailPoint).atMs > trailMs) old += 1;
    if (old > 0) this.trail = this.trail.slice(old);
  }

  #put([x, y, kind]: Spot, now: number, beginStroke: (stroke: Stroke) => void): void {
    this.x = x / boardEdge;
    this.y = y / boardEdge;
    this.movedAtMs = now;
    if (kind === 1) this.trail.push({ x: this.x, y: this.y, atMs: now, starts: this.#lastKind !== 1 });
    if (kind === 2) {
      if (!this.#stroke || this.#lastKind !== 2) {
        this.#stroke = { tint: this.tint, points: [] };
        beginStroke(this.#stroke);
      }
      // As the server does: a line without end is cut into strokes, so that old parts can be forgotten.
      if (this.#stroke.points.length >= 800) {
        this.#stroke = { tint: this.tint, points: this.#stroke.points.slice(-2) };
        beginStroke(this.#stroke);
      }
      this.#stroke.points.push(x, y);
    }
    this.#lastKind = kind;
  }
}
