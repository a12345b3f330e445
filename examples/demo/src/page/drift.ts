// The line that a tab draws by itself while nobody does: a rose that turns slowly and wanders, another one for each tab.
// It goes by steps and not by time, so that a throttled tab draws slower and not coarser.

import { boardEdge, type Spot } from "../shared/events.ts";

/** Steps of one numbered message. */
export const stepsPerBeat = 4;

const stepTurn = 0.055;
/** Radius of the small wheel that rolls in the big one: how many petals, and how wide. */
const wheels: readonly number[] = [3 / 8, 2 / 7, 5 / 12, 3 / 10, 4 / 9, 5 / 14, 2 / 5];

export class Drift {
  readonly #wheel: number;
  readonly #arm: number;
  readonly #phase: number;
  #turn: number;

  constructor(seed: number) {
    this.#wheel = wheels[Math.floor(seed * 97) % wheels.length] as number;
    this.#arm = 0.62 + 0.5 * ((seed * 31) % 1);
    this.#phase = seed * 40;
    this.#turn = seed * 100;
  }

  /** @param aspect width of the board for a height of 1 */
  next(aspect: number): Spot {
    this.#turn += stepTurn;
    const turn = this.#turn;
    const inner = 1 - this.#wheel;
    const spin = (inner / this.#wheel) * turn;
    const reach = this.#wheel * this.#arm * 1.35;
    const x = inner * Math.cos(turn) + reach * Math.cos(spin);
    const y = inner * Math.sin(turn) - reach * Math.sin(spin);
    const lean = turn * 0.021 + this.#phase;
    const size = 0.4 / (inner + reach);
    const wander = turn * 0.013 + this.#phase;
    const centreX = 0.5 + (0.5 - 0.5 / aspect) * 0.8 * Math.sin(wander);
    const across = (x * Math.cos(lean) - y * Math.sin(lean)) * size;
    const down = (x * Math.sin(lean) + y * Math.cos(lean)) * size;
    return [onBoard(centreX + across / Math.max(1, aspect)), onBoard(0.5 + down * Math.min(1, aspect)), 1];
  }
}

/** From a part of the board to its whole numbers. */
export function onBoard(part: number): number {
  return Math.round(Math.min(1, Math.max(0, part)) * boardEdge);
}
