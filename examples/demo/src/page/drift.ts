// The line that a tab draws by itself while nobody does: a rose that turns slowly and wanders, another one for each tab.
// It goes by steps and not by time, so that a throttled tab draws slower and not coarser.

import { boardEdge, type Spot } from "../shared/events.ts";

/** Steps of one numbered message. */
export const stepsPerBeat = 4;

/** How far the line comes in one step, in radii of the figure. */
const stepLength = 0.07;
/** Radius of the small wheel that rolls in the big one: how many petals, and how wide. */
const wheels: readonly number[] = [2 / 7, 3 / 8, 3 / 11, 4 / 13, 1 / 5, 5 / 17, 3 / 10];

export class Drift {
  readonly #wheel: number;
  readonly #arm: number;
  readonly #phase: number;
  #turn: number;

  constructor(seed: number) {
    this.#wheel = wheels[Math.floor(seed * 97) % wheels.length] as number;
    this.#arm = 0.42 + 0.22 * ((seed * 31) % 1);
    this.#phase = seed * 40;
    this.#turn = seed * 100;
  }

  /** @param aspect width of the board for a height of 1 */
  next(aspect: number): Spot {
    const inner = 1 - this.#wheel;
    const ratio = inner / this.#wheel;
    const reach = inner * this.#arm;
    // As fast in the tight turns as in the wide ones.
    const speed = Math.sqrt(
      inner ** 2 + (reach * ratio) ** 2 - 2 * inner * reach * ratio * Math.cos((1 + ratio) * this.#turn),
    );
    this.#turn += (stepLength * (inner + reach)) / Math.max(speed, 0.2 * inner);
    const turn = this.#turn;
    const spin = ratio * turn;
    const x = inner * Math.cos(turn) + reach * Math.cos(spin);
    const y = inner * Math.sin(turn) - reach * Math.sin(spin);
    const lean = turn * 0.012 + this.#phase;
    const size = 0.43 / (inner + reach);
    const wander = turn * 0.022 + this.#phase;
    // It wanders along the longer side.
    const centreX = 0.5 + 0.4 * Math.max(0, 1 - 1 / aspect) * Math.sin(wander);
    const centreY = 0.5 + 0.4 * Math.max(0, 1 - aspect) * Math.sin(wander);
    const across = (x * Math.cos(lean) - y * Math.sin(lean)) * size;
    const down = (x * Math.sin(lean) + y * Math.cos(lean)) * size;
    return [onBoard(centreX + across / Math.max(1, aspect)), onBoard(centreY + down * Math.min(1, aspect)), 1];
  }
}

/** From a part of the board to its whole numbers. */
export function onBoard(part: number): number {
  return Math.round(Math.min(1, Math.max(0, part)) * boardEdge);
}
